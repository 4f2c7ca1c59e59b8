"""The title of the window: what is shown, and which model solves it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from trm_gui.session import Session

PROGRAM = "TRM Studio"


class WindowTitle(QObject):
    """Names the puzzle, or the recording where one is shown, marks what was edited, and names the
    model: so that windows can be told apart where there are several."""

    def __init__(self, window: QMainWindow, session: Session) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self._recording: Path | None = None
        session.puzzle_changed.connect(self._show)
        session.solves.settings_changed.connect(self._show)
        self._show()

    def set_recording(self, file: Path | None) -> None:
        """What the solve on screen was read from or written to, if it was."""
        self._recording = file
        self._show()

    def _show(self) -> None:
        puzzle, model = self._session.puzzle, self._session.model_name
        self._window.setWindowModified(puzzle is not None and self._session.number is None)
        shown = self._recording.stem if self._recording else puzzle.name if puzzle else ""
        first, *others = filter(None, (shown, model, PROGRAM))
        self._window.setWindowTitle(" – ".join([f"{first}[*]", *others]))
