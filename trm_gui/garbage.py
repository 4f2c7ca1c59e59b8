"""Python's garbage is collected on the GUI thread."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL = 50
"""Milliseconds from one look to the next; what few objects were made since is soon gone through."""


class GarbageCollector(QObject):
    """Collects as often as Python would by itself, but never while another thread runs Python.

    Left to itself, Python collects on whatever thread makes an object, and Qt's widgets and
    timers that are freed there take the program down.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._collect)
        self._timer.start(INTERVAL)
        gc.disable()

    def close(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()

    def _collect(self) -> None:
        """Each generation once it has its number of new objects; the oldest takes the others in."""
        gc.disable()  # which the end of another window has undone
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > thresholds[generation]:
                gc.collect(generation)
                return
