"""How a Sudoku looks: givens heavy, the answer lighter in the accent colour, boxes framed."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QPainter

from trm_core.puzzles import NO_SYMBOL
from trm_core.puzzles.sudoku import Sudoku
from trm_gui import theme as themes
from trm_gui.board import marks
from trm_gui.board.content import BoardContent
from trm_gui.board.geometry import Cell, CellGeometry
from trm_gui.theme import Theme

LEAST_SHOWN = 0.02
"""Probability from which on a digit is a candidate."""


def symbol(code: int) -> str:
    """What stands in a cell: digits to 9, then letters from A; nothing for an empty cell."""
    if code <= 0:
        return ""
    return str(code) if code <= 9 else chr(ord("A") + code - 10)


def paint_sudoku(
    painter: QPainter,
    geometry: CellGeometry,
    content: BoardContent,
    theme: Theme,
    selected: Cell | None = None,
) -> None:
    painter.fillRect(geometry.outline, QColor(theme.board))
    if selected is not None:
        _highlight_peers(painter, geometry, content, theme, selected)
    marks.fill(painter, geometry, content.in_conflict, themes.translucent(theme.conflict, 0.16))
    marks.draw_hatching(painter, geometry, content.grid == NO_SYMBOL, theme.line)
    marks.draw_heat(painter, geometry, content, theme)  # over tints, which would change its colours
    _draw_lines(painter, geometry, content, theme)
    marks.draw_changes(painter, geometry, content, theme)
    _draw_digits(painter, geometry, content, theme)
    _draw_candidates(painter, geometry, content, theme)
    marks.draw_veil(painter, geometry, content, theme.board)
    marks.draw_selection(painter, geometry, selected, theme)
    everywhere = np.ones(content.grid.shape, bool)
    marks.draw_wrong_marks(painter, geometry, content, theme, {theme.board: everywhere})
    marks.draw_conflict_marks(painter, geometry, content, theme)


def _highlight_peers(
    painter: QPainter, geometry: CellGeometry, content: BoardContent, theme: Theme, selected: Cell
) -> None:
    """Tint what the selected cell must differ from, and more so the cells of the same digit."""
    row, col = selected
    height, width = _box_size(content)
    rows, cols = np.indices(content.grid.shape)
    box = (rows // height == row // height) & (cols // width == col // width)
    peers = (rows == row) | (cols == col) | box
    marks.fill(painter, geometry, peers, themes.translucent(theme.accent, 0.07))
    if content.grid[selected] > 0:
        same = content.grid == content.grid[selected]
        same &= ~content.in_conflict  # whose tint must stay what it is
        marks.fill(painter, geometry, same, themes.translucent(theme.accent, 0.2))


def _draw_lines(
    painter: QPainter, geometry: CellGeometry, content: BoardContent, theme: Theme
) -> None:
    height, width = _box_size(content)
    if geometry.size >= marks.FINE_CELL:
        thin = geometry.snap(1.0)
        bars = geometry.row_lines(range(1, content.rows), thin)
        bars += geometry.col_lines(range(1, content.cols), thin)
        marks.draw_bars(painter, bars, theme.line)
    strong = geometry.snap(max(1.0, min(2.0, geometry.size / 10)))
    bars = geometry.row_lines(range(0, content.rows + 1, height), strong)
    bars += geometry.col_lines(range(0, content.cols + 1, width), strong)
    marks.draw_bars(painter, bars, theme.strong_line)


def _draw_digits(
    painter: QPainter, geometry: CellGeometry, content: BoardContent, theme: Theme
) -> None:
    given, shown = content.given, content.shown
    cells = marks.cells_where((shown > 0) & ~content.unsure)
    for of_puzzle, weight, colour in (
        (True, QFont.Weight.Bold, theme.text),
        (False, QFont.Weight.Normal, theme.accent),
    ):
        font = _digit_font(geometry.size * 0.58, weight)
        for row, col in cells:
            if given[row, col] == of_puzzle:
                painter.setPen(QColor(_ink(content, (row, col), colour, theme)))
                text = symbol(int(shown[row, col]))
                marks.draw_text(painter, geometry.center(row, col), text, font)


def _draw_candidates(
    painter: QPainter, geometry: CellGeometry, content: BoardContent, theme: Theme
) -> None:
    """Each digit in its own place in an unsure cell, larger if more probable, the decoded one in
    the colour of the answer."""
    candidates = content.candidates
    if candidates is None:
        return
    height, width = _box_size(content)
    room = marks.room_for_candidates(geometry, content)
    down_step, along_step = room.height() / height, room.width() / width
    step = min(down_step, along_step)
    for row, col in marks.cells_where(content.unsure):
        corner = geometry.rect(row, col).topLeft() + room.topLeft()
        for digit in range(1, content.rows + 1):
            probability = candidates[row, col, digit]
            if probability < LEAST_SHOWN:
                continue
            down, along = divmod(digit - 1, width)
            place = QPointF((along + 0.5) * along_step, (down + 0.5) * down_step)
            decoded = digit == content.grid[row, col]
            weight = QFont.Weight.Bold if decoded else QFont.Weight.Normal
            colour = theme.accent if decoded else theme.text
            painter.setPen(QColor(_ink(content, (row, col), colour, theme)))
            font = _digit_font(step * (0.45 + 0.65 * math.sqrt(probability)), weight)
            marks.draw_text(painter, corner + place, symbol(digit), font)


def _ink(content: BoardContent, cell: Cell, colour: str, theme: Theme) -> str:
    """`colour`, or what reads well on a cell that is coloured itself."""
    if content.heat is None or content.has_strips or np.isnan(content.heat[cell]):
        return colour
    return marks.ink_on(marks.heat_colour(content.heat[cell], theme.scale))


def _digit_font(height: float, weight: QFont.Weight) -> QFont:
    font = themes.font(weight=weight)
    font.setPixelSize(max(1, round(height)))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _box_size(content: BoardContent) -> tuple[int, int]:
    """(rows, columns) of a box."""
    assert isinstance(content.puzzle, Sudoku)
    height = content.puzzle.box_rows
    return height, content.rows // height
