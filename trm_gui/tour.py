"""A short tour of the window: one part after the other in the light, with words beside it."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.commands import Command
from trm_gui.timeline.playback import Playback
from trm_gui.workbench import Workbench

SEEN = "tour_seen"
"""The setting that says that the tour was shown."""


class Stop(NamedTuple):
    """widgets: the object names of the parts that are shown. plays: whether the solve is played
    meanwhile, from its first frame. hands_on: whether the arrow keys step, from its first frame."""

    widgets: tuple[str, ...]
    title: str
    words: str
    plays: bool = False
    hands_on: bool = False


STOPS = (
    Stop(
        ("input_board",),
        "The puzzle",
        "This is what the model is given. It stays as it is. Press E to change it, or choose "
        "another one.",
    ),
    Stop(
        ("answer_board",),
        "The answer so far: y",
        "Watch: the model begins with a guess, all cells at once, and goes over it again and "
        "again. It keeps its answer as y, a latent: numbers that only the model can read. The "
        "board shows what they stand for. Outlined cells have just changed; an orange corner marks "
        "what breaks a rule.",
        plays=True,
    ),
    Stop(
        ("timeline",),
        "The recursion: now you",
        "Press → a few times: each time is a cycle. In it the model first makes z anew, its "
        "reasoning, several times over, and then y from z. Some cycles make a supervision step, a "
        "block here. A diamond marks where the answer is first right, a dot where the model halts, "
        "an orange underline that cells went back to what they were. Enter goes on.",
        hands_on=True,
    ),
    Stop(
        ("halting_plot",),
        "When to stop",
        "The halting probability: how sure the model is that its answer is right. Above the dashed "
        "threshold it stops.",
    ),
    Stop(
        (
            *("plot_change", "plot_certainty", "plot_correctness"),
            *("plot_latent_path", "plot_cell", "plot_attention"),
        ),
        "The plots",
        "How far y and z move, how sure and how right the answer is, the way that the latents "
        "take, and one cell by itself. They share the cursor with the boards; a click goes to a "
        "frame.",
    ),
    Stop(
        ("library",),
        "More puzzles",
        "Easy ones, and ones that defeat the model: watch how it fails. Help, How it thinks has "
        "all these words again; press ? for all keys.",
    ),
)

PACE = 700
"""Milliseconds between two cycles while the tour plays."""


class Tour(QWidget):
    """Lies over the window while the tour goes on; parts that are closed are passed over.

    It moves the cursor about, and puts it back where it was in the end.
    """

    def __init__(self, bench: Workbench, playback: Playback) -> None:
        super().__init__(bench.window)
        self._window, self._session, self._settings = bench.window, bench.session, bench.settings
        self._boards, self._playback = bench.boards, playback
        self._stops: list[Stop] = []
        self._at = 0
        self._cursor: int | None = None
        """Where it was before."""
        self._beat = QTimer(self, interval=PACE)
        self._beat.timeout.connect(self._play_on)
        self.setAccessibleName("Guided tour")
        self.hide()
        self.card = _Card(self)
        self.card.back.clicked.connect(lambda: self._go(-1))
        self.card.next.clicked.connect(lambda: self._go(1))
        self.card.skip.clicked.connect(self.end)
        self._window.installEventFilter(self)
        bench.commands.add(
            Command(
                "tour",
                "Guided &tour",
                "What is where, and what the model does, in steps",
                self.start,
            )
        )

    def start(self) -> None:
        """Begin with the first part; from now on the settings say that it was shown."""
        self._settings.setValue(SEEN, 1)
        self._playback.set_playing(False)
        self._stops = [stop for stop in STOPS if self._parts(stop)]
        self._at = 0
        self._cursor = self._session.cursor
        self._session.move_to(0)
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self.card.next.setFocus(Qt.FocusReason.TabFocusReason)
        self._show_stop()

    def end(self) -> None:
        self._beat.stop()
        self.hide()
        if self._cursor is not None:
            self._session.move_to(self._cursor)
        self._boards.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        elif event.key() in moves and self._stops[self._at].hands_on:
            self._session.step("cycle", moves[event.key()])
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
            self._place_card()
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

    def _parts(self, stop: Stop) -> list[QWidget]:
        """Those that can be seen: Qt calls a dock behind another one visible, too."""
        parts = []
        for name in stop.widgets:
            part = self._window.findChild(QWidget, name)
            assert part is not None
            behind = isinstance(part, QDockWidget) and part.visibleRegion().isEmpty()
            if part.isVisible() and not behind:
                parts.append(part)
        return parts

    def _light(self) -> QRect:
        light = QRect()
        for part in self._parts(self._stops[self._at]):
            light |= QRect(part.mapTo(self._window, QPoint(0, 0)), part.size())
        return light.adjusted(-4, -4, 4, 4) & self.rect()

    def _play_on(self) -> None:
        self._session.step("cycle", 1)

    def _go(self, steps: int) -> None:
        self._at = max(0, self._at + steps)
        if self._at == len(self._stops):
            self.end()
        else:
            self._show_stop()

    def _show_stop(self) -> None:
        stop = self._stops[self._at]
        self._beat.stop()
        if stop.plays or stop.hands_on:
            self._session.move_to(0)
        if stop.plays:
            self._beat.start()
        self.card.show_stop(stop, self._at + 1, len(self._stops))
        self._place_card()

    def _place_card(self) -> None:
        layout = self.card.layout()
        assert layout is not None
        layout.activate()
        self.card.resize(self.card.sizeHint())
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
        self.skip = _Button("Skip", "End the tour (Escape)")
        self.back = _Button("Back", "To the part before (←)")
        self.next = _Button("Next", "To the next part (Enter, mostly →)")
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
        self.words.setMinimumHeight(0)  # which else counts as what the words need
        self.words.setFixedHeight(self.words.heightForWidth(self.width() - 4 * themes.SPACE))
        self.count.setText(f"{number} of {count}")
        self.back.setEnabled(number > 1)
        self.skip.setVisible(number < count)
        self.next.setText("Next" if number < count else "Done")
        if not self.back.isEnabled() or number == count:  # else the focus would be lost
            self.next.setFocus(Qt.FocusReason.TabFocusReason)


class _Button(QPushButton):
    """Enter presses it, as Space does; the arrow keys are the tour's. The focus is always shown."""

    def __init__(self, text: str, hint: str) -> None:
        super().__init__(text)
        self.setToolTip(hint)
        self.setAccessibleName(f"{text}, guided tour")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()  # which Qt has do so in dialogs alone
        elif event.key() == Qt.Key.Key_Space:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(themes.current(self).accent), 2))
            half = themes.SPACE / 2
            painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), half, half)
