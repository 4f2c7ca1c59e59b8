"""Stablemax, the softmax that TRM and HRM are trained with."""

from __future__ import annotations

import torch
from torch import Tensor


def widest(device: torch.device) -> torch.dtype:
    """The most precise number format that `device` has."""
    return torch.float32 if device.type == "mps" else torch.float64


def stablemax(logits: Tensor) -> Tensor:
    """Probabilities over the last axis (arXiv 2501.04697, section 4), in float64 (MPS: float32).

    A softmax with s(x) = x + 1 for x >= 0 and 1 / (1 - x) below in place of exp.
    """
    x = logits.to(widest(logits.device))
    s = torch.where(x < 0, 1 / (1 - x + 1e-30), x + 1)
    return s / s.sum(-1, keepdim=True)
