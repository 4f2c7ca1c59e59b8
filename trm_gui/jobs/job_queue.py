"""Which job is started when: those that wait, while fewer run than may, in their order."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from trm_gui.jobs.joblist import Job, JobList
from trm_gui.jobs.report import AT_WORK, BUSY, Report
from trm_gui.jobs.shared_list import SharedList
from trm_gui.jobs.watching import Watching
from trm_gui.work import Tasks

LOOKS = 2
"""Looks until a start must show; the first of them may have begun before."""


class JobQueue:
    """Starts one job at a time, and the next when what became of that one is known."""

    def __init__(
        self,
        tasks: Tasks,
        shared: SharedList,
        watching: Watching,
        reports: Mapping[Path, Report],
        launched: Callable[[], None],
    ) -> None:
        """reports: what is known of each job at any moment. launched: is called when a job has a
        new process, or could not be started."""
        self._tasks, self._launched = tasks, launched
        self._shared, self._watching, self._reports = shared, watching, reports
        self._launching: dict[Path, int] = {}
        """By path, looks until a start must show; below 0 while the process is not there yet."""

    @property
    def has_room(self) -> bool:
        """Whether fewer jobs run than may at once, and none waits or is being started."""
        return not self._launching and self._next() is None and self._has_place

    @property
    def _has_place(self) -> bool:
        busy = sum(r.condition in BUSY and r.here for r in self._reports.values())
        return busy < self._shared.jobs.at_once

    def start(self, path: Path) -> None:
        """Start a job, or go on with it, however many are running."""
        self._start(path, only_waiting=False)

    def advance(self) -> None:
        """Start the first job that waits, if all are known and fewer run than may."""
        known = all(job.path in self._reports for job in self._shared.jobs.jobs)
        if known and not self._launching and self._has_place and (job := self._next()):
            self._start(job.path, only_waiting=True)

    def count_look(self, report: Report) -> None:
        """One more look at a job that was started: it has begun, or failed to by now."""
        left = self._launching.get(report.path, 0) - 1
        unreadable = report.condition == "unreadable"
        if report.condition in AT_WORK or unreadable or left == 0:
            self._launching.pop(report.path, None)
        elif left > 0:
            self._launching[report.path] = left

    def _next(self) -> Job | None:
        """The first job that waits; not one that is gone, or does not answer."""
        for job in self._shared.jobs.jobs:
            report = self._reports.get(job.path)
            if job.waiting and report is not None and report.condition == "waiting":
                return job
        return None

    def _start(self, path: Path, only_waiting: bool) -> None:
        self._launching[path] = -1
        self._tasks.start(self._launch(path, only_waiting), surely=True)

    async def _launch(self, path: Path, only_waiting: bool) -> None:
        from trm_gui.jobs import launching

        launched = False
        try:
            watch, job = self._watching.watch(path), await self._claim(path, only_waiting)
            if watch is not None and job is not None:
                process = await self._watching.do(path, launching.launch, job)
                watch.process, launched = process, True
                await self._shared.change(lambda jobs: jobs.changed(path, pid=process.pid))
        finally:
            self._launching.pop(path, None)
            if launched:
                self._launching[path] = LOOKS
            self._launched()

    async def _claim(self, path: Path, only_waiting: bool) -> Job | None:
        """The job, for this window alone to start; None where another has been quicker."""
        now, host = time.time(), socket.gethostname()
        claimed: list[Job] = []

        def claim(jobs: JobList) -> JobList:
            job = jobs.job(path)
            if job is None or (only_waiting and not job.waiting):
                return jobs
            claimed.append(replace(job, waiting=False, launched=now, host=host, pid=0))
            return jobs.with_job(claimed[0])

        await self._shared.change(claim)
        return claimed[0] if claimed else None
