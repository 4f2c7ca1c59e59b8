"""One example of an ARC task, large."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from trm_core.puzzles.arc import Arc
from trm_gui import theme as themes
from trm_gui.board.content import BoardContent
from trm_gui.board.painters import paint_board
from trm_gui.board.task_strip import paint_arrow

ARROW = 6 * themes.SPACE


class PairView(QDialog):
    """Input, arrow and output of a train pair; arrow keys and buttons go to the others."""

    def __init__(self, puzzle: Arc, number: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._puzzle, self.number = puzzle, number
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._pair = _Pair()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self._previous = buttons.addButton("&Previous", QDialogButtonBox.ButtonRole.ActionRole)
        self._next = buttons.addButton("&Next", QDialogButtonBox.ButtonRole.ActionRole)
        self._previous.clicked.connect(lambda: self.show_pair(self.number - 1))
        self._next.clicked.connect(lambda: self.show_pair(self.number + 1))
        self._previous.setToolTip("The example before (←)")
        self._next.setToolTip("The example after (→)")
        layout = QVBoxLayout(self)
        layout.addWidget(self._pair, 1)
        layout.addWidget(buttons)
        self._pair.setFocus()  # buttons would take the arrow keys
        self.show_pair(number)

    def show_pair(self, number: int) -> None:
        """The pair of that number, from 0; none beyond the first and the last."""
        pairs = self._puzzle.task.train
        if not 0 <= number < len(pairs):
            return
        self.number = number
        self.setWindowTitle(f"Example {number + 1} of {len(pairs)}")
        pair = pairs[number]
        assert pair.output is not None  # as in all examples
        grids = [pair.input, pair.output]
        self._pair.show_pair([BoardContent(self._puzzle, grid) for grid in grids])
        self._pair.setAccessibleName(self.windowTitle())
        self._previous.setEnabled(number > 0)
        self._next.setEnabled(number < len(pairs) - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in moves:
            self.show_pair(self.number + moves[event.key()])
        else:
            super().keyPressEvent(event)


class _Pair(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._contents: list[BoardContent] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        return QSize(96 * themes.SPACE, 46 * themes.SPACE)

    def show_pair(self, contents: list[BoardContent]) -> None:
        self._contents = contents
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), themes.current(self)
        side = (self.width() - ARROW) / 2
        for number, content in enumerate(self._contents):
            area = QRectF(number * (side + ARROW), 0, side, self.height())
            paint_board(painter, area.adjusted(1, 1, -1, -1), content, theme)  # with its frame
        paint_arrow(painter, QPointF(self.rect().center()), themes.SPACE, theme)
