"""Puzzles drawn small, a few at a time while nothing else is to be done."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Generic, Protocol, TypeVar

import numpy as np
from PySide6.QtCore import QObject, QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from trm_core.errors import UserError
from trm_core.puzzles.arc import Arc
from trm_core.puzzles.base import Grid, Puzzle
from trm_gui import theme as themes
from trm_gui.board.content import BoardContent
from trm_gui.board.painters import paint_board
from trm_gui.board.task_strip import paint_arrow
from trm_gui.icons import blank
from trm_gui.library.catalogue import Catalogue
from trm_gui.library.items import Item
from trm_gui.theme import Theme

SIZE = QSize(9 * themes.SPACE, 7 * themes.SPACE)
"""Logical pixels: room for an ARC pair side by side; other puzzles stand in the middle."""

MOST = 600
"""Thumbnails that are kept, 25 MB at 200 %."""

MOST_WAITING = 60
"""Of those that are asked for, the last ones are drawn; who scrolls on needs no others."""

LEAST_CELL = 5
"""Pixels of a cell that is drawn as on a board."""

BUDGET_SECONDS = 0.008
"""How long drawing may go on before the event loop has its turn."""


class HasKey(Protocol):
    @property
    def key(self) -> str: ...


T = TypeVar("T", bound=HasKey)


class LazyThumbnails(QObject, Generic[T]):
    """Gives what is drawn already, and draws what is not when the event loop is idle."""

    drawn = Signal()
    """Some that were asked for are there now."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: OrderedDict[tuple[str, str, float], QPixmap] = OrderedDict()
        self._waiting: OrderedDict[tuple[str, str, float], tuple[T, Theme]] = OrderedDict()
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._draw_some)

    def can_draw(self, item: T) -> bool:
        """Whether what is to be drawn is at hand."""
        raise NotImplementedError

    def paint(self, painter: QPainter, area: QRectF, item: T, theme: Theme) -> None:
        """Paint it into `area`, on nothing."""
        raise NotImplementedError

    def draw(self, item: T, theme: Theme, ratio: float) -> QPixmap:
        """A picture of SIZE for a screen of `ratio` pixels in one."""
        pixmap = blank(SIZE, ratio)
        area = QRectF(0, 0, SIZE.width(), SIZE.height()).adjusted(1, 1, -1, -1)  # for outer lines
        painter = QPainter(pixmap)
        try:
            self.paint(painter, area, item, theme)
        finally:
            painter.end()
        return pixmap

    def picture(self, item: T, theme: Theme, ratio: float) -> QPixmap | None:
        """The thumbnail for a screen of `ratio` pixels in one; None while it is not drawn."""
        key = item.key, theme.name, ratio
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if self.can_draw(item):
            self._waiting[key] = item, theme
            self._waiting.move_to_end(key)
            if len(self._waiting) > MOST_WAITING:
                self._waiting.popitem(last=False)
            self._timer.start()
        return None

    def _draw_some(self) -> None:
        end = time.perf_counter() + BUDGET_SECONDS
        while self._waiting and time.perf_counter() < end:
            key, (item, theme) = self._waiting.popitem()
            self._kept[key] = self.draw(item, theme, key[2])
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        if not self._waiting:
            self._timer.stop()
        self.drawn.emit()


class Thumbnails(LazyThumbnails[Item]):
    """Of the items of a catalogue: the puzzle, or of an ARC task its first example."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self._catalogue = catalogue

    def can_draw(self, item: Item) -> bool:
        return self._catalogue.can_draw(item)

    def paint(self, painter: QPainter, area: QRectF, item: Item, theme: Theme) -> None:
        try:
            puzzle = item.puzzle()
        except UserError:
            return  # a text that was damaged where it is kept; opening it tells why
        if not isinstance(puzzle, Arc) or not puzzle.task.train:
            paint_grid(painter, area, puzzle, puzzle.grid, theme)
            return
        gap = themes.SPACE  # which leaves a pixel for each cell of the largest grids
        side = (area.width() - gap) / 2
        pair = puzzle.task.train[0]
        for left, grid in ((area.left(), pair.input), (area.left() + side + gap, pair.output)):
            if grid is not None:
                place = QRectF(left, area.top(), side, area.height())
                paint_grid(painter, place, puzzle, grid, theme)
        paint_arrow(painter, area.center(), themes.SPACE * 0.4, theme)


def paint_grid(painter: QPainter, area: QRectF, puzzle: Puzzle, grid: Grid, theme: Theme) -> None:
    """As a board; where its whole-pixel cells would be tiny, as one picture that fills the area."""
    rows, cols = grid.shape
    cell = min(area.width() / cols, area.height() / rows)
    if cell * painter.device().devicePixelRatioF() >= LEAST_CELL or puzzle.kind == "sudoku":
        paint_board(painter, area, BoardContent(puzzle, grid), theme)
        return
    maze = theme.wall, theme.floor, theme.start, theme.goal, theme.accent
    colours = theme.arc if puzzle.kind == "arc" else maze
    inks = (*colours, theme.board)  # the last one for a cell without a symbol, code -1
    pixels = np.array([QColor(ink).rgb() for ink in inks], np.uint32)[grid]
    image = QImage(pixels.tobytes(), cols, rows, 4 * cols, QImage.Format.Format_RGB32)
    place = QRectF(0, 0, cols * cell, rows * cell)
    place.moveCenter(area.center())
    painter.drawImage(place.toAlignedRect(), image)
