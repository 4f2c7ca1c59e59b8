"""Sizes and loop counts of a TRM or HRM, validated when they are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from trm_core.errors import UserError
from trm_core.records import Between, check_fields

Positions = Literal["rotary", "learned", "none"]
Mixer = Literal["attention", "mlp"]

_MOST = 10_000_000  # what is larger is a mistake that no memory could hold
Size = Annotated[int, Between(1, _MOST)]
SizeOrNone = Annotated[int, Between(0, _MOST)]
Layers = Annotated[int, Between(1, 1000)]


class ConfigError(UserError):
    """A model configuration that cannot be built."""


@dataclass(frozen=True, kw_only=True)
class RecursionConfig:
    """What TRM and HRM share.

    cells: puzzle cells read and answered, row by row.
    vocab_size: number of tokens, padding included.
    hidden_size: width D of every position.
    cycles: cycles per supervision step (T in the TRM paper, `H_cycles` in its code).
    latent_steps: updates of z per cycle (n in the TRM paper, `L_cycles` in its code).
    max_supervision_steps: supervision steps after which training and solving stop (N_sup).
    heads: attention heads.
    expansion: width of the SwiGLU layers relative to their input, before rounding.
    puzzle_count, puzzle_embedding_size: rows and width of the puzzle embedding; size 0 for none.
    puzzle_positions: positions before the first cell that hold the puzzle embedding.
    """

    cells: Size
    vocab_size: Size
    hidden_size: Size = 512
    cycles: Size = 3
    latent_steps: Size = 6
    max_supervision_steps: Size = 16
    heads: Size = 8
    expansion: Annotated[float, Between(0, 1000, above=True)] = 4.0
    positions: Positions = "rotary"
    rotary_base: Annotated[float, Between(0, _MOST, above=True)] = 10_000.0
    norm_epsilon: Annotated[float, Between(0, _MOST, above=True)] = 1e-5
    puzzle_count: Size = 1
    puzzle_embedding_size: SizeOrNone = 0
    puzzle_positions: SizeOrNone = 0

    def __post_init__(self) -> None:
        check_fields(self, ConfigError)
        if round(self.expansion * min(self.hidden_size, self.length) * 2 / 3) < 1:
            raise ConfigError(f"expansion is {self.expansion}, too little to give layers any width")
        if self.puzzle_positions * self.hidden_size < self.puzzle_embedding_size:
            raise ConfigError(
                f"puzzle_embedding_size is {self.puzzle_embedding_size}, more than "
                f"{self.puzzle_positions} positions of width {self.hidden_size} hold"
            )
        if self.puzzle_positions and not self.puzzle_embedding_size:
            raise ConfigError(
                f"puzzle_positions is {self.puzzle_positions}, expected 0 without puzzle embedding"
            )

    def _require_heads_that_divide(self) -> None:
        head_size, rest = divmod(self.hidden_size, self.heads)
        if rest:
            raise ConfigError(
                f"hidden_size is {self.hidden_size}, expected a multiple of heads ({self.heads})"
            )
        if self.positions == "rotary" and head_size % 2:
            raise ConfigError(
                f"hidden_size / heads is {head_size}, expected an even number for rotary positions"
            )

    @property
    def length(self) -> int:
        """L, the positions that the networks work on: puzzle embedding first, then cells."""
        return self.puzzle_positions + self.cells


@dataclass(frozen=True, kw_only=True)
class TRMConfig(RecursionConfig):
    """Tiny Recursive Model (arXiv 2510.04871): `layers` blocks in the one network it has."""

    mixer: Mixer = "attention"
    layers: Layers = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mixer == "attention":
            self._require_heads_that_divide()
        elif self.positions == "rotary":
            raise ConfigError("positions is 'rotary', expected 'learned' or 'none' with mixer mlp")


@dataclass(frozen=True, kw_only=True)
class HRMConfig(RecursionConfig):
    """Hierarchical Reasoning Model (arXiv 2506.21734): one network for z and one for y."""

    cycles: Size = 2
    latent_steps: Size = 2
    latent_layers: Layers = 4
    answer_layers: Layers = 4

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_heads_that_divide()
