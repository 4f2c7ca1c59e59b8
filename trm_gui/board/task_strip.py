"""The examples of an ARC task, small, beside the board of its test input."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from trm_core.puzzles.arc import Arc
from trm_core.puzzles.arc_edit import Slot, grid_at, slots
from trm_gui import theme as themes
from trm_gui.board.content import BoardContent
from trm_gui.board.painters import paint_board

SIDE, LEAST_SIDE = 12 * themes.SPACE, 6 * themes.SPACE
"""Logical pixels of room for one grid, and where the board above needs the room."""

ARROW = 3 * themes.SPACE
"""Room for the arrow from an input to its output."""

NUMBER = 5 * themes.SPACE
"""Room for the number of a pair before it, which keeps the pairs apart."""


class TaskStrip(QWidget):
    """The train pairs of an ARC task in a row: a number, input, an arrow, output.

    While one grid is chosen to be edited, the test pairs stand after them, a click chooses another
    grid, and an output that is not known is a question mark. Else a click asks for a larger view.
    """

    pair_wanted = Signal(int)
    """The number of the train pair that was clicked, from 0."""
    slot_chosen = Signal(object)
    """The Slot of the grid that was clicked."""
    chosen_moved = Signal(int, int)
    """The centre of the chosen grid, which should be in view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._puzzle: Arc | None = None
        self._chosen: Slot | None = None
        self._shown: list[tuple[Slot, BoardContent | None]] = []
        self._side = SIDE
        self.setAccessibleName("Examples of the task")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_puzzle(self, puzzle: Arc) -> None:
        """Show the examples that come with `puzzle`."""
        if puzzle is not self._puzzle:
            self._puzzle = puzzle
            self._show()

    def set_chosen(self, slot: Slot | None) -> None:
        """Show which grid is edited, and all that could be; None shows the examples only."""
        if slot != self._chosen:
            self._chosen = slot
            self._show()
        if slot is not None:
            self.resize(self.sizeHint())
            self.chosen_moved.emit(*self.area_of(slot).center().toPoint().toTuple())

    @property
    def side(self) -> int:
        """Logical pixels of room for one grid."""
        return self._side

    def set_side(self, side: int) -> None:
        if side != self._side:
            self._side = side
            self.updateGeometry()
            self.update()

    def area_of(self, slot: Slot) -> QRectF:
        """Where the grid of `slot` stands."""
        return self._area([shown for shown, _ in self._shown].index(slot))

    def sizeHint(self) -> QSize:
        pairs = len(self._shown) // 2
        return QSize(pairs * self._pair_width, self._side + 2 * themes.SPACE)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        under = [slot for slot, _ in self._shown if self.area_of(slot).contains(event.position())]
        if self._chosen is not None and under:
            self.slot_chosen.emit(under[0])
        elif under:
            self.pair_wanted.emit(under[0].number)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = themes.current(self)
        for number, (slot, content) in enumerate(self._shown):
            area = self._area(number)
            if not event.rect().intersects(area.adjusted(-NUMBER, -ARROW, ARROW, ARROW).toRect()):
                continue  # most are out of sight where a task has many examples
            if content is None:
                _draw_unknown(painter, area, theme)
            else:
                paint_board(painter, area, content, theme)
            if slot.side == "input":
                center = QPointF(area.right() + ARROW / 2, area.center().y())
                paint_arrow(painter, center, themes.SPACE / 2, theme)
                self._draw_number(painter, slot, area, theme)
            if slot == self._chosen:
                painter.setPen(QPen(QColor(theme.accent), 3))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(area.adjusted(-4, -4, 4, 4))

    @property
    def _pair_width(self) -> int:
        """With its number, and the room after it."""
        return NUMBER + 2 * self._side + ARROW + themes.SPACE // 2

    def _draw_number(
        self, painter: QPainter, slot: Slot, area: QRectF, theme: themes.Theme
    ) -> None:
        words = f"{slot.number + 1}" if slot.part == "train" else f"test\n{slot.number + 1}"
        painter.setPen(QColor(theme.secondary_text))
        painter.setFont(themes.font(themes.SMALL))
        place = QRectF(area.left() - NUMBER, area.top(), NUMBER - themes.SPACE, area.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, words)

    def _area(self, number: int) -> QRectF:
        """Where the grid of that number stands, from 0."""
        pair, second = divmod(number, 2)
        left = pair * self._pair_width + NUMBER + second * (self._side + ARROW)
        return QRectF(left, themes.SPACE, self._side, self._side)

    def _show(self) -> None:
        puzzle, self._shown = self._puzzle, []
        assert puzzle is not None
        for slot in slots(puzzle.task):
            if slot.part == "train" or self._chosen is not None:
                grid = grid_at(puzzle.task, slot)
                content = None if grid is None else BoardContent(puzzle, grid)
                self._shown.append((slot, content))
        words = f"{len(puzzle.task.train)} examples, input and output of each"
        does = "Click a pair to see it larger"
        self.setToolTip(does if self._chosen is None else "Click a grid to edit it (PgUp, PgDown)")
        self.setAccessibleDescription(words if self._chosen is None else f"{words}; {self._chosen}")
        self.updateGeometry()
        self.update()


def _draw_unknown(painter: QPainter, area: QRectF, theme: themes.Theme) -> None:
    painter.setPen(QPen(QColor(theme.secondary_text), 1, Qt.PenStyle.DashLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(area.adjusted(0, 0, -1, -1))
    painter.setFont(themes.font(themes.TITLE))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "?")


def paint_arrow(painter: QPainter, center: QPointF, reach: float, theme: themes.Theme) -> None:
    """From an input to its output; reach: pixels from the middle to the point."""
    head = [QPointF(-reach, -reach), QPointF(reach, 0), QPointF(-reach, reach)]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.secondary_text))
    painter.drawPolygon(QPolygonF([center + point for point in head]))
    painter.restore()
