"""Whether the process behind a run directory lives: judged by its heartbeat, and nearby by itself.

Times are measured by this machine's clock since its start, so that a wall clock that is set, here
or over there, neither kills nor revives a run; a jump of the other clock is noticed.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from trm_core.training.run_directory import LOCK
from trm_core.training.status import ENDED, Status

if TYPE_CHECKING:
    import psutil

JUMP = 30.0
"""Seconds by which a heartbeat may be off from what passed here before its clock was set."""

SETTLE = 10.0
"""Seconds that an old heartbeat is given to change before it counts as stopped."""

Process = Literal["there", "suspended", "absent", "elsewhere"]


@dataclass(frozen=True)
class Patience:
    """Seconds without a change of the heartbeat after which it has stopped.

    absent: where the process is not on this machine any more (it may be in a container).
    step: without a step of a running job, after which that is told, be it an evaluation that takes
    so long, or a process of a group that hangs and keeps the others waiting.
    """

    here: float = 20.0
    elsewhere: float = 60.0
    absent: float = 6.0
    step: float = 300.0


class Verdict(NamedTuple):
    """condition: "alive", "killed" (it ended without a word) or "silent" (nobody can tell)."""

    condition: Literal["alive", "killed", "silent", "ended"]
    sentence: str = ""
    note: str = ""
    """What is odd though training goes on."""


def since_start() -> float:
    """Seconds that a clock shows which nobody sets, and which goes on while the machine sleeps."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Pulse:
    """Feels the pulse of the run in `directory`, from one reading of its status to the next."""

    def __init__(self, directory: Path, patience: Patience | None = None) -> None:
        self._directory = directory
        self._patience = patience or Patience()
        self._beat: tuple[int, float] | None = None
        """Process and heartbeat of the last reading."""
        self._changed = 0.0
        """When that was read first."""
        self._note = ""
        self._step: int | None = None
        self._stepped = 0.0
        """When the step changed last."""

    def feel(self, status: Status) -> Verdict:
        now, beat = since_start(), (status.pid, status.heartbeat)
        if self._beat is None:
            old = abs(time.time() - status.heartbeat) > self._patience.here
            self._changed = now - (self._limit(status) - SETTLE if old else 0)
        elif beat != self._beat:
            if status.pid == self._beat[0]:
                self._notice_jump(
                    status, (status.heartbeat - self._beat[1]) - (now - self._changed)
                )
            self._changed = now
        self._beat = beat
        if status.step != self._step or status.state != "running":
            self._step, self._stepped = status.step, now
        if status.state in ENDED:
            return Verdict("ended")
        return self._judge(status, now)

    def _judge(self, status: Status, now: float) -> Verdict:
        quiet = now - self._changed
        if quiet <= min(self._patience.absent, self._limit(status)):
            return Verdict("alive", note=self._odd(now))
        process = find(status, self._directory)
        if process == "absent":
            return Verdict("killed", f"The process ended without a word at step {status.step:,}.")
        if process == "suspended":
            return Verdict("silent", f"Process {status.pid} is suspended.")
        if quiet > self._limit(status):
            return Verdict("silent", self._silence(status, process, quiet))
        return Verdict("alive", note=self._odd(now))

    def _odd(self, now: float) -> str:
        """What is odd though there is a heartbeat."""
        without = now - self._stepped
        slow = f"No step for {words(without)}." if without > self._patience.step else ""
        return " ".join(filter(None, [self._note, slow]))

    def _silence(self, status: Status, process: Process, quiet: float) -> str:
        ago = words(quiet)
        if process == "elsewhere":
            return (
                f"No sign of life from {status.host} for {ago}: it is asleep, switched off, or the "
                "shared folder is cut off."
            )
        return f"Process {status.pid} runs, but has given no sign of life for {ago}."

    def _limit(self, status: Status) -> float:
        here = status.host == socket.gethostname()
        return self._patience.here if here else self._patience.elsewhere

    def _notice_jump(self, status: Status, off: float) -> None:
        if abs(off) > JUMP:
            way = "forwards" if off > 0 else "back"
            self._note = f"The clock of {status.host} was set {way} by {words(abs(off))}."


def find(status: Status, directory: Path) -> Process:
    """The process that wrote `status` and trains the run in `directory`.

    It has the lock open there; another that has its number by now, or here where it is in a
    container, has not.
    """
    if status.host != socket.gethostname():
        return "elsewhere"
    state = _state(status.pid)
    return state if state == "absent" or _has_open(status.pid, directory / LOCK) else "absent"


def is_python(pid: int) -> bool:
    """Whether a Python program runs on this machine under that number."""
    return _state(pid) in ("there", "suspended")


def _state(pid: int) -> Process:
    """Numbers of dead processes are given to new ones; those are no Python programs, mostly."""
    import psutil  # which takes a while

    try:
        process = psutil.Process(pid)
        state = process.status()
        if state in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
            return "absent"
        if "python" not in process.name().lower() and not _runs_python(process):
            return "absent"
    except psutil.AccessDenied:
        return "there"
    except (psutil.Error, ValueError, OverflowError):
        return "absent"
    return "suspended" if state == psutil.STATUS_STOPPED else "there"


def _has_open(pid: int, file: Path) -> bool:
    """Whether a process has a file open; True where nobody is told, as of another user's."""
    import psutil

    try:
        return any(file.samefile(opened.path) for opened in psutil.Process(pid).open_files())
    except psutil.AccessDenied:
        return True
    except (psutil.Error, OSError):
        return False


def _runs_python(process: psutil.Process) -> bool:
    command = process.cmdline()
    return bool(command) and "python" in command[0].lower()


def words(seconds: float) -> str:
    """A time span for people, such as "1 min 20 s" or "3 h 5 min"."""
    seconds = max(0, round(seconds))
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 60:
        return f"{minutes} min {seconds % 60} s" if minutes < 10 else f"{minutes} min"
    if hours < 48:
        return f"{hours} h {minutes % 60} min"
    return f"{days} days {hours % 24} h"
