"""Looking at one run directory, again and again, reading only what is new."""

from __future__ import annotations

import os
import signal
import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from trm_core.documents import open_file
from trm_core.errors import UserError, in_a_line
from trm_core.training.metrics import METRICS, MetricsReader
from trm_core.training.run_directory import CONFIG, RunDirectory, read_failure, read_request
from trm_core.training.run_files import RunError, run_errors
from trm_core.training.status import STATUS, Reason, Status, read_status
from trm_gui.jobs.curve_data import Curves
from trm_gui.jobs.joblist import Job
from trm_gui.jobs.pulse import Patience, Pulse, is_python
from trm_gui.jobs.report import Condition, Report
from trm_gui.work import Process

AT_ONCE = 4 * 2**20
"""Bytes of metrics that one look reads at most."""
STARTS, CLAIMED = 120, 5
"""Seconds that a process may take to say something, and that it may take to begin one."""
TAIL = 2**16
"""Bytes of the log that are shown."""

LOADING = "Loading PyTorch."
"""What a process does that has not said anything yet, which takes long on a busy machine."""

_LONGEST = 500  # signs of a sentence

EXACT = "held_out/exact_accuracy"


class _Judged(NamedTuple):
    condition: Condition
    sentence: str = ""
    note: str = ""
    reason: Reason = ""


class Watch:
    """Remembers what it has read of one job. For one thread at a time, never the GUI's."""

    def __init__(self, path: Path, patience: Patience | None = None) -> None:
        self.path = path
        self.curves = Curves()
        self._pulse = Pulse(path, patience)
        self._metrics = MetricsReader(path / METRICS)
        self._config: RunDirectory | None = None
        self._last = Report(path, "new")
        self.process: Process | None = None
        """What this program has started."""

    def look(self, job: Job) -> Report:
        """What there is to say now."""
        try:
            with run_errors(self.path):
                os.listdir(self.path)  # of a shared folder that is gone, too
            self._last = self._looked(job)
        except RunError as error:  # nothing of what was read before is lost
            gone = not os.path.isdir(self.path)
            condition: Condition = "gone" if gone else "unreadable"
            self._last = replace(self._last, condition=condition, sentence=_sentence(str(error)))
        return self._last

    def _looked(self, job: Job) -> Report:
        if self._config is None:
            self._config = RunDirectory.open(self.path)
        notes = self._read_metrics()
        config = self._config.config
        exit_code = None if self.process is None else self.process.poll()
        status = self._status()  # in this order: the last words come before the end
        report = Report(
            self.path,
            "new",
            preset=str(config.get("preset", "")),
            steps=_steps(config),
            request=read_request(self.path) or "",
            saved=tuple(self._config.saved_steps()),
            exact=self.curves.last(EXACT),
            version=self.curves.version,
            behind=self._metrics.behind,
        )
        condition, sentence, note, reason = self._judged(job, status, exit_code)
        if note:
            notes.append(note)
        report = replace(
            report, condition=condition, sentence=sentence, notes=tuple(notes), reason=reason
        )
        if status is None:
            return report
        return replace(
            report,
            step=status.step,
            steps=status.steps,
            samples_per_second=status.samples_per_second if condition == "running" else None,
            remaining_seconds=status.remaining_seconds if condition == "running" else None,
            pid=status.pid,
            host=status.host,
            here=status.host == socket.gethostname(),
        )

    def _judged(self, job: Job, status: Status | None, exit_code: int | None) -> _Judged:
        process = self.process
        own = process is not None and status is not None and status.pid == process.pid
        verdict = None if status is None else self._pulse.feel(status)
        others = verdict is not None and verdict.condition == "alive" and not own
        if others:
            self.process = process = None  # somebody else has started it
        if process is not None and not own:
            if exit_code is None:
                return _Judged("starting", LOADING)
            if exit_code == -signal.SIGTERM:  # by "stop", before it trained
                return _Judged("stopped")
            if exit_code:
                return _Judged("failed", _why(exit_code, read_failure(self.path, process.pid)))
        if process is None and not others and _is_starting(job, status):
            return _Judged("starting", LOADING)
        if status is None or verdict is None:
            return _Judged("waiting" if job.waiting else "new")
        if verdict.condition == "ended":
            if job.waiting:
                return _Judged("waiting")
            return _Judged(status.state, _sentence(status.message), reason=status.reason)
        if own and exit_code is not None:
            return _Judged("killed", f"{_why(exit_code, '')} At step {status.step:,}.")
        if verdict.condition == "alive":
            return _Judged(status.state, _sentence(status.message), verdict.note)
        return _Judged(verdict.condition, verdict.sentence)

    def _read_metrics(self) -> list[str]:
        """Notes about what could not be read."""
        try:
            self.curves.add(self._metrics.new_rows(AT_ONCE))
        except RunError as error:
            if not os.path.isdir(self.path):
                raise
            return [_sentence(str(error))]
        if skipped := self._metrics.skipped:
            lines = "line of metrics is" if skipped == 1 else "lines of metrics are"
            return [f"{skipped:,} {lines} no row, and left out."]
        return []

    def _status(self) -> Status | None:
        return read_status(self.path) if os.path.exists(self.path / STATUS) else None


def _is_starting(job: Job, status: Status | None) -> bool:
    """Whether another window, or this program before, has just started the job."""
    age = abs(time.time() - job.launched)
    if job.host != socket.gethostname() or age > STARTS or job.waiting:
        return False
    if job.pid == 0:
        return age < CLAIMED
    return (status is None or status.pid != job.pid) and is_python(job.pid)


def tail(file: Path) -> str:
    """The end of a log that may be long, or still be written; "" where there is none."""
    try:
        with open_file(file) as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - TAIL))
            text = stream.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return text if size <= TAIL else text.partition("\n")[2]


def config_of(path: Path) -> RunDirectory:
    """Raises RunError where `path` is no run directory."""
    try:
        return RunDirectory.open(path)
    except UserError:
        if not os.path.exists(path / CONFIG):
            raise RunError(f"{path} is no run directory (no {CONFIG} in it)") from None
        raise


def _steps(config: dict[str, object]) -> int:
    training = config.get("training")
    steps = training.get("steps") if isinstance(training, dict) else None
    return steps if isinstance(steps, int) and steps >= 0 else 0


def _why(exit_code: int, failure: str) -> str:
    """What an exit code means, or why the process says that it failed."""
    if exit_code < 0:
        try:
            name = signal.Signals(-exit_code).name
        except ValueError:
            name = f"signal {-exit_code}"
        return f"The process was ended by {name}."
    return _sentence(failure or f"the process ended with status {exit_code}")


def _sentence(words: str) -> str:
    """`words` in a line with a full stop, and a capital letter unless they begin with a path or a
    name; not all of them where they are very many."""
    words = in_a_line(words.strip(), _LONGEST).strip()
    if not words:
        return ""
    first = words.split()[0]
    if first.isalpha() and first.islower():
        words = words[0].upper() + words[1:]
    return words if words[-1] in ".!?" else f"{words}."
