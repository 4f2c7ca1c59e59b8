"""Sudoku data sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, NamedTuple

import numpy as np

from trm_core.data.layout import DatasetError
from trm_core.data.plan import Count, Job, Plan, PuzzleBuild, single_examples
from trm_core.data.puzzle_files import PuzzleReader
from trm_core.data.writer import Group
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.sudoku import MAX_SIDE, Sudoku, generate
from trm_core.records import Between, setting

BoxSide = Annotated[int, Between(2, MAX_SIDE)]


@dataclass(frozen=True, kw_only=True)
class SudokuBuild(PuzzleBuild):
    """A Sudoku data set to build.

    A puzzle without a known solution is solved, and refused unless it has exactly one. Neither a
    test puzzle nor its solution grid occurs in training, also not by augmentation: such training
    examples are dropped. For 4×4, which has but 288 solution grids, only the puzzles are kept
    apart.
    """

    augmentations: Count = setting(
        "How many symmetric variants of each training puzzle to write beside it.", 0
    )
    min_rating: float | None = setting(
        "Leave out puzzles of files that are rated lower, or not at all; none to take all.", None
    )
    box_rows: BoxSide = setting("Rows of a box of puzzles that are made up.", 3)
    box_cols: BoxSide = setting("Columns of a box of puzzles that are made up.", 3)
    givens_from: Count = setting(
        "Fewest givens of puzzles that are made up; their number is drawn uniformly.", 26
    )
    givens_to: Count = setting("Most givens of puzzles that are made up.", 40)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.givens_to < self.givens_from:
            raise DatasetError.about(
                "givens_to", self.givens_to, f"a whole number from {self.givens_from} up"
            )
        side = self.box_rows * self.box_cols
        if side > MAX_SIDE:
            raise DatasetError(
                f"boxes of {self.box_rows}×{self.box_cols} make a side of {side}, expected at most "
                f"{MAX_SIDE}"
            )
        if self.generate and self.givens_to > side * side:
            raise DatasetError.about(
                "givens_to", self.givens_to, f"at most the {side * side} cells"
            )

    @property
    def shape(self) -> PuzzleShape | None:
        """Of its puzzles; None where that is for the files to say."""
        side = self.box_rows * self.box_cols
        return PuzzleShape("sudoku", side, side, self.box_rows) if self.generate else None

    def plan(self, cancelled: Callable[[], bool]) -> Plan:
        reader = PuzzleReader(Sudoku, self.shape, cancelled)

        def read(files: Sequence[str]) -> list[_Posed]:
            return [
                _Posed.of(puzzle)
                for puzzle in reader.read(files)
                if self.min_rating is None
                or (puzzle.rating is not None and puzzle.rating >= self.min_rating)
            ]

        jobs = self.puzzle_jobs(read)
        if reader.shape is None:
            raise DatasetError("found no puzzle in the files, expected at least one")
        to_solve = any(job.puzzle is None or job.puzzle.solution is None for job in jobs)
        return Plan(
            shape=reader.shape,
            jobs=jobs,
            work=partial(_groups, self, reader.shape),
            seconds_each=(8e-3 if to_solve else 1e-4) + 1e-4 * self.augmentations,
            keep_labels_apart=reader.shape.rows > 4,
        )


class _Posed(NamedTuple):
    """A puzzle of a file in few bytes, as there may be millions."""

    grid: bytes
    solution: bytes | None
    source: str
    name: str

    @classmethod
    def of(cls, puzzle: Sudoku) -> _Posed:
        if puzzle.solution is None:
            return cls(puzzle.grid.tobytes(), None, puzzle.source, puzzle.name)
        return cls(puzzle.grid.tobytes(), puzzle.solution.tobytes(), puzzle.source, "")

    def puzzle(self, shape: PuzzleShape) -> Sudoku:
        """The puzzle with its solution. Raises DatasetError if it has not exactly one."""
        size = shape.rows, shape.cols
        grid = np.frombuffer(self.grid, np.int8).reshape(size)
        if self.solution is not None:
            solution = np.frombuffer(self.solution, np.int8).reshape(size)
            return Sudoku(grid, solution, self.name, self.source, shape.box_rows or 0)
        puzzle = Sudoku(grid, None, self.name, self.source, shape.box_rows or 0)
        if problems := puzzle.problems():
            raise DatasetError(f"{self.name}: {problems[0].rule}, expected exactly one solution")
        return Sudoku(grid, puzzle.solve(), self.name, self.source, shape.box_rows or 0)


def _groups(build: SudokuBuild, shape: PuzzleShape, job: Job) -> dict[str, Group]:
    rng = np.random.default_rng([build.seed, job.number])
    if job.puzzle is None:
        puzzle = generate(
            int(rng.integers(2**63)),
            box_rows=build.box_rows,
            box_cols=build.box_cols,
            givens=int(rng.integers(build.givens_from, build.givens_to, endpoint=True)),
        )
    else:
        puzzle = job.puzzle.puzzle(shape)
    count = build.augmentations if job.split == "train" else 0
    variants = [puzzle.transformed(puzzle.random_transform(rng)) for _ in range(count)]
    return {job.split: single_examples([puzzle, *variants], shape)}
