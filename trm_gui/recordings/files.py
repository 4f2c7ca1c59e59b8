"""Asking for the files of recordings: where to save one, and which to open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog

from trm_core.recordings import SUFFIX
from trm_gui.names import free_file
from trm_gui.recordings.names import default_folder, usual_name
from trm_gui.settings import stored_text
from trm_gui.workbench import Workbench

FOLDER = "recordings/dialog_folder"
FILTER = f"Recordings (*{SUFFIX})"


class RecordingFiles(QObject):
    """Dialogs that begin in the folder that was used last, at first in that of the library."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench.window)
        self._session, self._settings = bench.session, bench.settings
        self._window, session = bench.window, bench.session
        self._lane = session.work.lane("recordings")
        self._tasks = session.work.tasks(session.fail, "The recordings could not go on")

    def ask_where_to_save(self) -> None:
        """Ask for a file and write the solve there; Qt asks before one is replaced."""
        if (recording := self._session.recording) is not None:
            self._tasks.start(self._ask_where_to_save(usual_name(recording)), place="ask")

    async def _ask_where_to_save(self, name: str) -> None:
        folder = await self._folder()
        start = await self._tasks.attempt(self._lane(_free_place, folder, name, of=folder))
        start = start or Path.home() / name
        dialog = self._dialog("Save the solve as a recording", start.parent)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(start.name)
        dialog.fileSelected.connect(self._save)
        dialog.open()

    def ask_for_recording(self) -> None:
        self._tasks.start(self._ask_for_recording(), place="ask")

    async def _ask_for_recording(self) -> None:
        dialog = self._dialog("Open a recording", await self._folder())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._open)
        dialog.open()

    def _dialog(self, title: str, folder: Path) -> QFileDialog:
        dialog = QFileDialog(self._window, title, str(folder))
        dialog.setNameFilters([FILTER, "All files (*)"])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    async def _folder(self) -> Path:
        """That of the last dialog, as long as it is there and answers."""
        if last := stored_text(self._settings, FOLDER):
            there = self._lane(Path(last).is_dir, of=last)
            if await self._tasks.attempt(there):
                return Path(last)
        settings_file = Path(self._settings.fileName())
        return await self._lane(default_folder, settings_file, of=settings_file.parent)

    def _save(self, file: str) -> None:
        self._remember(file)
        self._session.save_recording(Path(file))

    def _open(self, file: str) -> None:
        self._remember(file)
        self._session.open(Path(file))

    def _remember(self, file: str) -> None:
        self._settings.setValue(FOLDER, str(Path(file).parent))


def _free_place(folder: Path, name: str) -> Path:
    """A file in `folder`, which is made if it is not there; in the home directory where it cannot
    be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path.home()
    return free_file(folder, name)
