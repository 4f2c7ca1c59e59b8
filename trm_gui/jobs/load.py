"""What this machine has to do: processors, memory, and graphics memory where there is any."""

from __future__ import annotations

import threading
from typing import NamedTuple

import psutil
from PySide6.QtCore import QObject, Signal

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


class LoadMeter(QObject):
    """Measures on a thread of its own while it is switched on."""

    measured = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._off = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False

    def switch(self, on: bool) -> None:
        if self._closed:
            return
        if on and (self._thread is None or self._off.is_set()):
            self._off = threading.Event()
            self._thread = threading.Thread(target=self._run, args=(self._off,), daemon=True)
            self._thread.start()
        elif not on:
            self._off.set()

    def close(self) -> None:
        self._closed = True
        self._off.set()
        if self._thread is not None:
            self._thread.join(1)  # a driver in trouble may take longer

    def _run(self, off: threading.Event) -> None:
        from trm_gui.jobs.graphics import nvidia  # which takes a while

        psutil.cpu_percent()
        with nvidia() as gpu:
            while not off.wait(PERIOD):
                memory = psutil.virtual_memory()
                used = memory.total - memory.available
                load = Load(psutil.cpu_percent() / 100, (used, memory.total), gpu())
                if not off.is_set():
                    self.measured.emit(load)
