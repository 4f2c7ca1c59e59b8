"""Signs that mean the same on every board: changed, conflict, wrong, no symbol, selected."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from trm_gui import theme as themes
from trm_gui.board.content import BoardContent
from trm_gui.board.geometry import Cell, CellGeometry
from trm_gui.theme import Theme

VEILS, DENSEST_VEIL = 16, 0.9
"""How many degrees of doubt are told apart, and how opaque complete doubt is."""

FINE_CELL = 6
"""Below this cell size in logical pixels, a board is a thumbnail: no lines between cells."""


def cells_where(mask: np.ndarray) -> list[Cell]:
    return [(row, col) for row, col in np.argwhere(mask).tolist()]


def fill(
    painter: QPainter, geometry: CellGeometry, cells: Iterable[Cell], colour: QColor | str
) -> None:
    painter.fillPath(geometry.cells_path(cells), QColor(colour))


def line_pen(colour: QColor | str, width: float, cap: Qt.PenCapStyle) -> QPen:
    return QPen(QColor(colour), width, Qt.PenStyle.SolidLine, cap)


def draw_bars(painter: QPainter, bars: list[QRectF], colour: QColor | str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRects(bars)


def draw_frame(painter: QPainter, geometry: CellGeometry, width: float, colour: str) -> None:
    """The outer border of the board."""
    bars = geometry.row_lines((0, geometry.rows), width)
    bars += geometry.col_lines((0, geometry.cols), width)
    draw_bars(painter, bars, colour)


def draw_text(painter: QPainter, center: QPointF, text: str, font: QFont) -> None:
    """`text` in the painter's pen, centred on the height of its capitals."""
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.drawText(
        QPointF(
            center.x() - metrics.horizontalAdvance(text) / 2,
            center.y() + metrics.capHeight() / 2,
        ),
        text,
    )


def heat_colour(share: float) -> str:
    """The colour of a share from 0 to 1 on the viridis scale."""
    return pg.colormap.get("viridis").map(share, mode="qcolor").name()


def draw_heat(
    painter: QPainter, geometry: CellGeometry, content: BoardContent, *, strip: bool = False
) -> None:
    """Each cell in the colour of its heat: all of it, or only a strip at its lower edge."""
    if content.heat is None:
        return
    height = geometry.snap(geometry.size * 0.22) if strip else geometry.size
    for share in np.unique(content.heat[~np.isnan(content.heat)]).tolist():
        rects = [geometry.rect(*cell) for cell in cells_where(content.heat == share)]
        draw_bars(
            painter,
            [rect.adjusted(0, geometry.size - height, 0, 0) for rect in rects],
            heat_colour(share),
        )


def draw_veil(
    painter: QPainter, geometry: CellGeometry, content: BoardContent, colour: str
) -> None:
    """Cover what is unsure with `colour`, more so the less sure it is."""
    if content.confidence is None:
        return
    doubt = np.where(content.given, 0, np.round((1 - content.confidence) * VEILS) / VEILS)
    for level in np.unique(doubt[doubt > 0]).tolist():
        shade = themes.translucent(colour, DENSEST_VEIL * level)
        fill(painter, geometry, cells_where(doubt == level), shade)


def draw_runners_up(
    painter: QPainter,
    geometry: CellGeometry,
    content: BoardContent,
    colours: Sequence[str],
    casing: str,
) -> None:
    """In unsure cells a square of the second symbol's colour, as large as it is probable."""
    for row, col in cells_where(content.unsure):
        second = int(content.candidates[row, col].argsort()[-2])
        side = geometry.size * math.sqrt(content.candidates[row, col, second])
        square = QRectF(0, 0, side, side)
        square.moveCenter(geometry.center(row, col))
        painter.setPen(QPen(QColor(casing), geometry.pixel))
        painter.setBrush(QColor(colours[second]))
        painter.drawRect(square)


def draw_hatching(
    painter: QPainter, geometry: CellGeometry, cells: Iterable[Cell], colour: QColor | str
) -> None:
    """Diagonal lines that run on from cell to cell."""
    lines = []
    size = geometry.size
    for row, col in cells:
        x, y = geometry.left + col * size, geometry.top + row * size
        lines += [
            QLineF(x, y + size / 2, x + size / 2, y),
            QLineF(x, y + size, x + size, y),
            QLineF(x + size / 2, y + size, x + size, y + size / 2),
        ]
    with antialiased(painter):
        painter.setPen(line_pen(colour, geometry.snap(size * 0.04), Qt.PenCapStyle.FlatCap))
        painter.drawLines(lines)


def draw_changes(
    painter: QPainter,
    geometry: CellGeometry,
    content: BoardContent,
    theme: Theme,
    *,
    casing: str | None = None,
) -> None:
    """An accent outline inside each changed cell, with a `casing` where cells have any colour."""
    strength = content.change_strength
    width = geometry.snap(geometry.size * 0.06)
    for level in np.unique(strength[strength > 0]).tolist():
        cells = cells_where(strength == level)
        accent = themes.translucent(theme.accent, level)
        _draw_rings(painter, geometry, cells, geometry.pixel, width, accent)
        if casing is not None:
            inset = geometry.pixel + width
            colour = themes.translucent(casing, level)
            _draw_rings(painter, geometry, cells, inset, width, colour)


def draw_conflict_marks(
    painter: QPainter, geometry: CellGeometry, content: BoardContent, theme: Theme
) -> None:
    """A vermillion triangle in the upper right corner of each cell that breaks a rule."""
    edge = max(geometry.size * 0.3, min(4.0, geometry.size))
    triangles = QPainterPath()
    for row, col in content.conflict_cells:
        corner = geometry.rect(row, col).topRight()
        triangles.moveTo(corner)
        triangles.lineTo(corner - QPointF(edge, 0))
        triangles.lineTo(corner + QPointF(0, edge))
        triangles.closeSubpath()
    with antialiased(painter):
        painter.setPen(QPen(QColor(theme.board), geometry.pixel))
        painter.setBrush(QColor(theme.conflict))
        painter.drawPath(triangles)


def draw_wrong_marks(
    painter: QPainter, geometry: CellGeometry, cells: Iterable[Cell], colour: str
) -> None:
    """A dotted underline in each of `cells`: it differs from the solution."""
    size = geometry.size
    dot = geometry.snap(size * 0.055)
    count = 4 if size >= 20 else 3
    gap = max(geometry.snap(size * 0.15), 2 * dot)
    left = geometry.snap((size - gap * (count - 1) - dot) / 2)
    top = size - geometry.snap(size * 0.1) - dot
    dots = []
    for row, col in cells:
        x, y = geometry.left + col * size + left, geometry.top + row * size + top
        dots += [QRectF(x + index * gap, y, dot, dot) for index in range(count)]
    draw_bars(painter, dots, colour)


def draw_selection(
    painter: QPainter, geometry: CellGeometry, selected: Cell | None, theme: Theme
) -> None:
    """A cased ring in the colour of text, not of the model, around the selected cell."""
    if selected is None:
        return
    width = geometry.snap(max(2.0, geometry.size * 0.06))
    _draw_rings(painter, geometry, [selected], -width, width, QColor(theme.text))
    _draw_rings(painter, geometry, [selected], 0, width, QColor(theme.board))


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on `colour`."""
    return max("#000000", "#FFFFFF", key=lambda ink: themes.contrast(ink, colour))


@contextmanager
def antialiased(painter: QPainter) -> Iterator[None]:
    """Smooth edges within a `with` block; lines of the grid stay crisp outside it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    yield
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _draw_rings(
    painter: QPainter,
    geometry: CellGeometry,
    cells: Iterable[Cell],
    inset: float,
    width: float,
    colour: QColor,
) -> None:
    """A square border of `width` in each cell, its outer edge `inset` from the cell's."""
    left = geometry.left + inset + width / 2
    top = geometry.top + inset + width / 2
    size = geometry.size
    side = size + geometry.pixel - 2 * inset - width
    rings = [QRectF(left + col * size, top + row * size, side, side) for row, col in cells]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = line_pen(colour, width, Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.drawRects(rings)
