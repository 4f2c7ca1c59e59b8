"""A list of rows with thumbnails: how it looks, and which keys are its own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QDrag, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from trm_gui.library.thumbnail_row import ROW, ThumbnailRow
from trm_gui.library.thumbnails import SIZE

MOVES = Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown


class RowList(QListView):
    """Letters and digits are commands of the window in it too; rows are dragged under their
    thumbnails."""

    left_upwards = Signal()
    """Up was pressed in the first row."""

    def __init__(self) -> None:
        super().__init__()
        self.setUniformItemSizes(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.verticalScrollBar().setSingleStep(ROW // 2)

    def enter(self) -> None:
        """Take the focus, with a row that is current if there is any."""
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.model().index(0, 0))
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            if _is_own(event):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            self.left_upwards.emit()
        elif _is_own(event) or event.key() in MOVES:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def index_and_place(self, event: QContextMenuEvent) -> tuple[QModelIndex, QPoint]:
        """Of a context menu that was asked for, by mouse or by key: the row, and the place on
        screen."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        place = self.visualRect(index).center() if by_key else event.pos()
        return index, self.viewport().mapToGlobal(place)

    def drag(self, indexes: Sequence[QModelIndex]) -> None:
        """Drag these rows under the thumbnail of the current one."""
        drag = QDrag(self)
        drag.setMimeData(self.model().mimeData(indexes))
        rows = self.itemDelegate()
        picture = rows.picture(self.currentIndex()) if isinstance(rows, ThumbnailRow) else None
        if picture is not None:
            drag.setPixmap(picture)
            drag.setHotSpot(QPoint(SIZE.width(), SIZE.height()) / 2)
        drag.exec(Qt.DropAction.CopyAction)


def _is_own(event: QKeyEvent) -> bool:
    """Whether a key that is a shortcut of the window means the list here."""
    own = Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Delete
    return event.key() in own and not event.modifiers()
