"""What stands in the place of a board while there is none."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from trm_gui import theme as themes


class BoardMessage(QWidget):
    """What stands here, why, and the buttons that help, centred."""

    button_clicked = Signal(str)
    """What stands on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = _label(themes.font(themes.TITLE, QFont.Weight.DemiBold))
        self._text = _label(themes.font())
        self._text.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.buttons: list[QPushButton] = []
        self._ways = QVBoxLayout()
        self._ways.setSpacing(themes.SPACE)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[3 * themes.SPACE] * 4)
        layout.setSpacing(themes.SPACE)
        layout.addStretch()
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addSpacing(themes.SPACE)
        beside = QHBoxLayout()
        beside.addStretch()
        beside.addLayout(self._ways)
        beside.addStretch()
        layout.addLayout(beside)
        layout.addStretch()

    def set_message(self, title: str, text: str, *buttons: str) -> None:
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        while len(self.buttons) < len(buttons):
            button = QPushButton()
            button.clicked.connect(lambda _=False, of=button: self.button_clicked.emit(of.text()))
            self.buttons.append(button)
            self._ways.addWidget(button)
        for number, button in enumerate(self.buttons):
            button.setVisible(number < len(buttons))
            button.setText(buttons[number] if number < len(buttons) else "")
            button.setAccessibleName(button.text())


def _label(font: QFont) -> QLabel:
    label = QLabel(wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(font)
    return label
