"""Mazes under the symmetries of their rectangle."""

from __future__ import annotations

import torch

from trm_core.data.augment_symmetry import source_cells
from trm_core.data.batch import Batch


class MazeAugmentation:
    """Turns and mirrors every maze of a batch at random, its answer with it.

    All boards are rows × cols; a batch is expected on `device`. A smaller maze turns with its
    board, and so comes to lie in any of the corners.
    """

    def __init__(self, rows: int, cols: int, device: torch.device) -> None:
        self._sources = source_cells(rows, cols, device)

    def __call__(self, batch: Batch, generator: torch.Generator) -> Batch:
        size = (len(batch.tokens),)
        which = torch.randint(
            len(self._sources), size, generator=generator, device=generator.device
        )
        source = self._sources[which]
        return Batch(
            batch.tokens.gather(1, source), batch.labels.gather(1, source), batch.puzzle_ids
        )
