"""The list of jobs as this window has it, kept in step with the file that all windows share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from trm_gui.jobs.joblist import LOCK_SECONDS, JobFile, JobList
from trm_gui.jobs.lane import Lane, close_all


class SharedList(QObject):
    """Reads and writes the file on a thread of its own."""

    changed = Signal()
    """There are other jobs, or they are in another order, or have other settings."""
    failed = Signal(str)
    """Why the file cannot be read or written, in a sentence."""

    _came = Signal(object)

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.jobs = JobList()
        """What the file said last."""
        self._file = JobFile(file)
        self._lock = threading.Lock()
        self._lane = Lane("jobs", self.failed.emit)
        self._came.connect(self._take)

    def read(self) -> None:
        self._lane.do(self.read_now)

    def read_again(self) -> None:
        """Read it if another window has written it."""
        self._lane.do(self._read_again)

    def change(self, change: Callable[[JobList], JobList]) -> None:
        """Write what `change` makes of the list; `changed` or `failed` answers."""
        self._lane.do(lambda: self.change_now(change))

    def read_now(self) -> JobList:
        """Not on the GUI thread."""
        with self._lock:
            return self._tell(self._file.read())

    def change_now(self, change: Callable[[JobList], JobList]) -> JobList:
        """Not on the GUI thread. Raises RunError, the file being as it was."""
        with self._lock:
            return self._tell(self._file.change(change))

    def close(self) -> None:
        """Write what is to be written."""
        close_all([self._lane], 2 * LOCK_SECONDS)

    def _read_again(self) -> None:
        if self._file.has_changed():
            self.read_now()

    def _tell(self, jobs: JobList) -> JobList:
        self._came.emit(jobs)
        if self._file.trouble:
            self.failed.emit(self._file.trouble)
            self._file.trouble = ""
        return jobs

    def _take(self, jobs: JobList) -> None:
        before, self.jobs = self.jobs, jobs
        if jobs != before:
            self.changed.emit()
