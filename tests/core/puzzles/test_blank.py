"""Empty puzzles to start from."""

import numpy as np
import pytest

from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.blank import blank
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
