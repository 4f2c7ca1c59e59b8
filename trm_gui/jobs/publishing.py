"""From a job to a model of its own, measured and with a card: `trm publish` in the background."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from threading import Thread

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
from trm_gui.jobs.marks import mark
from trm_gui.names import free_name, trouble_with_name


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
    """Asks for a name, and tells while typing where it cannot be.

    `chosen` is emitted with the directory of the model, which is in `models` and is not there.
    """

    chosen = Signal(object)
    _listed = Signal(object)

    def __init__(self, run: Path, models: Path, taken: set[str], parent: QWidget) -> None:
        """taken: names of models, wherever they are."""
        super().__init__(parent)
        self._wanted, self._models, self._taken = run.name, models, taken
        self._folders: list[str] = []
        """What is in `models`, as soon as that is known."""
        self.setObjectName("publish_dialog")
        self.setWindowTitle(f"Save the model of {run.name}")
        self.setAccessibleName(self.windowTitle())
        self.setMinimumWidth(56 * themes.SPACE)
        self.name = QLineEdit(free_name(run.name, taken))
        self.name.setAccessibleName("Name")
        self.name.setToolTip("What the model and its folder are to be called")
        self.name.selectAll()
        note = QLabel(
            "The averaged weights of the last checkpoint, measured on all held-out puzzles of the "
            "job, with a card that says so. That may take minutes; the window stays usable.",
            wordWrap=True,
        )
        note.setFont(themes.font(themes.SMALL))
        self.missing = QLabel(wordWrap=True)
        self.missing.setTextFormat(Qt.TextFormat.PlainText)
        self.missing.setAccessibleName("What is missing")
        self.missing.setMinimumHeight(2 * self.missing.fontMetrics().lineSpacing())
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(standard.Save | standard.Cancel)
        self.ok = buttons.button(standard.Save)
        self.ok.setToolTip("Measure the model and save it")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.addRow("&Name", self.name)
        layout = QVBoxLayout(self)
        layout.setSpacing(themes.SPACE)
        layout.addLayout(form)
        for part in (note, self.missing, buttons):
            layout.addWidget(part)
        self.name.textChanged.connect(self._check)
        self._listed.connect(self._take_folders)
        self._check()
        Thread(target=self._list, daemon=True).start()

    def accept(self) -> None:
        self.chosen.emit(self._models / self.name.text())
        super().accept()

    def _list(self) -> None:
        """On a thread, as a disk may be slow."""
        with suppress(OSError, RuntimeError):  # no folder yet; the dialog is gone already
            self._listed.emit([path.name for path in self._models.iterdir()])

    def _take_folders(self, folders: list[str]) -> None:
        self._folders = folders
        if not self.name.isModified():
            self.name.setText(free_name(self._wanted, [*self._taken, *folders]))
            self.name.selectAll()
        self._check()

    def _check(self) -> None:
        name = self.name.text()
        sentence = trouble_with_name(name, self._taken, "model")
        sentence = sentence or trouble_with_name(name, self._folders, "folder")
        self.missing.setText(f"⚠ {sentence}" if sentence else "")
        self.missing.setStyleSheet(f"color: {themes.current(self).conflict_text}")
        mark(self.name, sentence)
        self.ok.setEnabled(not sentence)
