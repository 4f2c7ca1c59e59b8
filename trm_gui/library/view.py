"""The list of puzzles: thumbnail, words and a star in each row."""

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
    QContextMenuEvent,
    QDrag,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from trm_gui import theme as themes
from trm_gui.library.catalogue import Catalogue
from trm_gui.library.filter import FilteredLibrary
from trm_gui.library.items import Item
from trm_gui.library.model import ITEM
from trm_gui.library.thumbnails import SIZE, Thumbnails

Index = QModelIndex | QPersistentModelIndex

ROW = SIZE.height() + 2 * themes.SPACE
STAR = 4 * themes.SPACE
"""Logical pixels of the square that the star may be clicked in, at the lower right of a row."""


class LibraryView(QListView):
    """Enter or a double click chooses a puzzle; what is typed is for the search field."""

    chosen = Signal(object)
    """The item to open."""
    favourite_toggled = Signal(object)
    menu_wanted = Signal(object, object)
    """Item, and the place on screen."""
    forgotten = Signal(object)
    typed = Signal(object)
    """A key event with a letter or the like."""
    left_upwards = Signal()
    """Up was pressed in the first row."""

    def __init__(
        self, items: FilteredLibrary, catalogue: Catalogue, thumbnails: Thumbnails
    ) -> None:
        super().__init__()
        self.setModel(items)
        self.setItemDelegate(_Row(self, catalogue, thumbnails))
        self.setUniformItemSizes(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.verticalScrollBar().setSingleStep(ROW // 2)
        self.setAccessibleName("Puzzles")
        self.setToolTip("Enter or a double click opens a puzzle; it can be dragged onto the board")
        for signal in (thumbnails.drawn, catalogue.added, catalogue.marks_changed):
            signal.connect(self.viewport().update)

    @property
    def current_item(self) -> Item | None:
        """The item of the current row, or of the first one where none is current."""
        index = self.currentIndex()
        if not index.isValid():
            index = self.model().index(0, 0)
        return index.data(ITEM)

    def enter(self) -> None:
        """Take the focus, with a row that is current if there is any."""
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.model().index(0, 0))
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and self._is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.current_item
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self.chosen.emit(item)
        elif event.key() == Qt.Key.Key_Delete and item is not None:
            self.forgotten.emit(item)
        elif event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            self.left_upwards.emit()
        elif _is_text(event):
            self.typed.emit(event)
        elif self._is_own(event) or event.key() in (
            Qt.Key.Key_Up,
            Qt.Key.Key_Down,
            Qt.Key.Key_PageUp,
            Qt.Key.Key_PageDown,
        ):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Choose, unless it was two clicks on the star; each of them has been heard already."""
        index = self.indexAt(event.position().toPoint())
        on_star = self.itemDelegate().star(self.visualRect(index))
        if index.isValid() and not on_star.contains(event.position().toPoint()):
            self.chosen.emit(index.data(ITEM))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            self.setCurrentIndex(index)
            place = self.visualRect(index).center() if by_key else event.pos()
            self.menu_wanted.emit(index.data(ITEM), self.viewport().mapToGlobal(place))

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the thumbnail rather than the whole row."""
        index = self.currentIndex()
        if not index.isValid():
            return
        drag = QDrag(self)
        drag.setMimeData(self.model().mimeData([index]))
        picture = self.itemDelegate().picture(index)
        if picture is not None:
            drag.setPixmap(picture)
            drag.setHotSpot(QRect((QPointF(0, 0)).toPoint(), SIZE).center())
        drag.exec(Qt.DropAction.CopyAction)

    def _is_own(self, event: QKeyEvent) -> bool:
        """Whether a key that is a shortcut of the window means the list here."""
        own = Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Delete
        return (event.key() in own and not event.modifiers()) or _is_text(event)


def _is_text(event: QKeyEvent) -> bool:
    """Whether something readable was typed; a space plays, as everywhere in the window."""
    modifiers = event.modifiers() & ~(
        Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
    )
    return not modifiers and event.text().isprintable() and bool(event.text().strip())


class _Row(QStyledItemDelegate):
    def __init__(self, view: LibraryView, catalogue: Catalogue, thumbnails: Thumbnails) -> None:
        super().__init__(view)
        self._view = view
        self._catalogue = catalogue
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(SIZE.width() + 16 * themes.SPACE, ROW)

    def picture(self, index: Index):
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
            painter.fillRect(place.adjusted(16, 0, -16, 0), QColor(theme.background))
        else:
            painter.drawPixmap(place.topLeft(), picture)
        left = place.right() + themes.SPACE
        words = QRectF(left, area.top(), area.right() - themes.SPACE / 2 - left, area.height())
        self._paint_words(painter, words, item, theme)
        self._paint_star(painter, self.star(option.rect), item, theme, option.state)
        painter.restore()

    def star(self, row: QRect) -> QRect:
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
            self._view.favourite_toggled.emit(index.data(ITEM))
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
            beside_star = themes.SPACE // 2 if words is item.title else STAR
            shown = QFontMetrics(font).elidedText(
                words, Qt.TextElideMode.ElideMiddle, int(area.width()) - beside_star
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
