"""TRM whose positions learn of each other by the puzzle's relations: for boards of any size."""

from __future__ import annotations

import math
from math import isqrt

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from trm_core.model.blocks import Network, embedding, linear
from trm_core.model.config import CANVAS_CANDIDATES, TRMConfig
from trm_core.model.recursion import State, halting_head
from trm_core.model.relations import RelationBlock, pooled
from trm_core.model.trm import OneNetwork
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.sudoku import usual_box_rows

NEVER = -100.0
"""The logit of tokens that a cell of an answer never has."""

STATES, ALIKE = 3, 3
"""Of a candidate when the board is read: none is given, another one is, or it is; and what the
candidates on a canvas are told apart as: the mark of a grid's end, black, and any other colour."""


class RelationalTRM(OneNetwork):
    """Its positions are cells or, with `candidates`, what each cell may hold: the state is then
    literally what is thought of every candidate."""

    def __init__(self, config: TRMConfig) -> None:
        super().__init__(config)
        self.draw_start()
        size = config.hidden_size
        self.embedding_scale: float = math.sqrt(size)
        kinds = STATES * (ALIKE if config.canvas else 1)
        self.token_embedding = embedding(
            kinds if config.candidates else config.vocab_size, size, std=1 / self.embedding_scale
        )
        if config.puzzle_embedding_size:
            self.puzzle_embedding = embedding(
                config.puzzle_count, config.puzzle_embedding_size, std=0
            )
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
        return shape.cells * (self._candidates(shape.cells) if self.config.candidates else 1)

    def places(self, state: State) -> PuzzleShape:
        if state.shape is not None:
            return state.shape
        return self._usual_shape(self._cells(state.y.shape[1]))

    def embed(self, tokens: Tensor, puzzle_ids: Tensor | None = None) -> Tensor:
        """(B, L, D) input embedding x: of the tokens, or of whether each candidate is given,
        another one is, or none; with what the puzzle embedding says of each."""
        if not self.config.candidates:
            x: Tensor = self.token_embedding(tokens)
            return self.embedding_scale * x
        count, first = self._candidates(tokens.shape[1]), self.config.first_candidate
        candidates = torch.arange(count, device=tokens.device)
        tokens = tokens.unsqueeze(-1) - first
        states = (tokens >= 0).long() + (tokens == candidates).long()
        if self.config.canvas:
            states = states + STATES * candidates.clamp(max=ALIKE - 1)
        x = self.token_embedding(states)
        if self.config.puzzle_embedding_size:
            ids = tokens.new_zeros(len(tokens)) if puzzle_ids is None else puzzle_ids
            of_each = self.puzzle_embedding(ids).view(len(ids), 1, count, -1)
            x = x + F.pad(of_each, (0, x.shape[-1] - of_each.shape[-1]))
        return self.embedding_scale * x.flatten(1, 2)

    def decode(self, y: Tensor) -> Tensor:
        """(B, cells, vocab) logits of an answer embedding y (B, L, D)."""
        logits: Tensor = self.answer_head(y)
        if self.config.candidates:
            logits = logits.view(len(y), self._cells(y.shape[1]), -1)
            logits = F.pad(logits, (self.config.first_candidate, 0), value=NEVER)
        return logits

    def judge(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """Halt and continue logits, each (B,) float32, read off a pool of all positions of y."""
        halt_logit, continue_logit = self.halt_head(pooled(y, 1)).float().unbind(-1)
        return halt_logit, continue_logit

    def probabilities(self, logits: Tensor) -> Tensor:
        """Softmax, in float32."""
        return logits.float().softmax(-1)

    def _candidates(self, cells: int) -> int:
        """For a cell of a board of so many."""
        return CANVAS_CANDIDATES if self.config.canvas else isqrt(cells)

    def _cells(self, length: int) -> int:
        """Of the board with so many positions."""
        if not self.config.candidates:
            return length
        return length // CANVAS_CANDIDATES if self.config.canvas else round(length ** (2 / 3))

    def _usual_shape(self, cells: int) -> PuzzleShape:
        """The square board of so many cells."""
        side = isqrt(cells)
        if self.config.canvas:
            return PuzzleShape("arc", side, side)
        if self.config.candidates:
            return PuzzleShape("sudoku", side, side, usual_box_rows(side))
        return PuzzleShape("maze", side, side)
