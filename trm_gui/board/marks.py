"""Signs that mean the same on every board: changed, conflict, wrong, no symbol, selected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import compress

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPaintEngine,
    QPainter,
    QPainterPath,
    QPen,
)

from trm_gui import theme as themes
from trm_gui.board.content import SURE, BoardContent
from trm_gui.board.geometry import Cell, CellGeometry, Mask
from trm_gui.theme import Theme

VEILS, DENSEST_VEIL = 16, 0.9
"""How many degrees of doubt are told apart, and how opaque complete doubt is."""

FINE_CELL = 6
"""Below this cell size in logical pixels, a board is a thumbnail: no lines between cells."""


def cells_where(mask: Mask) -> list[Cell]:
    return [(row, col) for row, col in np.argwhere(mask).tolist()]


def boxes_where(boxes: list[QRectF], mask: Mask) -> list[QRectF]:
    """Those of `boxes`, one a cell, whose cell is in `mask`."""
    return list(compress(boxes, mask.ravel().tolist()))


def boxes_by_level(
    boxes: list[QRectF], levels: npt.NDArray[np.float64], mask: Mask
) -> dict[float, list[QRectF]]:
    """Those of `boxes` whose cell is in `mask`, for each of the `levels` that cells have."""
    found: dict[float, list[QRectF]] = defaultdict(list)
    for box, level in zip(boxes_where(boxes, mask), levels[mask].tolist(), strict=True):
        found[level].append(box)
    return found


def fill(painter: QPainter, geometry: CellGeometry, mask: Mask, colour: QColor | str) -> None:
    """Fill the cells in `mask`; on pixels quickly, elsewhere as one area, which shows no seams
    where a viewer scales it."""
    if painter.paintEngine().type() == QPaintEngine.Type.Raster:
        draw_bars(painter, boxes_where(geometry.squares, mask), colour)
    else:
        painter.fillPath(geometry.cells_path(mask), QColor(colour))


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


def heat_colour(share: float, scale: str) -> str:
    """The colour of a share from 0 to 1 on one of the theme's SCALES."""
    colours = _colours_of(scale)
    return colours[round(share * (len(colours) - 1))]


@cache
def _colours_of(scale: str) -> list[str]:
    import pyqtgraph as pg

    steps = pg.colormap.get(scale).map(np.linspace(0, 1, 256), mode="qcolor")
    return [colour.name() for colour in steps]


STRIP = 0.13
"""Height of a strip of heat, of a cell's size."""


def draw_heat(
    painter: QPainter, geometry: CellGeometry, content: BoardContent, theme: Theme
) -> None:
    """Each cell in the colour of its heat, or a strip at its lower edge, which is as long as the
    cell is sure; a grey one in unsure cells that have no heat."""
    if content.heat is None:
        return
    known = ~np.isnan(content.heat)
    if not content.has_strips:
        for share, there in boxes_by_level(geometry.squares, content.heat, known).items():
            draw_bars(painter, there, heat_colour(share, theme.scale))
        return
    height = geometry.snap(geometry.size * STRIP)
    sure, shown = np.ones(content.grid.shape), known
    if content.confidence is not None:
        sure, shown = content.confidence, known | (content.confidence < SURE) & ~content.given
    strips: dict[str, list[QRectF]] = defaultdict(list)
    for row, col in cells_where(shown):
        share = content.heat[row, col]
        colour = heat_colour(share, theme.scale) if known[row, col] else theme.secondary_text
        cell = geometry.rect(row, col)
        length = geometry.snap(geometry.size * sure[row, col])
        strips[colour].append(QRectF(cell.left(), cell.bottom() - height, length, height))
    for colour, there in strips.items():
        draw_bars(painter, there, colour)


def draw_veil(
    painter: QPainter, geometry: CellGeometry, content: BoardContent, colour: str
) -> None:
    """Cover what is unsure with `colour`, more so the less sure it is; not where strips of heat
    tell how sure it is, as the colours of a scale must stay what they are."""
    if content.confidence is None or content.heat is not None:
        return
    doubt = np.where(content.given, 0, np.round((1 - content.confidence) * VEILS) / VEILS)
    for level in sorted(set(doubt[doubt > 0].tolist())):
        shade = themes.translucent(colour, DENSEST_VEIL * level)
        fill(painter, geometry, doubt == level, shade)


def draw_runners_up(
    painter: QPainter,
    geometry: CellGeometry,
    content: BoardContent,
    colours: Sequence[str],
    casing: str,
) -> None:
    """In unsure cells a square of the second symbol's colour, as large as it is probable."""
    if content.candidates is None:
        return
    unsure = content.unsure
    rows, cols = np.nonzero(unsure)
    candidates = content.candidates[unsure]
    second = candidates.argsort(axis=-1)[:, -2]
    sides = geometry.size * np.sqrt(candidates[np.arange(len(second)), second])
    lefts = geometry.left + (cols + 0.5) * geometry.size - sides / 2
    tops = geometry.top + (rows + 0.5) * geometry.size - sides / 2
    squares: dict[int, list[QRectF]] = defaultdict(list)
    places = (each.tolist() for each in (second, lefts, tops, sides))
    for symbol, left, top, side in zip(*places, strict=True):
        squares[symbol].append(QRectF(left, top, side, side))
    painter.setPen(QPen(QColor(casing), geometry.pixel))
    for symbol, there in squares.items():
        painter.setBrush(QColor(colours[symbol]))
        painter.drawRects(there)


def draw_hatching(
    painter: QPainter, geometry: CellGeometry, mask: Mask, colour: QColor | str
) -> None:
    """Diagonal lines that run on from cell to cell."""
    lines = []
    size = geometry.size
    for row, col in cells_where(mask):
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
    width = _ring_width(geometry)
    for level in sorted(set(strength[strength > 0].tolist())):
        cells = strength == level
        accent = themes.translucent(theme.accent, level)
        _draw_rings(painter, geometry, cells, geometry.pixel, width, accent)
        if casing is not None:
            inset = geometry.pixel + width
            colour = themes.translucent(casing, level)
            _draw_rings(painter, geometry, cells, inset, width, colour)


def draw_conflict_marks(
    painter: QPainter, geometry: CellGeometry, content: BoardContent, theme: Theme
) -> None:
    """A vermillion triangle in the upper right corner of each cell that breaks a rule, smaller
    where candidates stand in the cell."""
    size, unsure = geometry.size, content.unsure
    usual, small = max(size * 0.3, min(4.0, size)), max(size * 0.18, min(3.0, size))
    triangles = QPainterPath()
    for row, col in content.conflict_cells:
        edge = small if unsure[row, col] else usual
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
    painter: QPainter,
    geometry: CellGeometry,
    content: BoardContent,
    theme: Theme,
    grounds: Mapping[str, Mask],
) -> None:
    """A dotted underline in each wrong cell, above its strip of heat if it has one.

    grounds: the colours of cells that have no colour of heat, with the cells that have them.
    """
    if content.wrong is None:
        return
    wrong, size = content.wrong, geometry.size
    dot = geometry.snap(size * 0.055)
    count = 4 if size >= 20 else 3
    gap = max(geometry.snap(size * 0.15), 2 * dot)
    left = geometry.snap((size - gap * (count - 1) - dot) / 2)
    below = geometry.snap(size * STRIP) + geometry.pixel if content.has_strips else 0
    top = size - (below or geometry.snap(size * 0.1)) - dot
    inks: dict[str, Mask] = defaultdict(lambda: np.zeros(wrong.shape, bool))
    plain = wrong.copy()
    if content.heat is not None and not content.has_strips:
        for row, col in cells_where(wrong & ~np.isnan(content.heat)):
            plain[row, col] = False
            inks[ink_on(heat_colour(content.heat[row, col], theme.scale))][row, col] = True
    for ground, cells in grounds.items():
        inks[ink_on(ground)] |= plain & cells
    for ink, cells in inks.items():
        for index in range(count):
            dots = geometry.boxes(left + index * gap, top, dot, dot)
            draw_bars(painter, boxes_where(dots, cells), ink)


def room_for_candidates(geometry: CellGeometry, content: BoardContent) -> QRectF:
    """Where in a cell, from its corner, no mark of another overlay lies."""
    inset = 2 * geometry.pixel + _ring_width(geometry)
    below = inset
    if content.wrong is not None:
        below = max(below, geometry.size * 0.17)
    if content.has_strips:
        below = geometry.size * (STRIP + (0.1 if content.wrong is not None else 0.03))
    side = geometry.size
    return QRectF(inset, inset, side - 2 * inset, side - inset - below)


def draw_selection(
    painter: QPainter, geometry: CellGeometry, selected: Cell | None, theme: Theme
) -> None:
    """A cased ring in the colour of text, not of the model, around the selected cell."""
    if selected is None:
        return
    width = geometry.snap(max(2.0, geometry.size * 0.06))
    cell = np.zeros((geometry.rows, geometry.cols), bool)
    cell[selected] = True
    _draw_rings(painter, geometry, cell, -width, width, QColor(theme.text))
    _draw_rings(painter, geometry, cell, 0, width, QColor(theme.board))


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on `colour`."""
    return max("#000000", "#FFFFFF", key=lambda ink: themes.contrast(ink, colour))


@contextmanager
def antialiased(painter: QPainter) -> Iterator[None]:
    """Smooth edges within a `with` block; lines of the grid stay crisp outside it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    yield
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _ring_width(geometry: CellGeometry) -> float:
    """Of the outline of a changed cell."""
    return geometry.snap(geometry.size * 0.06)


def _draw_rings(
    painter: QPainter,
    geometry: CellGeometry,
    mask: Mask,
    inset: float,
    width: float,
    colour: QColor,
) -> None:
    """A square border of `width` in each cell in `mask`, its outer edge `inset` from the cell's."""
    corner = inset + width / 2
    side = geometry.size + geometry.pixel - 2 * inset - width
    rings = boxes_where(geometry.boxes(corner, corner, side, side), mask)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = line_pen(colour, width, Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.drawRects(rings)
