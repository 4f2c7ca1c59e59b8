"""What this machine has to do: processors, memory, and graphics memory where there is any."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import psutil

from trm_gui import work as works
from trm_gui.work import Tasks, Work

if TYPE_CHECKING:
    from trm_gui.jobs.graphics import Graphics

PERIOD = 2.0
GIB = 2**30


class Gpu(NamedTuple):
    """busy: share of 1 of the last moments. memory: bytes in use, and all."""

    busy: float
    memory: tuple[int, int]


class Load(NamedTuple):
    """processor: share of 1. memory: bytes in use, and all. gpu: None where there is none."""

    processor: float
    memory: tuple[int, int]
    gpu: Gpu | None = None

    @property
    def words(self) -> str:
        words = f"Processor {self.processor:.0%} · memory {_gib(self.memory)}"
        if self.gpu is not None:
            words += f" · GPU {self.gpu.busy:.0%}, {_gib(self.gpu.memory)}"
        return words


def _gib(memory: tuple[int, int]) -> str:
    used, most = (size / GIB for size in memory)
    return f"{used:.1f} of {most:.1f} GiB"


class LoadMeter:
    """Measures again and again while it is switched on."""

    def __init__(self, work: Work, tasks: Tasks, show: Callable[[Load], None]) -> None:
        self._lane, self._tasks, self._show = work.lane("load"), tasks, show

    def switch(self, on: bool) -> None:
        self._tasks.cancel(self)
        if on:
            self._tasks.start(self._measure(), place=self)

    async def _measure(self) -> None:
        from trm_gui.jobs.graphics import Graphics  # which takes a while

        graphics = await self._lane(Graphics)
        try:
            await self._lane(psutil.cpu_percent)  # the next time, since this one
            while True:
                await works.sleep(PERIOD)
                self._show(await self._lane(_load, graphics))
        finally:
            self._lane.surely(graphics.close)


def _load(graphics: Graphics) -> Load:
    memory = psutil.virtual_memory()
    used = memory.total - memory.available
    return Load(psutil.cpu_percent() / 100, (used, memory.total), graphics.measured())
