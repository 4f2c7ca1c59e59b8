"""The title of the window: what is shown, and which model solves it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from trm_core.recordings import SUFFIX
from trm_gui.session import Session

PROGRAM = "TRM Studio"


class WindowTitle(QObject):
    """Names the puzzle, or the recording where one is shown, marks what was edited, and names the
    model: so that windows can be told apart where there are several."""

    def __init__(self, window: QMainWindow, session: Session) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self._recording = session.recording
        self._file: Path | None = None
        """What the solve on screen was read from or written to, if it was."""
        session.puzzle_changed.connect(self._show)
        session.solves.settings_changed.connect(self._show)
        session.recording_saved.connect(self._on_file)
        session.opened.connect(self._on_opened)
        session.trace_changed.connect(self._on_trace)
        self._show()

    def _on_opened(self, source: object) -> None:
        if isinstance(source, Path) and source.suffix.lower() == SUFFIX:
            self._on_file(source)

    def _on_file(self, file: Path | None) -> None:
        self._file = file
        self._show()

    def _on_trace(self) -> None:
        """Another solve has no file yet."""
        if self._session.recording is not self._recording:
            self._recording = self._session.recording
            self._on_file(None)

    def _show(self) -> None:
        puzzle, model = self._session.puzzle, self._session.model_name
        self._window.setWindowModified(puzzle is not None and self._session.number is None)
        shown = self._file.stem if self._file else puzzle.name if puzzle else ""
        first, *others = filter(None, (shown, model, PROGRAM))
        self._window.setWindowTitle(" – ".join([f"{first}[*]", *others]))
