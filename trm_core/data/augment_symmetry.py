"""The symmetries of a canvas as index tables: one gather gives every sample another one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from trm_core.puzzles.dihedral import DIHEDRAL, Dihedral


def symmetries_of(rows: int, cols: int) -> Sequence[Dihedral]:
    """The 8 symmetries of a square, or the 4 that keep the shape of another rectangle."""
    return DIHEDRAL if rows == cols else DIHEDRAL[::2]


def source_cells(rows: int, cols: int, device: torch.device) -> Tensor:
    """(symmetries, cells) int64: the cell that comes to each cell under each of `symmetries_of`."""
    row, col = np.indices((rows, cols), dtype=np.int8)  # int8 as grids are; canvases are small
    tables = [
        symmetry(row).astype(np.int64) * cols + symmetry(col)
        for symmetry in symmetries_of(rows, cols)
    ]
    return torch.from_numpy(np.stack(tables).reshape(-1, rows * cols)).to(device)
