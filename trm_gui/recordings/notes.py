"""What somebody writes about a recording."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QPlainTextEdit

from trm_gui import theme as themes
from trm_gui.recordings.entries import Entry

SETTLED = 1000
"""Milliseconds without a key after which notes are written."""


class NotesEditor(QPlainTextEdit):
    """Notes on one recording, told when typing pauses, or the field or the recording is left."""

    written = Signal(object, str)
    """The file of the recording, and its notes."""

    def __init__(self) -> None:
        super().__init__()
        self._file: Path | None = None
        self._saved = ""
        self.setAccessibleName("Notes")
        self.setToolTip("Notes on this recording; they are kept in its file, and searched")
        self.setTabChangesFocus(True)
        self.setFixedHeight(12 * themes.SPACE)
        self._settled = QTimer(self, singleShot=True, interval=SETTLED)
        self._settled.timeout.connect(self.flush)
        self.textChanged.connect(self._on_change)
        self.show_entry(None)

    def show_entry(self, entry: Entry | None) -> None:
        """Show the notes of another recording, or what has become of those of this one.

        What is being typed stays.
        """
        file, notes = None, ""
        if entry is not None and not entry.trouble:
            file, notes = entry.file, entry.notes
        if file != self._file:
            self.flush()
            self._file = file
        elif self.toPlainText() != self._saved:
            return
        self._saved = notes
        if self.toPlainText() != notes:
            self.setPlainText(notes)
        self.setEnabled(file is not None)
        self.setPlaceholderText("Notes" if file else "Choose a recording to write notes on it")

    def renamed(self, file: Path, to: Path) -> None:
        """The recording is called something else now."""
        if file == self._file:
            self._file = to

    def flush(self) -> None:
        """Tell what was typed, if that has not been told."""
        self._settled.stop()
        if self._file is not None and self.toPlainText() != self._saved:
            self._saved = self.toPlainText()
            self.written.emit(self._file, self._saved)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.flush()

    def _on_change(self) -> None:
        if self._file is not None and self.toPlainText() != self._saved:
            self._settled.start()
