"""Which models there are, and which is taken for a puzzle; without a solve."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from checkpoints_to_try import write_official

from trm_core import load_model
from trm_core.checkpoints.expectations import likeliest
from trm_core.checkpoints.info import bundled_models, find_model, read_info
from trm_gui.session.engine import OfficialCheckpoint
from trm_gui.session.models import MOST_CHOSEN

SMALL, OTHER = "sudoku-9x9-small", "sudoku-9x9"


@pytest.fixture
def mine(tmp_path):
    return shutil.copytree(find_model(SMALL).directory, tmp_path / "mine")


def test_the_usual_model_is_the_likeliest_one_as_long_as_nobody_chose(models_of, puzzles):
    models = models_of(*bundled_models())
    assert models.usual(puzzles[0]) is likeliest(models.all, puzzles[0])
    assert models.usual(None) is None
    assert models_of().usual(puzzles[0]) is None


def test_of_models_as_good_as_each_other_the_one_in_use_is_usual(models_of, puzzles):
    info = find_model(SMALL)
    twins = [replace(info, directory=Path(f"/{number}")) for number in (1, 2)]
    models = models_of(*twins, find_model("sudoku-4x4"))
    assert models.usual(puzzles[0]) is twins[0]
    assert models.usual(puzzles[0], twins[1]) is twins[1]
    assert models.usual(puzzles[0], models.all[2]) is twins[0], "the other one does not fit"
    models.choose(twins[0])
    assert models.usual(puzzles[0], twins[1]) is twins[0]


def test_what_was_chosen_last_of_those_that_fit_is_usual(models_of, puzzles, small):
    models = models_of(*bundled_models())
    for name in (OTHER, SMALL, "sudoku-4x4"):
        models.choose(next(each for each in models.all if each.name == name))
    assert models.usual(puzzles[0]).name == SMALL
    assert models.usual(small[1]).name == "sudoku-4x4"
    models.choose(next(each for each in models.all if each.name == OTHER))
    assert models.usual(puzzles[0]).name == OTHER


def test_a_chosen_model_that_is_not_here_is_remembered_and_not_taken(models_of, puzzles, mine):
    models = models_of(find_model(OTHER))
    models.chosen = [mine]
    assert models.usual(puzzles[0]).name == OTHER
    models.offer(read_info(mine))
    assert models.usual(puzzles[0]).directory == mine


def test_of_chosen_models_the_last_ones_are_remembered_once_each(models_of):
    models, info = models_of(), find_model(SMALL)
    for number in (*range(MOST_CHOSEN + 5), MOST_CHOSEN):
        models.choose(replace(info, directory=Path(f"/{number}")))
    assert len(models.chosen) == len(set(models.chosen)) == MOST_CHOSEN
    assert models.chosen[:2] == [Path(f"/{MOST_CHOSEN}"), Path(f"/{MOST_CHOSEN + 4}")]


def test_a_model_takes_the_place_of_the_one_in_its_directory(qtbot, models_of, mine):
    first, other = read_info(mine), find_model(OTHER)
    models, again = models_of(first, other), read_info(mine)
    with qtbot.waitSignal(models.changed):
        models.offer(again)
    assert models.all[0] is again
    assert models.all[1] is other
    with qtbot.waitSignal(models.changed):
        models.remove(again)
    assert models.all == (other,)
    models.offer(again)
    assert models.all == (other, again)


def test_a_model_that_is_added_is_handed_on_and_told_of(qtbot, models_of, mine):
    models, handed_on = models_of(), []
    with qtbot.waitSignal(models.tried) as tried:
        models.add(mine, handed_on.append)
    assert tried.args == [mine, ""]
    assert handed_on == list(models.all) == [read_info(mine)]


def test_what_is_no_model_is_told_in_a_sentence_and_changes_nothing(
    qtbot, models_of, told, tmp_path
):
    models = models_of(find_model(OTHER))
    with qtbot.waitSignal(models.tried) as tried, qtbot.assertNotEmitted(models.changed):
        models.add(tmp_path)
    ((sentence, details),) = told
    assert tried.args == [tmp_path, sentence]
    assert str(tmp_path / "config.json") in sentence
    assert details == ""
    assert [each.name for each in models.all] == [OTHER]


def test_an_official_checkpoint_becomes_a_model(qtbot, models_of, told, tmp_path):
    model = load_model(find_model("sudoku-4x4").directory, "cpu", "float32")
    checkpoint, config = write_official(model, tmp_path)
    models, source = models_of(), OfficialCheckpoint(checkpoint, config, tmp_path / "official")
    with qtbot.waitSignal(models.tried) as tried:
        models.add(source)
    assert (tried.args, told) == ([source, ""], [])
    assert [each.name for each in models.all] == ["official"]


def test_a_maximum_is_that_of_the_model_or_that_for_all_others(models_of):
    models, info = models_of(), find_model(SMALL)
    assert models.most_steps(info) is models.most_steps(None) is None
    models.steps_by_hand = {None: 5, info.directory: 7}
    assert (models.most_steps(info), models.most_steps(find_model(OTHER))) == (7, 5)
    models.steps_by_hand[info.directory] = None
    assert models.most_steps(info) is None, "its own"
