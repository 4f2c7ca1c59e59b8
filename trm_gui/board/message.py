"""What stands in the place of a board while there is none."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from trm_gui import theme as themes


class BoardMessage(QWidget):
    """What stands here, why, and at most one button that helps, centred."""

    button_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = _label(themes.font(themes.TITLE, QFont.Weight.DemiBold))
        self._text = _label(themes.font())
        self._text.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._button = QPushButton()
        self._button.clicked.connect(self.button_clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[3 * themes.SPACE] * 4)
        layout.setSpacing(themes.SPACE)
        layout.addStretch()
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addSpacing(themes.SPACE)
        layout.addWidget(self._button, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()

    def set_message(self, title: str, text: str, button_text: str | None = None) -> None:
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self._button.setText(button_text or "")
        self._button.setAccessibleName(button_text or "")
        self._button.setVisible(button_text is not None)


def _label(font: QFont) -> QLabel:
    label = QLabel(wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(font)
    return label
