"""SIGINT and SIGTERM while training: leave soon, with everything saved."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Self


class Interrupted(BaseException):
    """Leaves a long piece of work that moves no state, on a signal; as KeyboardInterrupt would."""


class StopSignals:
    """Remembers the first signal, for the training loop to heed between two steps.

    A later one ends the process at once, as if nobody listened; one that comes within a second may
    be the same, sent by a cluster's scheduler and forwarded by torchrun.
    """

    def __init__(self) -> None:
        self.received: str | None = None
        self._received_at = 0.0
        self._interruptible = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.received is None:
            self.received, self._received_at = signal.Signals(number).name, time.monotonic()
        elif time.monotonic() - self._received_at > 1:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        if self._interruptible:
            raise Interrupted

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Within the block a signal raises Interrupted at once."""
        if self.received is not None:
            raise Interrupted
        self._interruptible = True
        try:
            yield
        finally:
            self._interruptible = False
