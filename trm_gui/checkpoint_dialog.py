"""Asks for what the import of an official checkpoint needs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from trm_core.checkpoints.info import CheckpointError
from trm_core.checkpoints.official_config import config_beside, parse_settings
from trm_core.documents import DocumentError
from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.shapes import parse_shape
from trm_gui import theme as themes
from trm_gui.hints import wrapped
from trm_gui.names import trouble_with_name
from trm_gui.session.engine import OfficialCheckpoint
from trm_gui.work import Work


class CheckpointDialog(QDialog):
    """Imports once it has all that is needed; says what is missing until then.

    `chosen` is emitted with an OfficialCheckpoint, whose model directory is in `models`. The dialog
    stays open until `end` tells what came of that: after a failure, to be changed.
    """

    chosen = Signal(object)

    def __init__(self, work: Work, models: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self._models = models
        self._lane = work.lane("checkpoint")
        self._tasks = work.tasks(lambda why, _: self._say(why), "This cannot be checked")
        self._wanted: OfficialCheckpoint | None = None
        """What is being imported."""
        self.setWindowTitle("Import an official checkpoint")
        self.setMinimumWidth(72 * themes.SPACE)
        self.checkpoint = _FileField(
            "Checkpoint", "step_N, .pt or .safetensors, or a .ckpt of nano-trm"
        )
        self.config = _FileField(
            "Config", "all_config.yaml of the official trainer, or a JSON of it"
        )
        self.dataset = _FileField(
            "Data set", "dataset.json of what it was trained on; may be left empty"
        )
        self.identifiers = _FileField(
            "Task names", "identifiers.json of the data set, for ARC; may be left empty"
        )
        self.puzzle = QLineEdit()
        self.puzzle.setAccessibleName("Puzzle")
        self.puzzle.setToolTip("What it solves, where its files do not say how many cells that has")
        self.puzzle.setPlaceholderText("Such as maze:30x30; may be left empty")
        self.settings = QLineEdit()
        self.settings.setAccessibleName("Settings")
        self.settings.setToolTip("Of the architecture, by official names, in place of the config's")
        self.settings.setPlaceholderText("Such as L_cycles=6 puzzle_emb_len=16; may be left empty")
        self.name = QLineEdit()
        self.name.setAccessibleName("Name")
        self.name.setToolTip("What the model is to be called")
        self.missing = QLabel()
        self.missing.setWordWrap(True)
        self.missing.setTextFormat(Qt.TextFormat.PlainText)
        self.missing.setAccessibleName("What is missing")
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        self.ok = buttons.button(standard.Ok)
        self.ok.setText("&Import")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)

        self._fields = QWidget()
        form = QFormLayout(self._fields)
        form.setContentsMargins(0, 0, 0, 0)
        for field in self._files():
            form.addRow(field.name, field)
            field.path.textChanged.connect(self._check)
        for line in (self.puzzle, self.settings, self.name):
            form.addRow(line.accessibleName(), line)
            line.textChanged.connect(self._check)
        self.checkpoint.path.textChanged.connect(self._suggest)
        layout = QVBoxLayout(self)
        layout.setSpacing(2 * themes.SPACE)
        layout.addWidget(self._fields)
        layout.addWidget(self.missing)
        layout.addWidget(buttons)
        self._check()

    def accept(self) -> None:
        puzzle = self.puzzle.text()
        self._wanted = OfficialCheckpoint(
            Path(self.checkpoint.path.text()),
            self.config.file(),
            self._models / self.name.text(),
            self.identifiers.file(),
            self.dataset.file(),
            parse_shape(puzzle) if puzzle else None,
            parse_settings(self.settings.text().split()),
        )
        self._check()
        self.chosen.emit(self._wanted)

    def end(self, source: object, failure: str) -> None:
        """Close, as what was chosen is imported; or say why it cannot be, and let it be changed."""
        if source is not self._wanted:
            return
        self._wanted = None
        if not failure:
            super().accept()
            return
        self._fields.setEnabled(True)
        self.ok.setEnabled(True)
        self._say(f"⚠ {failure}", themes.current(self).conflict_text)

    def _files(self) -> tuple[_FileField, ...]:
        return self.checkpoint, self.config, self.dataset, self.identifiers

    def done(self, result: int) -> None:
        self._tasks.close()
        self._lane.close()
        super().done(result)

    def _suggest(self, checkpoint: str) -> None:
        """A name, and the config beside the checkpoint, where nothing else was typed."""
        file = Path(checkpoint)
        if not self.name.isModified():
            self.name.setText("-".join(filter(None, (file.parent.name, file.name))))
        if not self.config.path.isModified():
            suggested = self._suggest_config(file, self.config.path.text())
            self._tasks.start(suggested, place="config")

    async def _suggest_config(self, checkpoint: Path, before: str) -> None:
        config = await self._lane(_config_beside, checkpoint, of=checkpoint)
        if self.config.path.text() == before:  # else another one was chosen meanwhile
            self.config.path.setText(config)

    def _check(self) -> None:
        """Say what is missing; nothing can be imported until it is known that nothing is."""
        self._fields.setEnabled(self._wanted is None)
        self.ok.setEnabled(False)
        if self._wanted is None:
            self._tasks.start(self._find_missing(), place="check")
        else:
            self._tasks.cancel("check")
            self._say("Being imported…")

    async def _find_missing(self) -> None:
        files = {field.name: field.path.text() for field in self._files()}
        typed = files, self.puzzle.text(), self.settings.text(), self._models, self.name.text()
        missing = await self._lane(_what_is_missing, *typed, of="A file that is named here")
        self._say(missing)
        self.ok.setEnabled(not missing)

    def _say(self, words: str, ink: str = "") -> None:
        self.missing.setText(words)
        self.missing.setStyleSheet(f"color: {ink}" if ink else "")


def _what_is_missing(
    files: dict[str, str], puzzle: str, settings: str, models: Path, name: str
) -> str:
    """Of what was typed, in a sentence; "" where nothing is. files: by the names of the fields."""
    needed = {"Checkpoint", "Config"}
    if files["Checkpoint"].endswith(".ckpt"):  # which may describe its model itself
        needed.remove("Config")
    for field, text in files.items():
        if not text and field in needed:
            return f"{field}: choose a file."
        if text and not Path(text).is_file():
            return f"{field}: there is no file {text}."
    try:
        if puzzle:
            parse_shape(puzzle)
    except PuzzleError as error:
        return f"Puzzle: {error}."
    try:
        parse_settings(settings.split())
    except DocumentError as error:
        return f"Settings: {error}."
    if sentence := trouble_with_name(name):
        return sentence
    return f"Name: there is a model {name} already." if (models / name).exists() else ""


def _config_beside(checkpoint: Path) -> str:
    try:
        return str(config_beside(checkpoint))
    except (CheckpointError, ValueError):  # of a path without a name
        return ""


class _FileField(QWidget):
    """The path of a file, typed or chosen."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__()
        self.name, self._hint = name, hint
        self.path = QLineEdit()
        self.path.setAccessibleName(name)
        self.path.setToolTip(wrapped(hint))
        self.path.setPlaceholderText(hint)
        browse = QPushButton("Browse…")
        browse.setAccessibleName(f"Browse for {name}")
        browse.setToolTip(hint)
        browse.clicked.connect(self._browse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.path, 1)
        layout.addWidget(browse)

    def file(self) -> Path | None:
        """What was chosen; None where nothing was."""
        return Path(self.path.text()) if self.path.text() else None

    def _browse(self) -> None:
        folder = Path(self.path.text()).parent if self.path.text() else Path.home()
        dialog = QFileDialog(self, self._hint, str(folder))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.path.setText)
        dialog.open()
