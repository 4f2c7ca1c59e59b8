"""Drawing on a grid by dragging, with the mouse or the keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from trm_core.puzzles.base import Grid
from trm_core.puzzles.drawing import line
from trm_gui.board.geometry import Cell
from trm_gui.editor.tools import ARROWS, ERASING_KEYS, Tools

Draw = Callable[[Grid, Sequence[Cell]], Grid]
"""The grid that a stroke makes of another."""

APPLYING_KEYS = Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter


class DrawingTools(Tools):
    """A stroke is shown while it is drawn and changes the puzzle when it ends, as one step.

    Space or Enter draws at the selected cell. Shift and the arrows draw on from it, until Shift
    is released or another key is pressed.
    """

    _stroke: Sequence[Cell] = ()
    _draw: Draw

    def base(self) -> Grid:
        """(rows, cols) the grid that is drawn on."""
        raise NotImplementedError

    def draw_with(self, cell: Cell, button: Qt.MouseButton) -> Draw:
        """What a stroke that begins at `cell` does."""
        raise NotImplementedError

    def become(self, grid: Grid) -> None:
        """Take over what was drawn."""
        raise NotImplementedError

    def erase_at(self, cell: Cell) -> Grid:
        """The grid with nothing in a cell."""
        raise NotImplementedError

    def drawn(self) -> Grid:
        """(rows, cols) the grid with the stroke that is under way."""
        return self._draw(self.base(), self._stroke) if self._stroke else self.base()

    def follow(self) -> None:
        self._stroke = ()

    def press(self, cell: Cell, button: Qt.MouseButton) -> None:
        self.release()
        self._draw = self.draw_with(cell, button)
        self._stroke = [cell]
        self.changed.emit()

    def drag(self, cell: Cell) -> None:
        if self._stroke and cell != self._stroke[-1]:
            self._stroke = [*self._stroke, *line(self._stroke[-1], cell)]
            self.changed.emit()

    def release(self) -> None:
        if not self._stroke:
            return
        grid, self._stroke = self.drawn(), ()
        if np.array_equal(grid, self.base()):
            self.changed.emit()
        else:
            self.become(grid)

    def abandon(self) -> bool:
        drawing = bool(self._stroke)
        self._stroke = ()
        if drawing:
            self.changed.emit()
        return drawing

    def key(self, event: QKeyEvent) -> Callable[[], object] | None:
        selected, modifiers = self._board.selected_cell, event.modifiers()
        modifiers &= ~Qt.KeyboardModifier.KeypadModifier
        if selected is not None and event.key() in ARROWS:
            shift = modifiers == Qt.KeyboardModifier.ShiftModifier
            return partial(self._draw_on, selected, ARROWS[event.key()]) if shift else None
        does = super().key(event)
        if selected is not None and not modifiers:
            if event.key() in APPLYING_KEYS:
                does = partial(self.press, selected, Qt.MouseButton.LeftButton)
            elif event.key() in ERASING_KEYS:
                does = partial(self._erase, selected)
        return None if does is None else partial(self._between_strokes, does)

    def key_released(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Shift and not event.isAutoRepeat():
            self.release()

    def _between_strokes(self, does: Callable[[], object]) -> None:
        self.release()
        does()
        self.release()

    def _draw_on(self, selected: Cell, way: tuple[int, int]) -> None:
        if not self._stroke:
            self.press(selected, Qt.MouseButton.LeftButton)
        self._board.select_beside(*way)
        reached = self._board.selected_cell
        assert reached is not None
        self.drag(reached)

    def _erase(self, cell: Cell) -> None:
        grid = self.erase_at(cell)
        if not np.array_equal(grid, self.base()):
            self.become(grid)
