"""From a training run to a model to pass on: rounded to bfloat16, measured so, with a card.

`python -m trm_core.training.publish RUN TARGET DEVICE` hands over why it could not be, if so.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from trm_core.checkpoints.directory import fill_model, save_model
from trm_core.checkpoints.info import START_STATES, WEIGHTS, ModelInfo, read_info
from trm_core.data.build import FILES, TEST_FILES, held_out_puzzles
from trm_core.data.dataset import read_dataset
from trm_core.data.held_out import held_out_build
from trm_core.errors import UserError
from trm_core.evaluation import by_style
from trm_core.evaluation.arc_votes import variants_of
from trm_core.evaluation.batches import EvaluationSettings, solve_many
from trm_core.evaluation.scores import summarise, tasks_solved
from trm_core.files import check_free
from trm_core.handover import hand_over
from trm_core.model.device import choose_device
from trm_core.puzzles.base import Puzzle
from trm_core.solver import Solver
from trm_core.training.card import Effort, Measured, published_card
from trm_core.training.checkpoint import Checkpoint, newest_readable, read_checkpoint
from trm_core.training.config import RunConfig
from trm_core.training.held_out import bins_of, results_of
from trm_core.training.learned import learned
from trm_core.training.metrics import METRICS, read_metrics
from trm_core.training.run_directory import DATA, RunDirectory
from trm_core.training.run_files import RunError
from trm_core.training.status import read_status

HELD_OUT = "held_out"
"""What results call the puzzles that the model's config says how to make."""

OnProgress = Callable[[str, int, int], None]
"""Is told what is being done, and how many of how many puzzles are."""


class PublishError(UserError):
    """A run whose model cannot be published."""


@dataclass(frozen=True)
class Sample:
    """What a model is measured on.

    data: what results call it, and what `trm eval` is given for it where `recipe` is empty.
    recipe: how to make the puzzles anew. limit: the `--limit` of `trm eval` that draws them.
    """

    data: str
    puzzles: Sequence[Puzzle]
    recipe: Mapping[str, Any] = field(default_factory=dict)
    limit: int | None = None


def publish(
    run: RunDirectory,
    target: Path,
    *,
    given: Sample | None = None,
    step: int | None = None,
    max_supervision_steps: int | None = None,
    votes: int | None = None,
    device: str = "auto",
    on_progress: OnProgress = lambda what, done, total: None,
) -> ModelInfo:
    """Write the newest readable checkpoint of `run`, or that of `step`, as the model `target`.

    given: what to measure on in place of the run's held-out puzzles.
    max_supervision_steps: of the published model, if not those of training.
    votes: variants of an ARC task that vote on its answer at most; None for all there are.
    Raises UserError; nothing is written then.
    """
    target = target.resolve()
    check_free(target, PublishError)
    run_config = RunConfig.from_json(run.config, str(run.path))
    checkpoint = _checkpoint(run, step)
    step = checkpoint.progress.step
    info = read_info(run.checkpoint(step))
    config = info.config
    if max_supervision_steps is not None:
        config = replace(config, max_supervision_steps=max_supervision_steps)
    info = replace(info, config=config, results=(), directory=target)
    sample = given or _held_out(run, run_config, info, on_progress)
    info = replace(info, held_out=sample.recipe)

    rounded = {name: tensor.bfloat16() for name, tensor in checkpoint.averaged.items()}
    model = fill_model(config, rounded, run.checkpoint(step) / WEIGHTS).to(choose_device(device))
    votes = _votes(sample.puzzles, info, votes)
    settings = EvaluationSettings(votes=votes)
    outcomes = solve_many(
        Solver(model, info),
        sample.puzzles,
        settings,
        lambda done: on_progress("measuring", done, len(sample.puzzles)),
    )
    command_data = "" if sample.recipe else sample.data
    evaluation, tasks = summarise(outcomes), tasks_solved(outcomes)
    measured = Measured(evaluation, command_data, sample.limit, votes, tasks)
    info = replace(
        info,
        learned=info.learned or learned(run_config),  # runs of older versions do not say
        results=results_of(evaluation, sample.data),
        by_style=tuple(by_style.results_of(outcomes, info.puzzle.rows)) if tasks else (),
        calibration=bins_of(evaluation),
    )
    card = published_card(
        info, run_config, step, _weights(rounded), _effort(run, run_config, step), measured
    )
    save_model(model.cpu().bfloat16(), info, card)  # the numbers are rounded already
    return info


def _checkpoint(run: RunDirectory, step: int | None) -> Checkpoint:
    if step is not None:
        if step not in run.saved_steps():
            saved = ", ".join(map(str, run.saved_steps())) or "none"
            raise PublishError(f"{run.path} has no checkpoint of step {step}, only of {saved}")
        return read_checkpoint(run.checkpoint(step))
    checkpoint, _ = newest_readable(run)
    if checkpoint is None:
        raise PublishError(f"{run.path} has no checkpoint yet")
    return checkpoint


def _held_out(
    run: RunDirectory, config: RunConfig, info: ModelInfo, on_progress: OnProgress
) -> Sample:
    """The whole test split of what the run trains on, made anew where that can be done.

    A data set that the run has built and that would come out otherwise now is read instead.
    """
    path = Path(config.data.get("path") or run.path / DATA)
    recipe: dict[str, Any] = {}
    made: list[Puzzle] = []
    if not any(config.data.get(name) for name in ("path", *TEST_FILES)):
        recipe = {
            name: value for name, value in config.data.items() if name not in ("path", *FILES)
        }
        spec = held_out_build(replace(info, held_out=recipe))
        made = held_out_puzzles(spec, partial(on_progress, "making puzzles"))
        if not path.exists():
            return Sample(HELD_OUT, made, recipe)
    split = read_dataset(path, "test")
    built = split.puzzles(split.originals())
    if _same(made, built):
        return Sample(HELD_OUT, made, recipe)
    return Sample(path.name, built)


def _same(one: Sequence[Puzzle], other: Sequence[Puzzle]) -> bool:
    return len(one) == len(other) and all(
        np.array_equal(mine.grid, theirs.grid) for mine, theirs in zip(one, other, strict=True)
    )


def _votes(puzzles: Sequence[Puzzle], info: ModelInfo, most: int | None) -> int:
    """How many variants of a task vote: `most`, or as many as the model knows of any."""
    known = variants_of(puzzles, info.identifiers, max(1, len(info.identifiers)))
    there_are = max(map(len, known.values()), default=1)
    return there_are if most is None else min(most, there_are)


def _weights(tensors: Mapping[str, Tensor]) -> tuple[int, int]:
    """How many numbers of them are trained, and the bytes of all."""
    trained = (tensor.numel() for name, tensor in tensors.items() if name not in START_STATES)
    return sum(trained), sum(tensor.nbytes for tensor in tensors.values())


def _effort(run: RunDirectory, config: RunConfig, step: int) -> Effort:
    """What training up to `step` took. Unknown is what the run, or this machine, does not tell."""
    seconds: float | None = None
    done = 0
    evaluations = []
    for row in read_metrics(run.path / METRICS):
        speed = row.get("train/samples_per_second")
        if speed and done < row["step"] <= step:
            seconds = (seconds or 0.0) + (row["step"] - done) * config.training.batch_size / speed
            done = row["step"]
        exact = row.get("held_out/exact_accuracy")
        if exact is not None and seconds is not None and row["step"] <= step:
            evaluations.append((seconds, row["step"], exact))
    try:
        status = read_status(run.path)
    except RunError:  # a run that has come from elsewhere and has not gone on
        return Effort(seconds, evaluations=evaluations)
    here = status.host == socket.gethostname()
    return Effort(seconds, os.cpu_count() if here else None, status.world_size, evaluations)


def _asked() -> None:
    run, target, device = sys.argv[1:]
    publish(RunDirectory.open(Path(run)), Path(target), device=device)


if __name__ == "__main__":
    hand_over(_asked, "it could not be measured")
