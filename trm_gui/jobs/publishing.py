"""From a job to a model of its own, measured and with a card: `trm publish` in the background."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.jobs.helpers import Helper


class Publishing(QObject):
    """One at a time. What is not done when the window closes is not written at all."""

    published = Signal(object, str)
    """The model directory, and what was measured, in a line."""
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.busy: Path | None = None
        """The model directory that is being made."""
        self._helper = Helper()
        self._helper.done.connect(self._on_done)
        self._helper.failed.connect(self._on_failed)

    def publish(self, run: Path, target: Path, device: str) -> None:
        if self.busy is not None:
            self.failed.emit(f"{self.busy.name} is being published; wait until that is done.")
            return
        self.busy = target
        arguments = ["publish", str(run), str(target), "--device", device]
        self._helper.ask(target, "trm_core.cli", arguments)

    def close(self) -> None:
        self._helper.close()

    def _on_done(self, target: Path, printed: str) -> None:
        self.busy = None
        lines = printed.splitlines()
        self.published.emit(target, re.sub(r"\s+", " ", lines[-1]) if len(lines) > 1 else "")

    def _on_failed(self, target: Path, sentence: str) -> None:
        self.busy = None
        self.failed.emit(f"{target.name} is not published: {sentence}")


class PublishDialog(QDialog):
    """Asks for the name of the model; `chosen` is emitted with its directory in `models`."""

    chosen = Signal(object)

    def __init__(self, run: Path, models: Path, taken: set[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._models, self._taken = models, taken
        self.setObjectName("publish_dialog")
        self.setWindowTitle(f"Save the model of {run.name}")
        self.setMinimumWidth(56 * themes.SPACE)
        self.name = QLineEdit(run.name)
        self.name.setAccessibleName("Name")
        self.name.setToolTip("What the model is to be called")
        note = QLabel(
            "The averaged weights of the last checkpoint, measured on all held-out puzzles of the "
            "job, with a card that says so. That may take minutes; the window stays usable.",
            wordWrap=True,
        )
        note.setFont(themes.font(themes.SMALL))
        self.missing = QLabel(wordWrap=True)
        self.missing.setTextFormat(Qt.TextFormat.PlainText)
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(standard.Save | standard.Cancel)
        self.ok = buttons.button(standard.Save)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.addRow("&Name", self.name)
        layout = QVBoxLayout(self)
        layout.setSpacing(2 * themes.SPACE)
        for part in (note, self.missing, buttons):
            layout.addWidget(part)
        layout.insertLayout(0, form)
        self.name.textChanged.connect(self._check)
        self._check()

    def accept(self) -> None:
        self.chosen.emit(self._models / self.name.text())
        super().accept()

    def _check(self) -> None:
        name = self.name.text()
        sentence = ""
        if not name or Path(name).name != name:
            sentence = "Name: expected one that can be a folder's."
        elif name in self._taken:
            sentence = f"Name: there is a model {name} already."
        self.missing.setText(f"⚠ {sentence}" if sentence else "")
        self.missing.setStyleSheet(f"color: {themes.current(self).conflict_text}")
        self.ok.setEnabled(not sentence)
