"""Empty puzzles to start from."""

from dataclasses import replace

import numpy as np
import pytest

from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.blank import blank, is_blank
from trm_core.puzzles.files import parse_puzzles


@pytest.mark.parametrize("size", [("sudoku", 9, 9), ("sudoku", 6, 6), ("sudoku", 16, 16)])
def test_an_empty_sudoku_has_no_digit_and_the_usual_boxes(size: tuple) -> None:
    puzzle = blank(*size)
    assert puzzle.grid.shape == size[1:]
    assert not puzzle.grid.any()
    assert parse_puzzles(puzzle.format(), "text") == [puzzle]


def test_an_empty_sudoku_may_have_other_boxes() -> None:
    assert blank("sudoku", 6, 6, box_rows=3).box_rows == 3


def test_an_empty_task_has_one_example_and_one_test_input() -> None:
    puzzle = blank("arc", 3, 4)
    assert (len(puzzle.task.train), len(puzzle.task.test)) == (1, 1)
    assert np.array_equal(puzzle.grid, np.zeros((3, 4)))
    assert puzzle.problems() == []
    assert parse_puzzles(puzzle.format(), "text") == [puzzle]


@pytest.mark.parametrize(
    "size", [("sudoku", 7, 7), ("sudoku", 9, 8), ("maze", 1, 9), ("arc", 31, 1), ("kakuro", 9, 9)]
)
def test_what_no_puzzle_is_like_is_refused(size: tuple) -> None:
    with pytest.raises(PuzzleError, match=r"expected|cannot be divided"):
        blank(*size)


@pytest.mark.parametrize("size", [("sudoku", 9, 9), ("maze", 3, 9), ("maze", 9, 8), ("arc", 3, 4)])
def test_what_is_begun_is_blank_until_something_is_in_it(size: tuple) -> None:
    puzzle = blank(*size)
    assert is_blank(puzzle)
    grid = puzzle.grid.copy()
    grid[1, 4 if size[0] == "maze" else 2] = 1 if size[0] != "maze" else 0
    assert not is_blank(replace(puzzle, grid=grid))


def test_a_maze_without_walls_is_blank_and_one_with_a_gap_around_is_not() -> None:
    maze = blank("maze", 9, 9)
    grid = maze.grid.copy()
    grid[0, 4] = 1
    assert not is_blank(replace(maze, grid=grid))
    grid[grid == 0] = 1
    assert is_blank(replace(maze, grid=grid))


def test_a_task_with_nothing_but_an_output_is_not_blank() -> None:
    puzzle = blank("arc", 3, 4)
    assert not is_blank(replace(puzzle, solution=np.ones((3, 4), np.int8)))
