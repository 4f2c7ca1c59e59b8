"""How many threads a training has on the CPU: its share of the cores, as others come and go.

Threads that have no core to themselves wait for each other at the end of every operation, so two
trainings that both take all cores are far slower than two that share them.
"""

from __future__ import annotations

import os
import time
from itertools import pairwise
from pathlib import Path
from typing import Self

import torch

try:
    import psutil
except ImportError:  # a machine that is lent may have little more than torch
    psutil = None

PERIOD = 5.0
"""Seconds between looks at what else this machine does."""

AT_WORK = 0.05
"""Cores that a training keeps busy which is neither paused nor waiting."""


def fair_share(most: int, others: float, trainings: int) -> int:
    """Threads for one of `trainings`, where `others` of all cores (a share of 1) do other work.

    most: threads for the whole machine.
    """
    return max(1, min(most, round(most * (1 - others) / trainings)))


class Threads:
    """Sets PyTorch's threads while it is entered: to `wanted`, or if that is 0, to a fair share, as
    far as psutil is there to tell what others do.

    The whole machine is what PyTorch had before: its cores, or what OMP_NUM_THREADS says.
    """

    def __init__(self, wanted: int = 0) -> None:
        self._wanted = wanted
        self._before = torch.get_num_threads()
        self._looked = 0.0
        self._busy = 0.0  # seconds, of all cores together
        self._used: dict[int, float] = {}  # seconds, by the process of a training

    def __enter__(self) -> Self:
        if self._wanted:
            torch.set_num_threads(self._wanted)
        self.adapt()
        return self

    def __exit__(self, *exception: object) -> None:
        torch.set_num_threads(self._before)

    def adapt(self) -> None:
        """Take what is a fair share by now; made to be called at every step."""
        now = time.monotonic()
        if self._wanted or self._before == 1 or now - self._looked < PERIOD or psutil is None:
            return
        passed, first = now - self._looked, not self._looked
        busy_before, used_before = self._busy, self._used
        self._looked, self._busy, self._used = now, _busy_seconds(), _used_by_trainings()
        if first:  # nobody has been watched yet
            others, at_work = 0.0, len(self._used)
        else:
            each = {pid: used - used_before.get(pid, used) for pid, used in self._used.items()}
            others = (self._busy - busy_before - sum(each.values())) / passed
            own = os.getpid()
            at_work = sum(pid == own or used > AT_WORK * passed for pid, used in each.items())
        cores = psutil.cpu_count() or 1
        torch.set_num_threads(fair_share(self._before, max(0.0, others / cores), max(1, at_work)))


def _busy_seconds() -> float:
    """What all cores together have worked since the machine was started."""
    times = psutil.cpu_times()
    guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)  # users as well
    return float(sum(times) - guests - times.idle - getattr(times, "iowait", 0.0))


def _used_by_trainings() -> dict[int, float]:
    """Seconds of processors that each training on this machine has used, this process too."""
    own = os.getpid()
    used = {}
    for process in psutil.process_iter(["cmdline", "cpu_times"]):
        times = process.info["cpu_times"]
        if times and (process.pid == own or _is_training(process.info["cmdline"] or [])):
            used[process.pid] = times.user + times.system
    return used


def _is_training(command: list[str]) -> bool:
    """Whether a command line is that of `trm train`, or of a process that torchrun has started."""
    return any(
        word == "train" and (before == "trm_core.cli" or Path(before).stem == "trm")
        for before, word in pairwise(command)
    )
