"""What is said of a model: what it learned and how often it is right, never that it can solve."""

import re
from dataclasses import replace

import pytest

from trm_core.checkpoints.card_text import card_text
from trm_core.checkpoints.expectations import (
    all_in_all,
    how_often_right,
    outlook,
    what_it_learned,
    why_none_fits,
)
from trm_core.checkpoints.facts import StyleResult
from trm_core.checkpoints.info import bundled_models, find_model
from trm_core.puzzles import arc_tasks
from trm_core.puzzles.blank import blank
from trm_core.puzzles.recipes import Recipe, make, styles
from trm_core.puzzles.sources import source_in_words
from trm_core.puzzles.styles import LOOPS, MAZE_STYLE_WORDS

TASK = '{"train": [{"input": [[1]], "output": [[2]]}], "test": [{"input": [[3]]}]}'


@pytest.mark.parametrize("info", bundled_models(), ids=lambda info: info.name)
def test_every_bundled_model_says_what_it_learned_and_how_often_it_is_right(info):
    assert info.learned.words in what_it_learned(info)
    assert "not been measured" not in all_in_all(info)
    assert sum(each.puzzles for each in info.calibration) == sum(
        result.puzzles for result in info.results
    )
    if info.puzzle.kind != "arc":
        side = info.puzzle.rows
        measured = {each.style for each in info.by_style if each.side == side}
        own = MAZE_STYLE_WORDS if info.puzzle.kind == "maze" else styles(info.puzzle.kind, side)
        assert measured >= set(own)


def test_of_a_maze_that_a_model_did_not_learn_that_is_said_with_its_share_of_right_ones():
    info = find_model("maze-15x15")
    (loops,) = (r for r in info.by_style if (r.style, r.side) == (LOOPS, 15))
    maze = make(Recipe("maze", 15, loops.style, 7)).puzzles()[0]
    said = outlook(info, maze)
    assert "unlike those" in said
    assert "long corridors without loops" in said
    assert f"{loops.right} of {loops.puzzles} " in said
    drawn = outlook(info, replace(blank("maze", 9, 12), name="drawn"))
    assert "unlike those" in drawn


def test_of_a_maze_that_it_did_learn_the_share_of_right_ones_alone():
    info = find_model("maze-15x15")
    maze = make(Recipe("maze", 13, "corridors", 7)).puzzles()[0]
    (own,) = (r for r in info.by_style if (r.style, r.side) == ("corridors", 13))
    assert outlook(info, maze) == how_often_right(info, "corridors", 13)
    assert f"gets {own.right} of {own.puzzles} made-up ones right (corridors, 13×13)" in outlook(
        info, maze
    )


def test_of_a_sudoku_the_shares_by_difficulty():
    info = find_model("sudoku-9x9")
    said = outlook(info, blank("sudoku", 9, 9))
    assert all(style in said for style in styles("sudoku", 9))


def test_of_an_arc_task_whether_its_tests_come_out_right():
    info = find_model("arc-7x7")
    solved = next(each for each in info.by_style if each.right == each.puzzles == 1)
    failed = next(each for each in info.by_style if not each.right and each.puzzles == 1)
    for result, words in ((solved, "gets its test input right"), (failed, "fails on its test")):
        puzzle = arc_tasks.load_task(result.style).puzzles()[0]
        assert words in outlook(info, puzzle)


def test_an_unseen_task_is_told_as_that_and_not_as_a_misfit_of_shape():
    (puzzle,) = arc_tasks.parse(TASK, "flip_lr.json", "flip_lr")
    said = why_none_fits(bundled_models(), puzzle)
    assert said == "arc-7x7 was not trained on the task flip_lr; it knows 54 tasks by id."


def test_a_task_drawn_by_hand_has_no_id_to_be_told():
    said = why_none_fits(bundled_models(), blank("arc", 5, 5))
    assert said == "arc-7x7 was not trained on this task; it knows 54 tasks by id."


def test_sizes_of_other_kinds_are_not_named():
    of_one_size = [info for info in bundled_models() if not info.config.any_size]
    said = why_none_fits(of_one_size, blank("maze", 20, 20))
    assert said == "No model here fits Maze 20×20. There are models for Maze up to 15×15."
    (large,) = arc_tasks.parse(TASK.replace("[[3]]", str([[0] * 9] * 9)), "large.json")
    assert why_none_fits(bundled_models(), large).endswith("There are models for ARC up to 7×7.")
    assert why_none_fits([find_model("sudoku-4x4")], large) == "There is no model for ARC here."


def test_what_is_not_known_is_said_to_be_so():
    info = replace(find_model("maze-15x15"), learned=None, by_style=(), results=())
    assert "is not known" in what_it_learned(info)
    assert outlook(info, blank("maze", 9, 9)) == all_in_all(info)
    assert "has not been measured" in all_in_all(info)
    assert how_often_right(info, "corridors", 9) == ""


def test_the_nearest_size_that_was_measured_speaks_for_another():
    results = StyleResult("corridors", 9, 10, 9), StyleResult("corridors", 15, 10, 2)
    info = replace(find_model("maze-15x15"), by_style=results)
    assert "9 of 10" in how_often_right(info, "corridors", 10)
    assert "2 of 10" in how_often_right(info, "corridors", 14)


def test_a_card_names_what_a_model_was_measured_on_in_words():
    for info in bundled_models():
        (told,) = re.findall(r"^# (?:.|\n)*?^\| made for", card_text(info), re.MULTILINE)
        assert not re.search(r"\w_\w|arc-agi|perfect|generated", told), told


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("17_clue", "Sudokus with 17 givens"),
        ("puzzles2_17_clue", "Sudokus with 17 givens"),
        ("perfect 9×9", "mazes of corridors without loops, 9×9"),
        ("arc-agi-2 evaluation", "the evaluation part of ARC-AGI-2"),
        ("mine_17.csv", "mine_17.csv"),
    ],
)
def test_what_puzzles_are_from_is_said_in_words_where_it_is_known(source, words):
    assert source_in_words(source) == words
