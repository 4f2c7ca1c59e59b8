"""Trying each checkpoint of a job on one puzzle, to see it learn."""

from __future__ import annotations

import json
import re
import shutil
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from trm_core.checkpoints.info import read_info
from trm_core.errors import UserError
from trm_core.puzzles.base import Puzzle
from trm_core.recordings import SUFFIX, Recording, read_recording, write_recording
from trm_core.recordings.puzzle_json import puzzle_to_json
from trm_core.trace import Trace
from trm_gui.jobs.joblist import Job
from trm_gui.jobs.jobs import Jobs
from trm_gui.jobs.report import Report
from trm_gui.session import Session
from trm_gui.session.engine import Compute
from trm_gui.work import Bell, Stop

if TYPE_CHECKING:
    from trm_core.solver import Solver

NICER = 10
"""By how much the thread stands back (Linux)."""

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
    """Solves one after the other, and waits while the user's solve runs.

    What was seen is kept as recordings, also when the run has removed the checkpoint.
    """

    seen = Signal(object, object)
    """The path of a job, and a Seen."""
    unfit = Signal(object, str)
    """A path, and why its model cannot be given the puzzle."""
    changed = Signal(object)
    """The path of a job that has another puzzle pinned, or none."""

    def __init__(self, jobs: Jobs, session: Session, folder: Path) -> None:
        """folder: where what was seen is kept."""
        super().__init__()
        self._jobs, self._session, self._folder = jobs, session, folder
        self.boards: dict[Path, dict[int, Seen]] = {}
        """By job and step."""
        self._pinned: dict[Path, str] = {}
        self._asked: dict[Path, set[int]] = {}
        self._tasks = session.work.tasks(session.fail, "The checkpoints could not be tried")
        self._lane = session.work.lane("learning", nicer=NICER)
        self._due: deque[Callable[[], Awaitable[None]]] = deque()
        """What is to be done on the lane, one after the other."""
        self._at_it = False
        self._free = Bell()
        jobs.left.connect(self._remove)
        jobs.listed.connect(self._on_list)
        jobs.reported.connect(self._on_report)
        session.solves.solving_changed.connect(self._free.ring)

    @property
    def pinned(self) -> set[Path]:
        """The jobs with a puzzle."""
        return {path for path, text in self._pinned.items() if text}

    def pin(self, path: Path, puzzle: Puzzle) -> None:
        """Try the job's checkpoints on `puzzle` from now on, those that there are too."""
        self._jobs.pin(path, json.dumps(puzzle_to_json(puzzle)))

    def unpin(self, path: Path) -> None:
        self._jobs.pin(path, "")

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
                self._do(partial(self._read_all, job))
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
                self._do(partial(self._try, job, step))

    def _do(self, work: Callable[[], Awaitable[None]]) -> None:
        self._due.append(work)
        if not self._at_it:
            self._at_it = True
            self._tasks.start(self._do_all())

    async def _do_all(self) -> None:
        try:
            while self._due:
                await self._tasks.attempt(self._due.popleft()())
        finally:
            self._at_it = False

    def _remove(self, path: Path, kept: str = "") -> None:
        """What was seen of a job goes as the job does, and as another puzzle is pinned all but
        `kept`, the place of that one."""

        async def work() -> None:
            await self._lane.surely(_clear, self._places(path), kept)

        self._do(work)

    def _take(self, job: Job, step: int, recording: Recording) -> None:
        if self._pinned.get(job.path) == job.pinned:
            file = self._place(job) / f"step_{step}{SUFFIX}"
            seen = Seen(step, file, recording.trace, _in_words(step, recording.trace))
            self.boards[job.path][step] = seen
            self.seen.emit(job.path, seen)

    def _places(self, path: Path) -> Path:
        return self._folder / f"{path.name}-{_key(str(path))}"

    def _place(self, job: Job) -> Path:
        return self._places(job.path) / _key(job.pinned)

    async def _read_all(self, job: Job) -> None:
        for step, recording in await self._lane(_kept_in, self._place(job)):
            self._take(job, step, recording)

    async def _try(self, job: Job, step: int) -> None:
        """Nothing where that was done before. A run may remove a checkpoint at any time, and a disk
        may be full: then there is no board."""
        file = self._place(job) / f"step_{step}{SUFFIX}"
        checkpoint = job.path / "checkpoints" / f"step_{step}"
        try:
            if (puzzle := await self._lane(_to_try, job, file, checkpoint)) is not None:
                recording = await self._solve(checkpoint, f"{job.name}-{checkpoint.name}", puzzle)
                await self._lane.surely(_keep, file, recording)
                self._take(job, step, recording)
        except UserError as error:
            self.unfit.emit(job.path, str(error))
        except OSError:
            return

    async def _solve(self, checkpoint: Path, name: str, puzzle: Puzzle) -> Recording:
        with_room = partial(self._session.models.loaded.with_room, name=name, kept=0)
        await self._until_free()
        solver = await self._lane(_loaded, checkpoint, self._session.models.compute, with_room)
        trace = await self._lane(solver.start, puzzle)
        trace.model_name = name
        recursion = await self._lane(with_room, partial(solver.recursion, trace, with_latents=True))
        with Stop() as stop:
            for _ in range(trace.max_supervision_steps):
                await self._until_free()
                step = partial(recursion.supervision_step, stop)
                for frame in await self._lane(with_room, step):
                    trace.append(frame)
                if trace.settings.halts(trace[-1]):
                    break
        return solver.recording(trace)

    async def _until_free(self) -> None:
        """Until the user's own solve is over."""
        while self._session.solving:
            await self._free.rung()


def _loaded(
    checkpoint: Path, compute: Compute, with_room: Callable[[Callable[[], Solver]], Solver]
) -> Solver:
    from trm_gui.torch_import import import_torch

    import_torch(compute.threads)
    from trm_core.solver import Solver

    info = read_info(checkpoint)
    return with_room(lambda: Solver.load(info, compute.device, compute.dtype))


def _to_try(job: Job, file: Path, checkpoint: Path) -> Puzzle | None:
    """The puzzle that is pinned, where the checkpoint is there and was not tried. Raises
    UserError where it is none."""
    if file.exists() or not checkpoint.is_dir():
        return None
    return job.pinned_puzzle()


def _keep(file: Path, recording: Recording) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_recording(file, recording)


def _kept_in(place: Path) -> list[tuple[int, Recording]]:
    """What was seen before, by step."""
    found = [_FILE.fullmatch(file.name) for file in place.glob(f"*{SUFFIX}")]
    kept = []
    for step in sorted(int(match[1]) for match in found if match):
        with suppress(UserError):
            kept.append((step, read_recording(place / f"step_{step}{SUFFIX}")))
    return kept


def _clear(places: Path, kept: str) -> None:
    for place in places.glob("*"):
        if place.name != kept:
            shutil.rmtree(place, ignore_errors=True)
    with suppress(OSError):
        places.rmdir()  # where it is empty now


def _in_words(step: int, trace: Trace) -> str:
    last = len(trace) - 1
    if trace.solved(last):
        return f"step {step:,}: solved"
    if (right := trace.right_cells(last)) is not None:
        return f"step {step:,}: {right[0]} of {right[1]} right"
    return f"step {step:,}"


def _key(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:16]
