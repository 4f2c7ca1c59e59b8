"""Asks for what the import of an official checkpoint needs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
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

from trm_gui import theme as themes
from trm_gui.background import OfficialCheckpoint
from trm_gui.names import trouble_with_name


class CheckpointDialog(QDialog):
    """Can be accepted once it has all that is needed; says what is missing until then.

    `chosen` is emitted with an OfficialCheckpoint, whose model directory is in `models`.
    """

    chosen = Signal(object)

    def __init__(self, models: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self._models = models
        self.setWindowTitle("Import an official checkpoint")
        self.setMinimumWidth(72 * themes.SPACE)
        self.checkpoint = _FileField("Checkpoint", "What the official trainer wrote (step_N)")
        self.config = _FileField(
            "Config", 'A JSON file: {"arch": "trm" or "hrm", "config": the architecture\'s config}'
        )
        self.identifiers = _FileField(
            "Task names", "identifiers.json of the data set, for ARC; may be left empty"
        )
        self.name = QLineEdit()
        self.name.setAccessibleName("Name")
        self.name.setToolTip("What the model is to be called")
        self.missing = QLabel()
        self.missing.setWordWrap(True)
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        self.ok = buttons.button(standard.Ok)
        self.ok.setText("&Import")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)

        form = QFormLayout()
        for field in (self.checkpoint, self.config, self.identifiers):
            form.addRow(field.name, field)
            field.path.textChanged.connect(self._check)
        form.addRow("Name", self.name)
        self.name.textChanged.connect(self._check)
        self.checkpoint.path.textChanged.connect(self._suggest_name)
        layout = QVBoxLayout(self)
        layout.setSpacing(2 * themes.SPACE)
        layout.addLayout(form)
        layout.addWidget(self.missing)
        layout.addWidget(buttons)
        self._check()

    def accept(self) -> None:
        identifiers = self.identifiers.path.text()
        self.chosen.emit(
            OfficialCheckpoint(
                Path(self.checkpoint.path.text()),
                Path(self.config.path.text()),
                self._models / self.name.text(),
                Path(identifiers) if identifiers else None,
            )
        )
        super().accept()

    def _suggest_name(self, checkpoint: str) -> None:
        if not self.name.isModified():
            file = Path(checkpoint)
            self.name.setText("-".join(filter(None, (file.parent.name, file.name))))

    def _check(self) -> None:
        self.missing.setText(self._what_is_missing())
        self.ok.setEnabled(not self.missing.text())

    def _what_is_missing(self) -> str:
        for field in (self.checkpoint, self.config, self.identifiers):
            text = field.path.text()
            if not text and field is not self.identifiers:
                return f"{field.name}: choose a file."
            if text and not Path(text).is_file():
                return f"{field.name}: there is no file {text}."
        name = self.name.text()
        if sentence := trouble_with_name(name):
            return sentence
        if (self._models / name).exists():
            return f"Name: there is a model {name} already."
        return ""


class _FileField(QWidget):
    """The path of a file, typed or chosen."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__()
        self.name, self._hint = name, hint
        self.path = QLineEdit()
        self.path.setAccessibleName(name)
        self.path.setToolTip(hint)
        self.path.setPlaceholderText(hint)
        browse = QPushButton("Browse…")
        browse.setAccessibleName(f"Browse for {name}")
        browse.setToolTip(hint)
        browse.clicked.connect(self._browse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.path, 1)
        layout.addWidget(browse)

    def _browse(self) -> None:
        folder = Path(self.path.text()).parent if self.path.text() else Path.home()
        dialog = QFileDialog(self, self._hint, str(folder))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.path.setText)
        dialog.open()
