"""The examples of an ARC task, small, beside the board of its test input."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from trm_core.puzzles.arc import Arc
from trm_gui import theme as themes
from trm_gui.board.content import BoardContent
from trm_gui.board.painters import paint_board

SIDE = 12 * themes.SPACE
"""Logical pixels of room for one grid."""

ARROW = 3 * themes.SPACE
"""Room for the arrow from an input to its output, and between one pair and the next."""


class TaskStrip(QWidget):
    """The train pairs of an ARC task in a row: input, an arrow, output."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs: list[tuple[BoardContent, BoardContent | None]] = []
        self.setAccessibleName("Examples of the task")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_puzzle(self, puzzle: Arc | None) -> None:
        """Show the examples that come with `puzzle`; None shows none."""
        self._pairs = []
        for pair in puzzle.task.train if puzzle is not None else ():
            output = None if pair.output is None else BoardContent(puzzle, pair.output)
            self._pairs.append((BoardContent(puzzle, pair.input), output))
        self.setAccessibleDescription(f"{len(self._pairs)} examples, input and output of each")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(len(self._pairs) * (2 * SIDE + 2 * ARROW), SIDE + 2 * themes.SPACE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = themes.current(self)
        x = ARROW / 2
        for given, output in self._pairs:
            paint_board(painter, QRectF(x, themes.SPACE, SIDE, SIDE), given, theme)
            _draw_arrow(painter, QPointF(x + SIDE + ARROW / 2, self.height() / 2), theme)
            if output is not None:
                area = QRectF(x + SIDE + ARROW, themes.SPACE, SIDE, SIDE)
                paint_board(painter, area, output, theme)
            x += 2 * SIDE + 2 * ARROW


def _draw_arrow(painter: QPainter, center: QPointF, theme: themes.Theme) -> None:
    reach = themes.SPACE / 2
    head = [QPointF(-reach, -reach), QPointF(reach, 0), QPointF(-reach, reach)]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.secondary_text))
    painter.drawPolygon(QPolygonF([center + point for point in head]))
    painter.restore()
