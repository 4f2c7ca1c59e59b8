"""One row of the list: thumbnail, words and a star."""

from __future__ import annotations

import math

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QPainter,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from trm_gui import theme as themes
from trm_gui.library.catalogue import Catalogue
from trm_gui.library.items import Item
from trm_gui.library.model import ITEM
from trm_gui.library.thumbnails import SIZE, Thumbnails

Index = QModelIndex | QPersistentModelIndex

ROW = SIZE.height() + 2 * themes.SPACE
STAR = 3 * themes.SPACE
"""Logical pixels of the square that the star may be clicked in, at the lower right of a row."""


class RowPainter(QStyledItemDelegate):
    """Paints a row, and hears clicks on its star."""

    favourite_toggled = Signal(object)

    def __init__(
        self, view: QAbstractItemView, catalogue: Catalogue, thumbnails: Thumbnails
    ) -> None:
        super().__init__(view)
        self._view = view
        self._catalogue = catalogue
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(SIZE.width() + 16 * themes.SPACE, ROW)

    def picture(self, index: Index) -> QPixmap | None:
        """The thumbnail; None while it is not drawn."""
        return self._thumbnails.picture(
            index.data(ITEM), themes.current(self._view), self._view.devicePixelRatioF()
        )

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, item = themes.current(self._view), index.data(ITEM)
        area = QRectF(option.rect)
        painter.save()
        self._paint_ground(painter, option, theme)
        place = QRect(option.rect.left() + themes.SPACE, option.rect.top() + themes.SPACE, 0, 0)
        place.setSize(SIZE)
        picture = self.picture(index)
        if picture is None:
            painter.fillRect(place.adjusted(8, 0, -8, 0), QColor(theme.background))
        else:
            painter.drawPixmap(place.topLeft(), picture)
        left = place.right() + themes.SPACE
        words = QRectF(left, area.top(), area.right() - themes.SPACE / 2 - left, area.height())
        self._paint_words(painter, words, item, theme)
        self._paint_star(painter, self.star(option.rect), item, theme, option.state)
        painter.restore()

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
        if event.type() not in kinds or not self.star(option.rect).contains(
            event.position().toPoint()
        ):
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
        if index.isValid() and self.star(option.rect).contains(event.pos()):
            there = index.data(ITEM).key in self._catalogue.favourites
            words = "Remove from the favourites" if there else "Add to the favourites"
            QToolTip.showText(event.globalPos(), f"{words} (Ctrl+D)", view)
            return True
        return super().helpEvent(event, view, option, index)

    def _paint_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, theme: themes.Theme
    ) -> None:
        """The current row tinted with a bar at its left; framed while the list has the focus."""
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, themes.translucent(theme.accent, 0.16))
            bar = QRect(option.rect.topLeft(), QSize(themes.SPACE // 2, ROW))
            painter.fillRect(bar, QColor(theme.accent))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, themes.translucent(theme.accent, 0.07))
        if option.state & QStyle.StateFlag.State_HasFocus and self._view.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRect(option.rect.adjusted(1, 1, -1, -1))

    def _paint_words(
        self, painter: QPainter, area: QRectF, item: Item, theme: themes.Theme
    ) -> None:
        lines = [(item.title, themes.font(weight=QFont.Weight.DemiBold), theme.text)]
        lines.append((item.line, themes.font(themes.SMALL), theme.secondary_text))
        if item.defeats:
            first, *others = item.defeats
            words = f"defeats {first}" + (f" and {len(others)} more" if others else "")
            lines.append((words, themes.font(themes.SMALL), theme.conflict_text))
        heights = [QFontMetrics(font).height() + 2 for _, font, _ in lines]
        top = area.center().y() - sum(heights) / 2
        for (words, font, colour), height in zip(lines, heights, strict=True):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            whole = words is item.title  # the star stands beside the other lines
            shown = QFontMetrics(font).elidedText(
                words,
                Qt.TextElideMode.ElideMiddle if whole else Qt.TextElideMode.ElideRight,
                int(area.width()) - (0 if whole else STAR),
            )
            place = QRectF(area.left(), top, area.width(), height)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)
            top += height

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
        if not favourite and not near:
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
