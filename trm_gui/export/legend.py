"""What the marks on a board mean, in rows below it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from trm_gui.board.legend import SWATCH, Item, in_rows, paint_swatch
from trm_gui.theme import Theme


def legend_row(font: QFont) -> float:
    """Height of a row."""
    return 1.5 * QFontMetricsF(font).height()


def legend_rows(items: Sequence[Item], width: float, font: QFont) -> list[list[Item]]:
    """The items in as many rows as they need."""
    return in_rows(items, width, lambda item: _width(item, font), _gap(font))


def paint_legend(
    painter: QPainter, corner: QPointF, rows: Sequence[Sequence[Item]], font: QFont, theme: Theme
) -> None:
    """The swatches of the board's legend, as large as the letters, each before its words."""
    metrics, scale = QFontMetricsF(font), _scale(font)
    for number, row in enumerate(rows):
        left = corner.x()
        middle = corner.y() + (number + 0.5) * legend_row(font)
        for item in row:
            painter.save()
            painter.translate(left, middle - scale * SWATCH / 2)
            painter.scale(scale, scale)
            paint_swatch(painter, QRectF(0, 0, item.width, SWATCH), item, theme)
            painter.restore()
            painter.setFont(font)
            painter.setPen(QColor(theme.secondary_text))
            place = QPointF(
                left + scale * item.width + metrics.height() / 3, middle + metrics.capHeight() / 2
            )
            painter.drawText(place, item.words)
            left += _width(item, font) + _gap(font)


def _scale(font: QFont) -> float:
    return QFontMetricsF(font).height() / SWATCH


def _gap(font: QFont) -> float:
    return QFontMetricsF(font).height()


def _width(item: Item, font: QFont) -> float:
    metrics = QFontMetricsF(font)
    words = metrics.horizontalAdvance(item.words)
    return _scale(font) * item.width + metrics.height() / 3 + words
