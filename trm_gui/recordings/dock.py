"""The library of recordings as a dock: search, order, the list, and notes on the current one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QPoint, QSettings, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QAction,
    QDesktopServices,
    QDragEnterEvent,
    QDropEvent,
    QPalette,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QComboBox,
    QDockWidget,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QMessageBox,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trm_core.recordings import SUFFIX, write_notes
from trm_gui import theme as themes
from trm_gui import work as works
from trm_gui.board.message import BoardMessage
from trm_gui.first_paint import FirstPaint
from trm_gui.hints import wrapped
from trm_gui.library.filter_bar import SearchField
from trm_gui.menus import add_item
from trm_gui.recordings.entries import Entry
from trm_gui.recordings.folder import RecordingFolder, trash
from trm_gui.recordings.model import ORDERS, RecordingModel
from trm_gui.recordings.names import default_folder
from trm_gui.recordings.notes import NotesEditor
from trm_gui.recordings.thumbnails import RecordingThumbnails
from trm_gui.recordings.view import RecordingView
from trm_gui.settings import stored_text
from trm_gui.work import Bell, Work

WIDTH = 38 * themes.SPACE
LEAST_WIDTH = 32 * themes.SPACE

FOLDER = "recordings/folder"

PAUSE = 0.2
"""Seconds after a change of the folder until it is looked at again."""


class RecordingDock(QDockWidget):
    """Lists the recordings of a folder, which is read once the dock is seen, and followed from then
    on, whoever changes it.

    folder: None until then. reading: whether there may be more than is listed.
    """

    chosen = Signal(object)
    """The file of the recording to open."""

    def __init__(
        self, work: Work, fail: Callable[[str, str], None], settings: QSettings, save: QAction
    ) -> None:
        super().__init__("Recordings")
        self.setObjectName("recordings")
        self.setAccessibleName("Recordings")
        self.setAcceptDrops(True)
        self._settings, self._save = settings, save
        self._lane = work.lane("recordings")
        self._tasks = work.tasks(fail, "The recordings could not go on")
        self.folder: RecordingFolder | None = None
        self._changed = Bell()
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._changed.ring)
        self._first_paint: FirstPaint | None = None
        self.reading = True
        self._wanted: Path | None = None
        self.model = RecordingModel()
        self.thumbnails = RecordingThumbnails(work, self._tasks)
        self.view = RecordingView(self.model, self.thumbnails)
        self.search = SearchField()
        self.search.setPlaceholderText("Search, such as maze solved")
        self.search.setAccessibleName("Search the recordings")
        self.search.setToolTip("Name, puzzle, model, outcome, date such as 2030-01-31, or notes")
        self.order = QComboBox()
        self.notes = NotesEditor()
        self._message = BoardMessage()
        self._lay_out()
        self._connect()
        self._show_count()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 60 * themes.SPACE)

    def enter(self) -> None:
        """Open the dock and begin to search."""
        self.show()
        self.raise_()
        self.search.setFocus()
        self.search.selectAll()

    def show_file(self, file: Path) -> None:
        """Make it the current one, now or as soon as it is listed."""
        self._wanted = file
        self._show_wanted()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._first_paint is None:
            self._first_paint = FirstPaint(self)
            self._first_paint.happened.connect(self._open_folder)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._from_elsewhere(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Copy recordings from elsewhere into the folder."""
        event.acceptProposedAction()
        self.take_in(self._from_elsewhere(event))

    def _from_elsewhere(self, event: QDropEvent) -> Sequence[Path]:
        if self.folder is None:  # which is being looked for
            return []
        here = self.folder.path
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        return [file for file in files if file.suffix.lower() == SUFFIX and file.parent != here]

    def _lay_out(self) -> None:
        for name in ORDERS:
            self.order.addItem(name)
        self.order.setAccessibleName("Order")
        self.order.setToolTip("In which order the recordings are listed")
        self.count = QLabel()
        self.count.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.count.setAccessibleName("Recordings listed")
        save = QToolButton()
        save.setText("Save…")
        save.setToolTip(self._save.toolTip())
        save.setAccessibleName("Save the solve on screen")
        save.clicked.connect(self._save.trigger)
        save.setEnabled(self._save.isEnabled())
        self._save.enabledChanged.connect(save.setEnabled)
        self._where = where = QToolButton()
        where.setText("Folder ▾")
        where.setToolTip("Where the recordings are kept")
        where.setAccessibleName("Folder of the recordings")
        where.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(where)
        menu.addAction("&Show the folder", self._show_own_folder)
        menu.addAction("&Choose another folder…", self._ask_for_folder)
        where.setMenu(menu)
        for button in (save, where):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._message)
        above = QHBoxLayout()
        above.addWidget(self.order, 1)
        above.addWidget(save)
        above.addWidget(where)
        content = QWidget()
        content.setMinimumWidth(LEAST_WIDTH)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(themes.SPACE, themes.SPACE // 2, themes.SPACE // 2, themes.SPACE)
        layout.setSpacing(themes.SPACE)
        layout.addWidget(self.search)
        layout.addLayout(above)
        layout.addWidget(self.count)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.notes)
        self.setWidget(content)

    def _connect(self) -> None:
        self.search.textChanged.connect(self.model.search)
        self.search.returnPressed.connect(self._open_first)
        self.search.downwards.connect(self._enter_list)
        self.order.currentTextChanged.connect(self.model.order)
        self.model.modelReset.connect(self._show_count)
        self.model.rename_wanted.connect(self.rename)
        self._message.button_clicked.connect(self._on_message_button)
        self._save.enabledChanged.connect(self._show_count)
        view = self.view
        view.chosen.connect(lambda entry: self.chosen.emit(entry.file))
        view.deleted.connect(self._ask_to_delete)
        view.menu_wanted.connect(self._show_menu)
        view.left_upwards.connect(self.search.setFocus)
        view.current_changed.connect(self.notes.show_entry)
        self.notes.written.connect(self._write_notes)

    def _open_folder(self) -> None:
        """List what is in the folder of the settings, and nothing else."""
        if self._watcher.directories():
            self._watcher.removePaths(self._watcher.directories())
        self.model.take_out(list(self.model.entries))
        self.folder = None
        self.reading = True
        self._show_count()
        self._tasks.start(self._follow(), place="folder")

    async def _follow(self) -> None:
        """Make the folder if it is not there, list what it has, and then whatever changes."""
        settings_file, stored = Path(self._settings.fileName()), stored_text(self._settings, FOLDER)
        try:
            if stored:
                path = Path(stored)
            else:
                path = await self._lane(default_folder, settings_file, of=settings_file.parent)
            self.folder = folder = RecordingFolder(path)
            self._where.setToolTip(wrapped(f"The recordings are kept in {path}"))
            await self._lane(folder.make, of=path)
            self._watcher.addPath(str(path))
            while True:
                async for changes in self._lane.each(folder.changes(), of=path):
                    for change in changes:
                        self.model.take_out(change.gone)
                        self.model.put(change.read)
                    self._show_wanted()
                self._show_all_read()
                await self._changed.rung()
                await works.sleep(PAUSE)
        except Exception:
            self._show_all_read()
            raise

    def _show_all_read(self) -> None:
        self.reading = False
        self._show_count()

    def rename(self, entry: Entry, name: str) -> None:
        if self.folder is not None:
            self._tasks.start(self._rename(self.folder, entry.file, name))

    async def _rename(self, folder: RecordingFolder, file: Path, name: str) -> None:
        entry = await self._lane.surely(folder.rename, file, name, of=folder.path)
        self.notes.renamed(file, entry.file)
        self.model.replace(file, entry)
        self.view.show_file(entry.file)

    def take_in(self, files: Sequence[Path]) -> None:
        """Copy recordings from elsewhere into the folder."""
        if files and self.folder is not None:
            self._look_after(self._lane.surely(self.folder.take_in, files, of=self.folder.path))

    def trash(self, entries: Sequence[Entry]) -> None:
        """Move their files to the trash of the desktop."""
        files = [entry.file for entry in entries]
        self._look_after(self._lane.surely(trash, files, of=files[0].parent))

    def _write_notes(self, file: Path, notes: str) -> None:
        self._look_after(self._lane.surely(write_notes, file, notes, of=file))

    def _look_after(self, done: Awaitable[None]) -> None:
        """See what has changed then; tell if it could not be done."""

        async def look() -> None:
            try:
                await done
            finally:
                self._changed.ring()

        self._tasks.start(look())

    def _show_wanted(self) -> None:
        if self._wanted is not None and self.model.index_of(self._wanted).isValid():
            self.view.show_file(self._wanted)
            self._wanted = None

    def _show_count(self) -> None:
        shown, every = len(self.model.rows), len(self.model.entries)
        more = ", reading…" if self.reading else ""
        self.count.setText(f"{shown:,} of {every:,}{more}")
        self._stack.setCurrentWidget(self.view if shown else self._message)
        if shown:
            return
        if self.reading:
            self._message.set_message("Reading", "The recordings are being read.")
        elif every:
            self._message.set_message(
                "Nothing found", f"No recording matches “{self.search.text()}”.", "Clear the search"
            )
        else:
            words = "A solve that is saved with Ctrl+S stands here, and plays again with no model."
            buttons = ["Save this solve…"] if self._save.isEnabled() else []
            self._message.set_message("No recordings yet", words, *buttons)

    def _on_message_button(self) -> None:
        if self.model.entries:
            self.search.clear()
        else:
            self._save.trigger()

    def _open_first(self) -> None:
        entry = self.view.current_entry or next(iter(self.model.rows), None)
        if entry is not None:
            self.chosen.emit(entry.file)

    def _enter_list(self) -> None:
        if self.model.rows:
            self.view.enter()

    def _show_own_folder(self) -> None:
        if self.folder is not None:
            self._show_folder(self.folder.path)

    def _show_folder(self, folder: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _ask_for_folder(self) -> None:
        here = "" if self.folder is None else str(self.folder.path)
        dialog = QFileDialog(self, "Folder of the recordings", here)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._use_folder)
        dialog.open()

    def _use_folder(self, folder: str) -> None:
        self._settings.setValue(FOLDER, folder)
        self._open_folder()

    def _ask_to_delete(self) -> None:
        entries = self.view.selected
        if not entries:
            return
        what = f"“{entries[0].title}”" if len(entries) == 1 else f"{len(entries)} recordings"
        box = QMessageBox(
            QMessageBox.Icon.Question,
            "Move to the trash",
            f"Move {what} to the trash?",
            parent=self,
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAccessibleName("Move to the trash")
        move = box.addButton("Move to trash", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(move)
        move.clicked.connect(lambda: self.trash(entries))
        box.open()

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chosen = self.view.selected
        one, file = len(chosen) == 1, chosen[0].file if chosen else Path()
        row = self.model.index_of(file)
        add_item(menu, "&Open", "Return", one, lambda: self.chosen.emit(file))
        add_item(menu, "&Rename", "F2", one, lambda: self.view.edit(row))
        add_item(menu, "&Show in folder", "", one, lambda: self._show_folder(file.parent))
        add_item(menu, "&Delete…", "Delete", bool(chosen), self._ask_to_delete)
        menu.popup(place)
