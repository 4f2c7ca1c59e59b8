"""One row of the list: thumbnail, words and a star."""

from __future__ import annotations

import math

from PySide6.QtCore import QAbstractItemModel, QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem, QToolTip

from trm_gui import theme as themes
from trm_gui.library.catalogue import Catalogue
from trm_gui.library.items import Item
from trm_gui.library.model import ITEM
from trm_gui.library.thumbnail_row import Index, Line, ThumbnailRow
from trm_gui.library.thumbnails import Thumbnails

STAR = 3 * themes.SPACE
"""Logical pixels of the square that the star may be clicked in, at the lower right of a row."""


class RowPainter(ThumbnailRow[Item]):
    """Paints a row with its star, and hears clicks on that."""

    favourite_toggled = Signal(object)

    def __init__(
        self, view: QAbstractItemView, catalogue: Catalogue, thumbnails: Thumbnails
    ) -> None:
        super().__init__(view, thumbnails, ITEM, beside=STAR)
        self._catalogue = catalogue

    def lines(self, item: Item, theme: themes.Theme) -> list[Line]:
        short = item.title.removeprefix(f"{item.kind}-")  # which the next line says
        style = short.removeprefix(f"{item.rows}x{item.cols}-").replace("-seed-", "-")
        lines = [
            Line(item.title, theme.text, True, (short, style, style.rpartition("-with-")[2])),
            Line(item.line, theme.secondary_text, shorter=(item.short_line, item.shortest_line)),
        ]
        if item.note:
            lines.append(Line(item.note, theme.secondary_text))
        if item.defeats_told:
            models = item.defeats_told
            short = ", ".join(model.removeprefix(f"{item.kind}-") for model in models)
            shorter = [f"defeats {short}", f"defeats {len(models)} models"][: len(models)]
            words = f"defeats {', '.join(models)}"
            lines.append(Line(words, theme.conflict_text, shorter=tuple(shorter)))
        return lines

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        theme = themes.current(self._view)
        painter.save()
        self._paint_star(painter, self.star(option.rect), index.data(ITEM), theme, option.state)
        painter.restore()

    def on_star(self, index: Index, row: QRect, place: QPoint) -> bool:
        """Whether a click there marks the item, which not every one can be."""
        hit = index.isValid() and self.star(row).contains(place)
        return hit and self._catalogue.can_mark(index.data(ITEM))

    def star(self, row: QRect) -> QRect:
        """Where the star of a row may be clicked."""
        return QRect(row.right() - STAR + 1, row.bottom() - STAR - themes.SPACE, STAR, STAR)

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        kinds = QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease
        if event.type() not in kinds:
            return False
        assert isinstance(event, QMouseEvent)
        if not self.on_star(index, option.rect, event.position().toPoint()):
            return False
        if event.type() == QEvent.Type.MouseButtonRelease:
            self.favourite_toggled.emit(index.data(ITEM))
        return True

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        if self.on_star(index, option.rect, event.pos()):
            there = index.data(ITEM).key in self._catalogue.favourites
            words = "Remove from the favourites" if there else "Add to the favourites"
            QToolTip.showText(event.globalPos(), f"{words} (Ctrl+D)", view)
            return True
        return super().helpEvent(event, view, option, index)

    def _paint_star(
        self,
        painter: QPainter,
        area: QRect,
        item: Item,
        theme: themes.Theme,
        state: QStyle.StateFlag,
    ) -> None:
        """Filled for a favourite; an outline in the row under the mouse, or the current one."""
        favourite = item.key in self._catalogue.favourites
        near = state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected)
        if not (favourite or near) or not self._catalogue.can_mark(item):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.accent if favourite else theme.secondary_text), 1.25))
        painter.setBrush(QColor(theme.accent) if favourite else Qt.BrushStyle.NoBrush)
        painter.drawPolygon(_star(QRectF(area).center(), themes.SPACE))


def _star(center: QPointF, radius: float) -> QPolygonF:
    """Five points, one of them up."""
    points = []
    for turn in range(10):
        angle, reach = math.pi * turn / 5, radius * (0.42 if turn % 2 else 1)
        points.append(center + QPointF(math.sin(angle), -math.cos(angle)) * reach)
    return QPolygonF(points)
