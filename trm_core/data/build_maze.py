"""Maze data sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Literal

import numpy as np

from trm_core.data.blocks import MakeBlock, MazeBlocks
from trm_core.data.layout import DatasetError
from trm_core.data.plan import Count, CountFrom1, Job, Plan, PuzzleBuild, single_examples
from trm_core.data.puzzle_files import PuzzleReader
from trm_core.data.writer import Group
from trm_core.errors import raised_as
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.dihedral import DIHEDRAL, Dihedral
from trm_core.puzzles.maze import MAX_SIDE, Maze
from trm_core.puzzles.maze_generators import (
    STYLES,
    generate,
    generate_hard,
    generate_perfect,
    generate_with_loops,
)
from trm_core.records import Between, setting

Style = Literal["perfect", "loops", "hard", "mixed"]
Side = Annotated[int, Between(2, MAX_SIDE)]

LEAST_ODD_SIDE = 5
"""A square maze of corridors with a smaller odd side has one room only."""


@dataclass(frozen=True, kw_only=True)
class MazeBuild(PuzzleBuild):
    """A maze data set to build; its labels mark a shortest path.

    A maze without a known path is solved, and refused if it has none. A training example that is
    in the test split is dropped.
    The source of one that is made up is style and size, such as "perfect 9×9", of mixed ones of
    several sizes the least and the largest, as in "Prim 5×5–31×31".
    """

    symmetries: bool = setting(
        "Whether each training maze is there in all its symmetries: 8 if it is square, else 4.",
        False,
    )
    style: Style = setting(
        'Of mazes that are made up: "perfect", "loops", "hard" (with a long shortest path) or '
        '"mixed" (each of one of the styles).',
        "hard",
    )
    rows: Side = setting("Rows of mazes that are made up.", 30)
    cols: Side = setting("Columns of mazes that are made up.", 30)
    loops: Count = setting("Loops of mazes that are made up with loops.", 10)
    min_length: CountFrom1 = setting(
        "Hard mazes have a shortest path of more steps than this.", 110
    )
    smallest: Count = setting(
        "0, or what makes perfect mazes and those with loops squares of several sizes, in the top "
        "left corner of rows × cols cells: the side of each is an odd number from this to the "
        "rows, all equally likely. Of 5×5 and 7×7 there are so few mazes that those in the test "
        "split may leave none to train on. Rows and columns of mixed mazes are any number from "
        "this on.",
        0,
    )
    fewest_loops: Count | None = setting(
        "None, or what makes the loops of each maze a number from this to the loops, all equally "
        "likely.",
        None,
    )
    styles: tuple[str, ...] = setting(
        f"Of mixed mazes: {', '.join(STYLES)}; one named twice comes twice as often.", STYLES
    )
    endless: bool = setting(
        "Whether a training run gets mixed mazes that are made up as it goes, for ever new ones; "
        "of the data set it takes the test split only. They are not in a corner of a larger board.",
        False,
    )
    unreachable: Annotated[float, Between(0, 1)] = setting(
        "Share of endless mazes whose goal is out of reach, so that no answer is right.", 0.0
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.style == "mixed":
            with raised_as(DatasetError):
                _ = self._mixed
        elif self.smallest:
            self._check_smallest()
        if self.endless and (self.style != "mixed" or not self.generate):
            raise DatasetError.about("endless", True, "false unless mixed mazes are made up")
        if self.unreachable and not self.endless:
            raise DatasetError.about("unreachable", self.unreachable, "0 unless endless")
        if self.fewest_loops is not None and self.fewest_loops > self.loops:
            raise DatasetError.about(
                "fewest_loops", self.fewest_loops, f"at most the {self.loops} loops"
            )

    def _check_smallest(self) -> None:
        if self.style == "hard":
            raise DatasetError.about("smallest", self.smallest, "0 for hard mazes")
        if self.rows != self.cols:
            raise DatasetError.about(
                "smallest",
                self.smallest,
                f"0 where rows and cols differ ({self.rows}×{self.cols})",
            )
        if self.smallest < LEAST_ODD_SIDE or not self._sides:
            raise DatasetError.about(
                "smallest",
                self.smallest,
                f"0, or {LEAST_ODD_SIDE} or more with an odd number from there to the {self.rows} "
                "rows",
            )

    @property
    def _mixed(self) -> MazeBlocks:
        return MazeBlocks(self.rows, self.cols, self.smallest, self.styles, self.unreachable)

    @property
    def blocks(self) -> MakeBlock | None:
        return self._mixed if self.endless else None

    @property
    def _sides(self) -> range:
        """What the sides of mazes of several sizes can be."""
        return range(self.smallest | 1, self.rows + 1, 2)

    @property
    def shape(self) -> PuzzleShape | None:
        """Of its boards; None where that is for the files to say."""
        return PuzzleShape("maze", self.rows, self.cols) if self.generate else None

    def plan(self, cancelled: Callable[[], bool]) -> Plan:
        reader = PuzzleReader(Maze, self.shape, cancelled)
        jobs = self.puzzle_jobs(lambda files: list(reader.read(files)))
        if reader.shape is None:
            raise DatasetError("found no maze in the files, expected at least one")
        hard = self.generate and self.style == "hard"
        return Plan(
            shape=reader.shape,
            jobs=jobs,
            work=partial(_groups, self, reader.shape),
            seconds_each=0.1 if hard else 5e-3,
            images=_symmetries(reader.shape),
        )

    def make(self, rng: np.random.Generator) -> Maze:
        """A made-up maze. Raises PuzzleError if there is none."""
        seed = int(rng.integers(2**63))
        rows, cols = self.rows, self.cols
        if self.style == "mixed":
            rows, cols = self._mixed.size(rng)
            style = self.styles[rng.integers(len(self.styles))]
            least = f"{self.smallest}×{self.smallest}–" if self.smallest else ""
            source = f"{style} {least}{self.rows}×{self.cols}"
            return replace(generate(seed, style, rows, cols), source=source)
        if self.smallest:
            rows = cols = int(rng.choice(self._sides))
        if self.style == "hard":
            maze = generate_hard(seed, rows, cols, self.min_length)
        elif self.style == "loops":
            fewest = self.loops if self.fewest_loops is None else self.fewest_loops
            loops = int(rng.integers(fewest, self.loops, endpoint=True))
            maze = generate_with_loops(seed, rows, cols, loops)
        else:
            maze = generate_perfect(seed, rows, cols)
        return replace(maze, source=f"{self.style} {rows}×{cols}")


def _symmetries(board: PuzzleShape | Maze) -> Sequence[Dihedral]:
    """Those that keep the shape of the board."""
    return DIHEDRAL if board.rows == board.cols else DIHEDRAL[::2]


def _groups(build: MazeBuild, shape: PuzzleShape, job: Job) -> dict[str, Group]:
    if job.puzzle is None:
        maze = build.make(np.random.default_rng([build.seed, job.number]))
    else:
        maze = _solved(job.puzzle)
    mazes = [maze]
    if build.symmetries and job.split == "train":
        mazes = [maze.transformed(symmetry) for symmetry in _symmetries(maze)]
        if job.puzzle is None:  # which of several shortest paths is the label depends on directions
            mazes = [replace(image, solution=image.solve()) for image in mazes]
    return {job.split: single_examples(mazes, shape)}


def _solved(maze: Maze) -> Maze:
    if maze.solution is not None:
        return maze
    if problems := maze.problems():
        raise DatasetError(f"{maze.source}, {maze.name}: {problems[0].rule}")
    return replace(maze, solution=maze.solve())
