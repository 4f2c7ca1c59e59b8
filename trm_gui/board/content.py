"""What a board shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from trm_core.puzzles import NO_SYMBOL, Conflict, Grid, Puzzle
from trm_core.puzzles.maze import PATH

Mask = npt.NDArray[np.bool_]

SURE = 0.95
"""Probability from which on a symbol needs no other candidates beside it."""

FADE_FRAMES = 3
"""A change is marked in its own frame and, fainter each time, in the frames up to this many."""


@dataclass(frozen=True, eq=False)
class BoardContent:
    """A grid of one puzzle and what is to be marked on it. Arrays are read-only.

    `grid` may be smaller or larger than the puzzle (ARC), or (0, 0) where nothing was decoded.
    The masks, maps and `changed_age` have the shape of `grid`. `changed` marks cells that changed;
    `changed_age` says how many frames ago (0: in this one), alone or within `changed`.

    values: whether the symbols of `grid` are shown; if not, what the puzzle posed is all there is.
    confidence: 0 to 1, how sure each symbol is; less sure ones are fainter, or where cells have
        heat, their strips of it shorter.
    candidates: (rows, cols, symbols) probabilities of symbol codes; unsure cells show several.
    heat: 0 to 1 on a scale of colours, NaN where a cell has none.
    lined: whether faint lines part the cells of a maze's floor, to draw on.
    """

    puzzle: Puzzle
    grid: Grid
    changed: Mask | None = None
    changed_age: npt.NDArray[np.integer] | None = None
    conflicts: Sequence[Conflict] = ()
    wrong: Mask | None = None
    values: bool = True
    confidence: npt.NDArray[np.float64] | None = None
    candidates: npt.NDArray[np.float64] | None = None
    heat: npt.NDArray[np.float64] | None = None
    lined: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "conflicts", tuple(self.conflicts))
        for name, dtype in (("grid", np.int8), ("changed", bool), ("wrong", bool)):
            self._freeze(name, dtype)
        self._freeze("changed_age", np.int64)
        for name in ("confidence", "candidates", "heat"):
            self._freeze(name, np.float64)

    def _freeze(self, name: str, dtype: npt.DTypeLike) -> None:
        value = getattr(self, name)
        if value is None:
            return
        array = np.array(value, dtype=dtype)
        if array.shape[:2] != self.grid.shape:
            raise ValueError(f"{name} has shape {array.shape}, the grid {self.grid.shape}")
        array.setflags(write=False)
        object.__setattr__(self, name, array)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BoardContent):
            return NotImplemented
        return all(
            _same(getattr(self, field.name), getattr(other, field.name)) for field in fields(self)
        )

    @property
    def rows(self) -> int:
        return len(self.grid)

    @property
    def cols(self) -> int:
        cols: int = self.grid.shape[1]
        return cols

    @property
    def given(self) -> Mask:
        """(rows, cols) cells that stand as posed; none in ARC, whose answer is a new grid."""
        if self._answers_elsewhere:
            return np.zeros(self.grid.shape, dtype=bool)
        given: Mask = (self.grid == self.puzzle.grid) & ~self.puzzle.open_cells
        return given

    @property
    def altered(self) -> Mask:
        """(rows, cols) cells that contradict the puzzle as posed; none in ARC.

        Of the floor of a maze an answer may make path, and nothing else.
        """
        if self._answers_elsewhere:
            return np.zeros(self.grid.shape, dtype=bool)
        different: Mask = (self.grid != self.puzzle.grid) & (self.grid != NO_SYMBOL)
        if self.puzzle.kind == "maze":
            different &= (self.grid != PATH) | ~self.puzzle.open_cells
            return different
        different &= ~self.puzzle.open_cells
        return different

    @property
    def shown(self) -> Grid:
        """(rows, cols) the symbols to paint: all of `grid`, or only what the puzzle posed."""
        if self.values:
            return self.grid
        if self._answers_elsewhere:
            return np.full(self.grid.shape, NO_SYMBOL, np.int8)
        return self.puzzle.grid

    @property
    def unsure(self) -> Mask:
        """(rows, cols) cells whose candidates are shown."""
        if self.candidates is None:
            return np.zeros(self.grid.shape, dtype=bool)
        unsure: Mask = (self.candidates.max(-1) < SURE) & ~self.given
        return unsure

    @property
    def change_strength(self) -> npt.NDArray[np.float64]:
        """(rows, cols) how strongly each cell's change is marked: 1 in its frame, down to 0."""
        if self.changed_age is None:
            return np.zeros(self.grid.shape) if self.changed is None else self.changed.astype(float)
        fading = 1 - self.changed_age / FADE_FRAMES
        visible = (self.changed_age >= 0) & (self.changed_age < FADE_FRAMES)
        return np.where(visible if self.changed is None else visible & self.changed, fading, 0)

    @property
    def has_strips(self) -> bool:
        """Whether heat is a strip in each cell: where it would hide what is below, or tells with
        its length how sure a cell is."""
        return self.heat is not None and (self.confidence is not None or self.puzzle.kind == "arc")

    @property
    def in_conflict(self) -> Mask:
        """(rows, cols) cells that break a rule."""
        mask = np.zeros(self.grid.shape, dtype=bool)
        for cell in self.conflict_cells:
            mask[cell] = True
        return mask

    @property
    def conflict_cells(self) -> set[tuple[int, int]]:
        """Cells of the grid that break a rule."""
        return {
            (row, col)
            for conflict in self.conflicts
            for row, col in conflict.cells
            if 0 <= row < self.rows and 0 <= col < self.cols
        }

    @property
    def _answers_elsewhere(self) -> bool:
        """Whether the cells of the grid are not those of the puzzle."""
        return self.puzzle.kind == "arc" or self.grid.shape != self.puzzle.grid.shape


def _same(first: object, second: object) -> bool:
    if isinstance(first, np.ndarray) or isinstance(second, np.ndarray):
        floats = _is_float(first) and _is_float(second)
        return np.array_equal(np.asarray(first), np.asarray(second), equal_nan=floats)
    return first == second


def _is_float(value: object) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"
