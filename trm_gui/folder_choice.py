"""A field for a folder with a button beside it that asks for one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget


class FolderChoice(QWidget):
    """`field`, whose text is in `edit`, and the button; `take` gets the folder that was chosen."""

    def __init__(
        self, field: QWidget, edit: QLineEdit, title: str, take: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._edit, self._title, self._take = edit, title, take
        self.button = QPushButton("Browse…")
        self.button.setAccessibleName(f"Browse for {edit.accessibleName()}")
        self.button.setToolTip("Choose a folder")
        self.button.clicked.connect(self._ask)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(field, 1)
        layout.addWidget(self.button)
        self.setFocusProxy(edit)

    def _ask(self) -> None:
        dialog = QFileDialog(self, self._title, self._edit.text() or str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._take)
        dialog.open()
