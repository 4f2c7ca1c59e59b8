"""`trm eval`: accuracy of a model on a file of puzzles."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from trm_core.checkpoints.info import find_model
from trm_core.cli.options import Device, Dtype, Json
from trm_core.puzzles.files import load_puzzles


def evaluate(
    model: Annotated[str, typer.Argument(help="Name of a bundled model, or a model directory.")],
    data: Annotated[Path, typer.Argument(help="A file of puzzles, such as a CSV.")],
    max_steps: Annotated[int, typer.Option(min=1, help="Supervision steps that are run.")] = 16,
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help="Halting probability that counts as halting.")
    ] = 0.5,
    batch_size: Annotated[int, typer.Option(min=1, help="Puzzles solved together.")] = 64,
    device: Device = "auto",
    dtype: Dtype = "float32",
    as_json: Json = False,
) -> None:
    """Measure exact accuracy, source by source, after all supervision steps."""
    info = find_model(model)
    puzzles = load_puzzles(data)

    from trm_core import evaluation
    from trm_core.solver import Solver

    solver = Solver.load(info, device, dtype)
    console = Console(stderr=True)
    with Progress(console=console, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(escape(info.name), total=len(puzzles))
        scores = evaluation.evaluate(
            solver,
            puzzles,
            max_supervision_steps=max_steps,
            halt_threshold=threshold,
            batch_size=batch_size,
            on_progress=lambda done: progress.update(task, completed=done),
        )
    if as_json:
        for score in scores:
            print(json.dumps(dataclasses.asdict(score)))
        return
    table = Table("source", "puzzles", "exact", "mean halting step")
    for score in scores:
        table.add_row(
            score.source,
            f"{score.puzzles:,}",
            f"{score.exact:.1%}",
            f"{score.mean_halting_step:.1f}",
        )
    Console(markup=False, emoji=False).print(table)
