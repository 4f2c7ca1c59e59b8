"""The board widget: shows one grid of a puzzle, or a message where there is none."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from trm_gui import theme as themes
from trm_gui.board.content import BoardContent
from trm_gui.board.describe import describe_board, describe_cell
from trm_gui.board.geometry import Cell, CellGeometry
from trm_gui.board.message import BoardMessage
from trm_gui.board.painters import paint_board


class BoardInput(Protocol):
    """Who takes the mouse and the keys of a board, an editor.

    A drag goes from `press` over any number of `drag` to `release`; its cells may lie beside the
    grid, numbered on from it.
    """

    def key(self, event: QKeyEvent) -> Callable[[], object] | None:
        """What a key does on the board; None if it is meant for others."""

    def key_released(self, event: QKeyEvent) -> None: ...

    def press(self, cell: Cell, button: Qt.MouseButton) -> None: ...

    def drag(self, cell: Cell) -> None: ...

    def release(self) -> None: ...


class Board(QWidget):
    """A puzzle's grid with square cells, as large as fits, at the top in the middle.

    A click selects a cell. While there is an `input`, it is told of presses and drags, and its keys
    go to it before the window's shortcuts; all other keys pass on. The board itself changes only
    by `set_content`.
    """

    cell_clicked = Signal(object)
    """The (row, column) under a click that no `input` takes."""
    selection_changed = Signal(object)
    """The selected (row, column), or None."""
    hovered = Signal(object)
    """The (row, column) that the mouse has come over, or None beside all cells."""
    message_button_clicked = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, name: str = "Board") -> None:
        super().__init__(parent)
        self._content: BoardContent | None = None
        self._selected: Cell | None = None
        self.input: BoardInput | None = None
        self._dragging = False
        self._under_mouse: Cell | None = None
        self._message = BoardMessage(self)
        self._message.hide()
        self._message.button_clicked.connect(self.message_button_clicked)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 200)

    def sizeHint(self) -> QSize:
        return QSize(480, 480)

    @property
    def content(self) -> BoardContent | None:
        return self._content

    def set_content(self, content: BoardContent) -> None:
        """Show `content` in place of what was shown."""
        if content == self._content and self._message.isHidden():
            return
        self._content = content
        self._message.hide()
        if self._selected is not None and not self._has(self._selected):
            self.select(None)
        if content.grid.size == 0:
            self._show_message("No grid decoded yet", "The answer has no complete grid here.")
        self._describe()
        self.update()

    def set_message(self, title: str, text: str, *buttons: str) -> None:
        """Say what stands here and why, in place of a grid, with the buttons that help.

        The selection stays for the next grid, which may be of the same puzzle solved again.
        """
        self._content = None
        self._show_message(title, text, *buttons)
        self.setAccessibleDescription(f"{title}. {text}")
        self.update()

    def shown_grid(self) -> list[list[int]] | list[list[str]]:
        """The rows on screen as `trm solve --json` prints them; none while there is no grid."""
        if self._content is None or self._content.grid.size == 0:
            return []
        return self._content.puzzle.json_rows(self._content.grid)

    @property
    def selected_cell(self) -> Cell | None:
        return self._selected

    def select(self, cell: Cell | None) -> None:
        """Select the (row, column) `cell`; None, or a cell that is not there, selects nothing."""
        if cell is not None and not self._has(cell):
            cell = None
        if cell == self._selected:
            return
        self._selected = cell
        self._describe()
        self.update()
        self.selection_changed.emit(cell)

    def select_beside(self, rows: int, cols: int) -> None:
        """Select the cell so many rows and columns further, if there is one; the first, if none was
        selected."""
        row, col = self._selected or (-rows, -cols)
        if self._has((row + rows, col + cols)):
            self.select((row + rows, col + cols))

    def geometry_of_cells(self) -> CellGeometry | None:
        """Where the cells lie in this widget; None while there is no grid."""
        content = self._content
        if content is None or content.grid.size == 0:
            return None
        return CellGeometry.fit(
            self._board_area(), content.rows, content.cols, self.devicePixelRatioF()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = themes.current(self)
        if self._content is None or self._content.grid.size == 0:
            outline = self._empty_area()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(theme.line))
            painter.setBrush(QColor(theme.surface))
            painter.drawRoundedRect(outline, themes.SPACE / 2, themes.SPACE / 2)
        else:
            geometry = paint_board(
                painter, self._board_area(), self._content, theme, self._selected
            )
            assert geometry is not None
            outline = geometry.outline
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            reach = themes.SPACE / 2
            ring = outline.adjusted(-reach, -reach, reach, reach)
            painter.drawRoundedRect(ring, themes.SPACE / 2, themes.SPACE / 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._message.setGeometry(self._empty_area().toRect())

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cells = self.geometry_of_cells()
        if cells is None or (self.input is None and event.button() != Qt.MouseButton.LeftButton):
            event.ignore()
            return
        cell = cells.cell_at(event.position())
        self.select(cell)
        if cell is None:
            return
        if self.input is None:
            self.cell_clicked.emit(cell)
        elif not self._dragging or event.buttons() == event.button():
            self._dragging = True
            self.input.press(cell, event.button())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cells = self.geometry_of_cells()
        self._hover(None if cells is None else cells.cell_at(event.position()))
        if self._dragging and self.input is not None and cells is not None:
            if (cell := cells.cell_at(event.position())) is not None:
                self.select(cell)
            self.input.drag(cells.place_of(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragging and not event.buttons():
            self._dragging = False
            if self.input is not None:
                self.input.release()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if (does := self._input_for(event)) is not None:
            does()
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if self.input is not None:
            self.input.key_released(event)
        event.ignore()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            if self._input_for(event):
                event.accept()
                return True
        if event.type() == QEvent.Type.ToolTip:
            assert isinstance(event, QHelpEvent)
            self._show_tool_tip(event)
            return True
        return super().event(event)

    def _hover(self, cell: Cell | None) -> None:
        if cell != self._under_mouse:
            self._under_mouse = cell
            self.hovered.emit(cell)

    def _has(self, cell: Cell) -> bool:
        content = self._content
        return content is not None and 0 <= cell[0] < content.rows and 0 <= cell[1] < content.cols

    def _input_for(self, event: QKeyEvent) -> Callable[[], object] | None:
        """What a key does here; None if it is meant for the window."""
        return None if self.input is None or not self.shown_grid() else self.input.key(event)

    def _show_message(self, title: str, text: str, *buttons: str) -> None:
        self._message.set_message(title, text, *buttons)
        self._message.setGeometry(self._empty_area().toRect())
        self._message.show()

    def _describe(self) -> None:
        content = self._content
        words = "" if content is None else describe_board(content)
        if content is not None and self._selected is not None:
            words += ". Selected: " + describe_cell(content, self._selected).replace("\n", ", ")
        self.setAccessibleDescription(words)

    def _show_tool_tip(self, event: QHelpEvent) -> None:
        content, cells = self._content, self.geometry_of_cells()
        cell = None if cells is None else cells.cell_at(event.pos().toPointF())
        if content is None or cells is None or cell is None:
            QToolTip.hideText()
            return
        area = cells.rect(*cell).toRect()
        QToolTip.showText(event.globalPos(), describe_cell(content, cell), self, area)

    def _board_area(self) -> QRectF:
        """The room for cells, with the width of the focus ring left around it; at the top, so that
        boards beside one another are in line, and stay where they are if one gets lower."""
        margin = themes.SPACE
        room = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
        content = self._content
        shape = 1.0
        if content is not None and content.grid.size:
            shape = content.rows / content.cols
        room.setHeight(min(room.height(), math.ceil(room.width() * shape)))
        return room

    def _empty_area(self) -> QRectF:
        """The square that a board would fill, on whole pixels for a crisp line."""
        room = self._board_area()
        side = min(room.width(), room.height())
        corner = room.center() - QPointF(side / 2, side / 2)
        return QRectF(round(corner.x()) + 0.5, round(corner.y()) + 0.5, side - 1, side - 1)
