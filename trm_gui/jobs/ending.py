"""Ending a job's process, and moving its directory to the trash."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil
from PySide6.QtCore import QFile, QStandardPaths

from trm_core.training.run_directory import RunDirectory
from trm_core.training.run_files import RunError
from trm_core.training.status import read_status
from trm_gui.jobs.pulse import find, is_python


def end_process(path: Path) -> None:
    """End the process that trains in `path` with all that it has started. Raises RunError."""
    status = read_status(path)
    if find(status) not in ("there", "suspended"):
        raise RunError(f"{path.name}: there is no process {status.pid} on this machine to end")
    with suppress(psutil.Error):
        process = psutil.Process(status.pid)
        for each in (*process.children(recursive=True), process):
            with suppress(psutil.NoSuchProcess):
                each.kill()


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
        data = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
        with suppress(OSError):
            Path(data).mkdir(parents=True, exist_ok=True)  # Qt makes the trash in it, but not it
        if not QFile.moveToTrash(str(path)):
            raise RunError(f"{path} cannot be moved to the trash; it is where it was")
