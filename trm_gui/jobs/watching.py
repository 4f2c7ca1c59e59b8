"""Looking at all jobs in turn, each on a thread of its own, so that none holds up another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from trm_gui.jobs.joblist import Job
from trm_gui.jobs.lane import Lane, close_all
from trm_gui.jobs.watch import Watch

AT_ONCE = 4
"""Looks at the same time, those that do not come back apart: each takes the interpreter."""

OVERDUE = 10.0
"""Seconds after which a look is said not to come back."""

CLOSING = 3.0
"""Seconds that the window waits at its end for what was asked of jobs."""


class Watching(QObject):
    """Has a Watch for every job in the list."""

    looked = Signal(object, object)
    """A Watch, and the Report of its look."""
    failed = Signal(str)
    """Something that was done for a job failed, in a sentence."""

    _ended = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._watches: dict[Path, Watch] = {}
        self._lanes: dict[Path, Lane] = {}
        self._due: dict[Path, Job] = {}
        self._began: dict[Watch, float] = {}
        self._ended.connect(self._on_end)

    def keep(self, paths: Iterable[Path]) -> None:
        """Have a Watch for these, and for no others."""
        wanted = set(paths)
        for path in self._watches.keys() - wanted:
            del self._watches[path]
            self._due.pop(path, None)
            self._lanes.pop(path).close()
        for path in wanted - self._watches.keys():
            self._watches[path] = Watch(path)
            self._lanes[path] = Lane(f"job {path.name}", self.failed.emit)

    def watch(self, path: Path) -> Watch | None:
        return self._watches.get(path)

    def do(self, path: Path, work: Callable[[], None]) -> None:
        """Do what touches the directory of a job on the job's thread; see `failed`."""
        if path in self._lanes:
            self._lanes[path].do(work)

    def look(self, job: Job) -> None:
        """Look at it as soon as there is a turn, unless one is on its way; `looked` answers."""
        watch = self._watches.get(job.path)
        if watch is not None and watch not in self._began:
            self._due[job.path] = job
            self._begin()

    def overdue(self) -> list[Path]:
        """The jobs that are being looked at for too long."""
        late = {watch.path for watch, began in self._began.items() if self._is_late(began)}
        return [path for path in self._watches if path in late]

    def close(self) -> None:
        """Do what was asked for jobs that answer; for others nobody waits."""
        for path in self.overdue():
            self._lanes.pop(path).close()
        close_all(list(self._lanes.values()), CLOSING)

    def _begin(self) -> None:
        busy = sum(not self._is_late(began) for began in self._began.values())
        for path in list(self._due)[: max(0, AT_ONCE - busy)]:
            job, watch = self._due.pop(path), self._watches[path]
            self._began[watch] = time.monotonic()
            self._lanes[path].do(partial(self._look, watch, job))

    def _look(self, watch: Watch, job: Job) -> None:
        try:
            report = watch.look(job)
        finally:
            self._ended.emit(watch)
        self.looked.emit(watch, report)

    def _on_end(self, watch: Watch) -> None:
        self._began.pop(watch, None)
        self._begin()

    @staticmethod
    def _is_late(began: float) -> bool:
        return time.monotonic() - began > OVERDUE
