"""How gradients move weights: the optimizers, their learning rate, and the puzzle embedding."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from trm_core.training.config import TrainingSettings
from trm_core.training.distributed import Group


class AdamAtan2(Optimizer):
    """Adam that moves by an arctangent, which needs no epsilon (arXiv 2407.05872, section 4).

    As the authors' kernel does it (`adam_atan2.cu`): without the paper's factor of 4/π, and with
    the correction of the mean's bias outside of the arctangent. So a weight moves by
    lr / (1 − β₁ᵗ) · atan2(m, √(v / (1 − β₂ᵗ))), after it has decayed by its share lr · decay.
    """

    def __init__(
        self,
        weights: Iterable[nn.Parameter],
        lr: float,
        betas: tuple[float, float],
        weight_decay: float,
    ) -> None:
        super().__init__(weights, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Move all weights that have a gradient."""
        for options in self.param_groups:
            rate, (beta1, beta2) = options["lr"], options["betas"]
            for weight in options["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["steps"] = 0
                    state["exp_avg"] = torch.zeros_like(weight)
                    state["exp_avg_sq"] = torch.zeros_like(weight)
                state["steps"] += 1
                mean, square, steps = state["exp_avg"], state["exp_avg_sq"], state["steps"]
                mean.lerp_(weight.grad, 1 - beta1)
                square.lerp_(weight.grad.square(), 1 - beta2)
                root = (square / (1 - beta2**steps)).sqrt_()
                weight.mul_(1 - rate * options["weight_decay"])
                weight.sub_(mean.atan2(root), alpha=rate / (1 - beta1**steps))


def make_optimizer(weights: Mapping[str, nn.Parameter], settings: TrainingSettings) -> Optimizer:
    """The optimizer of all weights but the puzzle embedding."""
    kind = AdamW if settings.optimizer == "adamw" else AdamAtan2
    return kind(
        weights.values(),
        lr=settings.learning_rate,
        betas=(settings.beta1, settings.beta2),
        weight_decay=settings.weight_decay,
    )


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
