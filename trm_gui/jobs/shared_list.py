"""The list of jobs as this window has it, kept in step with the file that all windows share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from trm_gui.jobs.joblist import JobFile, JobList
from trm_gui.work import Work


class SharedList(QObject):
    """Reads and writes the file, one after the other."""

    changed = Signal()
    """There are other jobs, or they are in another order, or have other settings."""

    def __init__(self, work: Work, fail: Callable[[str, str], None], file: Path) -> None:
        super().__init__()
        self.jobs = JobList()
        """What the file said last."""
        self._fail = fail
        self._file = JobFile(file)
        self._lane = work.lane("jobs")

    async def read(self) -> None:
        self._take(await self._lane(self._file.read))

    async def read_again(self) -> None:
        """Read it if another window has written it."""
        if await self._lane(self._file.has_changed):
            await self.read()

    async def change(self, change: Callable[[JobList], JobList]) -> None:
        """Write what `change` makes of the list. Raises RunError, the file being as it was."""
        self._take(await self._lane.surely(self._file.change, change))

    def _take(self, jobs: JobList) -> None:
        if self._file.trouble:
            self._fail(self._file.trouble, "")
            self._file.trouble = ""
        before, self.jobs = self.jobs, jobs
        if jobs != before:
            self.changed.emit()
