"""Drawing on grids of any kind: lines, rectangles, areas, and other sizes.

A stroke is a list of cells: where it began, then where it went. All functions return a new grid
and ignore cells beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trm_core.puzzles.base import Grid

Cell = tuple[int, int]
"""(row, column), from 0; beside the grid if negative or too large."""


def line(start: Cell, end: Cell) -> list[Cell]:
    """The cells on the straight way from `start`, not counted in, to `end`: no gap, no detour."""
    rows, cols = end[0] - start[0], end[1] - start[1]
    steps = max(abs(rows), abs(cols))
    return [
        (start[0] + _nearest(rows * step, steps), start[1] + _nearest(cols * step, steps))
        for step in range(1, steps + 1)
    ]


def _nearest(numerator: int, denominator: int) -> int:
    """The quotient to the nearest whole number, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


def pencil(grid: Grid, stroke: Sequence[Cell], code: int) -> Grid:
    """Every cell of the stroke gets `code`."""
    drawn = grid.copy()
    for row, col in stroke:
        if 0 <= row < grid.shape[0] and 0 <= col < grid.shape[1]:
            drawn[row, col] = code
    return drawn


def rectangle(grid: Grid, stroke: Sequence[Cell], code: int) -> Grid:
    """The rectangle between the first and the last cell of the stroke is filled with `code`."""
    (top, bottom), (left, right) = (sorted((stroke[0][axis], stroke[-1][axis])) for axis in (0, 1))
    drawn = grid.copy()
    drawn[max(top, 0) : max(bottom + 1, 0), max(left, 0) : max(right + 1, 0)] = code
    return drawn


def flood_fill(grid: Grid, stroke: Sequence[Cell], code: int) -> Grid:
    """The cells of one code around the last cell of the stroke, joined by their edges, get `code`.

    A stroke that ends beside the grid fills nothing.
    """
    drawn = grid.copy()
    rows, cols = grid.shape
    waiting = [cell for cell in stroke[-1:] if 0 <= cell[0] < rows and 0 <= cell[1] < cols]
    replaced = int(grid[waiting[0]]) if waiting else code
    if replaced == code:
        return drawn
    while waiting:
        row, col = waiting.pop()
        if 0 <= row < rows and 0 <= col < cols and drawn[row, col] == replaced:
            drawn[row, col] = code
            waiting += [(row - 1, col), (row + 1, col), (row, col - 1), (row, col + 1)]
    return drawn


def resized(grid: Grid, rows: int, cols: int, code: int) -> Grid:
    """(rows, cols) the upper left of `grid`, with `code` where it has no cells."""
    new = np.full((rows, cols), code, dtype=grid.dtype)
    kept = grid[:rows, :cols]
    new[: kept.shape[0], : kept.shape[1]] = kept
    return new
