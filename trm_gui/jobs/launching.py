"""Making run directories and starting `trm train` on them, as processes that outlive the window."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

import trm_core
from trm_core.training.log import LOG
from trm_core.training.run_directory import RunDirectory
from trm_core.training.run_files import RunError, run_errors
from trm_gui.jobs.joblist import Job

if TYPE_CHECKING:
    from trm_core.training.config import RunConfig

NICER = 5
"""By how much the processes stand back for the window and its solves (Unix)."""


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


def launch(job: Job) -> subprocess.Popen[bytes]:
    """Start, or go on with, the run of `job`; its log has all that it prints, too
    where it ends before it begins to train.

    No terminal and no window takes the process with it. Raises RunError if that cannot be.
    """
    arguments = ["train", "--resume", job.directory, "--device", job.device]
    if job.time_limit is not None:
        arguments += ["--time-limit", str(job.time_limit)]
    detached: dict[str, Any] = {"start_new_session": True}
    if os.name == "nt":
        new_group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        detached = {"creationflags": new_group | getattr(subprocess, "DETACHED_PROCESS", 0)}
    with suppress(RunError):
        RunDirectory.open(job.path).take_request()  # one from before this start is not for it
    with run_errors(job.path), (job.path / LOG).open("ab") as log:
        return _start(
            "trm_core.cli",
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            **detached,
        )


def module_process(module: str, arguments: list[str]) -> subprocess.Popen[bytes]:
    """A process that runs `module`, to be talked to by pipes."""
    pipe = subprocess.PIPE
    return _start(module, arguments, stdin=pipe, stdout=pipe, stderr=pipe)


def _start(module: str, arguments: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """This very Python with the packages that this program uses, whatever folder it is started in;
    it stands back for the window."""
    found = str(Path(trm_core.__file__).resolve().parents[1])
    paths = [found, *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        cwd=Path.home(),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        **options,
    )
    with suppress(psutil.Error, OSError):
        started = psutil.Process(process.pid)
        if os.name == "nt":
            started.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            started.nice(min(19, started.nice() + NICER))
    return process
