"""TRM whose positions learn of each other by the puzzle's relations: for boards of any size."""

from __future__ import annotations

import math
from math import isqrt

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from trm_core.model.blocks import Network, embedding, linear
from trm_core.model.config import TRMConfig
from trm_core.model.recursion import State, halting_head
from trm_core.model.relations import RelationBlock, pooled
from trm_core.model.trm import OneNetwork
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.sudoku import usual_box_rows

NEVER = -100.0
"""The logit of tokens that a cell of an answer never has."""

CANDIDATE_0 = 2
"""The token that stands for the first candidate; those of the others follow in order."""


class RelationalTRM(OneNetwork):
    """Its positions are cells or, with `candidates`, what each cell may hold: the state is then
    literally what is thought of every candidate."""

    def __init__(self, config: TRMConfig) -> None:
        super().__init__(config)
        self.draw_start()
        size = config.hidden_size
        self.embedding_scale: float = math.sqrt(size)
        kinds = 3 if config.candidates else config.vocab_size
        self.token_embedding = embedding(kinds, size, std=1 / self.embedding_scale)
        inner = round(config.expansion * size)
        self.network = Network(
            [
                RelationBlock(
                    config.relations,
                    size,
                    config.message_size,
                    inner,
                    config.norm_epsilon,
                    config.gated,
                )
                for _ in range(config.layers)
            ]
        )
        self.answer_head = linear(size, 1 if config.candidates else config.vocab_size)
        self.halt_head = halting_head(2 * size)

    def length(self, shape: PuzzleShape | None) -> int:
        shape = shape or self._usual_shape(self.config.cells)
        return shape.cells * (shape.vocab_size - CANDIDATE_0 if self.config.candidates else 1)

    def places(self, state: State) -> PuzzleShape:
        if state.shape is not None:
            return state.shape
        length = state.y.shape[1]
        return self._usual_shape(round(length ** (2 / 3)) if self.config.candidates else length)

    def embed(self, tokens: Tensor, puzzle_ids: Tensor | None = None) -> Tensor:
        """(B, L, D) input embedding x: of the tokens, or of whether each candidate is given,
        another one is, or none."""
        if self.config.candidates:
            tokens = tokens.unsqueeze(-1)
            candidates = CANDIDATE_0 + torch.arange(isqrt(tokens.shape[1]), device=tokens.device)
            is_given, is_this = tokens >= CANDIDATE_0, tokens == candidates
            tokens = (is_given.long() + is_this.long()).flatten(1)
        x: Tensor = self.token_embedding(tokens)
        return self.embedding_scale * x

    def decode(self, y: Tensor) -> Tensor:
        """(B, cells, vocab) logits of an answer embedding y (B, L, D)."""
        logits: Tensor = self.answer_head(y)
        if self.config.candidates:
            count = round(y.shape[1] ** (1 / 3))
            logits = F.pad(logits.view(len(y), -1, count), (CANDIDATE_0, 0), value=NEVER)
        return logits

    def judge(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """Halt and continue logits, each (B,) float32, read off a pool of all positions of y."""
        halt_logit, continue_logit = self.halt_head(pooled(y, 1)).float().unbind(-1)
        return halt_logit, continue_logit

    def probabilities(self, logits: Tensor) -> Tensor:
        """Softmax, in float32."""
        return logits.float().softmax(-1)

    def _usual_shape(self, cells: int) -> PuzzleShape:
        """The square board of so many cells."""
        side = isqrt(cells)
        if self.config.candidates:
            return PuzzleShape("sudoku", side, side, usual_box_rows(side))
        return PuzzleShape("maze", side, side)
