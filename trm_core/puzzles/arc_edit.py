"""Changing ARC tasks by hand: the grids of their pairs, and which pairs there are.

Every train pair keeps an output and a task keeps at least one train and one test pair, so that
what comes out can be solved and written to a file.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np

from trm_core.puzzles.arc import UNNAMED, Arc, Pair, Task
from trm_core.puzzles.arc_tasks import MAX_SIZE
from trm_core.puzzles.base import Grid, PuzzleError

Part = Literal["train", "test"]
Side = Literal["input", "output"]


class Slot(NamedTuple):
    """The place of one grid in a task; `number` counts the pairs of its part from 0."""

    part: Part
    number: int
    side: Side

    @property
    def input(self) -> Slot:
        """The place of the input of the same pair."""
        return self._replace(side="input")

    def __str__(self) -> str:
        return f"{self.part.capitalize()} pair {self.number + 1}, {self.side}"


def slots(task: Task) -> list[Slot]:
    """All places of the task, train pairs first; that of an unknown output is one too."""
    sides: tuple[Side, ...] = ("input", "output")
    parts: tuple[Part, ...] = ("train", "test")
    return [
        Slot(part, number, side)
        for part in parts
        for number in range(len(pairs(task, part)))
        for side in sides
    ]


def pairs(task: Task, part: Part) -> tuple[Pair, ...]:
    return task.train if part == "train" else task.test


def grid_at(task: Task, slot: Slot) -> Grid | None:
    """The grid in that place, None for an unknown output."""
    pair = pairs(task, slot.part)[slot.number]
    return pair.input if slot.side == "input" else pair.output


def with_grid(task: Task, slot: Slot, grid: Grid | None) -> Task:
    """The task with another grid in that place.

    None makes the output of a test pair unknown; PuzzleError if it is meant for another grid.
    """
    pair = pairs(task, slot.part)[slot.number]
    if (slot.part, slot.side) == ("test", "output"):
        pair = Pair(pair.input, grid)
    elif grid is None:
        raise PuzzleError(f"{slot}: found no grid, expected one")
    else:
        pair = Pair(grid, pair.output) if slot.side == "input" else Pair(pair.input, grid)
    return _with_pairs(task, slot, slot.number, slot.number + 1, pair)


def copied_to_output(task: Task, slot: Slot) -> Task:
    """The task with the input of the slot's pair as its output."""
    pair = pairs(task, slot.part)[slot.number]
    return with_grid(task, slot._replace(side="output"), pair.input)


def with_blank_pair(task: Task, slot: Slot) -> tuple[Task, Slot]:
    """A black pair, as large as the slot's, after it; and the place of its input.

    A new test pair's output is unknown.
    """
    pair = pairs(task, slot.part)[slot.number]
    blank = pair.map(np.zeros_like)
    if slot.part == "test":
        blank = Pair(blank.input)
    return _inserted(task, slot, blank)


def with_duplicate(task: Task, slot: Slot) -> tuple[Task, Slot]:
    """The slot's pair once more after it, and the place of the copy's input."""
    return _inserted(task, slot, pairs(task, slot.part)[slot.number])


def without_pair(task: Task, slot: Slot) -> tuple[Task, Slot]:
    """The task without the slot's pair, and the slot of the next pair, or of the last one.

    PuzzleError if it is the only one of its part.
    """
    count = len(pairs(task, slot.part))
    if count == 1:
        raise PuzzleError(f"found only one {slot.part} pair, expected another one beside it")
    fewer = _with_pairs(task, slot, slot.number, slot.number + 1)
    return fewer, slot._replace(number=min(slot.number, count - 2))


def with_pair_moved(task: Task, slot: Slot, by: int) -> tuple[Task, Slot]:
    """The slot's pair `by` places later (earlier if negative), at most to the end, and its slot."""
    pair, count = pairs(task, slot.part)[slot.number], len(pairs(task, slot.part))
    number = min(max(slot.number + by, 0), count - 1)
    without = _with_pairs(task, slot, slot.number, slot.number + 1)
    return _with_pairs(without, slot, number, number, pair), slot._replace(number=number)


def with_test(puzzle: Arc, test_index: int) -> Arc:
    """The same task with another test input posed."""
    return Arc.of(puzzle.task, test_index, puzzle.source)


def changed(puzzle: Arc, task: Task, slot: Slot) -> Arc:
    """`puzzle` with another task, after a change at `slot`, which is posed if it is a test pair."""
    index = slot.number if slot.part == "test" else puzzle.test_index
    return replace(Arc.of(task, index, puzzle.source), name="Your puzzle")


def first_difference(before: Task, after: Task) -> Slot | None:
    """Where `after` first differs from `before`, a place that `after` has; None if nowhere."""
    parts: tuple[Part, ...] = ("train", "test")
    for part in parts:
        old, new = pairs(before, part), pairs(after, part)
        for number in range(max(len(old), len(new))):
            if old[number : number + 1] != new[number : number + 1]:
                there = min(number, len(new) - 1)
                of_input = number >= min(len(old), len(new)) or not np.array_equal(
                    old[number].input, new[number].input
                )
                return Slot(part, there, "input" if of_input else "output")
    return None


def blank_task(rows: int, cols: int) -> Arc:
    """One train pair and one test input, all black and of one size; PuzzleError if not 1 to 30."""
    if not (1 <= rows <= MAX_SIZE and 1 <= cols <= MAX_SIZE):
        raise PuzzleError(
            f"found an ARC grid of {rows}×{cols} cells, expected 1 to {MAX_SIZE} rows and columns"
        )
    black = np.zeros((rows, cols), np.int8)
    return Arc.of(Task(UNNAMED, (Pair(black, black),), (Pair(black),)))


def _inserted(task: Task, slot: Slot, pair: Pair) -> tuple[Task, Slot]:
    number = slot.number + 1
    return _with_pairs(task, slot, number, number, pair), Slot(slot.part, number, "input")


def _with_pairs(task: Task, slot: Slot, start: int, end: int, *new: Pair) -> Task:
    """The task with `new` in the place of the pairs from `start` to `end` of the slot's part."""
    old = pairs(task, slot.part)
    changed = (*old[:start], *new, *old[end:])
    return replace(task, train=changed) if slot.part == "train" else replace(task, test=changed)
