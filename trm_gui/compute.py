"""Where and how solves are computed, and the dialog that changes it."""

from __future__ import annotations

import os

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.background import Compute
from trm_gui.session import Session

DEVICES = {
    "auto": "the best there is",
    "cpu": "CPU",
    "cuda": "NVIDIA or AMD GPU (cuda)",
    "mps": "Apple GPU (mps)",
}
DTYPES = {
    "auto": "what is quick there",
    "float32": "32 bits (float32)",
    "bfloat16": "16 bits (bfloat16)",
}


def stored_compute(settings: QSettings) -> Compute:
    """What was chosen before; whatever is missing or makes no sense is as in `Compute()`."""
    device, dtype = (settings.value(name, "auto", str) for name in ("device", "dtype"))
    try:
        threads = int(settings.value("threads", 0))
    except (TypeError, ValueError):
        threads = 0
    return Compute(
        device if device in DEVICES else "auto",
        dtype if dtype in DTYPES else "auto",
        threads if 0 <= threads <= most_threads() else 0,
    )


def most_threads() -> int:
    return os.cpu_count() or 1


class ComputeDialog(QDialog):
    """Takes effect, and is remembered, when it is accepted."""

    def __init__(self, session: Session, settings: QSettings, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self.setWindowTitle("Settings")
        self.device = _choice(DEVICES, session.compute.device)
        self.dtype = _choice(DTYPES, session.compute.dtype)
        self.threads = QSpinBox()
        self.threads.setRange(0, most_threads())
        self.threads.setSpecialValueText("all but one")
        self.threads.setValue(session.compute.threads)
        form = QFormLayout()
        for name, hint, control in (
            ("&Device", "What the model runs on", self.device),
            ("&Numbers", "The format that the model computes in", self.dtype),
            (
                "&Threads",
                "Processor threads for a solve; one left free keeps the window quick",
                self.threads,
            ),
        ):
            control.setToolTip(hint)
            control.setAccessibleName(name.replace("&", ""))
            form.addRow(name, control)
        note = QLabel("The next solve is computed so. A device that is not there is told of then.")
        note.setWordWrap(True)
        note.setFont(themes.font(themes.SMALL))
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(2 * themes.SPACE)
        layout.addLayout(form)
        layout.addWidget(note)
        layout.addWidget(buttons)

    def accept(self) -> None:
        chosen = Compute(self.device.currentData(), self.dtype.currentData(), self.threads.value())
        for name in ("device", "dtype", "threads"):
            self._settings.setValue(name, getattr(chosen, name))
        self._session.set_compute(chosen)
        super().accept()


def _choice(words: dict[str, str], current: str) -> QComboBox:
    box = QComboBox()
    for value, text in words.items():
        box.addItem(text, value)
    box.setCurrentIndex(box.findData(current))
    return box
