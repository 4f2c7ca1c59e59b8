"""The catalogue as Qt's list views read it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt

from trm_gui.library.catalogue import Catalogue
from trm_gui.library.items import Item

ITEM = Qt.ItemDataRole.UserRole
"""Role of the item itself."""
RANK = Qt.ItemDataRole.UserRole + 1
"""Role of how long ago it was opened, from 0."""

MIME_TYPE = "application/x-trm-studio-puzzle"
"""What is dragged: the key of an item."""


class LibraryModel(QAbstractListModel):
    """One row for each item, in the catalogue's order."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self._catalogue = catalogue
        self.items: list[Item] = sorted(catalogue.items.values(), key=lambda item: item.section)
        catalogue.added.connect(self._on_added)
        catalogue.removed.connect(self._on_removed)
        catalogue.marks_changed.connect(self._on_marks_changed)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.items)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if not index.isValid():
            return None
        item = self.items[index.row()]
        if role == ITEM:
            return item
        if role == Qt.ItemDataRole.DisplayRole:
            return item.title
        if role == RANK:
            return self._catalogue.rank(item)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._sentence(item)
        return None

    def row_of(self, key: str) -> int:
        """The row of an item; -1 if there is none."""
        return next((row for row, item in enumerate(self.items) if item.key == key), -1)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        flags = super().flags(index) | Qt.ItemFlag.ItemNeverHasChildren
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def mimeTypes(self) -> list[str]:
        return [MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        data.setData(MIME_TYPE, self.items[indexes[0].row()].key.encode())
        return data

    def _sentence(self, item: Item) -> str:
        words = f"{item.title}: {item.line}" + (f", {item.note}" if item.note else "")
        if item.defeats_told:
            words += f", defeats {', '.join(item.defeats_told)}"
        return words + (", favourite" if item.key in self._catalogue.favourites else "")

    def _on_added(self, items: list[Item]) -> None:
        """Each part of the list goes on at its end, whenever it is read."""
        for section, of_it in groupby(items, key=lambda item: item.section):
            new = [*of_it]
            row = bisect_right(self.items, section, key=lambda item: item.section)
            self.beginInsertRows(QModelIndex(), row, row + len(new) - 1)
            self.items[row:row] = new
            self.endInsertRows()

    def _on_removed(self, items: list[Item]) -> None:
        gone = {item.key for item in items}
        end = len(self.items)
        for goes, run in groupby(reversed(self.items[:]), key=lambda item: item.key in gone):
            start = end - sum(1 for _ in run)
            if goes:
                self.beginRemoveRows(QModelIndex(), start, end - 1)
                del self.items[start:end]
                self.endRemoveRows()
            end = start

    def _on_marks_changed(self) -> None:
        if self.items:
            self.dataChanged.emit(self.index(0), self.index(len(self.items) - 1), [RANK])
