"""What training steps on: a batch of puzzles as tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from trm_core.puzzles.base import PuzzleShape

IGNORED = -100
"""The label of a cell that does not count."""


@dataclass(frozen=True)
class Batch:
    """Puzzles of one size and their answers, all tensors int64 on one device.

    tokens: (B, cells); labels: (B, cells), `IGNORED` where a cell does not count. Where none does,
    the puzzle has no solution.
    puzzle_ids: (B,) rows of the puzzle embedding.
    shape: of the boards, where that changes from batch to batch; None for that of the data set.
    """

    tokens: Tensor
    labels: Tensor
    puzzle_ids: Tensor
    shape: PuzzleShape | None = None


class Batches(Protocol):
    """Where batches come from: a function of the step, so that nothing is to be kept of it.

    `training.sampler.Sampler` draws them from a stored data set, `training.stream.Stream` has them
    made while it trains.
    """

    def batch(self, step: int) -> tuple[Batch, torch.Generator]:
        """What step `step` (from 0) offers, and the generator for whatever else it draws."""


Augmentation = Callable[[Batch, torch.Generator], Batch]
"""Turns puzzles into others that are as right, drawing from a generator on their device."""
