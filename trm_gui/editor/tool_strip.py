"""The strip of tools, and how it shares the room with the board."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from trm_gui import theme as themes
from trm_gui.board.board import Board
from trm_gui.editor.tool_button import GAP, SIDE

MARGIN = themes.SPACE
COLUMNS = 3, 6, 9
USUAL_WIDTH = COLUMNS[0] * SIDE + (COLUMNS[0] - 1) * GAP + 2 * MARGIN
"""Of a strip beside a board with room for it."""
"""Of buttons, where the strip stands beside the board: what groups can be divided into."""


class ToolStrip(QWidget):
    """Groups of buttons in lines; a group begins a line of its own unless it fits into the last."""

    def __init__(self, groups: Sequence[Sequence[QWidget]]) -> None:
        super().__init__()
        self._groups = [group for group in groups if group]
        for group in groups:
            for widget in group:
                widget.setParent(self)
        self.setAccessibleName("Tools")

    def attach(self, board: Board) -> None:
        """Leave the keys to `board` when a button is clicked."""
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(board)

    def remove(self) -> None:
        """Delete the strip."""
        self.setFocusProxy(None)  # else the board would lose the keys with it
        self.hide()
        self.deleteLater()

    def height_for(self, width: int) -> int:
        """How high the strip is where it is so wide."""
        return self._places(width)[1]

    def width_for(self, height: int) -> int:
        """How wide the strip must be where it is so high; as narrow as may be if nothing helps."""
        widths = [self.width_of(columns) for columns in COLUMNS]
        return next((width for width in widths if self.height_for(width) <= height), widths[0])

    def resizeEvent(self, event: QResizeEvent) -> None:
        for widget, place in self._places(self.width())[0]:
            widget.move(place)

    def width_of(self, columns: int) -> int:
        """How wide the strip is with so many buttons in a line."""
        return columns * SIDE + (columns - 1) * GAP + 2 * MARGIN

    def _places(self, width: int) -> tuple[list[tuple[QWidget, QPoint]], int]:
        """Where each widget goes, and the height of all."""
        room, places = width - 2 * MARGIN, []
        x = y = 0
        for group in self._groups:
            if x:
                x += MARGIN - GAP
            length = sum(widget.width() for widget in group) + GAP * (len(group) - 1)
            if x and x + length > room:
                x, y = 0, y + SIDE + MARGIN
            for widget in group:
                if x and x + widget.width() > room:
                    x, y = 0, y + SIDE + GAP
                places.append((widget, QPoint(MARGIN + x, GAP + y)))
                x += widget.width() + GAP
        return places, y + SIDE + 2 * GAP


class BoardAndTools(QWidget):
    """The board, and the strip above it or on its left, whichever leaves the larger board."""

    def __init__(self, board: Board) -> None:
        super().__init__()
        self._board, self._strip = board, None
        board.setParent(self)
        self.setSizePolicy(board.sizePolicy())

    def set_strip(self, strip: ToolStrip | None) -> None:
        """Show `strip` with the board; None shows the board alone."""
        if self._strip is not None:
            self._strip.remove()
        self._strip = strip
        if strip is not None:
            strip.setParent(self)
            strip.attach(self._board)
            strip.show()
        self._place()

    def sizeHint(self) -> QSize:
        return self._board.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._board.minimumSize()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def _place(self) -> None:
        area = self.rect()
        if self._strip is not None:
            width, height = area.width(), area.height()
            left, above = self._strip.width_for(height), self._strip.height_for(width)
            if min(width - left, height) >= min(width, height - above):
                self._strip.setGeometry(0, 0, left, height)
                area = QRect(left, 0, width - left, height)
            else:
                self._strip.setGeometry(0, 0, width, above)
                area = QRect(0, above, width, height - above)
        self._board.setGeometry(area)
