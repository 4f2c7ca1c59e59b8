"""Words for where puzzles are from."""

import pytest

from trm_core.puzzles.maze_generators import STYLES
from trm_core.puzzles.sources import source_in_words


@pytest.mark.parametrize("style", STYLES)
def test_every_style_of_made_up_mazes_has_words_of_its_own(style):
    said = source_in_words(f"{style} 15×15")
    assert said.startswith("mazes ")
    assert said.endswith(", 15×15")
    assert said not in {source_in_words(f"{other} 15×15") for other in STYLES if other != style}


def test_a_name_that_is_not_known_stays_as_it_is():
    assert source_in_words("round 15×15") == "round 15×15"
