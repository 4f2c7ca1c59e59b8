"""What the builders have in common: options, a plan of jobs, and groups of puzzles as tokens."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple

import numpy as np

from trm_core.data.blocks import MakeBlock
from trm_core.data.layout import DatasetError
from trm_core.data.parallel import ordered_map
from trm_core.data.writer import Group
from trm_core.puzzles.arc_variants import BLANK
from trm_core.puzzles.base import Puzzle, PuzzleShape
from trm_core.puzzles.dihedral import Dihedral
from trm_core.records import Between, check_fields, setting

MOST = 100_000_000  # puzzles, variants and the like beyond which a number is a mistake
Count = Annotated[int, Between(0, MOST)]
CountFrom1 = Annotated[int, Between(1, MOST)]
Seed = Annotated[int, Between(0)]
SAME_SEED = "The same build with the same seed gives the same bytes."


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a data set is made: `work` turns each job into its groups by split.

    Jobs for the test split come before those for training. Where `keep_inputs_apart` (labels), an
    example whose tokens are in the test split is left out of training, and so is what one of
    `images` makes of a test puzzle, because augmentation may do the same; the puzzles of such a
    plan have one example each. `work` and jobs are picklable, `seconds_each` is a rough guess,
    `files` are further JSON files by name, and `warnings` are sentences for who builds it.
    """

    shape: PuzzleShape
    jobs: Sequence[Any]
    work: Callable[[Any], Mapping[str, Group]]
    seconds_each: float
    identifiers: Sequence[str] = (BLANK,)
    keep_inputs_apart: bool = True
    keep_labels_apart: bool = False
    images: Sequence[Dihedral] = (Dihedral(),)
    files: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[str] = ()

    def results(
        self, processes: int | None, cancelled: Callable[[], bool]
    ) -> Generator[Mapping[str, Group], None, None]:
        """What `work` makes of each job, in order; arguments and errors as of `ordered_map`."""
        return ordered_map(
            self.work,
            self.jobs,
            seconds_each=self.seconds_each,
            processes=processes,
            cancelled=cancelled,
        )


class Job(NamedTuple):
    """One puzzle for a split: as read, or None if it is to be made up.

    `number` is another one for each, from 0, and what its random draws are seeded with.
    """

    split: str
    number: int
    puzzle: Any


@dataclass(frozen=True, kw_only=True)
class PuzzleBuild:
    """The options of a data set whose puzzles are read from files or made up."""

    files: tuple[str, ...] = setting("Files of puzzles to train on.", ())
    test_files: tuple[str, ...] = setting("Files of puzzles to test on.", ())
    generate: Count = setting(
        "How many puzzles to make up for training, where no files are read for it.", 0
    )
    held_out: Count = setting(
        "Without test files, how many puzzles to test on: kept back from the files, by seed, or "
        "made up beside those for training.",
        0,
    )
    max_count: CountFrom1 | None = setting(
        "Train on at most so many puzzles of the files, chosen by seed; none for all.", None
    )
    seed: Seed = setting(SAME_SEED, 0)

    def __post_init__(self) -> None:
        check_fields(self, DatasetError)
        if bool(self.files) == bool(self.generate):
            raise DatasetError("expected either files to train on or a number to generate")
        if bool(self.test_files) == bool(self.held_out):
            raise DatasetError("expected either files to test on or a number to hold out")

    @property
    def blocks(self) -> MakeBlock | None:
        """What makes up puzzles while a model trains on them; None where they are stored."""
        return None

    def puzzle_jobs(self, read: Callable[[Sequence[str]], list[Any]]) -> list[Job]:
        """A job for each puzzle, with files read by `read`; those for the test split are first."""
        rng = np.random.default_rng(self.seed)
        train = read(self.files) if self.files else [None] * self.generate
        if self.test_files:
            test = read(self.test_files)
        elif self.generate:
            test = [None] * self.held_out
        else:
            if self.held_out >= len(train):
                raise DatasetError(
                    f"found {len(train)} puzzles to train on, expected more than the "
                    f"{self.held_out} to hold out"
                )
            for_test = np.zeros(len(train), np.bool_)
            for_test[rng.choice(len(train), self.held_out, replace=False)] = True
            test = [puzzle for puzzle, held in zip(train, for_test, strict=True) if held]
            train = [puzzle for puzzle, held in zip(train, for_test, strict=True) if not held]
        if self.max_count is not None and self.max_count < len(train):
            chosen = np.sort(rng.choice(len(train), self.max_count, replace=False))
            train = [train[index] for index in chosen.tolist()]
        jobs = [Job("test", number, puzzle) for number, puzzle in enumerate(test)]
        jobs += [Job("train", number, puzzle) for number, puzzle in enumerate(train, len(jobs))]
        return jobs


def single_examples(puzzles: Sequence[Puzzle], shape: PuzzleShape) -> Group:
    """The original and its augmentations, each with its solution, as puzzles of one example."""
    inputs = [puzzle.encode(puzzle.grid, shape) for puzzle in puzzles]
    labels = [
        puzzle.encode(puzzle.solution, shape) for puzzle in puzzles if puzzle.solution is not None
    ]
    return Group(
        puzzles[0].source,
        [0] * len(puzzles),
        [1] * len(puzzles),
        np.array(inputs, np.uint8),
        np.array(labels, np.uint8),
    )
