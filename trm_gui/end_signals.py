"""SIGTERM, SIGINT and SIGHUP: the window closes as if somebody had closed it."""

from __future__ import annotations

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal

NAMES = "SIGTERM", "SIGINT", "SIGHUP"
"""Of a logout or `kill`, of Ctrl+C, and of a terminal that closes. Not every system has all."""


class EndSignals(QObject):
    """Listens from now on, but to none that the process was started to ignore, as by nohup.

    A second one ends the process at once, as if nobody listened.
    """

    came = Signal()
    """The first one came; this is told in Qt's loop, where anything may be done."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        # Python runs its handlers between two lines of Python, of which Qt's loop runs none while
        # nothing happens. So Python's own handler in C writes to a socket that wakes the loop.
        self._read, self._write = socket.socketpair()
        for end in (self._read, self._write):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_woken)
        signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
        self._numbers = [each for each in numbers if signal.getsignal(each) != signal.SIG_IGN]
        self._received = False
        for number in self._numbers:
            signal.signal(number, self._handle)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._received = True
        for each in self._numbers:
            signal.signal(each, signal.SIG_DFL)

    def _on_woken(self) -> None:
        self._read.recv(64)
        if self._received:
            self._received = False
            self.came.emit()
