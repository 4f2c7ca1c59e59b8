"""The recursion that all models share: what goes in, the two nested loops, what comes out."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import torch
import torch.nn.functional as F  # noqa: N812
from einops import rearrange
from torch import Tensor, nn

from trm_core.model.blocks import Rotary, embedding, init_truncated_normal_, linear, rotary_angles
from trm_core.model.config import RecursionConfig
from trm_core.model.stablemax import stablemax
from trm_core.puzzles.base import PuzzleShape

GradientMode = Literal["full_cycle", "one_step", "bptt"]
"""How much of a supervision step is differentiated: its last cycle, its last latent step and
answer update, or all of it."""

Places = Rotary | PuzzleShape | None
"""What a network is told of where its positions are: rotary angles, or the board they are on."""


@dataclass(frozen=True)
class State:
    """What a solve carries from one supervision step to the next.

    y, z: (B, L, D) the embedding of the current answer, and the latent reasoning.
    shape: the board that the positions are on; None for models of a fixed size.
    """

    y: Tensor
    z: Tensor
    shape: PuzzleShape | None = None


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
        self.y_init: Tensor
        self.z_init: Tensor

    def draw_start(self) -> None:
        """Draw `y_init` and `z_init` (D,), from which y and z start at every position."""
        for name in ("y_init", "z_init"):
            start = init_truncated_normal_(torch.empty(self.config.hidden_size), std=1)
            self.register_buffer(name, start)

    @abstractmethod
    def update_latent(self, z: Tensor, injected: Tensor, places: Any) -> Tensor:
        """One latent step: the next z (B, L, D), where `injected` is y + x."""

    @abstractmethod
    def update_answer(self, y: Tensor, z: Tensor, places: Any) -> Tensor:
        """One answer update: the next y (B, L, D)."""

    @abstractmethod
    def embed(self, tokens: Tensor, puzzle_ids: Tensor | None = None) -> Tensor:
        """(B, L, D) input embedding x."""

    @abstractmethod
    def decode(self, y: Tensor) -> Tensor:
        """(B, cells, vocab) logits of an answer embedding y (B, L, D)."""

    @abstractmethod
    def judge(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """Halt and continue logits, each (B,) float32, of an answer embedding y (B, L, D)."""

    @abstractmethod
    def places(self, state: State) -> Places:
        """What the networks are told of where the positions of `state` are."""

    def probabilities(self, logits: Tensor) -> Tensor:
        """What `decode` gives as probabilities over the last axis: as in training."""
        return stablemax(logits)

    def length(self, shape: PuzzleShape | None) -> int:
        """L for a board of `shape`, which only models of any size take."""
        return self.config.length

    def initial_state(
        self,
        batch_size: int,
        shape: PuzzleShape | None = None,
        generator: torch.Generator | None = None,
    ) -> State:
        """The y and z, not learned, from which solves start.

        shape: the board, where the model takes any size; if None one as in training.
        generator: where `start_noise` is drawn from for every sample; if None, all have the same,
            always.

        As contiguous as all later ones, so that compiled networks meet one layout only.
        """
        size = self.length(shape), self.config.hidden_size
        y, z = (start.expand(batch_size, *size) for start in (self.y_init, self.z_init))
        if noise := self.config.start_noise:
            device, samples = self.y_init.device, 1 if generator is None else batch_size
            generator = generator or torch.Generator(device).manual_seed(0)
            drawn = torch.randn(2, samples, *size, generator=generator, device=device) * noise
            y, z = (start + part for start, part in zip((y, z), drawn.to(y.dtype), strict=True))
        return State(y.contiguous(), z.contiguous(), shape)

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
        places = self.places(state)
        y, z = state.y, state.z
        for cycle in range(1, cycles + 1):
            for latent_step in range(1, latent_steps + 1):
                with torch.set_grad_enabled(differentiate and (cycle, latent_step) >= tracked_from):
                    z = self.update_latent(z, y + x, places)
                if on_step is not None:
                    on_step(Step("latent", cycle, latent_step, y, z, self))
            with torch.set_grad_enabled(differentiate and (cycle, latent_steps) >= tracked_from):
                y = self.update_answer(y, z, places)
            if on_step is not None:
                on_step(Step("answer", cycle, None, y, z, self))

        halt_logit, continue_logit = self.judge(y)
        return SupervisionOutput(
            State(y.detach(), z.detach(), state.shape), self.decode(y), halt_logit, continue_logit
        )


class FixedSizeModel(RecursiveModel):
    """A model for one number of cells: a position for each, which it may know by rotary angles or
    by an embedding of its own, and before them those of the puzzle embedding."""

    def __init__(self, config: RecursionConfig) -> None:
        super().__init__(config)
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
        self.halt_head = halting_head(config.hidden_size)
        self.draw_start()

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

    def places(self, state: State) -> Rotary | None:
        """The rotary angles, where the model has them."""
        config = self.config
        if config.positions != "rotary":
            return None
        return rotary_angles(
            config.length, config.hidden_size // config.heads, config.rotary_base, state.y.device
        )


def halting_head(size: int) -> nn.Linear:
    """From so many numbers to the logits of halting and going on."""
    head = nn.Linear(size, 2)
    nn.init.zeros_(head.weight)  # at first nothing is right, so nothing halts
    nn.init.constant_(head.bias, -5)
    return head
