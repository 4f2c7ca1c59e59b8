"""Trying each checkpoint of a job on one puzzle, to see it learn."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from trm_core.checkpoints.info import read_info
from trm_core.errors import UserError
from trm_core.puzzles.base import Puzzle
from trm_core.recordings import SUFFIX, Recording, read_recording, write_recording
from trm_core.recordings.puzzle_json import puzzle_to_json
from trm_core.trace import Trace
from trm_gui.jobs.joblist import Job
from trm_gui.jobs.jobs import Jobs
from trm_gui.jobs.lane import Lane, close_all
from trm_gui.jobs.report import Report
from trm_gui.session import Session

NICER = 10
"""By how much the thread stands back (Linux)."""

CLOSING = 15.0
"""Seconds that the window waits at its end: torch may be on its way, which cannot be broken off."""

_FILE = re.compile(rf"step_(\d+){re.escape(SUFFIX)}")


@dataclass(frozen=True, eq=False)
class Seen:
    """What the checkpoint after `step` steps made of the puzzle: a recording in `file`, in words
    how right it is."""

    step: int
    file: Path
    trace: Trace
    words: str


class Learning(QObject):
    """Solves on a thread of its own, which waits while the user's solve runs.

    What was seen is kept as recordings, also when the run has removed the checkpoint.
    """

    seen = Signal(object, object)
    """The path of a job, and a Seen."""
    unfit = Signal(object, str)
    """A path, and why its model cannot be given the puzzle."""
    changed = Signal(object)
    """The path of a job that has another puzzle pinned, or none."""

    _found = Signal(object, str, object)

    def __init__(self, jobs: Jobs, session: Session, folder: Path) -> None:
        """folder: where what was seen is kept."""
        super().__init__()
        self._jobs, self._session, self._folder = jobs, session, folder
        self.boards: dict[Path, dict[int, Seen]] = {}
        """By job and step."""
        self._pinned: dict[Path, str] = {}
        self._asked: dict[Path, set[int]] = {}
        self._free, self._closing = threading.Event(), threading.Event()
        self._free.set()
        self._lane = Lane("learning", jobs.failed.emit)
        self._lane.do(_stand_back)
        jobs.left.connect(self._remove)
        jobs.listed.connect(self._on_list)
        jobs.reported.connect(self._on_report)
        session.solving_changed.connect(self._on_solving)
        self._found.connect(self._take)

    @property
    def pinned(self) -> set[Path]:
        """The jobs with a puzzle."""
        return {path for path, text in self._pinned.items() if text}

    def pin(self, path: Path, puzzle: Puzzle) -> None:
        """Try the job's checkpoints on `puzzle` from now on, those that there are too."""
        self._jobs.pin(path, json.dumps(puzzle_to_json(puzzle)))

    def unpin(self, path: Path) -> None:
        self._jobs.pin(path, "")

    def close(self) -> None:
        self._closing.set()
        self._free.set()
        close_all([self._lane], CLOSING)

    def _on_solving(self, solving: bool) -> None:
        if solving and not self._closing.is_set():
            self._free.clear()
        else:
            self._free.set()

    def _on_list(self) -> None:
        for path in self._pinned.keys() - {job.path for job in self._jobs.list.jobs}:
            for known in (self._pinned, self.boards, self._asked):
                known.pop(path, None)
        for job in self._jobs.list.jobs:
            if job.pinned == self._pinned.get(job.path, ""):
                continue
            self._pinned[job.path] = job.pinned
            self.boards[job.path], self._asked[job.path] = {}, set()
            self.changed.emit(job.path)
            if job.pinned:
                self._remove(job.path, kept=_key(job.pinned))
                self._submit(self._read_all, job)
                self._ask(job, self._jobs.reports.get(job.path))

    def _on_report(self, report: Report) -> None:
        job = self._jobs.list.job(report.path)
        if job is not None and job.pinned and job.pinned == self._pinned.get(job.path):
            self._ask(job, report)

    def _ask(self, job: Job, report: Report | None) -> None:
        asked = self._asked[job.path]
        for step in () if report is None else report.saved:
            if step not in asked:
                asked.add(step)
                self._submit(self._try, job, step)

    def _submit(self, work: Callable[..., None], job: Job, *arguments: object) -> None:
        self._lane.do(lambda: self._safely(work, job, *arguments))

    def _remove(self, path: Path, kept: str = "") -> None:
        """What was seen of a job goes as the job does, and as another puzzle is pinned all but
        `kept`, the place of that one."""

        def work() -> None:
            for place in self._places(path).glob("*"):
                if place.name != kept:
                    shutil.rmtree(place, ignore_errors=True)
            with suppress(OSError):
                self._places(path).rmdir()  # where it is empty now

        self._lane.do(work)

    def _take(self, path: Path, pinned: str, seen: Seen) -> None:
        if self._pinned.get(path) == pinned:
            self.boards[path][seen.step] = seen
            self.seen.emit(path, seen)

    # On the thread

    def _safely(self, work: Callable[..., None], job: Job, *arguments: object) -> None:
        if self._closing.is_set():
            return
        try:
            work(job, *arguments)
        except UserError as error:
            if not self._closing.is_set():
                self.unfit.emit(job.path, str(error))
        except OSError:
            return  # the run has removed the checkpoint, or the disk is full: there is no board

    def _places(self, path: Path) -> Path:
        return self._folder / f"{path.name}-{_key(str(path))}"

    def _place(self, job: Job) -> Path:
        return self._places(job.path) / _key(job.pinned)

    def _read_all(self, job: Job) -> None:
        place = self._place(job)
        found = [_FILE.fullmatch(file.name) for file in place.glob(f"*{SUFFIX}")]
        for step in sorted(int(match[1]) for match in found if match):
            with suppress(UserError):
                self._tell(job, step, read_recording(place / f"step_{step}{SUFFIX}"))

    def _try(self, job: Job, step: int) -> None:
        file = self._place(job) / f"step_{step}{SUFFIX}"
        checkpoint = job.path / "checkpoints" / f"step_{step}"
        puzzle = job.pinned_puzzle()
        if file.exists() or puzzle is None or not checkpoint.is_dir():
            return
        recording = self._solve(checkpoint, f"{job.name}-{checkpoint.name}", puzzle)
        if recording is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_recording(file, recording)
            self._tell(job, step, recording)

    def _solve(self, checkpoint: Path, name: str, puzzle: Puzzle) -> Recording | None:
        """None where the window is closed meanwhile."""
        from trm_gui.torch_import import import_torch

        compute = self._session.compute
        self._wait()
        import_torch(compute.threads)
        from trm_core.solver import Solver

        info = read_info(checkpoint)
        with_room = partial(self._session.loaded_models.with_room, name=name, kept=0)
        solver = with_room(lambda: Solver.load(info, compute.device, compute.dtype))
        trace = solver.start(puzzle)
        trace.model_name = name
        recursion = with_room(lambda: solver.recursion(trace, with_latents=True))
        for _ in range(trace.max_supervision_steps):
            self._wait()
            for frame in with_room(lambda: recursion.supervision_step(self._closing.is_set)):
                trace.append(frame)
            if self._closing.is_set():
                return None
            if trace.settings.halts(trace[-1]):
                break
        return solver.recording(trace)

    def _wait(self) -> None:
        """Until the user's own solve is over."""
        self._free.wait()

    def _tell(self, job: Job, step: int, recording: Recording) -> None:
        file = self._place(job) / f"step_{step}{SUFFIX}"
        seen = Seen(step, file, recording.trace, _in_words(step, recording.trace))
        if not self._closing.is_set():
            self._found.emit(job.path, job.pinned, seen)


def _in_words(step: int, trace: Trace) -> str:
    last = len(trace) - 1
    if trace.solved(last):
        return f"step {step:,}: solved"
    if (right := trace.right_cells(last)) is not None:
        return f"step {step:,}: {right[0]} of {right[1]} right"
    return f"step {step:,}"


def _stand_back() -> None:
    """Give this thread, of which Linux knows a priority of its own, a lower one for good."""
    if os.name == "posix" and hasattr(os, "setpriority"):
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICER)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
