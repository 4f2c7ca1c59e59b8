"""The strip of tools."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from trm_gui import theme as themes
from trm_gui.board.board import Board
from trm_gui.editor.tool_button import GAP, SIDE

MARGIN = themes.SPACE


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
        # else the board would lose the keys with it
        self.setFocusProxy(None)  # type: ignore[arg-type]  # the stub knows no None
        self.hide()
        self.deleteLater()

    def height_for(self, width: int) -> int:
        """How high the strip is where it is so wide."""
        return self._places(width)[1]

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
