"""The models that a user adds, and which of them are there at the next start."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from trm_core.checkpoints.info import ModelInfo
from trm_core.resources import RESOURCES
from trm_gui.checkpoint_dialog import CheckpointDialog
from trm_gui.session import Session


class UserModels:
    """Asks for models, and keeps the list in the settings in step with the session's.

    `menu` has an item for each of them, which takes it off the list.
    """

    def __init__(self, session: Session, settings: QSettings, window: QWidget) -> None:
        self._session, self._settings, self._window = session, settings, window
        self.menu = QMenu("&Forget a model", window)
        self.menu.setObjectName("forget_model")
        self.menu.setToolTipsVisible(True)
        for directory in self._stored():
            if directory.is_dir():
                session.add_model(directory, use=False)
        session.models_changed.connect(self._keep)
        self._fill_menu()

    def ask_for_folder(self) -> None:
        """For a model directory, such as a checkpoint of a training run."""
        dialog = QFileDialog(self._window, "Add a model folder", str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda folder: self._session.add_model(Path(folder)))
        dialog.open()

    def ask_for_checkpoint(self) -> None:
        """For an official checkpoint, which becomes a model directory beside the settings."""
        dialog = CheckpointDialog(Path(self._settings.fileName()).parent / "models", self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self._session.add_model)
        dialog.open()

    def _stored(self) -> list[Path]:
        value = self._settings.value("models", [])
        return [Path(text) for text in ([value] if isinstance(value, str) else value or [])]

    def _added(self) -> list[ModelInfo]:
        bundled = RESOURCES / "models"
        return [model for model in self._session.models if model.directory.parent != bundled]

    def _keep(self) -> None:
        """A folder that is not there now may be on a disk that comes back."""
        absent = [folder for folder in self._stored() if not folder.is_dir()]
        folders = [*absent, *(model.directory for model in self._added())]
        self._settings.setValue("models", [str(folder) for folder in folders])
        self._fill_menu()

    def _fill_menu(self) -> None:
        self.menu.clear()
        for model in self._added():
            action = self.menu.addAction(f"{model.name} ({model.title})")
            action.setToolTip(str(model.directory))
            action.triggered.connect(partial(self._session.remove_model, model))
        self.menu.setEnabled(not self.menu.isEmpty())
