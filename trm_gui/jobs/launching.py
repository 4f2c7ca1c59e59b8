"""Making run directories and starting `trm train` on them, as processes that outlive the window."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from trm_core.training.log import LOG
from trm_core.training.run_directory import RunDirectory
from trm_core.training.run_files import RunError, run_errors
from trm_gui.jobs.joblist import Job
from trm_gui.work import Process, start_module

if TYPE_CHECKING:
    from trm_core.training.config import RunConfig


def create(path: Path, config: RunConfig, device: str) -> None:
    """A run directory for `config` that waits to be started. Raises UserError, and makes none,
    where it could not be trained on `device`."""
    from trm_core.model.device import choose_device  # with torch, which takes long
    from trm_core.training.checks import check_run

    found = config.with_data_found()
    check_run(found, choose_device(device))
    with run_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    RunDirectory.create(path, found.to_json())


def launch(job: Job) -> Process:
    """Start, or go on with, the run of `job`; its log has all that it prints, too
    where it ends before it begins to train.

    No terminal and no window takes the process with it. Raises RunError if that cannot be.
    """
    arguments = ["train", "--resume", job.directory, "--device", job.device]
    if job.time_limit is not None:
        arguments += ["--time-limit", str(job.time_limit)]
    with suppress(RunError):
        RunDirectory.open(job.path).take_request()  # one from before this start is not for it
    with run_errors(job.path), (job.path / LOG).open("ab") as log:
        return start_module("trm_core.cli", arguments, log)
