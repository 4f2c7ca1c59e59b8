"""Evaluation during training, on puzzles that are not trained on, shared out over the processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from trm_core.checkpoints.facts import HaltingBin, Result
from trm_core.checkpoints.info import ModelInfo
from trm_core.data.dataset import read_dataset
from trm_core.evaluation.batches import EvaluationSettings, solve_many
from trm_core.evaluation.scores import Evaluation, summarise
from trm_core.model.recursion import RecursiveModel
from trm_core.puzzles.base import Puzzle
from trm_core.solver import Solver
from trm_core.training.distributed import Group


class HeldOut:
    """The puzzles of a data set's test split, or so many of them, the same in every evaluation.

    Of an ARC task that comes with its variants only the task itself is solved.
    """

    def __init__(self, dataset: Path, count: int, seed: int, group: Group) -> None:
        """count: how many, drawn by `seed`; 0 for all. Raises DatasetError."""
        split = read_dataset(dataset, "test")
        originals = split.originals()
        if 0 < count < len(originals):
            chosen = np.random.default_rng(seed).choice(originals, count, replace=False)
            originals = np.sort(chosen).tolist()
        self.name = dataset.name
        self._count = len(originals)
        self._puzzles: list[Puzzle] = split.puzzles(originals[group.rank :: group.size])
        self._group = group

    def evaluate(
        self, model: RecursiveModel, info: ModelInfo, cancelled: Callable[[], bool]
    ) -> Evaluation | None:
        """How `model` fares with all supervision steps; None if any process was cancelled."""
        solver, settings = Solver(model, info), EvaluationSettings()
        mine = solve_many(solver, self._puzzles, settings, cancelled=cancelled)
        outcomes = [each for part in self._group.gather_objects(mine) for each in part]
        return summarise(outcomes) if len(outcomes) == self._count else None


def results_of(evaluation: Evaluation, data: str) -> tuple[Result, ...]:
    """What a model's `config.json` says about an evaluation on the data set `data`."""
    return tuple(
        Result(data, score.source, score.puzzles, score.exact, score.arc_score)
        for score in evaluation.sources
    )


def bins_of(evaluation: Evaluation) -> tuple[HaltingBin, ...]:
    """What a model's `config.json` says about its calibration; bins without puzzles are left out.

    The bins count right answers; `exact` is a mean of them, so that it comes out whole.
    """
    return tuple(
        HaltingBin(each.low, each.high, each.puzzles, round(each.exact * each.puzzles))
        for each in evaluation.calibration.bins
        if each.exact is not None
    )


def metrics_of(evaluation: Evaluation) -> dict[str, float]:
    """The numbers of an evaluation, by the names that they have in `metrics.jsonl`."""
    score, calibration = evaluation.overall, evaluation.calibration
    numbers = {
        "exact_accuracy": score.exact,
        "cell_accuracy": score.cell_accuracy,
        "valid": score.valid,
        "halting_step": score.mean_halting_step,
        "calibration_error": calibration.expected_error,
        "confident_exact": calibration.confident_exact,
    }
    return {name: value for name, value in numbers.items() if value is not None}
