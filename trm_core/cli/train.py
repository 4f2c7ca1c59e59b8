"""`trm train`: a training run in a run directory, started, resumed, watched from the terminal."""

from __future__ import annotations

import math
import os
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from trm_core.cli.options import Device, Json
from trm_core.files import check_directory, check_place
from trm_core.training.run_files import to_json

if TYPE_CHECKING:
    from trm_core.training.config import RunConfig
    from trm_core.training.log import RunLog
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
    started = time.monotonic()
    if preset is not None and resume is not None:
        raise typer.BadParameter("give a preset for a new run or --resume, not both")
    if preset is None and resume is None:
        raise typer.BadParameter(
            f"give --resume with a run directory, or one of these presets:\n\n{_presets()}"
        )
    if resume is not None and out is not None:
        raise typer.BadParameter("--out is for a new run, --resume goes on in its own directory")
    from trm_core.training.run_directory import failure_told

    with nullcontext() if resume is None else failure_told(resume):
        _train(preset, changes or [], out, resume, time_limit, device, as_json, started)


def _train(
    preset: str | None,
    changes: list[str],
    out: Path | None,
    resume: Path | None,
    time_limit: float | None,
    device: str,
    as_json: bool,
    started: float,
) -> None:
    # What can be refused is, before torch is imported, which takes long, or a directory made.
    config = _config(preset, resume, changes)
    path = resume or out or Path("runs", config.preset)
    if resume is not None:
        check_place(path)
    elif _makes(path):
        check_directory(path.absolute(), may_be_empty=True)

    from trm_core.model.device import choose_device
    from trm_core.training.checks import check_run
    from trm_core.training.distributed import Group
    from trm_core.training.log import RunLog
    from trm_core.training.run import train
    from trm_core.training.run_directory import RunDirectory

    chosen = Group.device_of(choose_device(device))
    if resume is None and _leads():
        check_run(config, chosen)
    directory = _new(config, path) if resume is None else RunDirectory.open(path)
    left = math.inf if time_limit is None else time_limit + started - time.monotonic()
    with RunLog(directory.path, leads=_leads(), prints=not as_json) as log:
        log.say(f"training in {directory.path}")
        with _JsonLines(log) if as_json else _Terminal(log, config.training.steps) as display:
            status = train(
                directory,
                chosen,
                config=config if changes else None,
                time_limit=left,
                report=display.show,
                on_data=display.show_data,
                on_doing=display.show_doing,
                say=log.say,
            )
        if status is not None:
            why = f" ({status.message})" if status.message else ""
            reached = f"step {status.step:,} of {status.steps:,}"
            log.say(f"{status.state} at {reached}{why}: {directory.path}")


def _leads() -> bool:
    """Whether this is the first, or the only, of the processes that train together."""
    return os.environ.get("RANK", "0") == "0"


def _presets() -> str:
    """The presets that come with the program, a line each."""
    from trm_core.training.config import presets, read_toml

    return "\n\n".join(
        f"{file.stem}: {read_toml(file).get('description', '')}" for file in presets()
    )


def _config(preset: str | None, resume: Path | None, changes: list[str]) -> RunConfig:
    """What is to be trained, by a preset or by the config of a run to go on with."""
    from trm_core.training.config import FilesMissingError, RunConfig, load_preset
    from trm_core.training.run_directory import RunDirectory

    if preset is not None:
        try:
            return load_preset(preset).changed(changes).with_data_found()
        except FilesMissingError as error:
            how = f"name yours with --set '{error.key}=[\"FILE\"]'"
            raise FilesMissingError(f"{error}, {how}") from None
    assert resume is not None
    directory = RunDirectory.open(resume)
    return RunConfig.from_json(directory.config, str(directory.path)).retrained(changes)


def _makes(path: Path) -> bool:
    """Whether it is this process that makes the run directory."""
    restarted = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0") != "0"
    return _leads() and not (restarted and path.exists())


def _new(config: RunConfig, path: Path) -> RunDirectory:
    """A new run directory, or under torchrun, the one that the first process makes or has made."""
    from trm_core.training.run_directory import RunDirectory
    from trm_core.training.run_files import RunError

    if _makes(path):
        return RunDirectory.create(path, config.to_json())
    directory = RunDirectory.wait_for(path)
    if directory.config != config.to_json():  # of another run, which the first process refused
        raise RunError(f"{directory.path} is there already, with other settings")
    return directory


def _held_out(row: dict[str, Any]) -> str:
    """What an evaluation has found, in a line; "" for other rows of metrics."""
    exact = row.get("held_out/exact_accuracy")
    if exact is None:
        return ""
    return f"step {row['step']:,}: {exact:.1%} of held-out puzzles exactly right"


class _JsonLines(AbstractContextManager["_JsonLines"]):
    """Rows of metrics on stdout, and nothing else; the log has a line for every evaluation."""

    def __init__(self, log: RunLog) -> None:
        self._log = log

    def __exit__(self, *exception: object) -> None:
        pass

    def show(self, row: dict[str, Any]) -> None:
        print(to_json(row), flush=True)
        if line := _held_out(row):
            self._log.say(line)

    def show_data(self, done: int, total: int) -> None:
        pass

    def show_doing(self, what: str) -> None:
        pass


class _Terminal(AbstractContextManager["_Terminal"]):
    """A progress bar on a terminal's stderr, and a line on stdout for every evaluation."""

    def __init__(self, log: RunLog, steps: int) -> None:
        self._log = log
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,} of {task.total:,}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[said]}"),
            console=Console(stderr=True),
            speed_estimate_period=3600,
            redirect_stdout=sys.stdout.isatty(),
            disable=not (sys.stderr.isatty() and _leads()),
        )
        self._task = self._bar.add_task("getting ready", total=steps, said="")
        self._data: TaskID | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.stop()

    def show(self, row: dict[str, Any]) -> None:
        if line := _held_out(row):
            self._log.say(line)
            return
        said = f"loss {row['train/loss']:.3f}, {row['train/samples_per_second']:,.0f} samples/s"
        self._bar.update(
            self._task,
            description="training",
            completed=row["step"],
            said=said,
        )

    def show_doing(self, what: str) -> None:
        self._bar.reset(self._task, description=what)

    def show_data(self, done: int, total: int) -> None:
        if self._data is None:
            self._data = self._bar.add_task("making puzzles", total=total, said="")
        self._bar.update(self._data, completed=done)
