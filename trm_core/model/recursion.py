"""The recursion that TRM and HRM share: what goes in, the two nested loops, what comes out."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import torch
import torch.nn.functional as F  # noqa: N812
from einops import rearrange
from torch import Tensor, nn

from trm_core.model.blocks import Rotary, embedding, init_truncated_normal_, linear, rotary_angles
from trm_core.model.config import RecursionConfig

GradientMode = Literal["full_cycle", "one_step", "bptt"]
"""How much of a supervision step is differentiated: its last cycle, its last latent step and
answer update, or all of it."""


@dataclass(frozen=True)
class State:
    """What a solve carries from one supervision step to the next.

    y, z: (B, L, D) the embedding of the current answer, and the latent reasoning.
    """

    y: Tensor
    z: Tensor


@dataclass(frozen=True)
class Step:
    """One network call, as `on_step` sees it.

    cycle and latent_step count from 1; latent_step is None for an answer update.
    y, z: (B, L, D) after the call.
    """

    kind: Literal["latent", "answer"]
    cycle: int
    latent_step: int | None
    y: Tensor
    z: Tensor
    model: RecursiveModel = field(repr=False)

    def decode(self) -> Tensor:
        """(B, cells, vocab) logits of the current y."""
        return self.model.decode(self.y)

    def halt_logit(self) -> Tensor:
        """(B,) logit of the halting probability at the current y."""
        return self.model.judge(self.y)[0]


@dataclass(frozen=True)
class SupervisionOutput:
    """The result of one supervision step.

    state: detached, for the next supervision step.
    logits: (B, cells, vocab); halt_logit, continue_logit: (B,) float32.
    """

    state: State
    logits: Tensor
    halt_logit: Tensor
    continue_logit: Tensor


class RecursiveModel(nn.Module, ABC):
    """Refines an answer y and a latent z, over and over, with the networks of its subclass."""

    default_gradient: ClassVar[GradientMode]

    def __init__(self, config: RecursionConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding_scale: float = math.sqrt(config.hidden_size)
        std = 1 / self.embedding_scale

        self.token_embedding = embedding(config.vocab_size, config.hidden_size, std)
        if config.positions == "learned":
            self.position_embedding = embedding(config.length, config.hidden_size, std)
        if config.puzzle_embedding_size:
            self.puzzle_embedding = embedding(
                config.puzzle_count, config.puzzle_embedding_size, std=0
            )

        self.answer_head = linear(config.hidden_size, config.vocab_size)
        self.halt_head = nn.Linear(config.hidden_size, 2)  # halt, continue
        nn.init.zeros_(self.halt_head.weight)  # at first nothing is right, so nothing halts
        nn.init.constant_(self.halt_head.bias, -5)

        for name in ("y_init", "z_init"):
            start = init_truncated_normal_(torch.empty(config.hidden_size), std=1)
            self.register_buffer(name, start)
        self.y_init: Tensor
        self.z_init: Tensor

    @abstractmethod
    def update_latent(self, z: Tensor, injected: Tensor, rotary: Rotary | None) -> Tensor:
        """One latent step: the next z (B, L, D), where `injected` is y + x."""

    @abstractmethod
    def update_answer(self, y: Tensor, z: Tensor, rotary: Rotary | None) -> Tensor:
        """One answer update: the next y (B, L, D)."""

    def initial_state(self, batch_size: int) -> State:
        """The fixed (not learned) y and z from which every solve starts.

        As contiguous as all later ones, so that compiled networks meet one layout only.
        """
        shape = batch_size, self.config.length, self.config.hidden_size
        return State(self.y_init.expand(shape).contiguous(), self.z_init.expand(shape).contiguous())

    def supervision_step(
        self,
        tokens: Tensor,
        state: State,
        puzzle_ids: Tensor | None = None,
        on_step: Callable[[Step], None] | None = None,
        gradient: GradientMode | None = None,
    ) -> SupervisionOutput:
        """Run all cycles once: `cycles` × (`latent_steps` × update z, then one update of y).

        tokens: (B, cells) whole numbers below vocab_size.
        puzzle_ids: (B,) rows of the puzzle embedding; all 0 if None.
        on_step: called after every latent step and every answer update; free when None.
        gradient: how much is differentiated where gradients are enabled at all; the authors'
            way for this architecture if None.
        """
        cycles, latent_steps = self.config.cycles, self.config.latent_steps
        tracked_from = {
            "bptt": (1, 1),
            "full_cycle": (cycles, 1),
            "one_step": (cycles, latent_steps),
        }[gradient or self.default_gradient]
        differentiate = torch.is_grad_enabled()

        x = self.embed(tokens, puzzle_ids)
        rotary = self._rotary(x.device)
        y, z = state.y, state.z
        for cycle in range(1, cycles + 1):
            for latent_step in range(1, latent_steps + 1):
                with torch.set_grad_enabled(differentiate and (cycle, latent_step) >= tracked_from):
                    z = self.update_latent(z, y + x, rotary)
                if on_step is not None:
                    on_step(Step("latent", cycle, latent_step, y, z, self))
            with torch.set_grad_enabled(differentiate and (cycle, latent_steps) >= tracked_from):
                y = self.update_answer(y, z, rotary)
            if on_step is not None:
                on_step(Step("answer", cycle, None, y, z, self))

        halt_logit, continue_logit = self.judge(y)
        return SupervisionOutput(
            State(y.detach(), z.detach()), self.decode(y), halt_logit, continue_logit
        )

    def embed(self, tokens: Tensor, puzzle_ids: Tensor | None = None) -> Tensor:
        """(B, L, D) input embedding x: the puzzle embedding's positions, then the cells."""
        x: Tensor = self.token_embedding(tokens)
        if self.config.puzzle_embedding_size:
            if puzzle_ids is None:
                puzzle_ids = tokens.new_zeros(len(tokens))
            first = self.puzzle_embedding(puzzle_ids)
            room = self.config.puzzle_positions * self.config.hidden_size
            first = F.pad(first, (0, room - first.shape[-1]))
            first = rearrange(first, "b (p d) -> b p d", p=self.config.puzzle_positions)
            x = torch.cat((first, x), dim=1)
        if self.config.positions == "learned":
            x = (x + self.position_embedding.weight) * math.sqrt(0.5)  # variance as before
        return self.embedding_scale * x

    def decode(self, y: Tensor) -> Tensor:
        """(B, cells, vocab) logits of an answer embedding y (B, L, D)."""
        logits: Tensor = self.answer_head(y[:, self.config.puzzle_positions :])
        return logits

    def judge(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """Halt and continue logits, each (B,) float32, read off the first position of y."""
        halt_logit, continue_logit = self.halt_head(y[:, 0]).float().unbind(-1)
        return halt_logit, continue_logit

    def _rotary(self, device: torch.device) -> Rotary | None:
        config = self.config
        if config.positions != "rotary":
            return None
        return rotary_angles(
            config.length, config.hidden_size // config.heads, config.rotary_base, device
        )
