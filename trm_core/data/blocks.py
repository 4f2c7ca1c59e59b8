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
from trm_core.puzzles.sudoku import SIDES, Sudoku, usual_box_rows
from trm_core.puzzles.sudoku_solver import dig_all

SQUARE = 0.5
"""Share of mazes of several sizes that are squares; of others rows and columns are drawn alone."""


VARIANTS = 32
"""Puzzles with more or less givens that are made of each made-up Sudoku."""

MOST_REVEALED = 0.6
"""Share of a Sudoku's open cells that are given away at most."""


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
            raise PuzzleError.about(
                "smallest",
                self.smallest,
                f"0, or {LEAST_SIDE} to the fewer of the {self.rows} rows and {self.cols} columns",
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


@dataclass(frozen=True)
class SudokuBlocks:
    """Makes blocks of Sudokus with boxes of the usual shape, each block of another size.

    sides: rows of the boards, all alike; one that is named twice comes twice as often.

    Each puzzle has no given that it could do without, or some more: from none to `MOST_REVEALED`
    of its open cells are given away, each number as likely. Raises PuzzleError where there are no
    such boards.
    """

    sides: tuple[int, ...]

    def __post_init__(self) -> None:
        for side in self.sides:
            if side not in SIDES:
                raise PuzzleError(
                    f"{side} is no side of a Sudoku, expected one of {', '.join(map(str, SIDES))}"
                )

    def __call__(self, rng: np.random.Generator, count: int) -> Block:
        side = int(rng.choice(self.sides))
        box_rows = usual_box_rows(side) or 0
        made = [dig_all(side, box_rows, rng) for _ in range(-(-count // VARIANTS))]
        givens, answers = (
            np.repeat([pair[part].ravel() for pair in made], VARIANTS, axis=0)[:count]
            for part in (0, 1)
        )
        is_open = givens == 0
        revealed = rng.random(count) * (MOST_REVEALED * is_open.sum(1) + 1)
        order = np.where(is_open, rng.random(givens.shape), 2.0).argsort(1).argsort(1)
        inputs = np.where(is_open & (order < revealed.astype(int)[:, np.newaxis]), answers, givens)
        shape = PuzzleShape("sudoku", side, side, box_rows)
        tokens = ((grid + Sudoku.first_token).astype(np.uint8) for grid in (inputs, answers))
        return Block(shape, *tokens)
