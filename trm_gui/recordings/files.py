"""Asking for the files of recordings: where to save one, and which to open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtWidgets import QFileDialog, QMainWindow

from trm_core.recordings import SUFFIX
from trm_gui.names import free_file
from trm_gui.recordings.names import default_folder, usual_name
from trm_gui.session import Session
from trm_gui.stored import stored_text

FOLDER = "recordings/dialog_folder"
FILTER = f"Recordings (*{SUFFIX})"


class RecordingFiles(QObject):
    """Dialogs that begin in the folder that was used last, at first in that of the library."""

    def __init__(self, session: Session, settings: QSettings, window: QMainWindow) -> None:
        super().__init__(window)
        self._session, self._settings, self._window = session, settings, window

    def ask_where_to_save(self) -> None:
        """Ask for a file and write the solve there; Qt asks before one is replaced."""
        recording = self._session.recording
        if recording is None:
            return
        folder = self._folder()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            folder = Path.home()
        start = free_file(folder, usual_name(recording))
        dialog = self._dialog("Save the solve as a recording", start.parent)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(start.name)
        dialog.fileSelected.connect(self._save)
        dialog.open()

    def ask_for_recording(self) -> None:
        dialog = self._dialog("Open a recording", self._folder())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._open)
        dialog.open()

    def _dialog(self, title: str, folder: Path) -> QFileDialog:
        dialog = QFileDialog(self._window, title, str(folder))
        dialog.setNameFilters([FILTER, "All files (*)"])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _folder(self) -> Path:
        """That of the last dialog, as long as it is there."""
        last = stored_text(self._settings, FOLDER)
        return Path(last) if last and Path(last).is_dir() else default_folder(self._settings)

    def _save(self, file: str) -> None:
        self._remember(file)
        self._session.save_recording(Path(file))

    def _open(self, file: str) -> None:
        self._remember(file)
        self._session.open(Path(file))

    def _remember(self, file: str) -> None:
        self._settings.setValue(FOLDER, str(Path(file).parent))
