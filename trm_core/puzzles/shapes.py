"""Which puzzles a model or data set is for, as people write it, or told from its sizes alone."""

from __future__ import annotations

import re
from math import isqrt

from trm_core.puzzles.base import PuzzleError, PuzzleShape
from trm_core.puzzles.sudoku import usual_box_rows


def guess_shape(cells: int, vocab_size: int) -> PuzzleShape | None:
    """The square puzzle with so many cells and tokens; None if there is none.

    Where Sudoku and another kind have the same sizes, Sudoku is meant.
    """
    return next(iter(fitting_shapes(cells, vocab_size)), None)


def fitting_shapes(cells: int, vocab_size: int) -> list[PuzzleShape]:
    """The square puzzles with so many cells and tokens, Sudoku before others."""
    side = isqrt(cells)
    candidates = [PuzzleShape("maze", side, side), PuzzleShape("arc", side, side)]
    if boxes := usual_box_rows(side):
        candidates.insert(0, PuzzleShape("sudoku", side, side, boxes))
    return [s for s in candidates if (s.cells, s.vocab_size) == (cells, vocab_size)]


def parse_shape(text: str) -> PuzzleShape:
    """The puzzle that `KIND:ROWSxCOLS` means. Raises PuzzleError."""
    if match := re.fullmatch(r"(sudoku|maze|arc):([1-9]\d?)[x×]([1-9]\d?)", text.strip()):
        kind, rows, cols = match[1], int(match[2]), int(match[3])
        boxes = usual_box_rows(rows) if kind == "sudoku" and rows == cols else None
        if boxes or kind != "sudoku":
            return PuzzleShape(kind, rows, cols, boxes)
    raise PuzzleError(
        f"{text[:40]!r} is not KIND:ROWSxCOLS, such as sudoku:9x9, maze:30x30 or arc:30x30"
    )
