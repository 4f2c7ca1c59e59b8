"""The jobs as the window has them: what is known of each, and what can be asked of them."""

from __future__ import annotations

import socket
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from trm_core.errors import UserError
from trm_core.training.run_directory import Request, request
from trm_gui.jobs.curve_data import Curves
from trm_gui.jobs.joblist import Job, JobFile, JobList
from trm_gui.jobs.report import AT_WORK, BUSY, Report
from trm_gui.jobs.watch import Watch, config_of

PERIOD = 500
"""Milliseconds between two looks at every job."""

SLOW = 4
"""Of so many looks, one is at a job that is over, and at the list, which others may write."""

LOOKERS = 4


class Jobs(QObject):
    """Looks at all jobs on threads of its own, and starts those that wait when there is room.

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
    failed = Signal(str)
    """Something that was asked for could not be done, in a sentence."""
    config_read = Signal(object, object)
    """Path, the RunConfig that it was made with."""

    _list_read = Signal(object)
    _looked = Signal(object, object)
    _launched = Signal(object, bool)

    def __init__(self, folder: Path) -> None:
        """folder: where the list is kept."""
        super().__init__()
        self.list = JobList()
        self.reports: dict[Path, Report] = {}
        self._file = JobFile(folder / "jobs.json")
        self._watches: dict[Path, Watch] = {}
        self._looking: set[Path] = set()
        self._launching: dict[Path, int] = {}
        """By path, looks until a start must show; below 0 while the process is not there yet."""
        self._turn = 0
        self._closing = threading.Event()
        self._writer = ThreadPoolExecutor(1, "jobs")
        self._lookers = ThreadPoolExecutor(LOOKERS, "job-watch")
        self._timer = QTimer(self, interval=PERIOD)
        self._timer.timeout.connect(self._look)
        self._list_read.connect(self._take_list)
        self._looked.connect(self._take_report)
        self._launched.connect(self._take_launch)

    def start(self) -> None:
        """Read the list, and attach to all that is in it."""
        self._write(self._read_list)
        self._timer.start()

    def close(self) -> None:
        """Watch no more; the jobs go on."""
        self._timer.stop()
        self._closing.set()
        for pool in (self._writer, self._lookers):
            pool.shutdown(wait=True)

    @property
    def at_work(self) -> list[Report]:
        """The jobs with a process on this machine that may be training."""
        return [r for r in self._in_order() if r.condition in AT_WORK and r.here]

    @property
    def has_room(self) -> bool:
        """Whether fewer jobs run than may at once, and none waits."""
        waiting = any(job.waiting for job in self.list.jobs)
        return self._busy < self.list.at_once and not waiting and not self._launching

    @property
    def _busy(self) -> int:
        return sum(r.condition in BUSY and r.here for r in self.reports.values())

    def _in_order(self) -> list[Report]:
        return [self.reports[job.path] for job in self.list.jobs if job.path in self.reports]

    # What can be asked for

    def put(self, job: Job) -> None:
        """Put a new job at the end of the list. Not on the GUI thread. Raises RunError."""
        self._change(lambda jobs: jobs.with_job(job))
        self.added.emit(job.path)

    def attach(self, path: Path) -> None:
        """Watch a run directory that somebody else has made; `added` or `failed` answers."""

        def work() -> None:
            found = config_of(path.resolve()).path
            self._change(lambda jobs: jobs if jobs.job(found) else jobs.with_job(Job(str(found))))
            self.added.emit(found)

        self._write(work)

    def start_job(self, path: Path) -> None:
        """Start it, or go on with it from its last checkpoint, however many are running."""
        self._launching[path] = -1
        self._write(lambda: self._launch(path, waiting=None))

    def wait(self, path: Path) -> None:
        """Have it started when there is room."""
        self._write(lambda: self._change(lambda jobs: jobs.changed(path, waiting=True)))

    def ask(self, path: Path, what: Request) -> None:
        """Ask its process to pause, resume, or stop with everything saved."""
        waiting = (job := self.list.job(path)) is not None and job.waiting
        if waiting and what == "stop":
            self._write(lambda: self._change(lambda jobs: jobs.changed(path, waiting=False)))
        elif what == "stop" and self._is_starting(path):
            self._write(lambda: self._stop_starting(path))
        else:
            self._write(lambda: request(path, what))

    def _is_starting(self, path: Path) -> bool:
        report = self.reports.get(path)
        return report is not None and report.condition == "starting"

    def end(self, path: Path) -> None:
        """End its process on this machine at once; what is not saved is lost."""

        def work() -> None:
            from trm_gui.jobs.ending import end_process

            end_process(path)

        self._write(work)

    def forget(self, path: Path) -> None:
        """Take it off the list; its directory stays."""
        self._write(lambda: self._change(lambda jobs: jobs.without(path)))

    def delete(self, path: Path) -> None:
        """Move its directory to the trash and take it off the list. Not while it is at work."""

        def work() -> None:
            from trm_gui.jobs.ending import remove

            remove(path)
            self._change(lambda jobs: jobs.without(path))

        self._write(work)

    def move(self, path: Path, place: int) -> None:
        """To another place in the list, from 0, and so in the order in which they start."""
        self._write(lambda: self._change(lambda jobs: jobs.moved(path, place)))

    def set_at_once(self, count: int) -> None:
        self._write(lambda: self._change(lambda jobs: replace(jobs, at_once=count)))

    def pin(self, path: Path, text: str) -> None:
        """Have its checkpoints tried on the puzzle `text`; "" for none."""
        self._write(lambda: self._change(lambda jobs: jobs.changed(path, pinned=text)))

    def read_config(self, path: Path) -> None:
        """For `config_read`."""

        def work() -> None:
            from trm_core.training.config import RunConfig

            config = RunConfig.from_json(config_of(path).config, str(path))
            self.config_read.emit(path, config)

        self._write(work)

    def curves(self, path: Path) -> Curves | None:
        """What has been read of its metrics."""
        watch = self._watches.get(path)
        return None if watch is None else watch.curves

    def look_up(self, work: Callable[[], None]) -> None:
        """Do `work` that only reads on a thread; see `failed`."""
        self._run(self._lookers, work)

    def in_background(self, work: Callable[[], None]) -> None:
        """Do `work` on a thread, what is asked of the list before it done; see `failed`."""
        self._write(work)

    # On the GUI thread

    def _look(self) -> None:
        self._turn += 1
        if self._turn % SLOW == 0:
            self._write(self._reread_list)
        for job in self.list.jobs:
            self._look_at(job)

    def _look_at(self, job: Job) -> None:
        report = self.reports.get(job.path)
        over = report is not None and report.condition not in AT_WORK and not report.behind
        if job.path in self._looking or (over and self._turn % SLOW):
            return
        self._looking.add(job.path)
        watch = self._watches.setdefault(job.path, Watch(job.path))
        self._run(self._lookers, lambda: self._looked.emit(watch, watch.look(job)))

    def _take_report(self, watch: Watch, report: Report) -> None:
        self._looking.discard(report.path)
        job = self.list.job(report.path)
        if self._watches.get(report.path) is not watch or job is None:
            return
        before = self.reports.get(report.path)
        self.reports[report.path] = report
        self._count_look(report)
        if before is None or report.version != before.version:
            self.curves_changed.emit(report.path)
        if report != before:
            self.reported.emit(report)
            if before is None or report.condition != before.condition:
                self.came_over.emit(report, before)
        if report.behind:
            self._look_at(job)
        self._start_waiting()

    def _count_look(self, report: Report) -> None:
        """One more look at a job that was started: it has begun, or failed to by now."""
        left = self._launching.get(report.path, 0) - 1
        if report.condition in AT_WORK or left == 0:
            self._launching.pop(report.path, None)
        elif left > 0:
            self._launching[report.path] = left

    def _take_launch(self, path: Path, launched: bool) -> None:
        self._launching.pop(path, None)
        if launched:
            self._launching[path] = 2  # the first of them may have begun before
        self._turn = -1
        self._look()

    def _take_list(self, jobs: JobList) -> None:
        before, self.list = self.list, jobs
        paths = {job.path for job in jobs.jobs}
        for path in self._watches.keys() - paths:
            del self._watches[path]
            self.reports.pop(path, None)
        if jobs != before:
            self.listed.emit()
            self._turn = -1  # have a look at all of them, whatever their condition
            self._look()

    def _start_waiting(self) -> None:
        """Start the first job that waits, if all are known and fewer run than may."""
        if self._launching or any(job.path not in self.reports for job in self.list.jobs):
            return
        waiting = (job for job in self.list.jobs if job.waiting)
        first = next(waiting, None)
        if first is not None and self._busy < self.list.at_once:
            self._launching[first.path] = -1
            self._write(lambda: self._launch(first.path, waiting=True))

    # On the writer's thread

    def _launch(self, path: Path, waiting: bool | None) -> None:
        """waiting: start it only if it still is, as no other window has been quicker."""
        from trm_gui.jobs import launching

        claimed: list[Job] = []

        def claim(jobs: JobList) -> JobList:
            job = jobs.job(path)
            if job is not None and waiting in (None, job.waiting):
                claimed.append(job)
            claim = {
                "waiting": False,
                "launched": time.time(),
                "host": socket.gethostname(),
                "pid": 0,
            }
            return jobs.changed(path, **claim) if claimed else jobs

        watch, launched = self._watches.get(path), False
        try:
            self._change(claim)
            if claimed and watch is not None:
                watch.process = process = launching.launch(claimed[0])
                launched = True
                self._change(lambda jobs: jobs.changed(path, pid=process.pid))
        finally:
            self._launched.emit(path, launched)

    def _stop_starting(self, path: Path) -> None:
        """Of a process that reads no requests yet; it has nothing to save, or saves."""
        from trm_gui.jobs.ending import ask_to_end

        jobs = self._file.read()
        self._list_read.emit(jobs)
        watch, job = self._watches.get(path), jobs.job(path)
        if watch is not None and watch.process is not None:
            watch.process.terminate()
        elif job is None or not job.pid or not ask_to_end(job.pid):
            request(path, "stop")

    def _change(self, change: Callable[[JobList], JobList]) -> None:
        self._list_read.emit(self._file.change(change))
        self._tell_trouble()

    def _read_list(self) -> None:
        self._list_read.emit(self._file.read())
        self._tell_trouble()

    def _reread_list(self) -> None:
        if self._file.has_changed():
            self._read_list()

    def _tell_trouble(self) -> None:
        if self._file.trouble:
            self.failed.emit(self._file.trouble)
            self._file.trouble = ""

    def _write(self, work: Callable[[], None]) -> None:
        self._run(self._writer, work)

    def _run(self, pool: ThreadPoolExecutor, work: Callable[[], None]) -> None:
        if not self._closing.is_set():
            pool.submit(self._safely, work)

    def _safely(self, work: Callable[[], None]) -> None:
        try:
            work()
        except UserError as error:
            self.failed.emit(str(error))
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            self.failed.emit(f"{place}{error.strerror or error}")
        except Exception as error:  # a defect must not pass in silence
            self.failed.emit(f"The jobs could not go on ({type(error).__name__}: {error}).")
            traceback.print_exc()
