"""Building a data set: train and test split, whole or not at all, the same for the same seed."""

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
from trm_core.data.layout import DatasetError
from trm_core.data.parallel import ordered_map
from trm_core.data.plan import Plan
from trm_core.data.writer import DatasetWriter, Group, Rows, write_json
from trm_core.files import whole_directory

__all__ = ["ArcBuild", "Build", "MazeBuild", "SudokuBuild", "build"]

Build: TypeAlias = SudokuBuild | MazeBuild | ArcBuild


def build(
    spec: Build,
    target: Path,
    on_progress: Callable[[int, int], None],
    cancelled: Callable[[], bool] = bool,
    *,
    processes: int | None = None,
) -> None:
    """Write the data set that `spec` describes as the directory `target`.

    The same spec gives the same bytes, whatever the number of `processes` (if None, as many as
    are worth it). `on_progress` is told how many puzzles of how many are done. Raises
    UserError, `parallel.Cancelled` among them, and then leaves nothing behind.
    """
    target = Path(target).resolve()
    if target.exists():
        raise DatasetError(f"{target} exists already; choose a directory that does not")
    plan = spec.plan(cancelled)
    total = len(plan.jobs)
    results = ordered_map(
        plan.work,
        plan.jobs,
        seconds_each=plan.seconds_each,
        processes=processes,
        cancelled=cancelled,
    )
    tested = _Tested(plan)
    try:
        with (
            whole_directory(target) as directory,
            DatasetWriter(directory, plan.shape, plan.identifiers) as writer,
            closing(results),
        ):
            on_progress(0, total)
            for done, groups in enumerate(results, start=1):
                for split, group in groups.items():
                    if kept := tested.without(group) if split == "train" else tested.noted(group):
                        writer.add(split, kept)
                on_progress(done, total)
            for name, value in plan.files.items():
                write_json(directory / name, value)
    except OSError as error:
        raise DatasetError(f"{target} cannot be written: {error.strerror or error}") from None


class _Tested:
    """What the test split holds, to keep it out of training."""

    def __init__(self, plan: Plan) -> None:
        self._inputs: set[bytes] | None = set() if plan.keep_inputs_apart else None
        self._labels: set[bytes] | None = set() if plan.keep_labels_apart else None

    def _rows(self, group: Group) -> list[tuple[set[bytes], Rows]]:
        pairs = (self._inputs, group.inputs), (self._labels, group.labels)
        return [(seen, rows) for seen, rows in pairs if seen is not None]

    def noted(self, group: Group) -> Group:
        for seen, rows in self._rows(group):
            seen.update(row.tobytes() for row in rows)
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
