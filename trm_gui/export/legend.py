"""What the marks on a board mean, in rows below it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from trm_gui.board.legend import SWATCH, Item, paint_swatch
from trm_gui.theme import Theme


def legend_row(font: QFont) -> float:
    """Height of a row."""
    return 1.5 * QFontMetricsF(font).height()


def legend_rows(items: Sequence[Item], width: float, font: QFont) -> list[list[Item]]:
    """The items in as many rows as they need."""
    rows: list[list[Item]] = []
    taken = width
    for item in items:
        needed = _width(item, font)
        if taken + needed > width or not rows:
            rows.append([])
            taken = 0.0
        rows[-1].append(item)
        taken += needed + _gap(font)
    return rows


def paint_legend(
    painter: QPainter, corner: QPointF, rows: Sequence[Sequence[Item]], font: QFont, theme: Theme
) -> None:
    """The swatches of the board's legend, as large as the letters, each before its words."""
    metrics, scale = QFontMetricsF(font), _scale(font)
    for number, row in enumerate(rows):
        left = corner.x()
        middle = corner.y() + (number + 0.5) * legend_row(font)
        for item in row:
            overlay, words, swatch = item
            painter.save()
            painter.translate(left, middle - scale * SWATCH / 2)
            painter.scale(scale, scale)
            paint_swatch(painter, QRectF(0, 0, swatch, SWATCH), overlay, theme)
            painter.restore()
            painter.setFont(font)
            painter.setPen(QColor(theme.secondary_text))
            place = QPointF(
                left + scale * swatch + metrics.height() / 3, middle + metrics.capHeight() / 2
            )
            painter.drawText(place, words)
            left += _width(item, font) + _gap(font)


def _scale(font: QFont) -> float:
    return QFontMetricsF(font).height() / SWATCH


def _gap(font: QFont) -> float:
    return QFontMetricsF(font).height()


def _width(item: Item, font: QFont) -> float:
    _, words, swatch = item
    metrics = QFontMetricsF(font)
    return _scale(font) * swatch + metrics.height() / 3 + metrics.horizontalAdvance(words)
