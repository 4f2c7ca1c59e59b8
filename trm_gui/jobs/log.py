"""The end of a job's log."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit

from trm_gui.jobs.readings import Readings

NO_LOG = "There is no log here yet. A run begins one when it is started."


class LogPane(QPlainTextEdit):
    """Follows the log while it is on screen, and stays where it is while somebody reads above."""

    PERIOD = 1000

    def __init__(self, readings: Readings) -> None:
        super().__init__()
        self._readings = readings
        self._path: Path | None = None
        self.setReadOnly(True)
        self.setMaximumBlockCount(2000)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setAccessibleName("Log")
        self.setToolTip("What the job has said, the last at the end")
        self.setPlaceholderText(NO_LOG)
        self._timer = QTimer(self, interval=self.PERIOD)
        self._timer.timeout.connect(self._ask)
        readings.log_read.connect(self._show)

    def show_run(self, path: Path | None) -> None:
        if path != self._path:
            self._path = path
            self.clear()
            self._ask()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)
        self._timer.start()
        self._ask()

    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _ask(self) -> None:
        if self._path is not None and self.isVisible():
            self._readings.ask_log(self._path)

    def _show(self, path: Path, text: str) -> None:
        if path != self._path or text == self.toPlainText():
            return
        bar = self.verticalScrollBar()
        at_end, place = bar.value() >= bar.maximum() - 1, bar.value()
        self.setPlainText(text.replace("\r", "\n").rstrip("\n"))
        bar.setValue(bar.maximum() if at_end else place)
