"""Puzzles that come from elsewhere and go there: files, the clipboard, what is dropped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from trm_core.puzzles.base import Puzzle
from trm_core.puzzles.files import IMAGE_SUFFIXES, SAVE_SUFFIXES, TEXT_SUFFIXES
from trm_core.recordings import SUFFIX
from trm_gui.commands import Command, StandardKey
from trm_gui.library import reading
from trm_gui.library.catalogue import Catalogue
from trm_gui.library.items import KINDS, RECENT, InFile, Item, Pasted
from trm_gui.library.model import MIME_TYPE
from trm_gui.manual import FORMATS
from trm_gui.names import safe_name
from trm_gui.settings import FOLDER, remember_folder, stored_text
from trm_gui.workbench import Workbench


class Exchange(QObject):
    """Has the session open what somebody chose, dropped or pasted, and writes the puzzle on screen.

    What cannot be done is told by the session's `failed`.
    """

    collection_wanted = Signal(str)
    """Several puzzles came in, which can be seen in this collection."""

    def __init__(self, bench: Workbench, catalogue: Catalogue) -> None:
        super().__init__(bench.window)
        self._session = session = bench.session
        self._catalogue = catalogue
        self._settings = bench.settings
        self._window = bench.window
        self._lane = session.work.lane("files")
        self._tasks = session.work.tasks(session.fail, "The library could not go on")
        bench.commands.add(
            Command(
                "open",
                "&Open…",
                "Open a Sudoku, maze or ARC file, or a recording",
                self.ask_what_to_open,
                (StandardKey.Open,),
                icon="open",
            ),
            Command(
                "save_puzzle",
                "&Save puzzle as…",
                "Write the puzzle to a file",
                self.ask_where_to_save,
                ("Ctrl+Shift+S",),
            ),
            Command(
                "copy_text",
                "&Copy as text",
                "Put the puzzle into the clipboard as text",
                self.copy_text,
                ("Ctrl+Shift+C",),
            ),
            Command(
                "paste_puzzle",
                "&Paste a puzzle",
                "Open the puzzle that is in the clipboard as text or file",
                self.paste,
                (StandardKey.Paste,),
            ),
        )

    def ask_what_to_open(self) -> None:
        """Ask for files, and open them."""
        patterns = " ".join(f"*{suffix}" for suffix in (*TEXT_SUFFIXES, *IMAGE_SUFFIXES, SUFFIX))
        folder = stored_text(self._settings, FOLDER, str(Path.home()))
        dialog = QFileDialog(self._window, "Open a puzzle or a recording", folder)
        dialog.setNameFilters([f"Puzzles and recordings ({patterns})", "All files (*)"])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._on_chosen)
        dialog.open()

    def _on_chosen(self, files: list[str]) -> None:
        remember_folder(self._settings, Path(files[0]))
        self.open_files([Path(file) for file in files])

    def open_item(self, item: Item) -> None:
        """Show an item's puzzle; a file that is gone can be taken off the list."""
        if isinstance(item.source, InFile):
            self._session.set_puzzle(item.source.puzzle)
        elif isinstance(item.source, Path):
            self._tasks.start(self._open_file(item, item.source), place="open")
        else:
            self._session.open(item.source)

    async def _open_file(self, item: Item, file: Path) -> None:
        if await self._lane(file.exists, of=file):
            self._session.open(file)
        else:
            self._offer_to_forget(item)

    def open_files(self, files: Sequence[Path]) -> None:
        """Show the puzzle or recording of a file; of several the first recording, or where there is
        none the first puzzle, and all of them in the library."""
        recordings = [file for file in files if file.suffix.lower() == SUFFIX]
        if recordings or len(files) == 1:
            self._session.open([*recordings, *files][0])
        elif files:
            self._tasks.start(self._import(files), place="open")

    def takes(self, data: QMimeData, *, text: bool = False) -> bool:
        """Whether there may be puzzles in what is dragged or copied; `text` counts where said."""
        local = any(url.isLocalFile() for url in data.urls())
        return local or data.hasFormat(MIME_TYPE) or (text and data.hasText())

    def take(self, data: QMimeData) -> None:
        """Open what was dropped or copied."""
        if data.hasFormat(MIME_TYPE):
            item = self._catalogue.items.get(bytes(data.data(MIME_TYPE).data()).decode())
            if item is not None:
                self.open_item(item)
        elif local := [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]:
            self.open_files(local)
        elif data.text().strip():
            self._session.open(Pasted(data.text()))
        else:
            self._session.fail(
                "There is no puzzle in the clipboard; copy the text of one, or its file.",
                page=FORMATS,
            )

    def paste(self) -> None:
        self.take(QApplication.clipboard().mimeData() or QMimeData())  # none: it is being replaced

    def copy_text(self) -> None:
        """Put the puzzle on screen into the clipboard, as text that can be pasted again."""
        if self._session.puzzle is not None:
            QApplication.clipboard().setText(self._session.puzzle.format())

    def ask_where_to_save(self) -> None:
        """Ask for a file, and write the puzzle on screen there."""
        puzzle = self._session.puzzle
        if puzzle is None:
            return
        usual, *others = SAVE_SUFFIXES[puzzle.kind]
        folder = Path(stored_text(self._settings, FOLDER, str(Path.home())))
        start = folder / (Path(safe_name(puzzle.name) or puzzle.kind).stem + usual)
        dialog = QFileDialog(self._window, "Save the puzzle", str(start))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(
            [f"{KINDS[puzzle.kind]} (*{suffix})" for suffix in (usual, *others)] + ["All files (*)"]
        )
        dialog.setDefaultSuffix(usual.removeprefix("."))
        dialog.selectFile(start.name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda file: self._save(puzzle, Path(file)))
        dialog.open()

    def _save(self, puzzle: Puzzle, file: Path) -> None:
        remember_folder(self._settings, file)
        self._tasks.start(self._write(puzzle, file))

    async def _write(self, puzzle: Puzzle, file: Path) -> None:
        item = await self._lane.surely(reading.write_puzzle, puzzle, file, of=file)
        self._catalogue.remember([item])

    async def _import(self, files: Sequence[Path]) -> None:
        troubles: list[str] = []
        items = await self._lane(reading.read_files, files, troubles.append, of=files[0].parent)
        self._catalogue.remember(reversed(items))
        if items:
            self.collection_wanted.emit(RECENT)
            self._session.open(items[0].source)
        for sentence in troubles:
            self._session.fail(sentence, page=FORMATS)

    def _offer_to_forget(self, item: Item) -> None:
        box = QMessageBox(
            QMessageBox.Icon.Warning,
            "File not found",
            f"{item.source} is no longer there. Remove it from the recent puzzles?",
            parent=self._window,
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAccessibleName("File not found")
        remove = box.addButton("Remove", QMessageBox.ButtonRole.AcceptRole)
        box.addButton("Keep", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(remove)
        remove.clicked.connect(lambda: self._catalogue.forget(item, for_good=True))
        box.open()
