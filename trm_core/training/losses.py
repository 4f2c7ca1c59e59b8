"""The loss of one supervision step: cross entropy, and a share of the halting loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from trm_core.data.batch import IGNORED
from trm_core.model.stablemax import stablemax
from trm_core.training.config import TrainingSettings


@dataclass(frozen=True)
class Losses:
    """Scalars, summed over the batch: `total` = `answer` + `halting_weight` × `halting`."""

    answer: Tensor
    halting: Tensor
    halting_weight: float

    @property
    def total(self) -> Tensor:
        return self.answer + self.halting_weight * self.halting


Probabilities = Callable[[Tensor], Tensor]
"""From logits (..., vocab): see `RecursiveModel.probabilities`."""


def answer_loss(logits: Tensor, labels: Tensor, probabilities: Probabilities = stablemax) -> Tensor:
    """(B,) mean cross entropy over each sample's counted cells, as precise as `probabilities`.

    logits: (B, cells, vocab); labels: (B, cells), `IGNORED` where a cell does not count.
    """
    counted = labels != IGNORED
    picked = probabilities(logits).gather(-1, labels.clamp(min=0).long().unsqueeze(-1)).squeeze(-1)
    return -picked.masked_fill(~counted, 1).log().sum(-1) / counted.sum(-1).clamp(min=1)


def exactly_right(logits: Tensor, labels: Tensor) -> Tensor:
    """(B,) bool: every counted cell is decoded right, and there is one: where none counts, the
    puzzle has no solution, and no answer can be right."""
    counted = labels != IGNORED
    return ((logits.argmax(-1) == labels) | ~counted).all(-1) & counted.any(-1)


def supervision_loss(
    logits: Tensor,
    halt_logit: Tensor,
    labels: Tensor,
    probabilities: Probabilities = stablemax,
    halting_weight: float = TrainingSettings.halting_weight,
) -> Losses:
    """Losses of one supervision step (TRM paper, section 4): the halting head learns whether
    the decoded answer is exactly right.

    logits: (B, cells, vocab); halt_logit: (B,); labels: (B, cells).
    """
    right = exactly_right(logits.detach(), labels).to(halt_logit.dtype)
    halting = F.binary_cross_entropy_with_logits(halt_logit, right, reduction="sum")
    return Losses(answer_loss(logits, labels, probabilities).sum(), halting, halting_weight)
