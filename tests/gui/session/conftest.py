"""The parts of a session without the session, and without widgets."""

import pytest

from trm_core.checkpoints.info import find_model
from trm_gui.session.models import Models
from trm_gui.session.solves import Solves


@pytest.fixture
def small():
    """A Sudoku of 4×4 and its model, which takes no time."""
    from trm_core.puzzles.sudoku_files import parse

    (puzzle,) = parse("1..4\n..1.\n.1..\n4..1\n", "four")
    return find_model("sudoku-4x4"), puzzle


@pytest.fixture
def told():
    """What was told of failures: a sentence and details each."""
    return []


@pytest.fixture
def models_of(work, told):
    """Models alone."""
    return lambda *models: Models(models, work, lambda *failure: told.append(failure))


@pytest.fixture
def solves_of(work, told, models_of):
    """Solves with models alone."""

    def solves_of(*models):
        return Solves(models_of(*models), work, lambda *failure: told.append(failure))

    return solves_of
