"""The list of puzzles."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView

from trm_gui.library.catalogue import Catalogue
from trm_gui.library.filter import FilteredLibrary
from trm_gui.library.items import Item
from trm_gui.library.model import ITEM
from trm_gui.library.row import RowPainter
from trm_gui.library.row_list import RowList
from trm_gui.library.thumbnail_row import ROW, Index
from trm_gui.library.thumbnails import Thumbnails


class LibraryView(RowList):
    """Enter or a double click chooses a puzzle."""

    chosen = Signal(object)
    """The item to open."""
    favourite_toggled = Signal(object)
    menu_wanted = Signal(object, object)
    """Item, and the place on screen."""
    forgotten = Signal(object)

    def __init__(
        self, items: FilteredLibrary, catalogue: Catalogue, thumbnails: Thumbnails
    ) -> None:
        super().__init__()
        self.setModel(items)
        self._rows = RowPainter(self, catalogue, thumbnails)
        self._rows.favourite_toggled.connect(self.favourite_toggled)
        self.setItemDelegate(self._rows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
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
        item: Item | None = index.data(ITEM)
        return item

    def rowsInserted(self, parent: Index, first: int, last: int) -> None:
        """A current row that is in view stays where it is when rows come above it."""
        super().rowsInserted(parent, first, last)
        bar, count = self.verticalScrollBar(), last - first + 1
        top, row = bar.value(), self.currentIndex().row()
        before = (row - count) * ROW - top
        if row > last and -ROW < before < self.viewport().height():
            self.executeDelayedItemsLayout()  # else the bar does not reach that far
            bar.setValue(top + count * ROW)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.current_item
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self.chosen.emit(item)
        elif event.key() == Qt.Key.Key_Delete and item is not None:
            self.forgotten.emit(item)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Choose, unless it was two clicks on the star; each of them has been heard already."""
        place = event.position().toPoint()
        index = self.indexAt(place)
        if index.isValid() and not self._rows.on_star(index, self.visualRect(index), place):
            self.chosen.emit(index.data(ITEM))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index, place = self.index_and_place(event)
        if index.isValid():
            self.setCurrentIndex(index)
            self.menu_wanted.emit(index.data(ITEM), place)

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the thumbnail rather than the whole row."""
        index = self.currentIndex()
        if index.isValid():
            self.drag([index])
