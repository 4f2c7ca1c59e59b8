"""Counting solutions in small steps, so that whoever waits can go on meanwhile."""

import numpy as np
import pytest

from trm_core.puzzles.sudoku import Sudoku, generate
from trm_core.puzzles.sudoku_solver import count_solutions, solutions

PUZZLE = generate(5, givens=28)


def counted(puzzle: Sudoku, limit: int = 2) -> int | None:
    return count_solutions(puzzle.grid, puzzle.box_rows, limit, lambda: False)


def changed(row: int, col: int, digit: int) -> Sudoku:
    grid = PUZZLE.grid.copy()
    grid[row, col] = digit
    return Sudoku(grid)


def test_one_solution_many_and_none_are_told_apart() -> None:
    assert counted(PUZZLE) == 1
    assert counted(Sudoku(np.zeros((9, 9), np.int8))) == 2
    row, col = np.argwhere(PUZZLE.grid == 0)[0]
    assert counted(changed(row, col, PUZZLE.solution[row, col] % 9 + 1)) == 0


@pytest.mark.parametrize("seed", range(5))
def test_the_count_is_that_of_the_solver_that_does_not_stop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    digits = rng.permutation(np.argwhere(PUZZLE.grid > 0))[:2]
    grid = PUZZLE.grid.copy()
    grid[tuple(digits.T)] = 0
    puzzle = Sudoku(grid)
    assert counted(puzzle, 20) == len(solutions(puzzle.grid, puzzle.box_rows, 20))


def test_a_count_ends_when_it_is_cancelled() -> None:
    empty, asked = np.zeros((25, 25), np.int8), []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 3

    assert count_solutions(empty, 5, 2, cancelled) is None
    assert len(asked) == 4
