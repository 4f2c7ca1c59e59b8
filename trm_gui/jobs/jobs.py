"""The jobs as the window has them: what is known of each, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from trm_core.training.run_directory import Request, request
from trm_gui.jobs.curve_data import NO_POINTS, Curves, Line, View
from trm_gui.jobs.job_queue import JobQueue
from trm_gui.jobs.joblist import Job, JobList
from trm_gui.jobs.report import AT_WORK, Report
from trm_gui.jobs.shared_list import SharedList
from trm_gui.jobs.watch import Watch, config_of
from trm_gui.jobs.watching import Watching
from trm_gui.work import HANGS, Work

if TYPE_CHECKING:
    from trm_core.training.config import RunConfig

T = TypeVar("T")

PERIOD = 500
"""Milliseconds between two looks at every job."""

SLOW = 4
"""Of so many looks, one is at a job that is over, and at the list, which others may write."""


class Jobs(QObject):
    """Looks at all jobs again and again, and does what is asked of them.

    Nothing here waits for a file or a process: what is asked for is begun, and signals tell what
    came of it.
    """

    listed = Signal()
    """There are other jobs, or they are in another order."""
    reported = Signal(object)
    """A Report that differs from the one before."""
    curves_changed = Signal(object)
    """The path of a job with new metrics."""
    came_over = Signal(object, object)
    """The Report of a job whose condition changed, and the one before; None for the first."""
    added = Signal(object)
    """The path of a new or attached job."""
    left = Signal(object)
    """The path of a job that was taken off the list, or whose directory is in the trash."""

    def __init__(self, work: Work, fail: Callable[[str, str], None], folder: Path) -> None:
        """fail: tells in a sentence what could not be done, with what is known beyond it. folder:
        where the list is kept."""
        super().__init__()
        self.reports: dict[Path, Report] = {}
        self.work = work
        self.tasks = work.tasks(fail, "The jobs could not go on")
        self._shared = SharedList(work, fail, folder / "jobs.json")
        self._watching = Watching(work, self.tasks, self._take_look)
        self._queue = JobQueue(
            self.tasks, self._shared, self._watching, self.reports, self._look_at_all
        )
        self._reader = work.lane("job-reader")
        self._attaching: set[Path] = set()
        self._turn = 0
        self._closed = False
        self._timer = QTimer(self, interval=PERIOD)
        self._timer.timeout.connect(self._look)
        self._shared.changed.connect(self._take_list)

    def start(self) -> None:
        """Read the list, and attach to all that is in it; nothing once closed."""
        if not self._closed:
            self.tasks.start(self._shared.read())
            self._timer.start()

    def close(self) -> None:
        """Watch no more; the jobs go on, and what was asked of them comes to its end."""
        self._closed = True
        self._timer.stop()
        self._watching.give_up()

    @property
    def list(self) -> JobList:
        return self._shared.jobs

    @property
    def at_work(self) -> Sequence[Report]:
        """The jobs with a process on this machine that may be training."""
        known = [self.reports[job.path] for job in self.list.jobs if job.path in self.reports]
        return [report for report in known if report.condition in AT_WORK and report.here]

    @property
    def has_room(self) -> bool:
        """Whether a new job would be started at once."""
        return self._queue.has_room

    # What can be asked for

    async def put(self, job: Job) -> None:
        """Put a new job at the end of the list. Raises RunError."""
        await self._shared.change(lambda jobs: jobs.with_job(job))
        self.added.emit(job.path)

    def attach(self, path: Path) -> None:
        """Watch a run directory that somebody else has made; `added` answers, or `fail`."""
        if path not in self._attaching:
            self._attaching.add(path)
            self.tasks.start(self._attach(path))

    async def _attach(self, path: Path) -> None:
        try:
            found = await self.work.aside(_run_at, path, of=path)
            await self._shared.change(
                lambda jobs: jobs if jobs.job(found) else jobs.with_job(Job(str(found)))
            )
            self.added.emit(found)
        finally:
            self._attaching.discard(path)

    def start_job(self, path: Path) -> None:
        """Start it, or go on with it from its last checkpoint, however many are running."""
        self._queue.start(path)

    def wait(self, path: Path) -> None:
        """Have it started when there is room."""
        self._change(path, waiting=True)

    def ask(self, path: Path, what: Request) -> None:
        """Ask its process to pause, resume, or stop with everything saved."""
        job, report = self.list.job(path), self.reports.get(path)
        if what == "stop" and job is not None and job.waiting:
            self._change(path, waiting=False)
        elif what == "stop" and report is not None and report.condition == "starting":
            self._surely(self._stop_starting(path))
        else:
            self._surely(self._watching.do(path, request, path, what))

    def end(self, path: Path) -> None:
        """End its process on this machine at once; what is not saved is lost."""
        from trm_gui.jobs.ending import end_process

        self._surely(self._watching.do(path, end_process, path))

    def forget(self, path: Path) -> None:
        """Take it off the list; its directory stays."""
        self._surely(self._forget(path))

    async def _forget(self, path: Path) -> None:
        await self._shared.change(lambda jobs: jobs.without(path))
        self.left.emit(path)

    def delete(self, path: Path) -> None:
        """Move its directory to the trash and take it off the list. Not while it is at work."""
        self._surely(self._delete(path))

    async def _delete(self, path: Path) -> None:
        from trm_gui.jobs.ending import remove

        await self._watching.do(path, remove, path)
        await self._forget(path)

    def move(self, path: Path, place: int) -> None:
        """To another place in the list, from 0, and so in the order in which they start."""
        self._surely(self._shared.change(lambda jobs: jobs.moved(path, place)))

    def set_at_once(self, count: int) -> None:
        self._surely(self._shared.change(lambda jobs: replace(jobs, at_once=count)))

    def pin(self, path: Path, text: str) -> None:
        """Have its checkpoints tried on the puzzle `text`; "" for none."""
        self._change(path, pinned=text)

    async def config(self, path: Path) -> RunConfig:
        """What a job in the list was made with. Raises UserError."""

        def read() -> RunConfig:
            from trm_core.training.config import RunConfig

            return RunConfig.from_json(config_of(path).config, str(path))

        return await self._watching.do(path, read)

    async def on_its_thread(self, path: Path, function: Callable[..., T], *arguments: object) -> T:
        """What a function that touches the directory of a job in the list gives."""
        return await self._watching.do(path, function, *arguments)

    async def lines(self, wanted: Sequence[tuple[Path, str, View]]) -> Sequence[Line]:
        """Curves by job and name in the metrics, as far as they are in view."""
        curves = [(self._curves(path), name, view) for path, name, view in wanted]

        def work() -> list[Line]:
            return [
                Line(NO_POINTS, NO_POINTS) if found is None else found.line(name, view)
                for found, name, view in curves
            ]

        return await self._reader(work)

    async def values(
        self, wanted: Sequence[tuple[Path, str, float, int]]
    ) -> Sequence[tuple[float, float] | None]:
        """(step, value) of curves at a step, each by job, name, step and smoothing; None where
        there is none."""
        curves = [
            (self._curves(path), name, step, smoothing) for path, name, step, smoothing in wanted
        ]

        def work() -> list[tuple[float, float] | None]:
            return [
                None if found is None else found.near(name, step, smoothing)
                for found, name, step, smoothing in curves
            ]

        return await self._reader(work)

    def _curves(self, path: Path) -> Curves | None:
        """What has been read of its metrics."""
        watch = self._watching.watch(path)
        return None if watch is None else watch.curves

    def _change(self, path: Path, **changes: object) -> None:
        self._surely(self._shared.change(lambda jobs: jobs.changed(path, **changes)))

    def _surely(self, work: Coroutine[Any, Any, None]) -> None:
        """Have it done, also where the window closes meanwhile."""
        self.tasks.start(work, surely=True)

    # What is known

    def _look(self) -> None:
        self._turn += 1
        if self._turn % SLOW == 0:
            self.tasks.start(self._shared.read_again(), place="list")
        for job in self.list.jobs:
            report = self.reports.get(job.path)
            over = report is not None and report.condition not in AT_WORK and not report.behind
            if not over or self._turn % SLOW == 0:
                self._watching.look(job)
        for path in self._watching.overdue():
            self._take_report(unanswered(self.reports.get(path) or Report(path, "new")))

    def _look_at_all(self) -> None:
        """Whatever their condition."""
        self._turn = -1
        self._look()

    def _take_list(self) -> None:
        if self._closed:  # else there would be threads again, which nobody would end
            return
        paths = {job.path for job in self.list.jobs}
        self._watching.keep(paths)
        for path in self.reports.keys() - paths:
            del self.reports[path]
        self.listed.emit()
        self._look_at_all()

    def _take_look(self, watch: Watch, report: Report) -> None:
        if self._watching.watch(report.path) is watch:
            self._take_report(report)

    def _take_report(self, report: Report) -> None:
        before = self.reports.get(report.path)
        self.reports[report.path] = report
        self._queue.count_look(report)
        if before is None or report.version != before.version:
            self.curves_changed.emit(report.path)
        if report != before:
            self.reported.emit(report)
            if before is None or report.condition != before.condition:
                self.came_over.emit(report, before)
        if report.behind and (job := self.list.job(report.path)):
            self._watching.look(job)
        self._queue.advance()

    async def _stop_starting(self, path: Path) -> None:
        """Of a process that may read no requests yet; it has nothing to save, or saves.

        The request is what tells it why it is to end.
        """
        from trm_gui.jobs.ending import ask_to_end

        watch = self._watching.watch(path)
        await self._shared.read()
        job = self._shared.jobs.job(path)
        await self._watching.do(path, request, path, "stop")
        if watch is not None and watch.process is not None:
            watch.process.terminate()
        elif job is not None and job.pid:
            ask_to_end(job.pid)


def unanswered(report: Report) -> Report:
    """`report` of a job whose directory does not answer."""
    return replace(report, condition="unreadable", sentence=f"Its folder {HANGS}")


def _run_at(path: Path) -> Path:
    """Raises RunError where it is no run directory."""
    return config_of(path.resolve()).path
