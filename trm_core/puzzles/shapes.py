"""Which puzzles a model or data set is for, told from its sizes alone."""

from __future__ import annotations

from math import isqrt

from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.sudoku import usual_box_rows


def guess_shape(cells: int, vocab_size: int) -> PuzzleShape | None:
    """The square puzzle with so many cells and tokens; None if there is none.

    Where Sudoku and another kind have the same sizes, Sudoku is meant.
    """
    side = isqrt(cells)
    candidates = [PuzzleShape("maze", side, side), PuzzleShape("arc", side, side)]
    if boxes := usual_box_rows(side):
        candidates.insert(0, PuzzleShape("sudoku", side, side, boxes))
    for shape in candidates:
        if (shape.cells, shape.vocab_size) == (cells, vocab_size):
            return shape
    return None
