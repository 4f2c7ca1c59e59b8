"""Building a data set: train and test split, whole or not at all, the same for the same seed.

Its test puzzles alone can be made without one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import numpy as np

from trm_core.data.build_arc import ArcBuild
from trm_core.data.build_maze import MazeBuild
from trm_core.data.build_sudoku import SudokuBuild
from trm_core.data.examples import Example
from trm_core.data.layout import DatasetError
from trm_core.data.plan import Plan
from trm_core.data.writer import DatasetWriter, Group, Rows, write_json
from trm_core.files import check_free, whole_directory, writing
from trm_core.puzzles.base import Puzzle

__all__ = ["BUILDS", "FILES", "TEST_FILES", "ArcBuild", "Build", "MazeBuild", "SudokuBuild"]
__all__ += ["build", "held_out_puzzles"]

Build: TypeAlias = SudokuBuild | MazeBuild | ArcBuild

BUILDS: dict[str, type[Build]] = {"sudoku": SudokuBuild, "maze": MazeBuild, "arc": ArcBuild}

TEST_FILES = "files", "test_files"
"""Options that name files with what a model is tested on."""

FILES = *TEST_FILES, "more_pairs"
"""Options that name files."""


def build(
    spec: Build,
    target: Path,
    on_progress: Callable[[int, int], None],
    cancelled: Callable[[], bool] = bool,
    *,
    processes: int | None = None,
    on_warning: Callable[[str], None] = lambda told: None,
) -> int:
    """Write the data set that `spec` describes as the directory `target`.

    Returns how many puzzles to train on were left out, since they are in the test split.

    The same spec gives the same bytes, whatever the number of `processes` (if None, as many as
    are worth it). `on_progress` is told how many puzzles of how many are done, `on_warning` what is
    doubtful about the data set. Raises UserError, `parallel.Cancelled` among them, and then leaves
    nothing behind.
    """
    target = Path(target).resolve()
    check_free(target, DatasetError)
    plan = spec.plan(cancelled)
    for warning in plan.warnings:
        on_warning(warning)
    total = len(plan.jobs)
    tested = _Tested(plan)
    trained_on = left_out = 0
    with (
        writing(target, DatasetError),
        whole_directory(target) as directory,
        DatasetWriter(directory, plan.shape, plan.identifiers) as writer,
        closing(plan.results(processes, cancelled)) as results,
    ):
        on_progress(0, total)
        for done, groups in enumerate(results, start=1):
            for split, group in groups.items():
                kept = tested.without(group) if split == "train" else tested.noted(group)
                trained_on += split == "train" and kept is not None
                if kept is None:
                    left_out += 1
                else:
                    writer.add(split, kept)
            on_progress(done, total)
        if left_out and not trained_on:
            raise DatasetError(
                f"all {left_out:,} puzzles to train on are in the test split too, expected at "
                "least one that is not"
            )
        for name, value in plan.files.items():
            write_json(directory / name, value)
    return left_out


def held_out_puzzles(
    spec: Build,
    on_progress: Callable[[int, int], None],
    cancelled: Callable[[], bool] = bool,
    *,
    processes: int | None = None,
) -> list[Puzzle]:
    """The test split of the data set that `spec`, which names no files, describes: as puzzles,
    without variants of others. Nothing is written.

    A smaller `held_out` gives the first of them. Arguments and errors are those of `build`.
    """
    if isinstance(spec, ArcBuild):  # of its tasks, all are trained on, and most are tested on
        least: Build = replace(spec, augmentations=0)
    else:
        least = replace(spec, generate=1)  # the test puzzles are made up before and without it
    plan = least.plan(cancelled)
    puzzles: list[Puzzle] = []
    with closing(plan.results(processes, cancelled)) as results:
        for done, groups in enumerate(results, start=1):
            if group := groups.get("test"):
                name = plan.identifiers[group.identifiers[0]]
                for inputs, labels in zip(group.inputs, group.labels, strict=True):
                    example = Example(
                        inputs.astype(np.int32),
                        labels.astype(np.int32),
                        labels != 0,  # which do not count, as the writer says
                        f"held-out puzzle {len(puzzles) + 1}",
                        group.source,
                    )
                    puzzles.append(example.puzzle(plan.shape, name))
            on_progress(done, len(plan.jobs))
    if not puzzles:
        raise DatasetError("no puzzle is left for test, expected at least one")
    return puzzles


class _Tested:
    """What the test split holds, to keep it out of training."""

    def __init__(self, plan: Plan) -> None:
        self._inputs: set[bytes] | None = set() if plan.keep_inputs_apart else None
        self._labels: set[bytes] | None = set() if plan.keep_labels_apart else None
        self._shape, self._images = plan.shape, plan.images

    def _rows(self, group: Group) -> list[tuple[set[bytes], Rows]]:
        pairs = (self._inputs, group.inputs), (self._labels, group.labels)
        return [(seen, rows) for seen, rows in pairs if seen is not None]

    def noted(self, group: Group) -> Group:
        for seen, rows in self._rows(group):
            boards = rows.astype(np.int8).reshape(-1, self._shape.rows, self._shape.cols)
            for board in boards:
                seen.update(image(board).tobytes() for image in self._images)
        return group

    def without(self, group: Group) -> Group | None:
        """`group` without what is in the test split; None if its original, the first, is."""
        clash = np.zeros(len(group.inputs), np.bool_)
        for seen, rows in self._rows(group):
            clash |= [row.tobytes() in seen for row in rows]
        if not clash.any():
            return group
        if clash[0]:
            return None
        kept = np.flatnonzero(~clash).tolist()
        return replace(
            group,
            identifiers=[group.identifiers[index] for index in kept],
            sizes=[group.sizes[index] for index in kept],
            inputs=group.inputs[kept],
            labels=group.labels[kept],
        )
