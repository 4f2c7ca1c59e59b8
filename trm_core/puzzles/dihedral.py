"""The eight symmetries of the square, for mazes and ARC grids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trm_core.puzzles.base import Grid


@dataclass(frozen=True)
class Dihedral:
    """Mirrors a grid left to right if `mirrored`, then turns it counter-clockwise.

    An odd number of quarter turns makes a (cols, rows) grid of a (rows, cols) one.
    """

    quarter_turns: int = 0
    mirrored: bool = False

    def __call__(self, grid: Grid) -> Grid:
        faced = np.fliplr(grid) if self.mirrored else grid
        return np.rot90(faced, self.quarter_turns).copy()

    def inverse(self) -> Dihedral:
        """The symmetry that undoes this one; a mirrored one undoes itself."""
        return self if self.mirrored else Dihedral(-self.quarter_turns % 4)


DIHEDRAL: tuple[Dihedral, ...] = tuple(
    Dihedral(turns, mirrored) for mirrored in (False, True) for turns in range(4)
)
