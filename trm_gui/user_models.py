"""The models that a user adds, and which of them are there at the next start."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QMenu

from trm_core.checkpoints.expectations import what_it_learned
from trm_core.checkpoints.info import ModelInfo
from trm_core.resources import RESOURCES
from trm_gui.checkpoint_dialog import CheckpointDialog
from trm_gui.commands import Command
from trm_gui.first_paint import FirstPaint
from trm_gui.hints import wrapped
from trm_gui.model_card import CardDialog
from trm_gui.settings import beside, stored_text, stored_texts
from trm_gui.workbench import Workbench


class UserModels(QObject):
    """Asks for models, and keeps the list in the settings in step with the session's.

    Those in `folder` are found there at every start, unless they were forgotten. `menu` has an
    item for each model, which takes it off the list, and `cards` one for every model there is.
    """

    def __init__(self, bench: Workbench) -> None:
        session, window = bench.session, bench.window
        super().__init__(window)
        self._session, self._settings, self._window = session, bench.settings, window
        self.cards = QMenu("&Read a card", window)
        self.cards.setObjectName("cards")
        self.cards.setToolTipsVisible(True)
        self.menu = QMenu("&Forget a model", window)
        self.menu.setObjectName("forget_model")
        self.menu.setToolTipsVisible(True)
        self.folder = self._chosen_folder()
        self._last_place: Path | None = None
        """Where a model was that somebody added, or tried to."""
        self.looked = False
        """Whether `folder` was looked through."""
        self._absent = set(self._stored("models"))
        """Those that were not there yet: they may be on a disk that comes back."""
        self._lane = session.work.lane("models")
        self._tasks = session.work.tasks(session.fail, "The models could not be looked for")
        session.models.changed.connect(self._keep)
        session.models.tried.connect(self._on_tried)
        FirstPaint(window).happened.connect(self._look)
        self._fill_menu()
        bench.commands.add(
            Command(
                "model_card",
                "A&bout the model…",
                "What it is, what it learned, how often it is right, and how well it knows that",
                lambda: self._show_card(session.model),
                icon="info",
                enabled=lambda: session.model is not None,
            ),
            Command(
                "add_model",
                "&Add a model folder…",
                "Offer a model of your own, or a checkpoint of a training run",
                self.ask_for_folder,
            ),
            Command(
                "import_model",
                "&Import an official checkpoint…",
                "Make a model of what the official TRM or HRM trainer wrote, and offer it",
                self.ask_for_checkpoint,
            ),
        )

    def _show_card(self, model: ModelInfo | None) -> None:
        if model is not None:
            CardDialog(self._session, model, self._window).open()

    def _look(self) -> None:
        """For the models that were added, and those in `folder`."""
        for directory in self._stored("models"):
            self._tasks.start(self._add_if_there(directory))
        self._tasks.start(self._add_found(), place="folder")

    def _on_tried(self, source: object) -> None:
        if isinstance(source, Path):
            self._absent.discard(source)

    async def _add_if_there(self, directory: Path) -> None:
        if await self._lane(directory.is_dir, of=directory):
            self._session.add_model(directory, use=False)

    async def _add_found(self) -> None:
        stored, folder = self._stored("models"), self.folder
        forgotten = self._stored("forgotten_models")
        for directory in await self._lane(_models_in, folder, of=folder):
            if directory not in [*stored, *forgotten]:
                self._session.add_model(directory, use=False)
        self.looked = True

    @property
    def usual_folder(self) -> Path:
        """Where user models are unless the settings say another place."""
        return beside(self._settings, "models")

    def change_folder(self) -> None:
        """Offer what is in the folder that the settings name now, instead of the one before."""
        before, self.folder = self.folder, self._chosen_folder()
        for model in self._added():
            if model.directory.parent == before != self.folder:
                self._session.models.remove(model)
        self._tasks.start(self._add_found(), place="folder")

    def ask_for_folder(self) -> None:
        """For a model directory, such as a checkpoint of a training run."""
        self._tasks.start(self._ask_for_folder(), place="ask")

    async def _ask_for_folder(self) -> None:
        start = Path.home()
        for place in (self.folder, self._last_place):
            if place is not None and await self._tasks.attempt(self._lane(place.is_dir, of=place)):
                start = place
        dialog = QFileDialog(self._window, "Add a model folder", str(start))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda folder: self._add(Path(folder)))
        dialog.open()

    def _add(self, folder: Path) -> None:
        self._last_place = folder.parent
        self._session.add_model(folder)

    def ask_for_checkpoint(self) -> None:
        """For an official checkpoint, which becomes a model directory in `folder`."""
        dialog = CheckpointDialog(self._session.work, self.folder, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self._session.add_model)
        self._session.models.tried.connect(dialog.end)
        dialog.open()

    def _chosen_folder(self) -> Path:
        return Path(stored_text(self._settings, "models_folder") or self.usual_folder)

    def _forget(self, model: ModelInfo) -> None:
        forgotten = [*self._stored("forgotten_models"), model.directory]
        self._settings.setValue("forgotten_models", [str(folder) for folder in forgotten])
        self._absent.discard(model.directory)
        self._session.models.remove(model)

    def _stored(self, name: str) -> list[Path]:
        return [Path(text) for text in stored_texts(self._settings, name)]

    def _added(self) -> list[ModelInfo]:
        bundled = RESOURCES / "models"
        return [model for model in self._session.models.all if model.directory.parent != bundled]

    def _keep(self) -> None:
        there = [model.directory for model in self._added()]
        elsewhere = [folder for folder in there if folder.parent != self.folder]
        kept = dict.fromkeys([*sorted(self._absent), *elsewhere])
        self._settings.setValue("models", [str(folder) for folder in kept])
        forgotten = [each for each in self._stored("forgotten_models") if each not in there]
        self._settings.setValue("forgotten_models", [str(folder) for folder in forgotten])
        self._fill_menu()

    def _fill_menu(self) -> None:
        self.cards.clear()
        for model in self._session.models.all:
            action = self.cards.addAction(f"{model.name} ({model.title})")
            action.setToolTip(wrapped(what_it_learned(model)))
            action.triggered.connect(partial(self._show_card, model))
        self.menu.clear()
        for model in self._added():
            action = self.menu.addAction(f"{model.name} ({model.title})")
            action.setToolTip(str(model.directory))
            action.triggered.connect(partial(self._forget, model))
        self.menu.setEnabled(not self.menu.isEmpty())


def _models_in(folder: Path) -> list[Path]:
    """The model directories in it; none where it is not there, as before the first one."""
    names = "config.json", "model.safetensors"
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        return []
    return [each for each in inside if all((each / name).is_file() for name in names)]
