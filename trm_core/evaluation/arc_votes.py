"""ARC's test-time augmentation: the variants of a task that a model knows vote on its answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from trm_core.puzzles.arc import Arc, ArcTransform
from trm_core.puzzles.arc_variants import parse_variant, task_of
from trm_core.puzzles.base import Puzzle

Variants = dict[str, list[tuple[str, ArcTransform]]]
"""By task id, the names of a task's variants, each with what was done to the task."""


def variants_of(puzzles: Iterable[Puzzle], identifiers: Iterable[str], most: int) -> Variants:
    """The first `most` of `identifiers` that name a variant of each ARC task in `puzzles`.

    Official data sets name the task itself first. A task that is not named has no entry.
    """
    tasks = {puzzle.task.id for puzzle in puzzles if isinstance(puzzle, Arc)}
    found: Variants = defaultdict(list)
    for name in identifiers:
        task_id = task_of(name)
        if task_id in tasks and len(found[task_id]) < most:
            found[task_id].append((name, parse_variant(name)[1]))
    return dict(found)


def as_variant(puzzle: Arc, name: str, transform: ArcTransform) -> Arc:
    """`puzzle` under `transform`, with the variant's name as its task's id.

    So the model gives it that variant's row of the puzzle embedding. The inverse of `transform`
    turns its answers into answers to `puzzle`.
    """
    variant = puzzle.transformed(transform)
    return replace(variant, task=replace(variant.task, id=name))
