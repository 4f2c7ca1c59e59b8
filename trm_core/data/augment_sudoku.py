"""Sudokus under the symmetries of their rules, some with more givens."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from trm_core.data.batch import IGNORED, Batch

EMPTY = 1
"""Token of an empty cell; digit d is token d + 1."""


@dataclass(frozen=True)
class SudokuAugmentation:
    """Draws a symmetry for every Sudoku of a batch, then reveals cells of its answer.

    The symmetries are those of `SudokuTransform`. Of the empty cells whose label counts,
    0 to `extra_givens` are revealed, each number as likely; all of them if there are fewer.
    """

    side: int
    box_rows: int
    extra_givens: int = 0

    def __call__(self, batch: Batch, generator: torch.Generator) -> Batch:
        tokens, labels = batch.tokens, batch.labels
        size = len(tokens)
        names = self._names(size, generator)
        source = self._sources(size, generator)
        tokens = names.gather(1, tokens.gather(1, source))
        labels = labels.gather(1, source)
        labels = torch.where(labels == IGNORED, IGNORED, names.gather(1, labels.clamp(min=0)))
        tokens = self._with_more_givens(tokens, labels, generator)
        return Batch(tokens, labels, batch.puzzle_ids)

    def _names(self, size: int, generator: torch.Generator) -> Tensor:
        """(B, side + 2) the new token for every token; padding and empty stay."""
        digits = _permutations((size, self.side), generator) + EMPTY + 1
        kept = torch.arange(EMPTY + 1, device=digits.device).expand(size, -1)
        return torch.cat([kept, digits], dim=1)

    def _sources(self, size: int, generator: torch.Generator) -> Tensor:
        """(B, cells) the cell that comes to each cell."""
        box_cols = self.side // self.box_rows
        rows = self._lines(size, self.box_rows, generator)
        cols = self._lines(size, box_cols, generator)
        cells = rows.unsqueeze(2) * self.side + cols.unsqueeze(1)
        if self.box_rows == box_cols:
            turned = torch.rand((size, 1, 1), generator=generator, device=cells.device) < 0.5
            cells = torch.where(turned, cells.mT, cells)
        return cells.flatten(1)

    def _lines(self, size: int, band: int, generator: torch.Generator) -> Tensor:
        """(B, side) lines in an order that shuffles the bands, and the `band` lines within each."""
        bands = _permutations((size, self.side // band), generator) * band
        within = _permutations((size, self.side // band, band), generator)
        return (bands.unsqueeze(2) + within).flatten(1)

    def _with_more_givens(
        self, tokens: Tensor, labels: Tensor, generator: torch.Generator
    ) -> Tensor:
        open_cells = (tokens == EMPTY) & (labels > EMPTY)
        order = torch.rand(tokens.shape, generator=generator, device=tokens.device)
        order = order.masked_fill(~open_cells, 2.0)  # behind every open cell
        rank = order.argsort(1).argsort(1)
        count = torch.randint(
            self.extra_givens + 1, (len(tokens), 1), generator=generator, device=tokens.device
        )
        return torch.where(open_cells & (rank < count), labels, tokens)


def _permutations(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """int64 permutations of 0, 1, ... along the last axis, each as likely."""
    return torch.rand(shape, generator=generator, device=generator.device).argsort(-1)
