"""Empty puzzles to start from, and which are empty still."""

from __future__ import annotations

import numpy as np

from trm_core.puzzles.arc import Arc
from trm_core.puzzles.arc_edit import blank_task
from trm_core.puzzles.base import Puzzle, PuzzleError
from trm_core.puzzles.maze import WALL, Maze
from trm_core.puzzles.maze_edit import blank_maze
from trm_core.puzzles.sudoku import Sudoku


def blank(kind: str, rows: int, cols: int, box_rows: int = 0) -> Puzzle:
    """An empty puzzle of a kind and size; `box_rows` (Sudoku only) as in `Sudoku`.

    Raises PuzzleError for another kind, or a size that the kind does not have.
    """
    if kind == "sudoku":
        return Sudoku(np.zeros((rows, cols), np.int8), box_rows=box_rows)
    if kind == "maze":
        return blank_maze(rows, cols)
    if kind == "arc":
        return blank_task(rows, cols)
    raise PuzzleError(f"found the kind {kind!r}, expected sudoku, maze or arc")


def is_blank(puzzle: Puzzle) -> bool:
    """Whether nothing is in it yet: no digit, no wall but those around it, no colour."""
    if isinstance(puzzle, Arc):
        return not any(grid.any() for grid in puzzle.task.grids)
    if isinstance(puzzle, Maze):
        walls = puzzle.grid == WALL
        around = blank_maze(puzzle.rows, puzzle.cols).grid == WALL
        return not walls.any() or np.array_equal(walls, around)
    return not puzzle.grid.any()
