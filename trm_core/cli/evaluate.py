"""`trm eval`: accuracy of a model on many puzzles."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from trm_core.checkpoints.info import find_model
from trm_core.cli.options import Device, Dtype, Json
from trm_core.evaluation.scores import Calibration, Evaluation, Score, summarise
from trm_core.puzzles.base import Puzzle, PuzzleError
from trm_core.puzzles.files import load_puzzles

if TYPE_CHECKING:
    from trm_core.evaluation.batches import EvaluationSettings


def evaluate(
    model: Annotated[str, typer.Argument(help="Name of a bundled model, or a model directory.")],
    data: Annotated[
        Path, typer.Argument(help="A file of puzzles, such as a CSV, or a data set directory.")
    ],
    split: Annotated[str, typer.Option(help="Which part of a data set.")] = "test",
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only so many puzzles, drawn at random by --seed.")
    ] = None,
    max_steps: Annotated[
        int | None, typer.Option(min=1, help="Supervision steps at most; by default the model's.")
    ] = None,
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help="Halting probability that counts as halting.")
    ] = 0.5,
    adaptive: Annotated[
        bool,
        typer.Option(
            "--adaptive/--all-steps",
            help="End a solve when it halts, or run all steps and only record halting.",
        ),
    ] = False,
    trajectories: Annotated[
        int,
        typer.Option(
            min=1, help="Solves of each puzzle, all but one with noise; the surest answer is kept."
        ),
    ] = 1,
    noise: Annotated[
        float, typer.Option(min=0, help="Standard deviation of that noise on y and z.")
    ] = 0.2,
    votes: Annotated[
        int, typer.Option(min=1, help="ARC: up to so many variants of a task vote on its answer.")
    ] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of the noise and of --limit.")] = 0,
    batch_size: Annotated[int, typer.Option(min=1, help="Puzzles solved together.")] = 64,
    device: Device = "auto",
    dtype: Dtype = "float32",
    as_json: Json = False,
) -> None:
    """Measure exact accuracy, source by source, and how well the model knows when it is right."""
    info = find_model(model)
    puzzles = _puzzles(data, split, limit, seed)

    from trm_core.evaluation.batches import EvaluationSettings, solve_many
    from trm_core.solver import Solver

    settings = EvaluationSettings(
        max_steps or info.config.max_supervision_steps,
        threshold,
        adaptive,
        batch_size,
        trajectories,
        noise,
        seed,
        votes,
    )
    solver = Solver.load(info, device, dtype)
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(escape(info.name), total=len(puzzles))
        outcomes = solve_many(
            solver, puzzles, settings, lambda done: progress.update(task, completed=done)
        )
    evaluation = summarise(outcomes)
    if as_json:
        for score in evaluation.sources:
            print(json.dumps(dataclasses.asdict(score)))
        print(json.dumps({"overall": dataclasses.asdict(evaluation.overall)}))
        print(json.dumps({"calibration": dataclasses.asdict(evaluation.calibration)}))
        return
    console = Console(markup=False, emoji=False, highlight=False)
    console.print(_scores(evaluation, settings))
    console.print(_calibration(evaluation.calibration))


def _puzzles(data: Path, split: str, limit: int | None, seed: int) -> Sequence[Puzzle]:
    if data.is_dir():
        from trm_core.data.dataset import read_dataset

        dataset = read_dataset(data, split)
        originals = dataset.originals()
        if not originals:
            raise PuzzleError(f"{data}: found no puzzles in {split!r}, expected at least one")
        return dataset.puzzles([originals[at] for at in _drawn(len(originals), limit, seed)])
    puzzles = load_puzzles(data)
    return [puzzles[at] for at in _drawn(len(puzzles), limit, seed)]


def _drawn(count: int, limit: int | None, seed: int) -> list[int]:
    """Which of `count` puzzles to solve: all, or `limit` drawn at random."""
    if limit is None or limit >= count:
        return list(range(count))
    drawn: list[int] = np.sort(np.random.default_rng(seed).choice(count, limit, False)).tolist()
    return drawn


def _scores(evaluation: Evaluation, settings: EvaluationSettings) -> Table:
    """One row a source; columns that would only repeat others are left out."""
    several = settings.trajectories > 1 or settings.votes > 1
    scores = [*evaluation.sources, evaluation.overall]
    columns: dict[str, Callable[[Score], str]] = {
        "puzzles": lambda score: f"{score.puzzles:,}",
        "exact": lambda score: _percent(score.exact),
    }
    if settings.trajectories > 1:
        columns["majority"] = lambda score: _percent(score.exact_by_majority)
    if several:
        columns["any"] = lambda score: _percent(score.exact_by_any)
    if evaluation.overall.arc_score is not None:
        columns["ARC score"] = lambda score: _percent(score.arc_score)
    columns["cells"] = lambda score: _percent(score.cell_accuracy)
    arc = evaluation.overall.arc_score is not None  # where any grid is valid
    if not arc and any(score.valid != score.exact for score in scores):
        columns["valid"] = lambda score: _percent(score.valid)
    columns["halts at"] = lambda score: f"{score.mean_halting_step:.1f}"
    if several or settings.adaptive:
        columns["steps"] = lambda score: f"{score.mean_supervision_steps:.1f}"

    table = Table()
    table.add_column("source", overflow="fold", min_width=10)
    for name in columns:
        table.add_column(name, no_wrap=True)
    for score in scores:
        if score is evaluation.overall:
            table.add_section()
        table.add_row(score.source, *(column(score) for column in columns.values()))
    return table


def _calibration(calibration: Calibration) -> Table:
    table = Table("halting probability", "puzzles", "mean", "exact")
    for each in calibration.bins:
        if each.puzzles:
            table.add_row(
                f"{each.low:.1f} to {each.high:.1f}",
                f"{each.puzzles:,}",
                _percent(each.mean_halt_probability),
                _percent(each.exact),
            )
    table.caption = f"Expected calibration error {_percent(calibration.expected_error)}."
    if calibration.confident:
        table.caption += (
            f" Of {calibration.confident:,} answers above 0.9, "
            f"{_percent(calibration.confident_exact)} are right."
        )
    return table


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
