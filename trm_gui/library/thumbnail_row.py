"""One row of a list: a thumbnail, and words beside it."""

from __future__ import annotations

from typing import Generic, NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from trm_gui import theme as themes
from trm_gui.library.thumbnails import SIZE, LazyThumbnails, T

Index = QModelIndex | QPersistentModelIndex

ROW = SIZE.height() + 2 * themes.SPACE


class Line(NamedTuple):
    """Words and their colour; bold ones are a title. shorter: the same in fewer and fewer words,
    for where these have no room."""

    words: str
    colour: str
    bold: bool = False
    shorter: tuple[str, ...] = ()

    @property
    def font(self) -> QFont:
        if self.bold:
            return themes.font(weight=QFont.Weight.DemiBold)
        return themes.font(themes.SMALL)

    def fitted(self, width: int) -> str:
        """The words that are seen where there are `width` logical pixels."""
        metrics = QFontMetrics(self.font)
        known = (self.words, *self.shorter)
        mode = Qt.TextElideMode.ElideMiddle if self.bold else Qt.TextElideMode.ElideRight
        seen = [metrics.elidedText(words, mode, width) for words in known]
        return next((s for s, words in zip(seen, known, strict=True) if s == words), seen[-1])


class ThumbnailRow(QStyledItemDelegate, Generic[T]):
    """Paints the item that a row has under a role.

    beside: logical pixels at the right that the last line leaves free.
    """

    def __init__(
        self, view: QAbstractItemView, thumbnails: LazyThumbnails[T], role: int, beside: int = 0
    ) -> None:
        super().__init__(view)
        self._view = view
        self._thumbnails = thumbnails
        self._role = role
        self._beside = beside

    def lines(self, item: T, theme: themes.Theme) -> list[Line]:
        """What stands beside the thumbnail, three lines at most."""
        raise NotImplementedError

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(SIZE.width() + 16 * themes.SPACE, ROW)

    def picture(self, index: Index) -> QPixmap | None:
        """The thumbnail; None while it is not drawn."""
        return self._thumbnails.picture(
            index.data(self._role), themes.current(self._view), self._view.devicePixelRatioF()
        )

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme = themes.current(self._view)
        painter.save()
        self._paint_ground(painter, option, theme)
        place = QRect(option.rect.left() + themes.SPACE, option.rect.top() + themes.SPACE, 0, 0)
        place.setSize(SIZE)
        picture = self.picture(index)
        if picture is None:
            painter.fillRect(place.adjusted(8, 0, -8, 0), QColor(theme.background))
        else:
            painter.drawPixmap(place.topLeft(), picture)
        words = self.words_area(option.rect)
        self._paint_lines(painter, words, self.lines(index.data(self._role), theme))
        painter.restore()

    @staticmethod
    def words_area(row: QRect) -> QRectF:
        """Where the words of a row stand."""
        area = QRectF(row)
        left = row.left() + 2 * themes.SPACE + SIZE.width() - 1
        return QRectF(left, area.top(), area.right() - themes.SPACE / 2 - left, area.height())

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

    def _paint_lines(self, painter: QPainter, area: QRectF, lines: list[Line]) -> None:
        heights = [QFontMetrics(line.font).height() + 2 for line in lines]
        top = area.center().y() - sum(heights) / 2
        for line, height in zip(lines, heights, strict=True):
            painter.setFont(line.font)
            painter.setPen(QColor(line.colour))
            shown = line.fitted(int(area.width()) - (self._beside if line is lines[-1] else 0))
            place = QRectF(area.left(), top, area.width(), height)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)
            top += height
