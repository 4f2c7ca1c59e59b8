"""`trm publish`: from a training run to a model to pass on, with a card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import TaskID

from trm_core.checkpoints.expectations import share_right
from trm_core.cli.display import mebibytes, progress_bar
from trm_core.cli.evaluate import read_puzzles
from trm_core.cli.options import Device
from trm_core.files import check_directory


def publish(
    run: Annotated[Path, typer.Argument(help="The run directory.")],
    out: Annotated[Path, typer.Argument(help="The model directory to write; must not exist.")],
    step: Annotated[
        int | None, typer.Option(min=0, help="The checkpoint of that step; by default the last.")
    ] = None,
    max_steps: Annotated[
        int | None,
        typer.Option(min=1, help="Supervision steps that the model is to have; by default as now."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="A file of puzzles or a data set to measure on; by default the run's own."
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Measure on so many of --data, drawn at random.")
    ] = None,
    votes: Annotated[
        int | None,
        typer.Option(
            min=1, help="ARC: so many variants of a task vote at most; by default all it knows."
        ),
    ] = None,
    device: Device = "auto",
) -> None:
    """Write a run's model with averaged weights in bfloat16, measured as it is, and its card."""
    if limit is not None and data is None:
        raise typer.BadParameter("expected --data beside it", param_hint="--limit")
    check_directory(out)

    from trm_core.training.publish import Sample, publish
    from trm_core.training.run_directory import RunDirectory

    given = None
    if data is not None:
        puzzles = read_puzzles(data, limit=limit)
        given = Sample(data.resolve().name, puzzles, limit=limit if limit == len(puzzles) else None)
    with progress_bar() as progress:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done)

        info = publish(
            RunDirectory.open(run),
            out,
            given=given,
            step=step,
            max_supervision_steps=max_steps,
            votes=votes,
            device=device,
            on_progress=show,
        )
    print(f"{out}: {info.title}, {mebibytes(info.size)}")
    for result in info.results:
        print(share_right(result))
