"""What deep supervision carries from one optimizer step to the next, sample by sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from trm_core.data.batch import Batch
from trm_core.model.recursion import RecursiveModel, State, SupervisionOutput
from trm_core.puzzles.base import PuzzleShape


@dataclass(frozen=True)
class Carry:
    """B samples in work (TRM paper, section 2.4; `TinyRecursiveReasoningModel_ACTV1Carry`).

    y, z: (B, L, D) in the number format of the passes. tokens, labels: (B, cells).
    puzzle_ids: (B,). steps: (B,) supervision steps done. halted: (B,) bool, to be replaced.
    shape: of their boards; None will do for models of one size.
    """

    y: Tensor
    z: Tensor
    tokens: Tensor
    labels: Tensor
    puzzle_ids: Tensor
    steps: Tensor
    halted: Tensor
    shape: PuzzleShape | None = None

    @classmethod
    def empty(cls, model: RecursiveModel, size: int, shape: PuzzleShape | None = None) -> Carry:
        """`size` samples that are all to be replaced."""
        device = model.y_init.device
        start = model.initial_state(size, shape)
        cells = model.config.cells if shape is None else shape.cells
        tokens = torch.zeros((size, cells), dtype=torch.int64, device=device)
        counts = torch.zeros(size, dtype=torch.int64, device=device)
        halted = torch.ones(size, dtype=torch.bool, device=device)
        return cls(start.y, start.z, tokens, tokens, counts, counts, halted, shape)

    @classmethod
    def joined(cls, parts: Sequence[Carry]) -> Carry:
        """The samples of all `parts`, in order."""
        if len(parts) == 1:
            return parts[0]
        each = [part.tensors() for part in parts]
        joined = {name: torch.cat([tensors[name] for tensors in each]) for name in each[0]}
        return cls(**joined, shape=parts[0].shape)

    def part(self, which: slice) -> Carry:
        """Some of the samples."""
        return Carry(**{n: each[which] for n, each in self.tensors().items()}, shape=self.shape)

    @property
    def state(self) -> State:
        return State(self.y, self.z, self.shape)

    def tensors(self) -> dict[str, Tensor]:
        """All tensors, by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "shape"}

    def replaced(
        self, fresh: Batch, model: RecursiveModel, generator: torch.Generator | None = None
    ) -> Carry:
        """The halted samples give way to those of `fresh` in their places, at their start state
        (see `RecursiveModel.initial_state`); all do where those are of another size."""
        halted = self.halted
        if fresh.shape != self.shape:
            empty = Carry.empty(model, len(halted), fresh.shape)
            return empty.replaced(fresh, model, generator)
        start = model.initial_state(len(halted), fresh.shape, generator)
        one, row = halted.view(-1, 1), halted.view(-1, 1, 1)
        return Carry(
            torch.where(row, start.y, self.y),
            torch.where(row, start.z, self.z),
            torch.where(one, fresh.tokens, self.tokens),
            torch.where(one, fresh.labels, self.labels),
            torch.where(halted, fresh.puzzle_ids, self.puzzle_ids),
            torch.where(halted, 0, self.steps),
            torch.zeros_like(halted),
            self.shape,
        )

    def after(
        self,
        output: SupervisionOutput,
        max_supervision_steps: int,
        least_steps: Tensor,
    ) -> Carry:
        """The samples after one more supervision step, halted by the halting head or at the most.

        least_steps: (B,) supervision steps before which the head is not heeded.
        """
        steps = self.steps + 1
        halts = (output.halt_logit > 0) & (steps >= least_steps)
        return Carry(
            output.state.y,
            output.state.z,
            self.tokens,
            self.labels,
            self.puzzle_ids,
            steps,
            halts | (steps >= max_supervision_steps),
            self.shape,
        )


def least_steps(
    size: int, exploration: float, max_supervision_steps: int, generator: torch.Generator
) -> Tensor:
    """(size,) supervision steps that samples get at least: with the probability `exploration`
    a number from 2 to the maximum, drawn uniformly, else 0 (`halt_exploration_prob`)."""
    device = generator.device
    explores = torch.rand(size, generator=generator, device=device) < exploration
    drawn = torch.randint(
        2, max(3, max_supervision_steps + 1), (size,), generator=generator, device=device
    )
    return torch.where(explores, drawn, 0)


def most_steps(step: int, deepening_steps: int, max_supervision_steps: int) -> int:
    """Supervision steps that a sample gets at most after `step` optimizer steps.

    1 at first, doubled at equal intervals, and from `deepening_steps` on the maximum.
    """
    if step >= deepening_steps:
        return max_supervision_steps
    doublings = (max_supervision_steps - 1).bit_length()
    return 1 << step * doublings // deepening_steps
