"""The recordings that are asked for, in the order that is asked for, as Qt's list views read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QUrl,
    Signal,
)

from trm_gui.recordings.entries import Entry, searched

ENTRY = Qt.ItemDataRole.UserRole
"""Role of the entry itself."""

ORDERS: dict[str, Callable[[Entry], Any]] = {
    "Newest first": lambda entry: -entry.created.timestamp(),
    "By name": lambda entry: entry.title.lower(),
    "By puzzle": lambda entry: (entry.puzzle, -entry.created.timestamp()),
    "By model": lambda entry: (entry.model, -entry.created.timestamp()),
    "By outcome": lambda entry: (entry.outcome, -entry.created.timestamp()),
}


class RecordingModel(QAbstractListModel):
    """All entries by file; the rows are those that a search finds."""

    rename_wanted = Signal(object, str)
    """An entry, and what it is to be called."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[Path, Entry] = {}
        self.rows: list[Entry] = []
        self._terms: list[str] = []
        self._order = next(iter(ORDERS))

    def search(self, text: str) -> None:
        """List those in which each of the words is found."""
        self._terms = searched(text).split()
        self._list()

    def order(self, name: str) -> None:
        """One of ORDERS."""
        self._order = name
        self._list()

    def put(self, entries: Iterable[Entry]) -> None:
        """Entries that are new, or take the place of those of the same files."""
        self.entries |= {entry.file: entry for entry in entries}
        self._list()

    def take_out(self, files: Iterable[Path]) -> None:
        for file in files:
            self.entries.pop(file, None)
        self._list()

    def replace(self, file: Path, entry: Entry) -> None:
        """The file has another name now."""
        self.entries.pop(file, None)
        self.put([entry])

    def index_of(self, file: Path) -> QModelIndex:
        """Its row; an invalid index where it is not listed."""
        row = next((row for row, entry in enumerate(self.rows) if entry.file == file), None)
        return QModelIndex() if row is None else self.index(row)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if not index.isValid():
            return None
        entry = self.rows[index.row()]
        if role == ENTRY:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return entry.title
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return str(entry)
        return None

    def setData(
        self, index: QModelIndex | QPersistentModelIndex, value: object, role: int = 2
    ) -> bool:
        """Ask for another name; the row shows it once the file has it."""
        entry = self.rows[index.row()]
        if value != entry.title:
            self.rename_wanted.emit(entry, str(value))
        return False

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        flags = super().flags(index) | Qt.ItemFlag.ItemNeverHasChildren
        own = Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemIsEditable
        return flags | own if index.isValid() else flags

    def mimeTypes(self) -> list[str]:
        return ["text/uri-list"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The files, so that they can be dragged onto the boards and into other programs."""
        data = QMimeData()
        files = [self.rows[index.row()].file for index in indexes]
        data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
        return data

    def _list(self) -> None:
        found = (
            entry
            for entry in self.entries.values()
            if not self._terms or all(term in entry.words for term in self._terms)
        )
        rows = sorted(found, key=ORDERS[self._order])
        if rows != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
