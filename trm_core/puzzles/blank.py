"""Empty puzzles to start from."""

from __future__ import annotations

import numpy as np

from trm_core.puzzles.arc_edit import blank_task
from trm_core.puzzles.base import Puzzle, PuzzleError
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
