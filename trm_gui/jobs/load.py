"""What this machine has to do: processors, memory, and graphics memory where there is any."""

from __future__ import annotations

import shutil
import subprocess
import threading
from typing import NamedTuple

import psutil
from PySide6.QtCore import QObject, Signal

PERIOD = 2.0
GIB = 2**30


class Load(NamedTuple):
    """processor, graphics: shares of 1; memory: bytes in use, and all; None where there is none."""

    processor: float
    memory: tuple[int, int]
    graphics: float | None = None
    graphics_memory: tuple[int, int] | None = None

    @property
    def words(self) -> str:
        used, most = (size / GIB for size in self.memory)
        words = f"Processor {self.processor:.0%} · memory {used:.1f} of {most:.1f} GiB"
        if self.graphics is not None and self.graphics_memory is not None:
            used, most = (size / GIB for size in self.graphics_memory)
            words += f" · GPU {self.graphics:.0%}, {used:.1f} of {most:.1f} GiB"
        return words


class LoadMeter(QObject):
    """Measures on a thread of its own while it is switched on."""

    measured = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._off = threading.Event()
        self._thread: threading.Thread | None = None

    def switch(self, on: bool) -> None:
        if on and (self._thread is None or self._off.is_set()):
            self._off = threading.Event()
            self._thread = threading.Thread(target=self._run, args=(self._off,), daemon=True)
            self._thread.start()
        elif not on:
            self._off.set()

    def close(self) -> None:
        self._off.set()
        if self._thread is not None:
            self._thread.join(1)  # nvidia-smi may take longer

    def _run(self, off: threading.Event) -> None:
        tool = shutil.which("nvidia-smi")
        psutil.cpu_percent()
        while not off.wait(PERIOD):
            memory = psutil.virtual_memory()
            load = Load(psutil.cpu_percent() / 100, (memory.total - memory.available, memory.total))
            if tool is not None:
                load = load._replace(**_graphics(tool))
            if not off.is_set():
                self.measured.emit(load)


def _graphics(tool: str) -> dict[str, object]:
    """Of all NVIDIA GPUs together; nothing where the tool has nothing to say."""
    command = [
        tool,
        "--query-gpu=utilization.gpu,memory.used,memory.total",
        "--format=csv,noheader,nounits",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
        return parsed(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return {}


def parsed(text: str) -> dict[str, object]:
    """A line "PER CENT, MiB IN USE, MiB" for each GPU. Raises ValueError."""
    rows = [[float(field) for field in line.split(",")] for line in text.splitlines() if line]
    if not rows or any(len(row) != 3 for row in rows):
        raise ValueError(text)
    used, most = (int(sum(row[place] for row in rows)) * 2**20 for place in (1, 2))
    return {
        "graphics": sum(row[0] for row in rows) / len(rows) / 100,
        "graphics_memory": (used, most),
    }
