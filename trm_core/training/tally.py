"""Sums over training passes, kept on the device, from which a row of metrics is made."""

from __future__ import annotations

import torch
from torch import Tensor

from trm_core.data.batch import IGNORED
from trm_core.model.recursion import SupervisionOutput
from trm_core.model.stablemax import widest
from trm_core.training.carry import Carry
from trm_core.training.distributed import Group
from trm_core.training.losses import Losses, exactly_right

_OVER_ALL = "answer_loss", "halting_loss", "gradient_norm"
_OVER_HALTED = "cell_accuracy", "exact_accuracy", "halting_accuracy", "supervision_steps"
_NAMES = "samples", *_OVER_ALL, "halted", *_OVER_HALTED


class Tally:
    """Counts this process's samples; sums over all processes are made when they are asked for."""

    def __init__(self, device: torch.device, group: Group) -> None:
        self._sums = torch.zeros(len(_NAMES), dtype=widest(device), device=device)
        self._group = group

    @torch.no_grad()
    def add(self, losses: Losses, output: SupervisionOutput, after: Carry) -> None:
        """Count a pass that left its samples as `after`."""
        labels, halted = after.labels, after.halted
        counted = labels != IGNORED
        cells = ((output.logits.argmax(-1) == labels) & counted).sum(-1)
        right = exactly_right(output.logits, labels)
        sums = {
            "samples": torch.ones_like(halted).sum(),
            "answer_loss": losses.answer,
            "halting_loss": losses.halting,
            "gradient_norm": torch.zeros_like(losses.answer),
            "halted": halted.sum(),
            "cell_accuracy": (cells / counted.sum(-1).clamp(min=1) * halted).sum(),
            "exact_accuracy": (right & halted).sum(),
            "halting_accuracy": (((output.halt_logit > 0) == right) & halted).sum(),
            "supervision_steps": (after.steps * halted).sum(),
        }
        self._sums += torch.stack([sums[name].to(self._sums.dtype) for name in _NAMES])

    def add_gradient_norm(self, norm: Tensor, samples: int) -> None:
        """Count the norm of the gradient of a step that `samples` samples of this process took."""
        self._sums[_NAMES.index("gradient_norm")] += norm * samples

    def is_finite(self) -> bool:
        """Whether all losses and gradients since the last `take` are numbers."""
        return bool(self.total().isfinite().all())

    def take(self) -> dict[str, float]:
        """Means since the last call: losses and gradients over all samples, the others over those
        that halted (NaN if none did), as the official code counts."""
        sums = dict(zip(_NAMES, self.total().tolist(), strict=True))
        self._sums.zero_()
        nothing = float("nan")
        return {
            **{name: sums[name] / (sums["samples"] or nothing) for name in _OVER_ALL},
            **{name: sums[name] / (sums["halted"] or nothing) for name in _OVER_HALTED},
        }

    def total(self) -> Tensor:
        """The sums of all processes."""
        return self._group.sum(self._sums.clone())

    def restore(self, total: Tensor) -> None:
        """Go on from what `total` gave."""
        self._sums.copy_(total if self._group.leads else torch.zeros_like(total))
