"""How gradients move weights: the optimizers, their learning rate, and the puzzle embedding."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from trm_core.errors import UserError
from trm_core.training.config import TrainingSettings
from trm_core.training.distributed import Group


def make_optimizer(weights: Mapping[str, nn.Parameter], settings: TrainingSettings) -> Optimizer:
    """The optimizer of all weights but the puzzle embedding. UserError where it is not there.

    AdamAtan2 moves by atan2(m, √v), without the factor 4/π of arXiv 2407.05872, as the authors'
    kernel does.
    """
    options = {
        "lr": settings.learning_rate,
        "betas": (settings.beta1, settings.beta2),
        "weight_decay": settings.weight_decay,
    }
    if settings.optimizer == "adamw":
        return AdamW(weights.values(), **options)  # type: ignore[arg-type]
    try:
        from adam_atan2_pytorch import AdamAtan2
    except ImportError:
        raise UserError(
            "training.optimizer is 'adam_atan2', which needs the package adam-atan2-pytorch; "
            "install it or choose adamw"
        ) from None
    optimizer: Optimizer = AdamAtan2(weights.values(), **options, a=1.0)
    return optimizer


def learning_rate_share(step: int, settings: TrainingSettings) -> float:
    """What share of the learning rate step `step` (from 1) has: warm-up, then a cosine."""
    if step < settings.warmup_steps:
        return step / settings.warmup_steps
    passed = (step - settings.warmup_steps) / max(1, settings.steps - settings.warmup_steps)
    cosine = 0.5 * (1 + math.cos(math.pi * min(passed, 1)))
    return settings.final_learning_rate + (1 - settings.final_learning_rate) * cosine


def optimizer_tensors(
    optimizer: Optimizer, weights: Mapping[str, nn.Parameter]
) -> dict[str, Tensor]:
    """The optimizer's state as tensors named WEIGHT/ENTRY, counts included."""
    return {
        f"{name}/{entry}": torch.as_tensor(value)
        for name, weight in weights.items()
        for entry, value in optimizer.state[weight].items()
    }


def restore_optimizer(
    optimizer: Optimizer, weights: Mapping[str, nn.Parameter], tensors: Mapping[str, Tensor]
) -> None:
    """Give back a state that `optimizer_tensors` took."""
    optimizer.state.clear()
    for key, tensor in tensors.items():
        name, entry = key.split("/")
        weight = weights[name]
        a_count = tensor.dim() == 0 and not tensor.is_floating_point()
        value = tensor.item() if a_count else tensor.to(weight.device if tensor.dim() else "cpu")
        optimizer.state[weight][entry] = value


class PuzzleEmbeddings:
    """The puzzle embedding, trained by the signs of its gradient (`CastedSparseEmbeddingSignSGD`).

    Only the rows of the puzzles in a batch move, so no gradient of the whole table exists.
    table: (puzzles, size) float32.
    """

    def __init__(self, table: Tensor, settings: TrainingSettings) -> None:
        self.table = table
        self._learning_rate = settings.puzzle_learning_rate
        self._weight_decay = settings.puzzle_weight_decay

    def update(self, puzzle_ids: Tensor, gradient: Tensor, share: float, group: Group) -> None:
        """Move the rows `puzzle_ids` (B,) against `gradient` (B, size), summed where ids repeat.

        share: of the learning rate. The samples of all processes in `group` count.
        """
        puzzle_ids = torch.cat(group.gather(puzzle_ids))
        gradient = torch.cat(group.gather(gradient.float()))
        same = puzzle_ids.unsqueeze(1) == puzzle_ids  # (B, B); unlike `unique`, needs no waiting
        summed = (same.float() @ gradient)[same.int().argmax(1)]  # equal ids get equal bits
        rate = share * self._learning_rate
        rows = self.table[puzzle_ids] * (1 - rate * self._weight_decay) - rate * summed.sign()
        self.table[puzzle_ids] = rows
