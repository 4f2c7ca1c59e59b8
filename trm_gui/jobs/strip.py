"""How one puzzle is decoded as training goes on: a small board for every checkpoint."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.board.content import BoardContent
from trm_gui.board.message import BoardMessage
from trm_gui.board.painters import paint_board
from trm_gui.icons import blank
from trm_gui.jobs.learning import Learning, Seen
from trm_gui.session import Session
from trm_gui.theme import Theme

BOARD = QSize(14 * themes.SPACE, 14 * themes.SPACE)
STEP = Qt.ItemDataRole.UserRole


class LearningPane(themes.FollowsTheme, QWidget):
    """A click, or Enter, opens what a checkpoint made of the puzzle in the workbench."""

    def __init__(self, learning: Learning, session: Session) -> None:
        super().__init__()
        self._learning, self._session = learning, session
        self._path: Path | None = None
        self.pin = QPushButton("&Pin the puzzle on screen")
        self.pin.setToolTip("Try every checkpoint of this job on the puzzle that is shown")
        self.unpin = QPushButton("Take it off")
        self.unpin.setToolTip("Try checkpoints no more; what was seen is kept")
        self.told = QLabel(wordWrap=True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setFont(themes.font(themes.SMALL))
        for control, name in ((self.pin, "Pin the puzzle"), (self.unpin, "Take the puzzle off")):
            control.setAccessibleName(name)
        self.strip = QListWidget()
        self.strip.setViewMode(QListView.ViewMode.IconMode)
        self.strip.setFlow(QListView.Flow.LeftToRight)
        self.strip.setWrapping(True)
        self.strip.setResizeMode(QListView.ResizeMode.Adjust)
        self.strip.setMovement(QListView.Movement.Static)
        self.strip.setIconSize(BOARD)
        self.strip.setSpacing(themes.SPACE // 2)
        self.strip.setUniformItemSizes(True)
        self.strip.setFont(themes.font(themes.SMALL))
        self.strip.setFrameShape(QListWidget.Shape.NoFrame)
        self.strip.setAccessibleName("The puzzle at every checkpoint")
        self.strip.setToolTip("Click a board to open it in the workbench")
        self._message = BoardMessage()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._message)
        self._stack.addWidget(self.strip)
        top = QHBoxLayout()
        top.setContentsMargins(themes.SPACE, 0, themes.SPACE, 0)
        top.setSpacing(themes.SPACE)
        top.addWidget(self.pin)
        top.addWidget(self.unpin)
        top.addWidget(self.told, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, themes.SPACE // 2, 0, 0)
        rows.setSpacing(themes.SPACE // 2)
        rows.addLayout(top)
        rows.addWidget(self._stack, 1)
        self.pin.clicked.connect(self._pin)
        self.unpin.clicked.connect(self._unpin)
        self._message.button_clicked.connect(self._pin)
        self.strip.itemClicked.connect(self._open)
        self.strip.itemActivated.connect(self._open)
        learning.seen.connect(self._on_seen)
        learning.changed.connect(self._on_change)
        learning.unfit.connect(self._on_unfit)
        session.puzzle_changed.connect(self._enable)
        self.follow_theme()

    def show_run(self, path: Path | None) -> None:
        if path != self._path:
            self._path = path
            self.told.clear()
            self._show_all()

    @property
    def _boards(self) -> dict[int, Seen]:
        return {} if self._path is None else self._learning.boards.get(self._path, {})

    def _pin(self) -> None:
        if self._path is not None and self._session.puzzle is not None:
            self.told.clear()
            self._learning.pin(self._path, self._session.puzzle)

    def _unpin(self) -> None:
        if self._path is not None:
            self._learning.unpin(self._path)

    def _open(self, item: QListWidgetItem) -> None:
        seen = self._boards.get(item.data(STEP))
        if seen is not None:
            self._session.open(seen.file)

    def _on_seen(self, path: Path, seen: Seen) -> None:
        if path == self._path:
            self._add(seen)
            self._show_state()

    def _on_change(self, path: Path) -> None:
        if path == self._path:
            self._show_all()

    def _on_unfit(self, path: Path, sentence: str) -> None:
        if path == self._path:
            self.told.setText(f"⚠ {sentence}")

    def _show_all(self) -> None:
        self.strip.clear()
        for step in sorted(self._boards):
            self._add(self._boards[step])
        self._show_state()

    def _add(self, seen: Seen) -> None:
        item = QListWidgetItem(picture(seen, themes.current(self), self.devicePixelRatioF()), "")
        item.setText(seen.words.replace(": ", "\n"))
        item.setToolTip(f"After {seen.words}. Click to open it.")
        item.setData(STEP, seen.step)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, seen.words)
        steps = [self.strip.item(row).data(STEP) for row in range(self.strip.count())]
        self.strip.insertItem(sum(step < seen.step for step in steps), item)

    def _show_state(self) -> None:
        pinned = self._path is not None and self._path in self._learning.pinned
        self._stack.setCurrentIndex(1 if self.strip.count() else 0)
        if self._path is None:
            self._message.set_message("Choose a job", "Its checkpoints can be tried on a puzzle.")
        elif pinned:
            self._message.set_message(
                "No checkpoint yet", "The puzzle is tried on each one as it is saved."
            )
        else:
            self._message.set_message(
                "See it learn",
                "Pin the puzzle on screen, and every checkpoint is tried on it.",
                "Pin the puzzle",
            )
        self._enable()

    def _enable(self) -> None:
        pinned = self._path is not None and self._path in self._learning.pinned
        self.pin.setEnabled(self._path is not None and self._session.puzzle is not None)
        self.unpin.setEnabled(pinned)

    def _dress(self) -> None:
        self.told.setStyleSheet(f"color: {themes.current(self).conflict_text}")
        self._show_all()


def picture(seen: Seen, theme: Theme, ratio: float) -> QIcon:
    """The last answer, with what is wrong in it marked as on the boards."""
    last = len(seen.trace) - 1
    content = BoardContent(seen.trace.puzzle, seen.trace.grid(last), wrong=seen.trace.wrong(last))
    pixmap = blank(BOARD, ratio)
    painter = QPainter(pixmap)
    area = QRectF(1, 1, BOARD.width() - 2, BOARD.height() - 2)
    paint_board(painter, area, content, theme)
    painter.end()
    return QIcon(pixmap)
