"""Puzzles that are made up while a model trains on them: by the block, each of one size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from trm_core.data.writer import Rows
from trm_core.puzzles.base import PuzzleError, PuzzleShape
from trm_core.puzzles.maze import MAX_SIDE, Maze
from trm_core.puzzles.maze_generators import LEAST_SIDE, STYLES, check_styles, generate_mazes

SQUARE = 0.5
"""Share of the blocks of mazes that are squares; of the others rows and columns are drawn alone."""


class Block(NamedTuple):
    """Puzzles of one size and their answers as tokens; a label 0 does not count."""

    shape: PuzzleShape
    inputs: Rows
    labels: Rows


MakeBlock = Callable[[np.random.Generator, int], Block]
"""Makes so many puzzles; picklable, as other processes do it, which need no torch."""


def block_of(make: MakeBlock, seeds: Sequence[int], size: int, number: int) -> Block:
    """The block `number` of those that have `size` puzzles."""
    return make(np.random.default_rng([*seeds, number, 1]), size)


@dataclass(frozen=True)
class MazeBlocks:
    """Makes blocks of mazes.

    sides: least and greatest number of rows and columns; each block has another size, from square
    to long, all as likely.
    styles: of `maze_generators.STYLES`, all alike. unreachable: share of mazes that nothing solves.

    Raises PuzzleError where there are no such mazes.
    """

    sides: tuple[int, int] = (LEAST_SIDE, 31)
    styles: tuple[str, ...] = STYLES
    unreachable: float = 0.0

    def __post_init__(self) -> None:
        check_styles(self.styles)
        least, most = self.sides
        if not LEAST_SIDE <= least <= most <= MAX_SIDE:
            raise PuzzleError(
                f"found sides from {least} to {most} for mazes of all styles, expected from "
                f"{LEAST_SIDE} at least to {MAX_SIDE} at most"
            )

    def __call__(self, rng: np.random.Generator, count: int) -> Block:
        least, most = self.sides
        rows, cols = rng.integers(least, most, size=2, endpoint=True).tolist()
        if rng.random() < SQUARE:
            cols = rows
        made = generate_mazes(rng, count, rows, cols, self.styles, self.unreachable)
        tokens = (
            (grids + Maze.first_token).astype(np.uint8).reshape(count, -1)
            for grids in (made.grids, made.answers)
        )
        return Block(PuzzleShape("maze", rows, cols), *tokens)
