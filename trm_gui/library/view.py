"""The list of puzzles."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QDrag, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from trm_gui.library.catalogue import Catalogue
from trm_gui.library.filter import FilteredLibrary
from trm_gui.library.items import Item
from trm_gui.library.model import ITEM
from trm_gui.library.row import RowPainter
from trm_gui.library.thumbnail_row import ROW
from trm_gui.library.thumbnails import SIZE, Thumbnails


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
        self._rows = RowPainter(self, catalogue, thumbnails)
        self._rows.favourite_toggled.connect(self.favourite_toggled)
        self.setItemDelegate(self._rows)
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
        elif is_text(event):
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
        on_star = self._rows.star(self.visualRect(index))
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
        picture = self._rows.picture(index)
        if picture is not None:
            drag.setPixmap(picture)
            drag.setHotSpot(QPoint(SIZE.width(), SIZE.height()) / 2)
        drag.exec(Qt.DropAction.CopyAction)

    def _is_own(self, event: QKeyEvent) -> bool:
        """Whether a key that is a shortcut of the window means the list here."""
        own = Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Delete
        return (event.key() in own and not event.modifiers()) or is_text(event)


def is_text(event: QKeyEvent) -> bool:
    """Whether something readable was typed; a space plays, as everywhere in the window."""
    modifiers = event.modifiers() & ~(
        Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
    )
    return not modifiers and event.text().isprintable() and bool(event.text().strip())
