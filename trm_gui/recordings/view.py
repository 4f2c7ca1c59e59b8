"""The list of recordings."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QWidget

from trm_gui import theme as themes
from trm_gui.library.row_list import RowList
from trm_gui.library.thumbnail_row import Index, Line, ThumbnailRow
from trm_gui.recordings.entries import Entry
from trm_gui.recordings.model import ENTRY, RecordingModel
from trm_gui.recordings.thumbnails import RecordingThumbnails


class RecordingRow(ThumbnailRow[Entry]):
    """Thumbnail of the last answer, name, puzzle and model, outcome and date."""

    def lines(self, item: Entry, theme: themes.Theme) -> list[Line]:
        title = Line(item.title, theme.text, bold=True)
        if item.trouble:
            return [title, Line("⚠ cannot be read", theme.conflict_text)]
        return [
            title,
            Line(f"{item.puzzle}, {item.model}" if item.model else item.puzzle, theme.text),
            Line(f"{item.brief}, {item.day}", theme.secondary_text),
        ]

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Over the name alone."""
        area = self.words_area(option.rect).toRect()
        height = editor.sizeHint().height()
        editor.setGeometry(QRect(area.left(), area.top() + 4, area.width(), height))

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = super().createEditor(parent, option, index)
        editor.setAccessibleName("Name of the recording")
        return editor


class RecordingView(RowList):
    """Enter or a double click opens.

    The row that is current stays so, and those that are selected do, when the list changes.
    """

    chosen = Signal(object)
    """The entry to open."""
    deleted = Signal()
    """Those that are selected are to be deleted."""
    menu_wanted = Signal(object)
    """The place on screen."""
    current_changed = Signal(object)
    """The entry that is current, None for none."""

    def __init__(self, model: RecordingModel, thumbnails: RecordingThumbnails) -> None:
        super().__init__()
        self._kept: tuple[Path | None, set[Path]] = None, set()
        self._changing = False
        self._last: Entry | None = None
        self._model = model
        model.modelAboutToBeReset.connect(self._keep_selection)
        self.setModel(model)
        model.modelReset.connect(self._restore_selection)
        self.setItemDelegate(RecordingRow(self, thumbnails, ENTRY))
        self.setDefaultDropAction(Qt.DropAction.CopyAction)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAccessibleName("Recordings")
        self.setToolTip(
            "Enter or a double click opens a recording\nF2 renames it, Delete moves it to the trash"
        )
        self.doubleClicked.connect(lambda index: self.chosen.emit(index.data(ENTRY)))
        thumbnails.drawn.connect(self.viewport().update)

    @property
    def current_entry(self) -> Entry | None:
        entry: Entry | None = self.currentIndex().data(ENTRY)
        return entry

    @property
    def selected(self) -> list[Entry]:
        """The entries that are selected, from above."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        return [self.model().index(row, 0).data(ENTRY) for row in rows]

    def show_file(self, file: Path) -> None:
        """Make its row the current one, if it is listed."""
        index = self._model.index_of(file)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if not self._changing:
            self._tell_current()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry, key = self.current_entry, event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and entry is not None:
            self.chosen.emit(entry)
        elif key == Qt.Key.Key_Delete and entry is not None:
            self.deleted.emit()
        elif key == Qt.Key.Key_F2 and entry is not None:
            self.edit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index, place = self.index_and_place(event)
        if index.isValid():
            if not self.selectionModel().isSelected(index):
                self.setCurrentIndex(index)
            self.menu_wanted.emit(place)

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the files, under the thumbnail of the current one."""
        if indexes := self.selectedIndexes():
            self.drag(indexes)

    def _keep_selection(self) -> None:
        entry = self.current_entry
        file = None if entry is None else entry.file
        self._kept = file, {each.file for each in self.selected}
        self._changing = True

    def _restore_selection(self) -> None:
        current, selected = self._kept
        model, chosen = self._model, self.selectionModel()
        command = chosen.SelectionFlag
        if current is not None:
            chosen.setCurrentIndex(model.index_of(current), command.NoUpdate)
        for file in selected:
            chosen.select(model.index_of(file), command.Select)
        self._changing = False
        self._tell_current()

    def _tell_current(self) -> None:
        entry = self.current_entry
        if entry is not self._last:
            self._last = entry
            self.current_changed.emit(entry)
