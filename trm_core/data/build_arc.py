"""ARC data sets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np

from trm_core.data.layout import TEST_PUZZLES_FILE, DatasetError
from trm_core.data.parallel import check
from trm_core.data.plan import SAME_SEED, Count, Plan, Seed
from trm_core.data.writer import Group
from trm_core.errors import first_of, quoted
from trm_core.puzzles import arc_tasks
from trm_core.puzzles.arc import Arc, Pair, Task
from trm_core.puzzles.arc_variants import BLANK
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.files import load_puzzles
from trm_core.records import Between, check_fields, setting

UNKNOWN_OUTPUT = [[0]]
"""What the official builder puts into test_puzzles.json for an output that is not known."""

PARTS = "training", "evaluation"

LEAST_MADE_UP = 6
"""Rows and columns that made-up tasks need."""

MOST_PAIRS = 16
"""Train pairs that come one after the other in training; the public tasks have at most ten."""


@dataclass(frozen=True, kw_only=True)
class ArcBuild:
    """An ARC data set to build, as by the official `build_arc_dataset.py`.

    The train split has the train pairs of every task, the test split its test pairs (but see
    `train_on_tests`). A task and each of its variants is a puzzle with an identifier of its own,
    together they are a group. In the train split of a set with variants all pairs of a puzzle but
    one, drawn at random, stand at a random offset, input and output at the same. An unknown test
    output has no label that counts. The pairs of a task with more than `MOST_PAIRS` are puzzles of
    their own with its identifier, so that training sees one of them an epoch and the tasks stay
    mixed.
    Its tasks come from data sets, files and a number of made-up ones, all of them together. Of
    tasks with the same id the first one is taken.
    """

    datasets: tuple[str, ...] = setting('Data sets to take: "arc-agi-1" and "arc-agi-2".', ())
    files: tuple[str, ...] = setting("Files of tasks, or folders with a file for each.", ())
    generate: Count = setting("How many tasks to make up.", 0)
    parts: tuple[str, ...] = setting(
        'Which parts of the data sets are taken: "training", "evaluation" or both.', PARTS
    )
    tasks: tuple[str, ...] = setting("Ids of the tasks that are taken; empty for all.", ())
    more_pairs: tuple[str, ...] = setting(
        "Files of tasks whose train pairs are added to those of the task with the same id, but for "
        "pairs with an input that the task has already, also among its test pairs.",
        (),
    )
    canvas: Annotated[int, Between(1, arc_tasks.MAX_SIZE)] = setting(
        "Side of the square canvas; tasks with a larger grid are left out.", 30
    )
    augmentations: Count = setting(
        "How many variants each task has: symmetries with new colours.", 0
    )
    materialise: bool = setting(
        "Whether the variants are written. If not, they have identifiers only, from which training "
        "draws variants on the fly.",
        True,
    )
    train_on_tests: bool = setting(
        "Whether the test pairs of the data sets' training tasks are trained on, too, as in the "
        "official build; only their evaluation tasks are in the test split then. Those that stand "
        "in both parts, by their content, are warned of.",
        False,
    )
    seed: Seed = setting(SAME_SEED, 0)

    def __post_init__(self) -> None:
        check_fields(self, DatasetError)
        if self.generate and self.canvas < LEAST_MADE_UP:
            raise DatasetError.about(
                "canvas", self.canvas, f"a whole number from {LEAST_MADE_UP} up"
            )
        if not (self.datasets or self.files or self.generate):
            raise DatasetError("expected data sets, files or a number of tasks to generate")
        for name in self.datasets:
            if name not in arc_tasks.DATASETS:
                expected = " or ".join(arc_tasks.DATASETS)
                raise DatasetError(
                    f"found the data set {quoted(name)}, expected {expected}", key="datasets"
                )
        if not self.parts or not set(self.parts) <= set(PARTS):
            raise DatasetError.about("parts", list(self.parts), f"{' or '.join(PARTS)}, or both")

    @property
    def shape(self) -> PuzzleShape:
        """Of its canvas."""
        return PuzzleShape("arc", self.canvas, self.canvas)

    def plan(self, cancelled: Callable[[], bool]) -> Plan:
        from trm_core.puzzles.arc_variants import random_variants

        tasks = self._tasks(cancelled)
        names = random_variants(list(tasks), self.augmentations, self.seed)
        each = self.augmentations + 1
        written = each if self.materialise else 1
        jobs = [
            _ArcJob(task, source, number, names[number * each : number * each + written])
            for number, (task, source) in enumerate(tasks.values())
        ]
        return Plan(
            shape=self.shape,
            jobs=jobs,
            work=partial(_groups, self),
            seconds_each=3e-4 * written,
            identifiers=[BLANK, *names],
            keep_inputs_apart=False,
            files={
                TEST_PUZZLES_FILE: {
                    job.task.id: _official(job.task) for job in jobs if job.task.test
                }
            },
            warnings=_leaks([task for task, _ in tasks.values()]),
        )

    def _tasks(self, cancelled: Callable[[], bool]) -> dict[str, tuple[Task, str]]:
        """The tasks that fit the canvas, each with its source, by id."""
        tasks: dict[str, tuple[Task, str]] = {}
        more = self._more_pairs()
        for task, source in self._all_tasks():
            check(cancelled)
            if self.tasks and task.id not in self.tasks:
                continue
            if not task.train:
                raise DatasetError(f"{source}: task {task.id} has no train pairs to learn from")
            task = _with_more_pairs(task, more.get(task.id, ()))
            if max(task.canvas) <= self.canvas:
                tasks.setdefault(task.id, (task, source))
        if not tasks:
            raise DatasetError(f"found no task whose grids all fit {self.canvas}×{self.canvas}")
        for task_id in self.tasks:
            if task_id not in tasks:
                raise DatasetError(
                    f"tasks: found {task_id!r}, expected an id of a task that is there and whose "
                    f"grids fit {self.canvas}×{self.canvas}"
                )
        return tasks

    def _more_pairs(self) -> dict[str, tuple[Pair, ...]]:
        """Those of `more_pairs` by task id."""
        puzzles = (puzzle for file in self.more_pairs for puzzle in _arc_puzzles(file))
        return {puzzle.task.id: puzzle.task.train for puzzle in puzzles}

    def _all_tasks(self) -> Iterator[tuple[Task, str]]:
        for name in self.datasets:
            training, evaluation = arc_tasks.load_parts(name)
            if self.train_on_tests:
                training = [replace(t, train=t.train + t.test, test=()) for t in training]
            for part, tasks in zip(PARTS, (training, evaluation), strict=True):
                if part in self.parts:
                    yield from ((task, f"{name} {part}") for task in tasks)
        for file in self.files:
            yield from ((puzzle.task, Path(file).name) for puzzle in _arc_puzzles(file))
        side = min(self.canvas, 10)
        for number in range(self.generate):
            seed = int(np.random.default_rng([self.seed, number]).integers(2**31))
            yield arc_tasks.generate(seed, rows=side, cols=side).task, "generated"


def _arc_puzzles(file: str) -> Iterator[Arc]:
    for puzzle in load_puzzles(file):
        if not isinstance(puzzle, Arc):
            raise DatasetError(f"{file}: found {puzzle.shape}, expected ARC tasks")
        yield puzzle


def _with_more_pairs(task: Task, pairs: Sequence[Pair]) -> Task:
    """`task` with those of `pairs` whose input none of its own has."""
    seen = {_key(pair) for pair in (*task.train, *task.test)}
    return replace(task, train=(*task.train, *(pair for pair in pairs if _key(pair) not in seen)))


def _leaks(tasks: Sequence[Task]) -> list[str]:
    """A warning of tasks with a test pair, output known, that another task has for training."""
    trained = {_whole_key(pair): task.id for task in tasks for pair in task.train}
    leaked = {
        task.id: trained[_whole_key(pair)]
        for task in tasks
        for pair in task.test
        if pair.output is not None and trained.get(_whole_key(pair), task.id) != task.id
    }
    if not leaked:
        return []
    named = [f"{tested} as {known}" for tested, known in leaked.items()]
    return [
        "of the tasks to test on, these are trained on under another id, test pair included: "
        f"{first_of(named, 5)}"
    ]


def _whole_key(pair: Pair) -> tuple[Any, ...]:
    output = () if pair.output is None else (pair.output.shape, pair.output.tobytes())
    return *_key(pair), *output


def _key(pair: Pair) -> tuple[Any, ...]:
    return pair.input.shape, pair.input.tobytes()


class _ArcJob(NamedTuple):
    """A task and the names of the puzzles made of it, the task's own first; `number` from 0."""

    task: Task
    source: str
    number: int
    names: Sequence[str]


def _groups(build: ArcBuild, job: _ArcJob) -> dict[str, Group]:
    from trm_core.puzzles.arc_variants import parse_variant

    rng = np.random.default_rng([build.seed, job.number])
    first = 1 + job.number * (build.augmentations + 1)
    identifiers = range(first, first + len(job.names))
    variants = [job.task.map(parse_variant(name)[1]) for name in job.names]
    groups = {}
    for split in ("train", "test") if job.task.test else ("train",):
        examples = []
        for task in variants:
            pairs = task.train if split == "train" else task.test
            unmoved = rng.integers(len(pairs)) if split == "train" and len(variants) > 1 else None
            for index, pair in enumerate(pairs):
                moved = unmoved is not None and index != unmoved
                examples.append(_example(pair, build.canvas, rng if moved else None))
        each = len(examples) // len(variants)
        size = 1 if split == "train" and each > MOST_PAIRS else each
        of_puzzles = np.repeat(identifiers, each // size).tolist()
        inputs, labels = np.array(examples, np.uint8).swapaxes(0, 1)
        groups[split] = Group(job.source, of_puzzles, [size] * len(of_puzzles), inputs, labels)
    return groups


def _example(pair: Pair, canvas: int, rng: np.random.Generator | None) -> tuple[Any, Any]:
    """Tokens of input and output, at a random offset that leaves room for both if `rng` is given.

    The marks of a grid's end need no room (`np_grid_to_seq_translational_augment`).
    """
    puzzle = Arc.of(Task("", (), (pair,)))
    shape = PuzzleShape("arc", canvas, canvas)
    needed = puzzle.shape
    offset = (0, 0)
    if rng is not None:
        room = canvas - needed.rows, canvas - needed.cols
        offset = int(rng.integers(room[0] + 1)), int(rng.integers(room[1] + 1))
    inputs = puzzle.encode(pair.input, shape, offset=offset)
    if pair.output is None:
        return inputs, np.zeros_like(inputs)
    return inputs, puzzle.encode(pair.output, shape, offset=offset)


def _official(task: Task) -> dict[str, Any]:
    """The task for test_puzzles.json, which the official evaluator reads."""
    value: dict[str, Any] = json.loads(task.format())
    for pair in value["test"]:
        pair.setdefault("output", UNKNOWN_OUTPUT)
    return value
