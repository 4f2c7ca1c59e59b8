"""Which jobs there are, in what order, and how many may run at once: a file that outlives windows.

A job is a run directory. Several windows may share the file: each change is made under a lock, to
what the file says at that moment.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from trm_core.documents import MEDIUM, DocumentError, Format, parse_json, read_bytes
from trm_core.files import put_aside, write_whole
from trm_core.puzzles.base import Puzzle
from trm_core.records import Between, Values, record
from trm_core.training.run_files import RunError, run_errors

FORMAT = Format("trm-studio-jobs", 1, "a list of jobs")
MOST_AT_ONCE = 16
LOCK_SECONDS = 10
"""How long one window waits for another to have written."""


@dataclass(frozen=True)
class Job:
    """A run directory, and how `trm train` is started on it.

    time_limit: seconds after which a start of it saves and stops; None for none.
    waiting: whether it is to be started once fewer than `at_once` run.
    launched, host, pid: when (Unix seconds) and where a window has started it last, and as which
    process; 0 until there is one.
    pinned: the puzzle that its checkpoints are tried on, as JSON; "" for none.
    """

    directory: str
    device: str = "auto"
    time_limit: Annotated[float, Between(0, above=True)] | None = None
    waiting: bool = False
    launched: Annotated[float, Between(0, 10**15)] = 0.0
    host: str = ""
    pid: Annotated[int, Between(0, 2**32 - 1)] = 0
    pinned: str = ""

    @property
    def path(self) -> Path:
        return Path(self.directory)

    @property
    def name(self) -> str:
        return self.path.name

    def pinned_puzzle(self) -> Puzzle | None:
        """Raises UserError where the text is no puzzle."""
        from trm_core.recordings.puzzle_json import puzzle_from_json

        if not self.pinned:
            return None
        return puzzle_from_json(parse_json(self.pinned.encode(), "the puzzle"), "the puzzle")


@dataclass(frozen=True)
class JobList:
    jobs: tuple[Job, ...] = ()
    at_once: int = 1
    """Jobs that are started by themselves while fewer than this are running."""

    def job(self, path: Path) -> Job | None:
        return next((job for job in self.jobs if job.path == path), None)

    def with_job(self, job: Job) -> JobList:
        """With `job` in the place of the one with its directory, or at the end."""
        if self.job(job.path) is None:
            return replace(self, jobs=(*self.jobs, job))
        return replace(self, jobs=tuple(job if old.path == job.path else old for old in self.jobs))

    def without(self, path: Path) -> JobList:
        return replace(self, jobs=tuple(job for job in self.jobs if job.path != path))

    def changed(self, path: Path, **changes: Any) -> JobList:
        """With other fields of a job; unchanged where it is not in the list."""
        job = self.job(path)
        return self if job is None else self.with_job(replace(job, **changes))

    def moved(self, path: Path, place: int) -> JobList:
        """With a job at another place, from 0."""
        job = self.job(path)
        if job is None:
            return self
        jobs = [other for other in self.jobs if other is not job]
        jobs.insert(max(0, place), job)
        return replace(self, jobs=tuple(jobs))


class JobFile:
    """The list on disk. Every method reads or writes files: not for the GUI thread."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read_at: tuple[int, int] | None = None
        self.trouble = ""
        """Why the file was put aside, in a sentence; "" if it was not."""

    def read(self) -> JobList:
        """What the file says; empty where there is none. A damaged one is put aside."""
        try:
            self._read_at = self._stamp()
            return _parsed(read_bytes(self._file, MEDIUM))
        except FileNotFoundError:
            return JobList()
        except DocumentError as error:
            aside = put_aside(self._file)
            self.trouble = f"{self._file}: {error}; it is kept as {aside.name}, the list is empty."
            return JobList()

    def has_changed(self) -> bool:
        """Whether another window has written it since it was read last."""
        return self._stamp() != self._read_at

    def change(self, change: Callable[[JobList], JobList]) -> JobList:
        """Write what `change` makes of the list, alone among all windows.

        Raises RunError, the file being as it was.
        """
        from filelock import FileLock, Timeout  # which take a while to import

        try:
            with run_errors(self._file.parent, self._file):
                self._file.parent.mkdir(parents=True, exist_ok=True)
                with FileLock(self._file.with_suffix(".lock"), timeout=LOCK_SECONDS):
                    return self._changed(change)
        except RunError as error:
            if isinstance(error.__cause__, Timeout):
                raise RunError(f"{self._file} is being written by another window") from None
            raise

    def _changed(self, change: Callable[[JobList], JobList]) -> JobList:
        before = self.read()
        after = change(before)
        if after != before:
            described = {**FORMAT.header, **asdict(after)}
            write_whole(self._file, json.dumps(described, indent=2) + "\n")
            self._read_at = self._stamp()
        return after

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino


def _parsed(content: bytes) -> JobList:
    raw = Values(FORMAT.check(parse_json(content, "the list")), "the list")
    jobs = tuple(record(Job, job, f"job {n}") for n, job in enumerate(raw.list("jobs"), start=1))
    for number, job in enumerate(jobs, start=1):
        if not job.directory or "\0" in job.directory:
            raise DocumentError(f"job {number}.directory is no name of a directory")
    return JobList(jobs, min(raw.whole("at_once", 1, 2**31), MOST_AT_ONCE))
