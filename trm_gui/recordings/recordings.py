"""Recordings as the window has them: the commands for them and what is behind."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from trm_core.recordings import SUFFIX
from trm_gui.recordings.files import RecordingFiles
from trm_gui.session import Session

TITLE = "TRM Studio"
MOMENT = 4000
"""Milliseconds for which the status bar says that something was saved."""


class Recordings(QObject):
    """Put together for one window; `close` ends it."""

    def __init__(self, window: QMainWindow, session: Session) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self._file: Path | None = None
        """What the solve on screen was read from or written to."""
        self._files = RecordingFiles(session, window.settings, window)
        self._save = window.actions_by_name["save_recording"]
        self._save.triggered.connect(self._files.ask_where_to_save)
        window.actions_by_name["open_recording"].triggered.connect(self._files.ask_for_recording)
        session.recording_saved.connect(self._on_saved)
        session.opened.connect(self._on_opened)
        session.trace_changed.connect(self._follow)
        self._recording = session.recording
        self._follow()

    def close(self) -> None:
        """Wait for what is being written."""

    def _on_saved(self, file: Path) -> None:
        self._window.statusBar().showMessage(f"Saved as {file}", MOMENT)
        self._name(file)

    def _on_opened(self, source: object) -> None:
        if isinstance(source, Path) and source.suffix.lower() == SUFFIX:
            self._name(source)

    def _follow(self) -> None:
        """Another solve has no file yet; one without frames cannot be saved."""
        session = self._session
        if session.recording is not self._recording:
            self._recording = session.recording
            self._name(None)
        self._save.setEnabled(bool(session.trace))

    def _name(self, file: Path | None) -> None:
        self._file = file
        self._window.setWindowTitle(TITLE if file is None else f"{file.stem} – {TITLE}")
