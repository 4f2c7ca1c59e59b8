"""Having several things done that each take a moment, without holding up the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

PAUSE, TURN = 80, 2
"""Milliseconds until the first has its turn, and between one and the next."""


class Turns(QObject):
    """Does what it is asked for one by one, and lets the event loop run in between.

    What is asked for again before its turn has come is done once.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: list[Callable[[], None]] = []
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._next)

    def ask(self, work: Callable[[], None]) -> None:
        if work not in self._waiting:
            self._waiting.append(work)
        if not self._timer.isActive():
            self._timer.start(PAUSE)

    def _next(self) -> None:
        work = self._waiting.pop(0)
        if self._waiting:
            self._timer.start(TURN)
        work()
