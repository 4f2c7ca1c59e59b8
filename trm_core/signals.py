"""Signals that end a program on the spot, with nothing unfinished left behind."""

from __future__ import annotations

import os
import signal
from types import FrameType

from trm_core.files import discard_unfinished


def end_in_order() -> None:
    """From now on what is being written is removed before SIGTERM or SIGHUP ends this process.

    One that the process was started to ignore, as by nohup, does not end it.
    An exception would not do: it could come up in the middle of anything, such as a painter of
    Qt's. For the main thread.
    """
    for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # a second one does not cut this short
    discard_unfinished()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
