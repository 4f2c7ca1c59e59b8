"""Sizes and loop counts of a TRM or HRM, validated when they are made."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, get_args

from trm_core.errors import UserError

Positions = Literal["rotary", "learned", "none"]
Mixer = Literal["attention", "mlp"]

_MOST = {"layers": 1000, "latent_layers": 1000, "answer_layers": 1000, "expansion": 1000}
"""Sizes beyond these, elsewhere beyond ten million, are mistakes that no memory could hold."""


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

    cells: int
    vocab_size: int
    hidden_size: int = 512
    cycles: int = 3
    latent_steps: int = 6
    max_supervision_steps: int = 16
    heads: int = 8
    expansion: float = 4.0
    positions: Positions = "rotary"
    rotary_base: float = 10_000.0
    norm_epsilon: float = 1e-5
    puzzle_count: int = 1
    puzzle_embedding_size: int = 0
    puzzle_positions: int = 0

    def __post_init__(self) -> None:
        may_be_zero = {"puzzle_embedding_size", "puzzle_positions"}
        for field in fields(self):
            value, most = getattr(self, field.name), _MOST.get(field.name, 10_000_000)
            if field.type == "int":
                least = 0 if field.name in may_be_zero else 1
                whole = isinstance(value, int) and not isinstance(value, bool)
                if not whole or not least <= value <= most:
                    raise ConfigError(
                        f"{field.name} is {value!r}, expected a whole number from {least} to {most}"
                    )
            elif field.type == "float":
                number = isinstance(value, int | float) and not isinstance(value, bool)
                if not number or not 0 < value <= most:
                    raise ConfigError(
                        f"{field.name} is {value!r}, expected a number above 0, at most {most}"
                    )
        self._require_choice("positions", get_args(Positions))
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

    def _require_choice(self, name: str, choices: tuple[str, ...]) -> None:
        value = getattr(self, name)
        if value not in choices:
            raise ConfigError(f"{name} is {value!r}, expected one of {', '.join(choices)}")

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
    layers: int = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_choice("mixer", get_args(Mixer))
        if self.mixer == "attention":
            self._require_heads_that_divide()
        elif self.positions == "rotary":
            raise ConfigError("positions is 'rotary', expected 'learned' or 'none' with mixer mlp")


@dataclass(frozen=True, kw_only=True)
class HRMConfig(RecursionConfig):
    """Hierarchical Reasoning Model (arXiv 2506.21734): one network for z and one for y."""

    cycles: int = 2
    latent_steps: int = 2
    latent_layers: int = 4
    answer_layers: int = 4

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_heads_that_divide()
