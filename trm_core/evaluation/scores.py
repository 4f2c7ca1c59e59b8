"""Outcomes in numbers: accuracy by source, and how far halting probabilities can be trusted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trm_core.evaluation.outcomes import Outcome

BINS = 10
CONFIDENT = 0.9
"""Halting probability above which `Calibration.confident` counts an answer."""


@dataclass(frozen=True)
class Score:
    """Means over some puzzles; `Outcome` says what of.

    exact, exact_by_majority, exact_by_any, valid: shares of the puzzles, 0 to 1.
    cell_accuracy: over the puzzles with a known solution, None if there is none.
    arc_score: as the ARC benchmark has it: over the tasks, the mean share of a task's test inputs
        for which one of two guesses is right. None where no puzzle is of ARC.
    mean_supervision_steps: run for a puzzle, over all its attempts.
    mean_halting_step: at which halting passes the threshold; the maximum counts if it never does.
    """

    source: str
    puzzles: int
    exact: float
    exact_by_majority: float
    exact_by_any: float
    arc_score: float | None
    cell_accuracy: float | None
    valid: float
    mean_supervision_steps: float
    mean_halting_step: float


@dataclass(frozen=True)
class CalibrationBin:
    """The puzzles with a halting probability from `low` to below `high` (1 is in the last bin).

    mean_halt_probability, exact: their means, None without puzzles.
    """

    low: float
    high: float
    puzzles: int
    mean_halt_probability: float | None
    exact: float | None


@dataclass(frozen=True)
class Calibration:
    """How well the halting probability of the kept answers tells which of them are right.

    expected_error: mean distance of halting probability and share right over the bins, weighted
        by their puzzles (expected calibration error, arXiv 1706.04599, section 2).
    confident, confident_exact: how many answers have a halting probability above 0.9, and the
        share of them that is right, None without any.
    """

    bins: tuple[CalibrationBin, ...]
    expected_error: float
    confident: int
    confident_exact: float | None


@dataclass(frozen=True)
class Evaluation:
    """All puzzles together, then by source in the order in which sources first occur."""

    overall: Score
    sources: tuple[Score, ...]
    calibration: Calibration


def summarise(outcomes: Sequence[Outcome]) -> Evaluation:
    """The scores of at least one outcome. Their order only decides that of the sources."""
    if not outcomes:
        raise ValueError("found no outcomes to summarise, expected at least one")
    by_source: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_source[outcome.source].append(outcome)
    return Evaluation(
        _score("overall", outcomes),
        tuple(_score(source, members) for source, members in by_source.items()),
        _calibration(outcomes),
    )


def tasks_solved(outcomes: Sequence[Outcome]) -> dict[str, bool]:
    """Whether one of two guesses is right for each test input, by the ids of ARC tasks."""
    right: dict[str, list[bool]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.task:
            right[outcome.task].append(outcome.exact_in_two)
    return {task: all(inputs) for task, inputs in right.items()}


def solved_sentence(tasks: Mapping[str, bool]) -> str:
    """How many of at least one task are solved, and which."""
    solved = [task for task, right in tasks.items() if right]
    listed = f": {', '.join(solved)}" if solved else ""
    return (
        f"Solved within two guesses for each test input: {len(solved):,} of {len(tasks):,} "
        f"tasks{listed}."
    )


def _score(source: str, outcomes: Sequence[Outcome]) -> Score:
    cells = [each.cell_accuracy for each in outcomes if each.cell_accuracy is not None]
    tasks: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for each in outcomes:
        if each.task:
            tasks[each.source, each.task].append(each.exact_in_two)
    return Score(
        source=source,
        puzzles=len(outcomes),
        exact=_mean([each.exact for each in outcomes]),
        exact_by_majority=_mean([each.exact_by_majority for each in outcomes]),
        exact_by_any=_mean([each.exact_by_any for each in outcomes]),
        arc_score=_mean([_mean(tests) for tests in tasks.values()]) if tasks else None,
        cell_accuracy=_mean(cells) if cells else None,
        valid=_mean([each.valid for each in outcomes]),
        mean_supervision_steps=_mean([each.supervision_steps for each in outcomes]),
        mean_halting_step=_mean([each.halting_step for each in outcomes]),
    )


def _calibration(outcomes: Sequence[Outcome]) -> Calibration:
    members: list[list[Outcome]] = [[] for _ in range(BINS)]
    for each in outcomes:
        members[min(int(each.halt_probability * BINS), BINS - 1)].append(each)
    bins = tuple(
        CalibrationBin(
            low=number / BINS,
            high=(number + 1) / BINS,
            puzzles=len(within),
            mean_halt_probability=_mean([o.halt_probability for o in within]) if within else None,
            exact=_mean([o.exact for o in within]) if within else None,
        )
        for number, within in enumerate(members)
    )
    distances = [
        each.puzzles * abs(each.mean_halt_probability - each.exact)
        for each in bins
        if each.mean_halt_probability is not None and each.exact is not None
    ]
    confident = [each.exact for each in outcomes if each.halt_probability > CONFIDENT]
    return Calibration(
        bins,
        expected_error=sum(distances) / len(outcomes),
        confident=len(confident),
        confident_exact=_mean(confident) if confident else None,
    )


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
