"""Signals that end a program, as exceptions: what was under way removes its unfinished files."""

from __future__ import annotations

import signal
import sys
from types import FrameType


def end_in_order() -> None:
    """From now on SIGTERM and SIGHUP end this process by SystemExit, as Ctrl+C does by
    KeyboardInterrupt; the status is that of the signal. For the main thread."""
    for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _end)


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
