"""`trm train`: a training run in a run directory, started, resumed, watched from the terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from trm_core.cli.options import Device, Json

if TYPE_CHECKING:
    from trm_core.training.run_directory import RunDirectory


def train(
    preset: Annotated[
        str | None, typer.Argument(help="Name of a preset, or a TOML file like one.")
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a setting; may be repeated."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The run directory to make; runs/PRESET if not given.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="A run directory to go on with, from its last checkpoint.")
    ] = None,
    time_limit: Annotated[
        float | None, typer.Option(min=0, help="Seconds after which to save and stop.")
    ] = None,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Train a model. Ctrl+C saves and stops; --resume goes on.

    Under torchrun, the processes train together on parts of each batch.
    """
    if (preset is None) == (resume is None):
        raise typer.BadParameter(
            f"give a preset ({', '.join(_presets())}), or --resume with a run directory"
        )
    directory = _new(preset, changes or [], out) if preset else _resumed(resume, changes or [])

    from trm_core.model.device import choose_device
    from trm_core.training.run import train

    with _shown(directory, as_json) as report:
        status = train(
            directory,
            choose_device(_device_of_process(device)),
            time_limit=float("inf") if time_limit is None else time_limit,
            report=report,
        )
    if status is not None and not as_json:
        said = f" ({status.message})" if status.message else ""
        print(f"{status.state} at step {status.step:,} of {status.steps:,}{said}: {directory.path}")


def _presets() -> list[str]:
    from trm_core.training.config import presets

    return [file.stem for file in presets()]


def _new(preset: str, changes: list[str], out: Path | None) -> RunDirectory:
    """A new run directory, or under torchrun, the one that this run has made already."""
    from trm_core.training.config import load_preset
    from trm_core.training.run_directory import RunDirectory

    config = load_preset(preset).changed(changes)
    path = Path("runs", config.preset) if out is None else out
    if (
        os.environ.get("RANK", "0") != "0"
        or os.environ.get("TORCHELASTIC_RESTART_COUNT", "0") != "0"
    ):
        return RunDirectory.wait_for(path)
    return RunDirectory.create(path, config.to_json())


def _resumed(path: Path | None, changes: list[str]) -> RunDirectory:
    from trm_core.training.config import RunConfig
    from trm_core.training.run_directory import RunDirectory

    assert path is not None
    directory = RunDirectory.open(path)
    if not changes:
        return directory
    config = RunConfig.from_json(directory.config, str(directory.path))
    return directory.changed(config.retrained(changes).to_json())


def _device_of_process(device: str) -> str:
    """With several processes on one machine, each takes the GPU of its number."""
    local_rank = os.environ.get("LOCAL_RANK")
    return f"cuda:{local_rank}" if device == "cuda" and local_rank else device


@contextmanager
def _shown(directory: RunDirectory, as_json: bool) -> Iterator[Any]:
    """A function that shows rows of metrics: as JSON, or on a terminal with a progress bar."""
    if as_json:
        yield lambda row: print(json.dumps(row), flush=True)
        return
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,} of {task.total:,} steps"),
        TimeRemainingColumn(),
        console=console,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task(directory.path.name, total=directory.config["training"]["steps"])

        def show(row: dict[str, Any]) -> None:
            bar.update(task, completed=row["step"])
            names = {name: value for name, value in row.items() if "/" in name}
            if any(name.startswith("held_out/") for name in names):
                exact = names["held_out/exact_accuracy"]
                print(f"step {row['step']:,}: {exact:.1%} of held-out puzzles exactly right")

        yield show
