"""Texts of any kind, and what is saved and read again."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from trm_core.puzzles.arc import Arc, Pair, Task
from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.files import SAVE_SUFFIXES, load_puzzles, parse_puzzles, save_puzzle
from trm_core.puzzles.maze import FLOOR, GOAL, START, WALL, Maze
from trm_core.puzzles.sudoku import Sudoku

BOXES = [(4, 2), (6, 2), (6, 3), (8, 2), (8, 4), (9, 3), (10, 2), (12, 3), (16, 4), (25, 5)]


@st.composite
def sudokus(draw):
    side, box_rows = draw(st.sampled_from(BOXES))
    cells = st.integers(0, side) if draw(st.booleans()) else st.just(0)
    grid = draw(arrays.arrays(np.int8, (side, side), elements=cells))
    return Sudoku(grid, box_rows=box_rows)


@st.composite
def mazes(draw):
    shape = draw(st.tuples(st.integers(2, 14), st.integers(2, 14)))
    floor = st.sampled_from([FLOOR, WALL]) if draw(st.booleans()) else st.just(FLOOR)
    grid = draw(arrays.arrays(np.int8, shape, elements=floor))
    cells = [(r, c) for r in range(shape[0]) for c in range(shape[1])]
    start, goal = draw(st.lists(st.sampled_from(cells), min_size=2, max_size=2, unique=True))
    grid[start], grid[goal] = START, GOAL
    return Maze(grid)


grids = arrays.arrays(
    np.int8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=30), elements=st.integers(0, 9)
)
pairs = st.builds(Pair, grids, grids)
tests = st.builds(Pair, grids, st.none() | grids)
tasks = st.builds(
    Task,
    st.just("task"),
    st.lists(pairs, max_size=3).map(tuple),
    st.lists(tests, min_size=1, max_size=3).map(tuple),
)


@given(st.one_of(sudokus(), mazes(), tasks.map(Arc.of)))
def test_what_is_saved_or_copied_is_the_same_puzzle_again(tmp_path_factory, puzzle):
    assert parse_puzzles(puzzle.format())[0] == puzzle
    for suffix in SAVE_SUFFIXES[puzzle.kind]:
        file = tmp_path_factory.mktemp("saved") / f"puzzle{suffix}"
        save_puzzle(puzzle, file)
        assert load_puzzles(file)[0] == puzzle


@given(tasks)
def test_every_test_input_of_a_saved_task_is_there_again(tmp_path_factory, task):
    file = tmp_path_factory.mktemp("saved") / "task.json"
    save_puzzle(Arc.of(task, len(task.test) - 1), file)
    assert load_puzzles(file) == task.puzzles()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the text: found no puzzle"),
        ("12345", "line 1: found 5 cells"),
        ("S#\n#", "the text, line 2, column 2: found a row of 1 cells"),
        ('{"train": 3}', "ARC task: train: found 3"),
    ],
)
def test_text_that_is_no_puzzle_is_refused(text, sentence):
    with pytest.raises(PuzzleError, match=f"^{sentence}"):
        parse_puzzles(text)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    file = tmp_path / "absent" / "maze.txt"
    with pytest.raises(PuzzleError, match=r"maze\.txt: No such file or directory$"):
        save_puzzle(Maze([[START, GOAL], [FLOOR, FLOOR]]), file)


def test_a_folder_with_a_file_for_each_task_is_read_in_the_order_of_their_names(tmp_path):
    tasks = [
        Task(name, (Pair(np.ones((1, 2), np.int8), np.ones((2, 1), np.int8)),) * 2, (test,) * count)
        for name, count in (("00d62c1b", 1), ("007bbfb7", 2))
        for test in [Pair(np.zeros((2, 2), np.int8), np.zeros((1, 1), np.int8))]
    ]
    for task in tasks:
        (tmp_path / f"{task.id}.json").write_text(task.format())
    puzzles = load_puzzles(tmp_path)
    assert [puzzle.task for puzzle in puzzles] == [tasks[1], tasks[1], tasks[0]]


def test_a_folder_of_kaggle_s_has_its_outputs_from_the_solutions_in_it(tmp_path):
    pair = {"input": [[1]], "output": [[2]]}
    challenges = {"aa": {"train": [pair], "test": [{"input": [[3]]}]}}
    (tmp_path / "arc_challenges.json").write_text(json.dumps(challenges))
    (tmp_path / "arc_solutions.json").write_text(json.dumps({"aa": [[[4]]]}))
    (puzzle,) = load_puzzles(tmp_path)
    assert puzzle.solution.tolist() == [[4]]


def test_a_folder_without_tasks_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(PuzzleError) as error:
        load_puzzles(tmp_path)
    assert str(error.value) == f"{tmp_path}: found no .json file, expected one for each ARC task"
