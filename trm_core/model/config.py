"""Sizes and loop counts of a TRM or HRM, validated when they are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from trm_core.errors import Key, UserError
from trm_core.records import Between, check_fields, setting

Positions = Literal["rotary", "learned", "none"]
Mixer = Literal["attention", "mlp", "relations"]
Relation = Literal[
    "lines", "row", "column", "box", "board", "cell", "neighbours", "diagonals", "rays"
]

CANVAS_CANDIDATES = 11
"""For a cell of a canvas: the mark of the grid's end, and ten colours."""

_MOST = 10_000_000  # what is larger is a mistake that no memory could hold
Size = Annotated[int, Between(1, _MOST)]
SizeOrNone = Annotated[int, Between(0, _MOST)]
Layers = Annotated[int, Between(1, 1000)]


class ConfigError(UserError):
    """A model configuration that cannot be built."""


@dataclass(frozen=True, kw_only=True)
class RecursionConfig:
    """What TRM and HRM share."""

    cells: Size = setting("Puzzle cells read and answered, row by row.")
    vocab_size: Size = setting("Number of tokens, padding included.")
    hidden_size: Size = setting("Width D of every position.", 512)
    cycles: Size = setting(
        "Cycles per supervision step (T in the TRM paper, `H_cycles` in its code).", 3
    )
    latent_steps: Size = setting(
        "Updates of z per cycle (n in the TRM paper, `L_cycles` in its code).", 6
    )
    max_supervision_steps: Size = setting(
        "Supervision steps after which training and solving stop (N_sup).", 16
    )
    heads: Size = setting("Attention heads.", 8)
    expansion: Annotated[float, Between(0, 1000, above=True)] = setting(
        "Width of the SwiGLU layers relative to their input, before rounding.", 4.0
    )
    positions: Positions = setting("How the networks know where each position is.", "rotary")
    rotary_base: Annotated[float, Between(0, _MOST, above=True)] = setting(
        "Base of the wave lengths of rotary positions.", 10_000.0
    )
    norm_epsilon: Annotated[float, Between(0, _MOST, above=True)] = setting(
        "What is added to the mean square before a position is divided by its root.", 1e-5
    )
    puzzle_count: Size = setting("Rows of the puzzle embedding.", 1)
    puzzle_embedding_size: SizeOrNone = setting("Width of the puzzle embedding; 0 for none.", 0)
    puzzle_positions: SizeOrNone = setting(
        "Positions before the first cell that hold the puzzle embedding.", 0
    )
    start_noise: Annotated[float, Between(0, 100)] = setting(
        "Standard deviation of what is added to the fixed y and z that solves start from, at each "
        "position anew (EqR, arXiv 2605.21488, starts from noise alone).",
        0.0,
    )

    def __post_init__(self) -> None:
        check_fields(self, ConfigError)
        if round(self.expansion * min(self.hidden_size, self.length) * 2 / 3) < 1:
            raise ConfigError(
                Key("expansion"),
                f" is {self.expansion}, too little to give layers any width",
            )
        self._check_puzzle_embedding()

    def _check_puzzle_embedding(self) -> None:
        if self.puzzle_positions * self.hidden_size < self.puzzle_embedding_size:
            raise ConfigError(
                Key("puzzle_embedding_size"),
                f" is {self.puzzle_embedding_size}, more than {self.puzzle_positions} positions of "
                f"width {self.hidden_size} hold",
            )
        if self.puzzle_positions and not self.puzzle_embedding_size:
            raise ConfigError.about(
                "puzzle_positions", self.puzzle_positions, "0 without puzzle embedding"
            )

    def _require_heads_that_divide(self) -> None:
        head_size, rest = divmod(self.hidden_size, self.heads)
        if rest:
            raise ConfigError.about(
                "hidden_size", self.hidden_size, f"a multiple of heads ({self.heads})"
            )
        if self.positions == "rotary" and head_size % 2:
            raise ConfigError(
                Key("hidden_size"),
                f" / heads is {head_size}, expected an even number for rotary positions",
            )

    @property
    def any_size(self) -> bool:
        """Whether boards may have other sizes than the ones it was trained on."""
        return False

    @property
    def length(self) -> int:
        """L, the positions that the networks work on: puzzle embedding first, then cells."""
        return self.puzzle_positions + self.cells


@dataclass(frozen=True, kw_only=True)
class TRMConfig(RecursionConfig):
    """Tiny Recursive Model (arXiv 2510.04871): `layers` blocks in its one network.

    With the mixer "relations", boards may have any size: `cells` and `vocab_size` are of the
    largest that the model was trained on, and layers are inside `expansion` times as wide.
    """

    mixer: Mixer = setting("How the positions of the board learn of each other.", "attention")
    layers: Layers = setting("Blocks in the one network.", 2)
    relations: tuple[Relation, ...] = setting(
        "By which positions learn of each other, with the mixer relations.", ()
    )
    message_size: SizeOrNone = setting(
        "Width of what a position sends along each relation; 0 where it sends all of itself.", 32
    )
    gated: bool = setting(
        "Whether half of what a position takes from relations opens and shuts the other half.",
        False,
    )
    candidates: bool = setting(
        "Whether there is a position for each digit that a cell may have, in place of one for the "
        "cell.",
        False,
    )
    canvas: bool = setting(
        "Whether the candidates are instead ARC's ten colours and the mark of a grid's end. They "
        "share `puzzle_embedding_size` evenly, so that a task says of each what it is to it, and "
        "colours but black that trade places in a task and in its embedding do so in the answer.",
        False,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mixer == "attention":
            self._require_heads_that_divide()
        elif self.positions == "rotary":
            raise ConfigError.about(
                "positions", self.positions, f"'learned' or 'none' with mixer {self.mixer}"
            )
        if bool(self.relations) != (self.mixer == "relations"):
            raise ConfigError.about(
                "relations",
                list(self.relations),
                "some with the mixer relations, and none with another",
            )
        if self.mixer == "relations":
            self._check_relations()

    def _check_relations(self) -> None:
        if len(set(self.relations)) != len(self.relations):
            raise ConfigError.about("relations", list(self.relations), "each once")
        if self.positions != "none":
            raise ConfigError.about("positions", self.positions, "'none' with the mixer relations")
        if "cell" in self.relations and not self.candidates:
            raise ConfigError(
                Key("relations"),
                " has 'cell', expected it only where candidates is true",
            )
        if self.canvas and not self.candidates:
            raise ConfigError.about("canvas", True, "it only where candidates is true")

    def _check_puzzle_embedding(self) -> None:
        if self.mixer != "relations":
            super()._check_puzzle_embedding()
            return
        if self.puzzle_positions:
            raise ConfigError.about(
                "puzzle_positions", self.puzzle_positions, "0 with the mixer relations"
            )
        size, most = self.puzzle_embedding_size, self.hidden_size * CANVAS_CANDIDATES
        if size and not self.canvas:
            raise ConfigError.about(
                "puzzle_embedding_size", size, "0 with the mixer relations unless canvas is true"
            )
        if size % CANVAS_CANDIDATES or size > most:
            raise ConfigError.about(
                "puzzle_embedding_size",
                size,
                f"a multiple of {CANVAS_CANDIDATES}, a part for each candidate, up to {most}",
            )

    @property
    def any_size(self) -> bool:
        """Whether boards may have other sizes than the ones it was trained on."""
        return self.mixer == "relations"

    @property
    def first_candidate(self) -> int:
        """The token that stands for the first candidate; those of the others follow in order."""
        return 1 if self.canvas else 2


@dataclass(frozen=True, kw_only=True)
class HRMConfig(RecursionConfig):
    """Hierarchical Reasoning Model (arXiv 2506.21734): one network for z and one for y."""

    cycles: Size = 2
    latent_steps: Size = 2
    latent_layers: Layers = setting("Blocks in the network that updates z.", 4)
    answer_layers: Layers = setting("Blocks in the network that updates y.", 4)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_heads_that_divide()
