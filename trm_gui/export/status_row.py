"""The row of the export dialog that says how far an export is, and where it went."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from trm_gui import theme as themes


class StatusRow(QWidget):
    """Words, and beside them a bar while something is written or a button once it is."""

    def __init__(self) -> None:
        super().__init__()
        self.saved: Path | None = None
        """What was written last, for the button; None takes it away."""
        self.words = plain_label()
        self.words.setMinimumHeight(3 * themes.SPACE)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress of the export")
        self.bar.setFormat("%v of %m")
        self.bar.setMaximumHeight(2 * themes.SPACE)
        self.bar.setFixedWidth(24 * themes.SPACE)
        self.show_folder = QPushButton("Show in &folder")
        self.show_folder.setAccessibleName("Show in folder")
        self.show_folder.setToolTip("Open the folder that the export is in")
        self.show_folder.setAutoDefault(False)
        self.show_folder.clicked.connect(self._open_folder)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(themes.SPACE)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.bar)
        layout.addWidget(self.show_folder)

    def begin(self, target: Path, frames: int) -> None:
        self.saved = None
        self.bar.setRange(0, frames)
        self.bar.setValue(0)
        self.say(f"Writing {target.name}")

    def show_running(self, runs: bool) -> None:
        self.bar.setVisible(runs)
        self.show_folder.setVisible(not runs and self.saved is not None)

    def say(self, sentence: str, *, failed: bool = False) -> None:
        self.words.setText(f"⚠ {sentence}" if failed else sentence)
        self.words.setAccessibleName(sentence)
        colour = themes.current(self).conflict_text
        self.words.setStyleSheet(f"color: {colour}" if failed else "")

    def _open_folder(self) -> None:
        if self.saved is not None:
            folder = self.saved if self.saved.is_dir() else self.saved.parent
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def plain_label() -> QLabel:
    """For words that may be long and are never markup."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
