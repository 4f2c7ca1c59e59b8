"""Ending a job's process, and moving its directory to the trash."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import psutil

from trm_core.training.run_directory import RunDirectory
from trm_core.training.run_files import RunError
from trm_core.training.status import read_status
from trm_gui.jobs.pulse import find, is_python
from trm_gui.trash import move_to_trash

_TORCHRUN = re.compile(r"torchrun|torch[./\\]distributed")


def end_process(path: Path) -> None:
    """End the process that trains in `path` with all that it has started.

    Under torchrun, all processes of its group on this machine end, and torchrun first, which would
    start them again. Raises RunError.
    """
    status = read_status(path)
    found = find(status, path)
    if found == "elsewhere":
        raise RunError(f"{path.name} is trained on {status.host}, where its process can be ended")
    if found == "absent":
        raise RunError(f"{path.name}: there is no process {status.pid} on this machine to end")
    try:
        process = psutil.Process(status.pid)
        top = _launcher(process) or process
        for each in (top, *top.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                each.kill()
    except psutil.NoSuchProcess:
        return
    except psutil.AccessDenied:
        raise RunError(f"{path.name}: process {status.pid} is another user's") from None


def _launcher(process: psutil.Process) -> psutil.Process | None:
    """The torchrun that has started `process`, if one has, and is still there."""
    parent = process.parent() if "TORCHELASTIC_RUN_ID" in process.environ() else None
    if parent is None or not any(map(_TORCHRUN.search, parent.cmdline())):
        return None  # an orphan is given to some other process
    return parent


def ask_to_end(pid: int) -> bool:
    """Have a Python process on this machine end by itself; whether there is one."""
    if not is_python(pid):
        return False
    with suppress(psutil.Error):
        psutil.Process(pid).terminate()
    return True


def remove(path: Path) -> None:
    """Move the run directory `path` to the trash. Raises RunError; then it is where it was."""
    if path.exists():
        with RunDirectory.open(path).lock():  # of a run that is being trained it cannot be had
            pass
        if not move_to_trash(path):
            raise RunError(f"{path} cannot be moved to the trash; it is where it was")
