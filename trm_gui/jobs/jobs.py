"""The jobs as the window has them: what is known of each, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from trm_core.training.run_directory import Request, request
from trm_gui.jobs.curve_data import Curves
from trm_gui.jobs.job_queue import JobQueue
from trm_gui.jobs.joblist import Job, JobList
from trm_gui.jobs.lane import Lane, close_all
from trm_gui.jobs.report import AT_WORK, Report
from trm_gui.jobs.shared_list import SharedList
from trm_gui.jobs.watch import Watch, config_of
from trm_gui.jobs.watching import CLOSING, OVERDUE, Watching

PERIOD = 500
"""Milliseconds between two looks at every job."""

SLOW = 4
"""Of so many looks, one is at a job that is over, and at the list, which others may write."""


class Jobs(QObject):
    """Looks at all jobs again and again, and does what is asked of them.

    Nothing here waits for a file or a process: what is asked for is done on a thread, and signals
    tell what came of it.
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
    failed = Signal(str)
    """Something that was asked for could not be done, in a sentence."""
    config_read = Signal(object, object)
    """Path, the RunConfig that it was made with."""

    _attached = Signal(object)

    def __init__(self, folder: Path) -> None:
        """folder: where the list is kept."""
        super().__init__()
        self.reports: dict[Path, Report] = {}
        self._shared = SharedList(folder / "jobs.json")
        self._watching = Watching()
        self._queue = JobQueue(self._shared, self._watching, self.reports)
        self._reader = Lane("job-reader", self.failed.emit)
        self._errands: list[Lane] = []
        self._attaching: set[Path] = set()
        self._turn = 0
        self._closed = False
        self._timer = QTimer(self, interval=PERIOD)
        self._timer.timeout.connect(self._look)
        self._shared.changed.connect(self._take_list)
        self._watching.looked.connect(self._take_look)
        self._queue.launched.connect(self._look_at_all)
        self._attached.connect(self._attaching.discard)
        for part in (self._shared, self._watching):
            part.failed.connect(self.failed)

    def start(self) -> None:
        """Read the list, and attach to all that is in it; nothing once closed."""
        if not self._closed:
            self._shared.read()
            self._timer.start()

    def close(self) -> None:
        """Watch no more; the jobs go on. What is still on its way here is left."""
        self._closed = True
        self._timer.stop()
        close_all([self._reader, *self._errands], CLOSING)
        self._watching.close()
        self._shared.close()

    @property
    def list(self) -> JobList:
        return self._shared.jobs

    @property
    def at_work(self) -> list[Report]:
        """The jobs with a process on this machine that may be training."""
        known = [self.reports[job.path] for job in self.list.jobs if job.path in self.reports]
        return [report for report in known if report.condition in AT_WORK and report.here]

    @property
    def has_room(self) -> bool:
        """Whether a new job would be started at once."""
        return self._queue.has_room

    # What can be asked for

    def put(self, job: Job) -> None:
        """Put a new job at the end of the list. Not on the GUI thread. Raises RunError."""
        self._shared.change_now(lambda jobs: jobs.with_job(job))
        self.added.emit(job.path)

    def attach(self, path: Path) -> None:
        """Watch a run directory that somebody else has made; `added` or `failed` answers."""
        if path in self._attaching:
            return
        self._attaching.add(path)

        def work() -> None:
            try:
                found = config_of(path.resolve()).path
                self._shared.change_now(
                    lambda jobs: jobs if jobs.job(found) else jobs.with_job(Job(str(found)))
                )
                self.added.emit(found)
            finally:
                self._attached.emit(path)

        self.in_background(work)
        QTimer.singleShot(int(1000 * OVERDUE), self, partial(self._tell_unanswered, path))

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
            self._watching.do(path, lambda: self._stop_starting(path))
        else:
            self._watching.do(path, lambda: request(path, what))

    def end(self, path: Path) -> None:
        """End its process on this machine at once; what is not saved is lost."""

        def work() -> None:
            from trm_gui.jobs.ending import end_process

            end_process(path)

        self._watching.do(path, work)

    def forget(self, path: Path) -> None:
        """Take it off the list; its directory stays."""

        def work() -> None:
            self._shared.change_now(lambda jobs: jobs.without(path))
            self.left.emit(path)

        self.in_background(work)  # its own thread may wait for a disk that hangs

    def delete(self, path: Path) -> None:
        """Move its directory to the trash and take it off the list. Not while it is at work."""

        def work() -> None:
            from trm_gui.jobs.ending import remove

            remove(path)
            self._shared.change_now(lambda jobs: jobs.without(path))
            self.left.emit(path)

        self._watching.do(path, work)

    def move(self, path: Path, place: int) -> None:
        """To another place in the list, from 0, and so in the order in which they start."""
        self._shared.change(lambda jobs: jobs.moved(path, place))

    def set_at_once(self, count: int) -> None:
        self._shared.change(lambda jobs: replace(jobs, at_once=count))

    def pin(self, path: Path, text: str) -> None:
        """Have its checkpoints tried on the puzzle `text`; "" for none."""
        self._change(path, pinned=text)

    def read_config(self, path: Path) -> None:
        """For `config_read`."""

        def work() -> None:
            from trm_core.training.config import RunConfig

            config = RunConfig.from_json(config_of(path).config, str(path))
            self.config_read.emit(path, config)

        self._watching.do(path, work)

    def curves(self, path: Path) -> Curves | None:
        """What has been read of its metrics."""
        watch = self._watching.watch(path)
        return None if watch is None else watch.curves

    def on_its_thread(self, path: Path, work: Callable[[], None]) -> None:
        """Do `work` that touches the job's directory; see `failed`."""
        self._watching.do(path, work)

    def look_up(self, work: Callable[[], None]) -> None:
        """Do `work` that only reads what is in memory; see `failed`."""
        self._reader.do(work)

    def in_background(self, work: Callable[[], None]) -> None:
        """Do `work` for a job that is not in the list, or leaves it, on a thread of its own; see
        `failed`."""
        self._errands = [lane for lane in self._errands if not lane.is_done]
        lane = Lane("job-errand", self.failed.emit)
        lane.do(work)
        lane.close()
        self._errands.append(lane)

    def _change(self, path: Path, **changes: object) -> None:
        self._shared.change(lambda jobs: jobs.changed(path, **changes))

    # On the GUI thread

    def _look(self) -> None:
        self._turn += 1
        if self._turn % SLOW == 0:
            self._shared.read_again()
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

    def _tell_unanswered(self, path: Path) -> None:
        if path in self._attaching:
            self.failed.emit(f"{path} does not answer: {HANGS}")

    # On a job's thread

    def _stop_starting(self, path: Path) -> None:
        """Of a process that may read no requests yet; it has nothing to save, or saves.

        The request is what tells it why it is to end.
        """
        from trm_gui.jobs.ending import ask_to_end

        watch, job = self._watching.watch(path), self._shared.read_now().job(path)
        request(path, "stop")
        if watch is not None and watch.process is not None:
            watch.process.terminate()
        elif job is not None and job.pid:
            ask_to_end(job.pid)


HANGS = "the disk that it is on, or the network to it, hangs."


def unanswered(report: Report) -> Report:
    """`report` of a job whose directory does not answer."""
    return replace(report, condition="unreadable", sentence=f"Its folder does not answer: {HANGS}")
