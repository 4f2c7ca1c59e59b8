"""How hard a Sudoku is for people: which techniques of logic it takes to solve it.

The techniques and their names are those of the Sudoku literature (naked and hidden subsets, locked
candidates, fish, XY-wing). Each of them only strikes out candidates, which are the digits that a
cell may still hold: (cells, side) booleans, cells row by row, digit 1 first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.difficulty import DIFFICULTIES
from trm_core.puzzles.sudoku import Sudoku
from trm_core.puzzles.sudoku_solver import units

Bools = npt.NDArray[np.bool_]
Cells = npt.NDArray[np.int32]


def grade_sudoku(puzzle: Sudoku) -> str:
    """One of `DIFFICULTIES`: the easiest whose techniques, with those before, solve `puzzle`.

    The last one says that all of them together do not. Raises PuzzleError unless the puzzle has
    exactly one solution.
    """
    candidates = np.repeat(puzzle.grid.reshape(-1, 1) == 0, puzzle.side, axis=1)
    candidates |= puzzle.grid.reshape(-1, 1) == np.arange(1, puzzle.side + 1)
    hardest = 0
    while (level := _strike_out(candidates, puzzle.box_rows)) is not None:
        hardest = max(hardest, level)
    # As naked singles strike out nothing more, no two cells of a unit have one and the same digit.
    if (candidates.sum(axis=1) == 1).all():
        return DIFFICULTIES[hardest]
    if problems := puzzle.problems():
        raise PuzzleError(f"{problems[0].rule}, expected exactly one solution to grade it by")
    return DIFFICULTIES[-1]


def _strike_out(candidates: Bools, box_rows: int) -> int | None:
    """The level of the easiest technique that strikes out something, once it has; None if none."""
    left = candidates.sum()
    for level, techniques in enumerate(_TECHNIQUES):
        for technique in techniques:
            technique(candidates, box_rows)
            if candidates.sum() < left:
                return level
    return None


def _kinds(candidates: Bools, box_rows: int) -> Cells:
    """(3, side, side) cells of the rows, columns and boxes; each kind holds every cell once."""
    side = candidates.shape[1]
    return units(side, box_rows).reshape(3, side, side)


def _naked(candidates: Bools, box_rows: int, size: int) -> None:
    """Naked single, pair, ...: `size` cells of a unit with `size` digits, which are theirs."""
    for kind in _kinds(candidates, box_rows):
        candidates[kind] &= _outside_subsets(candidates[kind], size)


def _hidden(candidates: Bools, box_rows: int, size: int, kinds: slice) -> None:
    """Hidden single, pair, ...: `size` digits with `size` places in a unit, which are theirs."""
    for kind in _kinds(candidates, box_rows)[kinds]:
        places = candidates[kind].swapaxes(1, 2)
        candidates[kind] &= _outside_subsets(places, size).swapaxes(1, 2)


def _fish(candidates: Bools, box_rows: int, size: int) -> None:
    """X-wing, swordfish: a digit's places in `size` rows are in `size` columns; or turned round."""
    side = candidates.shape[1]
    by_digit = candidates.reshape(side, side, side).transpose(2, 0, 1)
    for lines in (by_digit, by_digit.swapaxes(1, 2)):
        lines &= _outside_subsets(lines, size)


def _locked(candidates: Bools, box_rows: int) -> None:
    """Locked candidates: a digit's places in a box are all in one line (pointing), or turned round
    (claiming), so the rest of the line, or of the box, has none.
    """
    for shared, *rests in _crossings(candidates.shape[1], box_rows):
        for here, there in (rests, rests[::-1]):
            locked = candidates[shared].any(axis=0) & ~candidates[here].any(axis=0)
            candidates[there] &= ~locked


def _xy_wing(candidates: Bools, box_rows: int) -> None:
    """XY-wing: a cell with X and Y sees one with X and Z and one with Y and Z.

    One of these two holds Z, so no cell that sees both of them does.
    """
    sees = _peers(candidates.shape[1], box_rows)
    pairs = np.flatnonzero(candidates.sum(axis=1) == 2)
    for pivot in pairs:
        for wings in combinations(pairs[sees[pivot, pairs]], 2):
            three_digits_twice = candidates[[pivot, *wings]].sum(axis=0) == 2
            if three_digits_twice.sum() == 3:
                z = three_digits_twice & ~candidates[pivot]
                candidates[sees[list(wings)].all(axis=0)] &= ~z


_LINES, _BOXES, _ALL = slice(2), slice(2, 3), slice(3)

_Technique = Callable[[Bools, int], None]
_TECHNIQUES: tuple[tuple[_Technique, ...], ...] = (
    (lambda c, b: _naked(c, b, 1), lambda c, b: _hidden(c, b, 1, _BOXES)),
    (lambda c, b: _hidden(c, b, 1, _LINES),),
    (_locked, lambda c, b: _naked(c, b, 2), lambda c, b: _hidden(c, b, 2, _ALL)),
    (
        lambda c, b: _naked(c, b, 3),
        lambda c, b: _hidden(c, b, 3, _ALL),
        lambda c, b: _fish(c, b, 2),
        lambda c, b: _fish(c, b, 3),
        _xy_wing,
    ),
)
"""By difficulty, from the easiest; the hardest is what is left."""


def _outside_subsets(tables: Bools, size: int) -> Bools:
    """Where marks may stay in `tables` (N, lines, items), the same shape.

    If `size` lines of a table have marks at `size` items between them, and the table is to keep
    one mark in each line and item, then the other lines have none at these items. Naked and
    hidden subsets and fish are all of this form.
    """
    groups = np.array(list(combinations(range(tables.shape[1]), size)))
    items: Bools = np.logical_or.reduce(tables[:, groups], axis=2)
    stay = np.ones_like(tables)
    for table, group in np.argwhere(items.sum(axis=2) == size):
        others = np.ones(tables.shape[1], dtype=np.bool_)
        others[groups[group]] = False
        stay[table] &= ~(others[:, np.newaxis] & items[table, group])
    return stay


@lru_cache(maxsize=4)
def _crossings(side: int, box_rows: int) -> list[tuple[Cells, Cells, Cells]]:
    """The cells that a line and a box share, those of the line alone and of the box alone."""
    lines, boxes = np.split(units(side, box_rows), [2 * side])
    return [
        (np.intersect1d(line, box), np.setdiff1d(line, box), np.setdiff1d(box, line))
        for line in lines
        for box in boxes
        if np.isin(line, box).any()
    ]


@lru_cache(maxsize=4)
def _peers(side: int, box_rows: int) -> Bools:
    """(cells, cells) whether two different cells share a row, column or box."""
    members = np.zeros((3 * side, side * side), dtype=np.bool_)
    np.put_along_axis(members, units(side, box_rows), True, axis=1)
    share: Bools = members.T @ members
    return share & ~np.eye(side * side, dtype=np.bool_)
