"""Making run directories and starting `trm train` on them, as processes that outlive the window."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

import trm_core
from trm_core.training.run_directory import RunDirectory
from trm_core.training.run_files import run_errors
from trm_gui.jobs.joblist import Job
from trm_gui.jobs.watch import LOG

if TYPE_CHECKING:
    from trm_core.training.config import RunConfig

NICER = 5
"""By how much the processes stand back for the window and its solves (Unix)."""


def create(path: Path, config: RunConfig) -> None:
    """A run directory for `config` that waits to be started. Raises UserError."""
    found = config.with_data_found()
    with run_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    RunDirectory.create(path, found.to_json())


def launch(job: Job) -> subprocess.Popen[bytes]:
    """Start, or go on with, the run of `job`; what it prints is added to its log.

    Raises RunError if that cannot be.
    """
    command = ["train", "--resume", job.directory, "--device", job.device]
    if job.time_limit is not None:
        command += ["--time-limit", str(job.time_limit)]
    with run_errors(job.path), (job.path / LOG).open("ab") as log:
        process = start(command, log)
    with suppress(psutil.Error, OSError):
        started = psutil.Process(process.pid)
        if os.name == "nt":
            started.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            started.nice(min(19, started.nice() + NICER))
    return process


def start(trm_arguments: list[str], output: object) -> subprocess.Popen[bytes]:
    """The `trm` command as a process that no terminal and no window takes with it."""
    return start_module("trm_core.cli", trm_arguments, output)


def start_module(module: str, arguments: list[str], output: object) -> subprocess.Popen[bytes]:
    found = str(Path(trm_core.__file__).resolve().parents[1])
    paths = [found, *filter(None, [os.environ.get("PYTHONPATH")])]
    options: dict[str, object] = {"start_new_session": True}
    if os.name == "nt":
        options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | 8}  # detached
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=Path.home(),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        **options,
    )
