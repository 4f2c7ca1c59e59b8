"""What training steps on: a batch of puzzles as tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

IGNORED = -100
"""The label of a cell that does not count."""


@dataclass(frozen=True)
class Batch:
    """Puzzles and their answers, all tensors int64 on one device.

    tokens: (B, cells); labels: (B, cells), `IGNORED` where a cell does not count.
    puzzle_ids: (B,) rows of the puzzle embedding.
    """

    tokens: Tensor
    labels: Tensor
    puzzle_ids: Tensor


Augmentation = Callable[[Batch, torch.Generator], Batch]
"""Turns puzzles into others that are as right, drawing from a generator on their device."""
