"""Looking at all jobs in turn, each on a thread of its own, so that none holds up another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from trm_core.training.run_files import RunError
from trm_gui.jobs.joblist import Job
from trm_gui.jobs.report import Report
from trm_gui.jobs.watch import Watch
from trm_gui.work import Lane, Tasks, Work

T = TypeVar("T")

AT_ONCE = 4
"""Looks at the same time, those that do not come back apart: each takes the interpreter."""

OVERDUE = 10.0
"""Seconds after which a look is said not to come back."""


class Watching:
    """Has a Watch for every job in the list. A job whose folder does not answer is waited for: it
    may be there again later, with what was asked of it."""

    def __init__(self, work: Work, tasks: Tasks, take: Callable[[Watch, Report], None]) -> None:
        """take: is given a Watch, and the Report of its look."""
        self._work, self._tasks, self._take = work, tasks, take
        self._watches: dict[Path, Watch] = {}
        self._lanes: dict[Path, Lane] = {}
        self._due: dict[Path, Job] = {}
        self._began: dict[Watch, float] = {}

    def keep(self, paths: Iterable[Path]) -> None:
        """Have a Watch for these, and for no others."""
        wanted = set(paths)
        for path in self._watches.keys() - wanted:
            del self._watches[path]
            self._due.pop(path, None)
            self._lanes.pop(path).close()
        for path in wanted - self._watches.keys():
            self._watches[path] = Watch(path)
            self._lanes[path] = self._work.lane(f"job {path.name}")

    def watch(self, path: Path) -> Watch | None:
        return self._watches.get(path)

    async def do(self, path: Path, function: Callable[..., T], *arguments: object) -> T:
        """What a function that touches the directory of a watched job gives. Raises RunError where
        it is not watched any more."""
        if path not in self._lanes:
            raise RunError(f"{path.name} is not among the jobs any more.")
        return await self._lanes[path].surely(function, *arguments)

    def look(self, job: Job) -> None:
        """Look at it as soon as there is a turn, unless one is on its way."""
        watch = self._watches.get(job.path)
        if watch is not None and watch not in self._began:
            self._due[job.path] = job
            self._begin()

    def overdue(self) -> list[Path]:
        """The jobs that are being looked at for too long."""
        late = {watch.path for watch, began in self._began.items() if self._is_late(began)}
        return [path for path in self._watches if path in late]

    def give_up(self) -> None:
        """Wait no more for jobs that do not answer."""
        for path in self.overdue():
            self._lanes[path].give_up()

    def _begin(self) -> None:
        busy = sum(not self._is_late(began) for began in self._began.values())
        for path in list(self._due)[: max(0, AT_ONCE - busy)]:
            job, watch = self._due.pop(path), self._watches[path]
            self._began[watch] = time.monotonic()
            self._tasks.start(self._look(watch, job, self._lanes[path]))

    async def _look(self, watch: Watch, job: Job, lane: Lane) -> None:
        try:
            report = await lane(watch.look, job)
        finally:
            self._began.pop(watch, None)
            self._begin()
        self._take(watch, report)

    @staticmethod
    def _is_late(began: float) -> bool:
        return time.monotonic() - began > OVERDUE
