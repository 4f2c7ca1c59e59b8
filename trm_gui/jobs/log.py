"""The end of a job's log."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFontDatabase, QHideEvent, QShowEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from trm_core.training.log import LOG
from trm_gui.jobs.jobs import Jobs
from trm_gui.jobs.watch import tail

_HEAD = 200  # signs by which a place in the log is found again
NO_LOG = "There is no log here yet. A run begins one when it is started."


class LogPane(QPlainTextEdit):
    """Follows the log while it is on screen, and stays where it is while somebody reads above."""

    PERIOD = 1000

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self._path: Path | None = None
        self._shown = ""
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

    def show_run(self, path: Path | None) -> None:
        if path != self._path:
            self._jobs.tasks.cancel(self)
            self._path = path
            self._shown = ""
            self.clear()
            self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _ask(self) -> None:
        if self._path is not None and self.isVisible() and self._jobs.list.job(self._path):
            self._jobs.tasks.start(self._read(self._path), place=self)

    async def _read(self, path: Path) -> None:
        self.show_text(await self._jobs.on_its_thread(path, tail, path / LOG))

    def show_text(self, text: str) -> None:
        """What is new is put behind what is there, so that a selection and a place last."""
        text = text.replace("\r", "\n").rstrip("\n")
        if text == self._shown:
            return
        bar = self.verticalScrollBar()
        at_end, place = bar.value() >= bar.maximum() - 1, bar.value()
        known = _shown_already(self._shown, text)
        if known == 0:
            self.clear()
        self._append(text[known:])
        self._shown = text
        bar.setValue(bar.maximum() if at_end else place)

    def _append(self, text: str) -> None:
        """Put `text` behind all there is; what is selected is the same after that."""
        chosen, end = self.textCursor(), QTextCursor(self.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        place, before = QTextCursor(end), end.position()
        place.setKeepPositionOnInsert(True)
        anchor, position = chosen.anchor(), chosen.position()
        end.insertText(text)
        gone = before - place.position()  # of the first lines, where there are too many
        chosen.setPosition(max(0, anchor - gone))
        chosen.setPosition(max(0, position - gone), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(chosen)


def _shown_already(before: str, text: str) -> int:
    """How many of the first signs of `text`, the end of a log, are the last ones of `before`, which
    was its end then."""
    start = 0 if text.startswith(before) else before.find(text[:_HEAD])
    while start >= 0 and not text.startswith(before[start:]):
        start = before.find(text[:_HEAD], start + 1)
    return len(before) - start if start >= 0 else 0
