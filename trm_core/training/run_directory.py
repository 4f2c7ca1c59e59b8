"""A run directory: the only link between a training process and whoever watches it.

    config.json        what is trained, and how
    status.json        what the training process is doing (module `status`)
    metrics.jsonl      what it has measured (module `metrics`)
    events.out.*       the same for TensorBoard (module `event_file`)
    log.txt            what it has said (module `log`)
    failure.json       why the process that was started last could not begin
    control.json       what a watcher asks for; taken away by the training process
    data/              the data set, where the run has built its own
    checkpoints/       step_N, a directory for each checkpoint; hidden names are unfinished

Everything but `metrics.jsonl`, the event files and the log is written whole or not at all. One
training process at a time holds the lock; watchers, on this machine or another, need none.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from trm_core.documents import SMALL, DocumentError, Format, parse_json, read_bytes, reading
from trm_core.errors import UserError, quoted
from trm_core.files import remove_directory, unfinished_files, whole_directory, write_whole
from trm_core.records import read_record
from trm_core.training.run_files import RunError, run_errors
from trm_core.training.status import RESERVE, STATUS, read_status

FORMAT = Format("trm-studio-run", 1, "a run's config")
CONFIG, CONTROL, FAILURE, LOCK = "config.json", "control.json", "failure.json", ".lock"
CHECKPOINTS, DATA = "checkpoints", "data"

Request = Literal["pause", "resume", "stop"]

_CHECKPOINT = re.compile(r"step_(0|[1-9][0-9]*)")


@dataclass(frozen=True)
class RunDirectory:
    """The run in the directory `path`; config: the settings that it was created with."""

    path: Path
    config: dict[str, Any]

    @classmethod
    def create(cls, directory: Path, config: Mapping[str, Any]) -> RunDirectory:
        """A new run in `directory`, which appears with its `config.json`, a JSON value, in it.

        Raises RunError if it is there already and not empty, or cannot be written.
        """
        directory = directory.absolute()
        text = _config_text(config)
        with run_errors(directory):
            if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
                raise RunError(f"{directory} is there already, expected a new or empty directory")
            try:
                with whole_directory(directory) as unfinished:
                    write_whole(unfinished / CONFIG, text)
            except (FileNotFoundError, NotADirectoryError, FileExistsError) as error:
                raise RunError(f"{directory} cannot be made: {error.strerror}") from None
        return cls.open(directory)

    @classmethod
    def open(cls, directory: Path) -> RunDirectory:
        """The run in `directory`. Raises RunError if there is none that this version can read."""
        directory = directory.absolute()
        try:
            raw = FORMAT.read(directory / CONFIG)
        except DocumentError as error:
            raise RunError(f"{directory} is no run directory ({error})") from None
        if not isinstance(training := raw.get("training"), dict):
            raise RunError(
                f"{directory / CONFIG}: training is {quoted(training)}, expected an object"
            )
        return cls(directory, training)

    @classmethod
    def wait_for(cls, directory: Path, seconds: float = 60.0) -> RunDirectory:
        """The run in `directory` as soon as another process has made it. Raises RunError if none
        does within so many seconds."""
        deadline = time.monotonic() + seconds
        while not (directory / CONFIG).exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        return cls.open(directory)

    def changed(self, config: Mapping[str, Any]) -> RunDirectory:
        """The run with another config in the place of its own. Raises RunError."""
        with run_errors(self.path):
            write_whole(self.path / CONFIG, _config_text(config))
        return self.open(self.path)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the one process that trains this run; the system ends this with the process.

        What an earlier one left unfinished is removed. Raises RunError if another holds the lock.
        """
        from filelock import FileLock, Timeout

        self.open(self.path)  # where there is no directory any more, FileLock would make one
        lock = FileLock(self.path / LOCK, timeout=0)
        with run_errors(self.path, self.path / LOCK):
            try:
                lock.acquire()
            except Timeout:
                raise RunError(f"{self.path} is being trained already, {self._by_whom()}") from None
        try:
            self._remove_unfinished()
            yield
        finally:
            lock.release()

    def _by_whom(self) -> str:
        try:
            status = read_status(self.path)
        except RunError:
            return "by a process that has not said more yet"
        return f"by process {status.pid} on {status.host}"

    def _remove_unfinished(self) -> None:
        """Remove what a killed process was writing; not `.control-….json`, of a watcher."""
        with run_errors(self.path):
            for name in (STATUS, RESERVE):
                for file in unfinished_files(self.path / name):
                    file.unlink()
        for directory in (*(self.path / CHECKPOINTS).glob(".*/"), *self.path.glob(f".{DATA}-*/")):
            shutil.rmtree(directory, ignore_errors=True)

    def take_request(self) -> Request | None:
        """What a watcher asked for since the last call, the latest only; None if nothing.

        Made to be called at every step. Raises RunError if the request cannot be understood; it is
        gone then, and training can go on.
        """
        file = os.path.join(self.path, CONTROL)  # as text, far quicker than a Path
        if not os.path.exists(file):
            return None
        taken = self.path / f".{CONTROL}.taken"
        with run_errors(self.path, self.path / CONTROL):
            os.replace(file, taken)  # a newer request from now on is a new file
            try:
                return _request(taken, file)
            finally:
                taken.unlink()

    def checkpoint(self, step: int) -> Path:
        """Where the checkpoint after `step` steps is, or belongs."""
        return self.path / CHECKPOINTS / f"step_{step}"

    def saved_steps(self) -> list[int]:
        """The steps after which there are checkpoints, rising. Raises RunError."""
        directory = self.path / CHECKPOINTS
        with run_errors(self.path, directory):
            if not directory.is_dir():
                return []
            names = [path.name for path in directory.iterdir() if path.is_dir()]
        return sorted(int(match[1]) for name in names if (match := _CHECKPOINT.fullmatch(name)))

    def checkpoints(self) -> list[Path]:
        """The checkpoints there are, by step. Raises RunError if they cannot be listed."""
        return [self.checkpoint(step) for step in self.saved_steps()]

    def prune(self, keep: int, best: Path | None = None) -> None:
        """Remove all checkpoints but the newest `keep` (from 1 up) and `best`. Raises RunError."""
        with run_errors(self.path, self.path / CHECKPOINTS):
            for checkpoint in self.checkpoints()[:-keep]:
                if best is None or checkpoint.name != best.name:
                    remove_directory(checkpoint)


@dataclass(frozen=True)
class _Failure:
    pid: int
    message: str


@contextmanager
def failure_told(directory: Path) -> Iterator[None]:
    """Has whoever started this process know why the block raises UserError. `status.json` tells it
    too once training has begun, and is another's where another trains the run."""
    file = directory / FAILURE
    with suppress(OSError):
        file.unlink(missing_ok=True)
    try:
        yield
    except UserError as error:
        failure = _Failure(os.getpid(), str(error))
        with suppress(OSError):  # what matters is the error itself
            if (directory / CONFIG).exists():
                write_whole(file, json.dumps(asdict(failure)))
        raise


def read_failure(directory: Path, pid: int) -> str:
    """Why the process could not go on that had this number; "" where it has not said so."""
    try:
        failure = read_record(_Failure, directory / FAILURE, SMALL, others=True)
    except DocumentError:
        return ""
    return failure.message if failure.pid == pid else ""


def read_request(directory: Path) -> Request | None:
    """What the training process of the run in `directory` has been asked for and has not taken yet;
    None if nothing that can be understood."""
    try:
        return _request(directory / CONTROL, str(directory / CONTROL))
    except RunError:
        return None


def _request(file: Path, place: str) -> Request:
    expected = f"expected a request, one of {', '.join(get_args(Request))}"
    try:
        with reading(Path(place), DocumentError):
            raw = parse_json(read_bytes(file, SMALL), place)
    except DocumentError as error:
        raise RunError(f"{error}; {expected}") from None
    asked = raw.get("request") if isinstance(raw, dict) else None
    if asked not in get_args(Request):
        raise RunError(f"{place}: found {quoted(raw)}, {expected}")
    return cast(Request, asked)


def _config_text(config: Mapping[str, Any]) -> str:
    described = {**FORMAT.header, "training": dict(config)}
    return json.dumps(described, indent=2, allow_nan=False) + "\n"


def request(directory: Path, what: Request) -> None:
    """Ask the training process of the run in `directory` for something, now or when it starts.

    A request that it has not taken yet is replaced. Raises RunError if it cannot be written.
    """
    with run_errors(directory, directory / CONTROL):
        write_whole(directory / CONTROL, json.dumps({"request": what}))
