"""Frames of a solve on their way to the window."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from trm_core.trace import Frame

GATHERING = 16
"""Milliseconds for which frames are gathered before they are shown: a small model is quicker than
the window, and would leave it no time for anything else."""


class Arrivals(QObject):
    """Gathers what a solve sends, and says when it is time to take it."""

    due = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._frames: list[Frame] = []
        self._timer = QTimer(self, singleShot=True, interval=GATHERING)
        self._timer.timeout.connect(self.due)

    def add(self, frames: list[Frame]) -> None:
        self._frames += frames
        if not self._timer.isActive():
            self._timer.start()

    def take(self) -> list[Frame]:
        """What has come since the last time."""
        frames, self._frames = self._frames, []
        return frames
