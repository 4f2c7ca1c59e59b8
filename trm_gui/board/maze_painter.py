"""How a maze looks: solid walls, light floor, and the path as one line from start to goal."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPolygonF

from trm_core.puzzles import NO_SYMBOL
from trm_core.puzzles.maze import GOAL, PATH, START, WALL
from trm_gui import theme as themes
from trm_gui.board import marks
from trm_gui.board.content import BoardContent
from trm_gui.board.geometry import Cell, CellGeometry
from trm_gui.theme import Theme


def paint_maze(
    painter: QPainter,
    geometry: CellGeometry,
    content: BoardContent,
    theme: Theme,
    selected: Cell | None = None,
) -> None:
    grid = content.shown
    painter.fillRect(geometry.outline, QColor(theme.floor))
    if content.lined:
        _draw_lines(painter, geometry, theme)
    marks.fill(painter, geometry, grid == WALL, theme.wall)
    unknown = grid == NO_SYMBOL
    marks.fill(painter, geometry, unknown, theme.board)
    marks.draw_hatching(painter, geometry, unknown, theme.secondary_text)
    marks.fill(painter, geometry, content.in_conflict, themes.translucent(theme.conflict, 0.28))
    marks.draw_heat(painter, geometry, content, theme)  # over tints, which would change its colours
    marks.draw_hatching(painter, geometry, content.altered, theme.conflict)
    marks.draw_changes(painter, geometry, content, theme)
    _draw_path(painter, geometry, grid, theme)
    colours = theme.wall, theme.floor, theme.start, theme.goal, theme.accent
    marks.draw_runners_up(painter, geometry, content, colours, theme.strong_line)
    marks.draw_veil(painter, geometry, content, theme.floor)
    _draw_ends(painter, geometry, grid, theme)
    marks.draw_frame(painter, geometry, geometry.snap(1.0), theme.strong_line)
    marks.draw_selection(painter, geometry, selected, theme)
    grounds = {theme.wall: grid == WALL, theme.floor: grid != WALL}
    marks.draw_wrong_marks(painter, geometry, content, theme, grounds)
    marks.draw_conflict_marks(painter, geometry, content, theme)


def _draw_lines(painter: QPainter, geometry: CellGeometry, theme: Theme) -> None:
    """Between all cells; walls come to lie over them."""
    outline, colour = geometry.outline, themes.translucent(theme.secondary_text, 0.25)
    for col in range(1, geometry.cols):
        left = outline.left() + col * geometry.size
        painter.fillRect(QRectF(left, outline.top(), geometry.pixel, outline.height()), colour)
    for row in range(1, geometry.rows):
        top = outline.top() + row * geometry.size
        painter.fillRect(QRectF(outline.left(), top, outline.width(), geometry.pixel), colour)


def _draw_path(painter: QPainter, geometry: CellGeometry, grid: np.ndarray, theme: Theme) -> None:
    """A line through the centres of path cells and the ends they touch; a dot where alone."""
    on_path = grid == PATH
    joins = on_path | (grid == START) | (grid == GOAL)
    right = joins[:, :-1] & joins[:, 1:] & (on_path[:, :-1] | on_path[:, 1:])
    down = joins[:-1] & joins[1:] & (on_path[:-1] | on_path[1:])
    line = QPainterPath()
    for links, (rows, cols) in ((right, (0, 1)), (down, (1, 0))):
        for row, col in marks.cells_where(links):
            line.moveTo(geometry.center(row, col))
            line.lineTo(geometry.center(row + rows, col + cols))
    joined = np.zeros_like(on_path)
    joined[:, :-1] |= right
    joined[:, 1:] |= right
    joined[:-1] |= down
    joined[1:] |= down
    radius = geometry.size * 0.2
    round_pen = marks.line_pen(theme.accent, geometry.size * 0.28, Qt.PenCapStyle.RoundCap)
    with marks.antialiased(painter):
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(round_pen)
        painter.drawPath(line)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent))
        for row, col in marks.cells_where(on_path & ~joined):
            painter.drawEllipse(geometry.center(row, col), radius, radius)


def _draw_ends(painter: QPainter, geometry: CellGeometry, grid: np.ndarray, theme: Theme) -> None:
    """Start: a circle with S. Goal: a diamond with G, its points on the edges of the cell."""
    half = geometry.size / 2
    font = themes.font(weight=QFont.Weight.Bold)
    font.setPixelSize(max(1, round(geometry.size * 0.56)))
    with marks.antialiased(painter):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.start))
        starts = marks.cells_where(grid == START)
        goals = marks.cells_where(grid == GOAL)
        for row, col in starts:
            painter.drawEllipse(geometry.center(row, col), half * 0.94, half * 0.94)
        painter.setBrush(QColor(theme.goal))
        for row, col in goals:
            painter.drawPolygon(_diamond(geometry.center(row, col), half * 1.16))
        for ends, letter, colour in ((starts, "S", theme.on_start), (goals, "G", theme.on_goal)):
            painter.setPen(QColor(colour))
            for row, col in ends:
                marks.draw_text(painter, geometry.center(row, col), letter, font)


def _diamond(center: QPointF, reach: float) -> QPolygonF:
    return QPolygonF(
        [
            center + QPointF(0, -reach),
            center + QPointF(reach, 0),
            center + QPointF(0, reach),
            center + QPointF(-reach, 0),
        ]
    )
