"""Puzzles that are made up while a model trains on them: by the block, each of one size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from trm_core.data.writer import Rows
from trm_core.puzzles.base import PuzzleError, PuzzleShape
from trm_core.puzzles.maze import Maze
from trm_core.puzzles.maze_generators import LEAST_SIDE, STYLES, check_styles, generate_mazes

SQUARE = 0.5
"""Share of mazes of several sizes that are squares; of others rows and columns are drawn alone."""


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

    rows, cols: of the largest. smallest: the least number of both, or 0 where all are that large;
    with it, each block has another size, half of them are squares.
    styles: of `maze_generators.STYLES`, all alike; one that is named twice comes twice as often.
    unreachable: share of mazes whose goal is out of reach.

    Raises PuzzleError where there are no such mazes.
    """

    rows: int = 31
    cols: int = 31
    smallest: int = LEAST_SIDE
    styles: tuple[str, ...] = STYLES
    unreachable: float = 0.0

    def __post_init__(self) -> None:
        check_styles(self.styles, self.rows, self.cols)
        if self.smallest and not LEAST_SIDE <= self.smallest <= min(self.rows, self.cols):
            raise PuzzleError(
                f"smallest is {self.smallest}, expected 0, or {LEAST_SIDE} to the fewer of the "
                f"{self.rows} rows and {self.cols} columns"
            )

    def size(self, rng: np.random.Generator) -> tuple[int, int]:
        """Rows and columns by chance."""
        if not self.smallest:
            return self.rows, self.cols
        if rng.random() < SQUARE:
            side = int(rng.integers(self.smallest, min(self.rows, self.cols), endpoint=True))
            return side, side
        rows, cols = rng.integers(self.smallest, (self.rows, self.cols), endpoint=True).tolist()
        return rows, cols

    def __call__(self, rng: np.random.Generator, count: int) -> Block:
        rows, cols = self.size(rng)
        made = generate_mazes(rng, count, rows, cols, self.styles, self.unreachable)
        tokens = (
            (grids + Maze.first_token).astype(np.uint8).reshape(count, -1)
            for grids in (made.grids, made.answers)
        )
        return Block(PuzzleShape("maze", rows, cols), *tokens)
