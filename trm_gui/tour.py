"""A short tour of the window: one part after the other in the light, with a few words beside it."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from trm_gui import theme as themes

SEEN = "tour_seen"
"""The setting that says that the tour was shown."""


class Stop(NamedTuple):
    """widget: the object name of the part that is shown."""

    widget: str
    title: str
    words: str


STOPS = (
    Stop(
        "input_board",
        "The puzzle",
        "This is what the model is given. Press E to change it, or choose another one.",
    ),
    Stop(
        "answer_board",
        "The answer so far",
        "What the model would answer at the cursor. It begins with a guess, all cells at once, and "
        "goes over it again and again; outlined cells have just changed.",
    ),
    Stop(
        "timeline",
        "The recursion",
        "Every block is a supervision step, and in it are its cycles. Click one, or use the arrow "
        "keys; Space plays. A diamond marks where the answer is first right.",
    ),
    Stop(
        "halting_plot",
        "When to stop",
        "How sure the model is that its answer is right. Above the threshold it stops.",
    ),
    Stop(
        "library",
        "More puzzles",
        "Easy ones, and ones that defeat the model: watch how it fails. Press ? for all keys.",
    ),
)


class Tour(QWidget):
    """Lies over the window while the tour goes on; parts that are closed are passed over."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._stops: list[Stop] = []
        self._at = 0
        self.setAccessibleName("Guided tour")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()
        self.card = _Card(self)
        self.card.back.clicked.connect(lambda: self._go(-1))
        self.card.next.clicked.connect(lambda: self._go(1))
        self.card.skip.clicked.connect(self.end)
        window.installEventFilter(self)

    def start(self) -> None:
        """Begin with the first part; from now on the settings say that it was shown."""
        self._window.settings.setValue(SEEN, 1)
        self._stops = [stop for stop in STOPS if self._part(stop).isVisible()]
        self._at = 0
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self.setFocus()
        self._show_stop()

    def end(self) -> None:
        self.hide()
        self._window.centralWidget().setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Return: 1}
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        elif event.key() in moves:
            self._go(moves[event.key()])

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # the window's keys wait
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
            self._show_stop()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current(self)
        light = self._light()
        shade = QPainterPath()
        shade.addRect(self.rect().toRectF())
        shade.addRoundedRect(light.toRectF(), themes.SPACE, themes.SPACE)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(shade, themes.translucent("#000000", 0.45))
        painter.setPen(themes.translucent(theme.accent, 1.0))
        painter.drawRoundedRect(light, themes.SPACE, themes.SPACE)

    def _part(self, stop: Stop) -> QWidget:
        return self._window.findChild(QWidget, stop.widget)

    def _light(self) -> QRect:
        part = self._part(self._stops[self._at])
        corner = part.mapTo(self._window, QPoint(0, 0))
        return QRect(corner, part.size()).adjusted(-4, -4, 4, 4) & self.rect()

    def _go(self, steps: int) -> None:
        self._at = max(0, self._at + steps)
        if self._at == len(self._stops):
            self.end()
        else:
            self._show_stop()

    def _show_stop(self) -> None:
        stop = self._stops[self._at]
        self.card.show_stop(stop, self._at + 1, len(self._stops))
        self.card.adjustSize()
        self.card.move(self._beside(self._light()))
        self.update()

    def _beside(self, light: QRect) -> QPoint:
        """Where the card has room beside the light, or else in the middle of it."""
        gap, card = 2 * themes.SPACE, self.card.size()
        places = (
            QPoint(light.right() + gap, light.top()),
            QPoint(light.left() - gap - card.width(), light.top()),
            QPoint(light.left(), light.top() - gap - card.height()),
            QPoint(light.left(), light.bottom() + gap),
        )
        fitting = (at for at in places if self.rect().contains(QRect(at, card)))
        middle = light.center() - QPoint(card.width() // 2, card.height() // 2)
        return next(fitting, middle)


class _Card(QFrame):
    """The words of a stop, and the way on."""

    def __init__(self, tour: Tour) -> None:
        super().__init__(tour)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setFixedWidth(40 * themes.SPACE)
        self.title, self.words, self.count = QLabel(), QLabel(wordWrap=True), QLabel()
        self.title.setFont(themes.font(themes.TITLE))
        self.count.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.skip = _button("Skip", "End the tour (Escape)")
        self.back = _button("Back", "To the part before (←)")
        self.next = _button("Next", "To the next part (→ or Enter)")
        buttons = QHBoxLayout()
        buttons.addWidget(self.count, 1)
        for button in (self.skip, self.back, self.next):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * themes.SPACE] * 4)
        layout.setSpacing(2 * themes.SPACE)
        layout.addWidget(self.title)
        layout.addWidget(self.words)
        layout.addLayout(buttons)

    def show_stop(self, stop: Stop, number: int, count: int) -> None:
        self.title.setText(stop.title)
        self.words.setText(stop.words)
        self.words.setFixedHeight(self.words.heightForWidth(self.width() - 4 * themes.SPACE))
        self.count.setText(f"{number} of {count}")
        self.back.setEnabled(number > 1)
        self.next.setText("Next" if number < count else "Done")


def _button(text: str, hint: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(hint)
    button.setAccessibleName(f"{text}, guided tour")
    return button
