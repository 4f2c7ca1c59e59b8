"""`status.json` of a run directory: what the training process is doing, and that it is alive."""

from __future__ import annotations

import dataclasses
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from trm_core.documents import SMALL
from trm_core.errors import raised_as
from trm_core.files import write_whole
from trm_core.records import Between, read_record
from trm_core.training.run_files import NO_SPACE, RunError, run_errors, to_json

STATUS = "status.json"
RESERVE = ".reserve"
"""Takes space on the disk that can be given up when the last status finds none."""

State = Literal["starting", "running", "paused", "stopped", "finished", "failed"]
ENDED: tuple[State, ...] = ("stopped", "finished", "failed")
"""States in which the training process has ended, or is about to."""

Reason = Literal["", "asked", "signal", "time limit"]
"""What has made a run stop; "" where nothing has."""

Seconds = Annotated[float, Between(0, 10**15)]
Steps = Annotated[int, Between(0, 2**53)]


@dataclass(frozen=True)
class Status:
    """What a training process says about itself.

    heartbeat, started: Unix seconds by the clock of the training machine; step: optimizer steps
    done, of the planned `steps`; message: one sentence for people (why training stopped, failed,
    stepped back), or empty; samples_per_second and remaining_seconds: None while unknown;
    checkpoint: name of the last one, None before the first; world_size: training processes;
    reason: why it stopped, also "" where an earlier version has written it.
    """

    state: State
    pid: Annotated[int, Between(0, 2**32 - 1)]
    host: str
    heartbeat: Seconds
    started: Seconds
    step: Steps
    steps: Steps
    message: str = ""
    samples_per_second: Annotated[float, Between(0)] | None = None
    remaining_seconds: Seconds | None = None
    checkpoint: str | None = None
    world_size: Annotated[int, Between(1, 1_000_000)] = 1
    reason: Reason = ""


def read_status(directory: Path) -> Status:
    """The status of the run in `directory`. Fields that this version does not know are ignored.

    Raises RunError if there is none yet, or it is not what this version can read.
    """
    with raised_as(RunError):
        return read_record(Status, directory / STATUS, SMALL, others=True)


class StatusWriter:
    """Keeps `status.json` of a run directory up to date, from this process' start to its end.

    A change of state or message is written at once, anything else with the next heartbeat, which
    a thread of its own writes every `interval` seconds, also while the training thread is busy.
    What goes wrong there is raised in the training thread, by its next call.
    """

    def __init__(
        self,
        directory: Path,
        steps: int,
        *,
        step: int = 0,
        world_size: int = 1,
        interval: float = 2.0,
    ) -> None:
        """Write the state "starting". Raises RunError if that, or the reserve, cannot be written.

        steps: planned optimizer steps; step: those already done, by an earlier process.
        """
        now = time.time()
        self._directory = directory
        self._interval = interval
        self._status = Status(
            state="starting",
            pid=os.getpid(),
            host=socket.gethostname(),
            heartbeat=now,
            started=now,
            step=step,
            steps=steps,
            world_size=world_size,
        )
        self._doing, self._doing_since = "", now
        self._error: Exception | None = None
        self._lock = threading.Lock()  # of the two above; never held while writing
        self._writing = threading.Lock()
        self._closing = threading.Event()
        reserve = directory / RESERVE
        with run_errors(directory, reserve):
            if not reserve.exists():
                # random, since some file systems compress what they store, or leave out zeros
                write_whole(reserve, os.urandom(2**16).hex())
        self._write()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._thread.start()

    @property
    def status(self) -> Status:
        """As of the last change, written or not."""
        with self._lock:
            return self._status

    def update(self, **changes: Any) -> None:
        """Change fields of the status by name.

        Raises RunError if it cannot be written, or if a heartbeat since the last call could not.
        The last words, a state in `ENDED`, are written all the same, on a full disk in the place
        of the reserve; after them the heart stops.
        """
        with self._lock:
            before = self._status
            self._status = after = dataclasses.replace(before, **changes)
            if after.state in ENDED:
                self._doing = ""  # what an error or a signal has left, maybe before it had begun
        if after.state in ENDED:
            self._write_last()
            return
        self.check()
        if (after.state, after.message) != (before.state, before.message):
            self._write()

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Meanwhile the message is `what`, and how long that has taken so far."""
        with self._lock:
            self._doing, self._doing_since = what, time.time()
        self._write()
        try:
            yield
        finally:
            with self._lock:
                if self._doing:
                    self._doing = ""
                    self._status = dataclasses.replace(self._status, message="")

    def check(self) -> None:
        """Raises what went wrong in the heartbeat thread since the last call, once."""
        with self._lock:
            error, self._error = self._error, None
        if error is not None:
            raise error

    def close(self) -> None:
        """End the heartbeat, after `update` was told the last words."""
        self._closing.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._closing.wait(self._interval):
            if self.status.state in ENDED:
                return
            try:
                self._write()
            except Exception as error:  # whatever it is, the training thread is told
                with self._lock:
                    self._error = error

    def _write(self) -> None:
        with self._writing, run_errors(self._directory, self._directory / STATUS):
            with self._lock:
                now = time.time()
                self._status = dataclasses.replace(self._status, heartbeat=now)
                if self._doing:
                    said = f"{self._doing}, {now - self._doing_since:.0f} s so far"
                    self._status = dataclasses.replace(self._status, message=said)
                text = to_json(dataclasses.asdict(self._status))
            write_whole(self._directory / STATUS, text)

    def _write_last(self) -> None:
        try:
            self._write()
        except RunError as error:
            cause = error.__cause__
            if not (isinstance(cause, OSError) and cause.errno in NO_SPACE):
                raise
            with run_errors(self._directory):
                (self._directory / RESERVE).unlink(missing_ok=True)
            self._write()
