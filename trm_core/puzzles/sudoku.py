"""Sudoku with boxes of any shape: rules, tokens, symmetries, and new puzzles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import isqrt
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from trm_core.puzzles.base import (
    MOST_COMPARED,
    NO_SYMBOL,
    Conflict,
    Grid,
    Puzzle,
    PuzzleError,
    PuzzleShape,
    Tokens,
    Transform,
)
from trm_core.puzzles.sudoku_solver import all_solutions, dig, solutions, units

MAX_SIDE = 25

SYMBOLS = ".123456789ABCDEFGHIJKLMNOP"
"""The character of every digit in text, `.` for an empty cell."""

FEWEST_GIVENS = {(4, 2): 4, (6, 2): 8, (9, 3): 17}
"""Proven minimum of givens by (side, box_rows); elsewhere all digits but one must be given."""

Cell = tuple[int, int]


def usual_box_rows(side: int) -> int | None:
    """Height of the usual box, the squarest and wider than high; None if a side has no boxes."""
    return max((rows for rows in range(2, isqrt(side) + 1) if side % rows == 0), default=None)


SIDES = tuple(side for side in range(4, MAX_SIDE + 1) if usual_box_rows(side))
"""Rows and columns of the Sudokus with boxes of the usual shape."""


@dataclass(frozen=True)
class SudokuTransform:
    """New names for the digits, then the lines in a new order, then rows for columns.

    Attributes
    ----------
    digits
        The new digit for 1, for 2, ...; empty cells and NO_SYMBOL stay.
    row_order, col_order
        Where each row (column) of the result comes from. Bands of boxes move as a whole and
        lines move within their band, else rules are not kept.
    transpose
        Whether rows become columns at the end. Boxes that are not square then turn as well.
    """

    digits: tuple[int, ...]
    row_order: tuple[int, ...]
    col_order: tuple[int, ...]
    transpose: bool = False

    def __call__(self, grid: Grid) -> Grid:
        renamed = np.array([0, *self.digits, NO_SYMBOL], dtype=np.int8)  # NO_SYMBOL is the last
        moved = renamed[grid][np.ix_(self.row_order, self.col_order)]
        return moved.T.copy() if self.transpose else moved

    def inverse(self) -> SudokuTransform:
        digits = tuple(digit + 1 for digit in _inverse(digit - 1 for digit in self.digits))
        rows, cols = _inverse(self.row_order), _inverse(self.col_order)
        if self.transpose:
            rows, cols = cols, rows
        return SudokuTransform(digits, rows, cols, self.transpose)


@dataclass(frozen=True, eq=False)
class Sudoku(Puzzle):
    """A Sudoku: every row, column and box is to hold every digit once.

    `grid` is (side, side) with digits from 1 and 0 for an empty cell; `box_rows` is the height of
    a box, by default the usual one for the side; `rating` the difficulty its collection states.
    PuzzleError if the size, a digit or the solution is not possible.
    """

    kind: ClassVar[str] = "sudoku"
    first_token: ClassVar[int] = 1

    box_rows: int = 0
    rating: float | None = None

    def __post_init__(self) -> None:
        size = np.shape(self.grid)
        if len(size) != 2 or size[0] != size[1] or not 4 <= size[0] <= MAX_SIDE:
            found = "×".join(map(str, size))
            raise PuzzleError(f"found a {found} grid, expected a square of side 4 to {MAX_SIDE}")
        box_rows = self.box_rows or usual_box_rows(size[0])
        if box_rows is None or box_rows < 2 or size[0] % box_rows or size[0] == box_rows:
            boxes = f"boxes {self.box_rows} high" if self.box_rows else "boxes"
            raise PuzzleError(f"a {size[0]}×{size[0]} grid cannot be divided into {boxes}")
        object.__setattr__(self, "box_rows", box_rows)
        if np.min(self.grid) < 0 or np.max(self.grid) > size[0]:
            raise PuzzleError(f"found a digit outside 0 to {size[0]} in the grid")
        super().__post_init__()
        if self.solution is not None and not self.is_solved_by(self.solution):
            broken = [conflict.rule for conflict in self.conflicts(self.solution)]
            raise PuzzleError(f"the solution is wrong: {[*broken, 'it is not complete'][0]}")

    @property
    def side(self) -> int:
        return self.rows

    @property
    def box_cols(self) -> int:
        return self.side // self.box_rows

    @property
    def shape(self) -> PuzzleShape:
        return PuzzleShape(self.kind, self.rows, self.cols, self.box_rows)

    @property
    def open_cells(self) -> npt.NDArray[np.bool_]:
        return np.equal(self.grid, 0)

    def problems(self) -> list[Conflict]:
        """Digits that stand twice, no solution, or the cells that differ between two solutions."""
        if repeated := self._repeated(self.grid):
            return repeated
        found, are_all = self._found
        if not are_all and len(found) < 2:
            found = solutions(self.grid, self.box_rows, limit=2)
        if not found:
            return [Conflict("the puzzle has no solution", ())]
        if len(found) > 1:
            differ = tuple(_cells(found[0] != found[1]))
            return [Conflict("the puzzle has more than one solution", differ)]
        return []

    def conflicts(self, answer: Grid) -> list[Conflict]:
        """One conflict per changed given, and per digit that a row, column or box repeats."""
        self._check_size(answer)
        changed = [
            Conflict(
                f"the given {self.grid[cell]} at row {cell[0] + 1}, column {cell[1] + 1} "
                f"was changed to {answer[cell]}",
                (cell,),
            )
            for cell in _cells((self.grid > 0) & (answer > 0) & (answer != self.grid))
        ]
        return changed + self._repeated(answer)

    def is_solved_by(self, answer: Grid) -> bool:
        """Whether `answer` is full, keeps the givens and breaks no rule; any solution counts."""
        self._check_size(answer)
        in_units = np.sort(answer.ravel()[units(self.side, self.box_rows)], axis=1)
        return bool(
            (in_units == np.arange(1, self.side + 1)).all()
            and ((self.grid == 0) | (answer == self.grid)).all()
        )

    @property
    def solution_count(self) -> int | None:
        found, are_all = self._found
        return len(found) if are_all or len(found) > 1 else None

    def nearest_solution(self, answer: Grid) -> Grid | None:
        """Of up to MOST_COMPARED solutions; the known one where finding them takes too long."""
        found, are_all = self._found
        if not are_all:
            return None if len(found) > 1 else self.solution
        return min(found, key=lambda each: np.count_nonzero(each != answer), default=None)

    @cached_property
    def _found(self) -> tuple[list[Grid], bool]:
        """Solutions, and whether these are all of them."""
        if self._repeated(self.grid):
            return [], True
        return all_solutions(self.grid, self.box_rows, MOST_COMPARED)

    def solve(self) -> Grid | None:
        """The known solution, else the first that a SAT solver finds; None if there is none."""
        if self.solution is not None:
            return self.solution
        return next(iter(solutions(self.grid, self.box_rows, limit=1)), None)

    def encode(self, grid: Grid, shape: PuzzleShape) -> Tokens:
        """(shape.cells,) tokens: digit + 1, so 1 for an empty cell; 0 for NO_SYMBOL."""
        self._check_shape(shape)
        self._check_size(grid)
        return grid.ravel().astype(np.int32) + 1

    def decode(self, tokens: Tokens, shape: PuzzleShape) -> Grid:
        self._check_shape(shape)
        if tokens.shape != (shape.cells,):
            raise PuzzleError(f"found {tokens.size} tokens, expected {shape.cells}")
        known = (tokens > 0) & (tokens < shape.vocab_size)
        symbols = np.where(known, tokens - 1, NO_SYMBOL)
        return symbols.astype(np.int8).reshape(shape.rows, shape.cols)

    def format(self, grid: Grid | None = None) -> str:
        """One line of cells; `pretty` where one line would not tell the shape of the boxes."""
        if self.box_rows != usual_box_rows(self.side):
            return self.pretty(grid)
        return "".join(map("".join, self._characters(grid)))

    def pretty(self, grid: Grid | None = None) -> str:
        """Lines of cells with `|` and `-` between the boxes."""
        lines = []
        for row, cells in enumerate(self._characters(grid)):
            if row and row % self.box_rows == 0:
                lines.append("+".join(["-" * (2 * self.box_cols + 1)] * self.box_rows)[1:-1])
            starts = range(0, self.side, self.box_cols)
            lines.append(" | ".join(" ".join(cells[at : at + self.box_cols]) for at in starts))
        return "\n".join(lines)

    def json_rows(self, grid: Grid) -> list[list[int]]:
        """Rows of digits, 0 for a cell without one."""
        rows: list[list[int]] = np.maximum(grid, 0).tolist()
        return rows

    def random_transform(self, rng: np.random.Generator) -> SudokuTransform:
        return SudokuTransform(
            digits=tuple((rng.permutation(self.side) + 1).tolist()),
            row_order=_random_lines(rng, self.side, self.box_rows),
            col_order=_random_lines(rng, self.side, self.box_cols),
            transpose=self.box_rows == self.box_cols and bool(rng.integers(2)),
        )

    def transformed(self, transform: Transform) -> Self:
        solution = None if self.solution is None else transform(self.solution)
        return replace(self, grid=transform(self.grid), solution=solution)

    def _repeated(self, grid: Grid) -> list[Conflict]:
        digits = grid.ravel().tolist()
        found = []
        for name, cells in _named_units(self.side, self.box_rows):
            places: defaultdict[int, list[Cell]] = defaultdict(list)
            for number, cell in cells:
                places[digits[number]].append(cell)
            if len(places) < self.side:
                found += [
                    Conflict(f"{digit} stands {_times(len(where))} in {name}", tuple(where))
                    for digit, where in places.items()
                    if digit > 0 and len(where) > 1
                ]
        return found

    def _characters(self, grid: Grid | None) -> list[list[str]]:
        shown = self.grid if grid is None else grid
        self._check_size(shown)
        return [[SYMBOLS[digit] for digit in row] for row in self.json_rows(shown)]

    def _check_size(self, grid: Grid) -> None:
        if grid.shape != self.grid.shape:
            found = "×".join(map(str, grid.shape))
            raise PuzzleError(f"found a {found} grid, expected {self.side}×{self.side}")

    def _check_shape(self, shape: PuzzleShape) -> None:
        if not self.fits(shape):
            raise PuzzleError(f"found a puzzle of {self.shape}, expected one of {shape}")


def generate(seed: int, *, box_rows: int = 3, box_cols: int = 3, givens: int = 30) -> Sudoku:
    """A random puzzle with exactly `givens` givens and one solution, which it carries.

    The same arguments give the same puzzle. PuzzleError if there is no such puzzle, or if none
    was found within some seconds, as happens with very few givens.
    """
    side = box_rows * box_cols
    if min(box_rows, box_cols) < 2 or side > MAX_SIDE:
        raise PuzzleError(
            f"found boxes of {box_rows}×{box_cols}, expected 2×2 or more, {MAX_SIDE} cells at most"
        )
    if seed < 0:
        raise PuzzleError(f"found the seed {seed}, expected 0 or more")
    # A box and the box turned by a quarter have the same puzzles, so the same minimum.
    fewest_possible = FEWEST_GIVENS.get((side, min(box_rows, box_cols)), side - 1)
    if not fewest_possible <= givens <= side * side:
        raise PuzzleError(
            f"a {side}×{side} Sudoku with one solution has {fewest_possible} to {side * side} "
            f"givens, found {givens}"
        )
    grid, solution, fewest = dig(side, box_rows, givens, seed)
    if grid is None:
        raise PuzzleError(
            f"found no {side}×{side} Sudoku with {givens} givens and one solution in time, "
            f"the fewest with seed {seed} were {fewest}"
        )
    name = f"Sudoku {side}×{side}, {givens} givens, seed {seed}"
    return Sudoku(grid, solution, name, "generated", box_rows)


def _inverse(order: Iterable[int]) -> tuple[int, ...]:
    inverse: list[int] = np.argsort(list(order)).tolist()
    return tuple(inverse)


def _random_lines(rng: np.random.Generator, side: int, band: int) -> tuple[int, ...]:
    """The lines in an order that shuffles the bands, and the `band` lines within each."""
    bands = rng.permutation(side // band)[:, np.newaxis] * band
    within = rng.permuted(np.tile(np.arange(band), (side // band, 1)), axis=1)
    lines: list[int] = (bands + within).ravel().tolist()
    return tuple(lines)


def _cells(mask: npt.NDArray[np.bool_]) -> list[Cell]:
    return [(row, col) for row, col in np.argwhere(mask).tolist()]


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


@lru_cache(maxsize=16)
def _named_units(side: int, box_rows: int) -> list[tuple[str, list[tuple[int, Cell]]]]:
    """Name of every row, column and box, with the number and the place of its cells."""
    names = [f"{kind} {at}" for kind in ("row", "column", "box") for at in range(1, side + 1)]
    return [
        (name, [(number, divmod(number, side)) for number in cells])
        for name, cells in zip(names, units(side, box_rows).tolist(), strict=True)
    ]
