"""Telling when a window has been painted for the first time."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QWidget


class FirstPaint(QObject):
    """Watches a window until it has been painted once."""

    happened = Signal()
    """The first paint is over; emitted from the event loop, not from within the paint."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._painted.connect(self.happened, Qt.ConnectionType.QueuedConnection)
        window.installEventFilter(self)

    _painted = Signal()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            self._painted.emit()
        return False
