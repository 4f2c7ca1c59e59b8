"""The folder of the recordings, read and changed beside the GUI thread."""

from __future__ import annotations

import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from trm_core.files import whole_file
from trm_core.recordings import SUFFIX, RecordingError, read_answer, read_header, write_notes
from trm_gui.failure import explained
from trm_gui.names import free_file
from trm_gui.recordings.entries import Entry, key_of, read_entry
from trm_gui.recordings.names import FORBIDDEN
from trm_gui.trash import move_to_trash

AT_ONCE = 50
"""Entries that are told together."""

MOST_ASKED = 60
"""Answers that are asked for; who scrolls on needs no others."""

PAUSE = 200
"""Milliseconds after the last change of a folder until it is read again."""


class RecordingFolder(QObject):
    """Tells what recordings there are, also when other programs change that; answers by signals."""

    read = Signal(list)
    """Entries that are new or have changed."""
    gone = Signal(list)
    """Files that are no longer there."""
    all_read = Signal()
    renamed = Signal(object, object)
    """The file as it was called, and its entry now."""
    answered = Signal(str, object, object)
    """The key of an entry, its puzzle, and the last answer, None where there is none."""
    failed = Signal(str, str)
    """Something that was asked for could not be done, and the details of a defect."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path()
        self._known: dict[Path, str] = {}
        self._asked: OrderedDict[str, Path] = OrderedDict()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._files = ThreadPoolExecutor(1, "recordings")
        self._answers = ThreadPoolExecutor(1, "recordings")
        self._watcher = QFileSystemWatcher(self)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self.look)
        self._watcher.directoryChanged.connect(self._on_changed)

    def _on_changed(self) -> None:
        self._pause.start()

    def open(self, folder: Path) -> None:
        """List this folder from now on, which is made if it is not there."""
        if self._watcher.directories():
            self._watcher.removePaths(self._watcher.directories())
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.failed.emit(f"{folder} cannot be made: {error.strerror}.", "")
        else:
            self._watcher.addPath(str(folder))
        self.look()

    def look(self) -> None:
        """See what has changed."""
        self._submit(self._look, self.folder)

    def ask_answer(self, entry: Entry) -> None:
        """Read the puzzle and the last answer of an entry for `answered`; the newest goes first."""
        with self._lock:
            self._asked[entry.key] = entry.file
            self._asked.move_to_end(entry.key)
            if len(self._asked) > MOST_ASKED:
                self._asked.popitem(last=False)
        if not self._closing.is_set():
            self._answers.submit(self._answer)

    def rename(self, entry: Entry, name: str) -> None:
        self._submit(self._rename, entry.file, name)

    def set_notes(self, file: Path, notes: str) -> None:
        self._submit(self._set_notes, file, notes)

    def trash(self, entries: Sequence[Entry]) -> None:
        """Move their files to the trash of the desktop."""
        self._submit(self._trash, [entry.file for entry in entries])

    def take_in(self, files: Sequence[Path]) -> None:
        """Copy recordings from elsewhere into the folder."""
        self._submit(self._take_in, list(files), self.folder)

    def close(self) -> None:
        """Stop reading, and wait for what is being written."""
        self._pause.stop()
        self._closing.set()
        self._answers.shutdown(wait=True, cancel_futures=True)
        self._files.shutdown(wait=True)

    def _submit(self, work: Callable[..., None], *arguments: object) -> None:
        if not self._closing.is_set():
            self._files.submit(self._run, work, *arguments)

    def _run(self, work: Callable[..., None], *arguments: object) -> None:
        try:
            work(*arguments)
        except Exception as error:
            self.failed.emit(*explained(error, "The recordings could not go on"))

    def _look(self, folder: Path) -> None:
        try:
            there = {}
            for file in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []:
                try:
                    there[file] = key_of(file)
                except OSError:
                    continue  # gone since
            if gone := [file for file in self._known if file not in there]:
                self.gone.emit(gone)
            changed = [file for file, key in there.items() if self._known.get(file) != key]
            self._known = {file: key for file, key in self._known.items() if file in there}
            entries: list[Entry] = []
            for file in changed:
                if self._closing.is_set():
                    return
                entries.append(read_entry(file, there[file]))
                self._known[file] = there[file]
                if len(entries) == AT_ONCE:
                    self.read.emit(entries)
                    entries = []
            if entries:
                self.read.emit(entries)
        finally:
            self.all_read.emit()

    def _answer(self) -> None:
        with self._lock:
            if not self._asked:
                return
            key, file = self._asked.popitem()
        try:
            header, grid = read_answer(file)
        except RecordingError:
            return  # which its entry says
        self.answered.emit(key, header.puzzle, grid)

    def _rename(self, file: Path, name: str) -> None:
        name = name.strip().removesuffix(SUFFIX)
        if not name or name.startswith(".") or FORBIDDEN & set(name):
            raise RecordingError(
                f'{name!r} cannot be the name of a file; expected one without / \\ : * ? " < > |'
            )
        target = file.with_name(name + SUFFIX)
        if target == file:
            return
        if target.exists():
            raise RecordingError(f"There is a recording called {name} already.")
        file.rename(target)
        self._known.pop(file, None)
        self._known[target] = key_of(target)
        self.renamed.emit(file, read_entry(target, self._known[target]))

    def _set_notes(self, file: Path, notes: str) -> None:
        write_notes(file, notes)
        self._look(file.parent)

    def _trash(self, files: Sequence[Path]) -> None:
        stuck = [file for file in files if not move_to_trash(file)]
        self._look(self.folder)
        if stuck:
            others = f" and {len(stuck) - 1} more" if len(stuck) > 1 else ""
            raise RecordingError(f"{stuck[0]}{others} cannot be moved to the trash.")

    def _take_in(self, files: Sequence[Path], folder: Path) -> None:
        refusals = []
        for file in files:
            try:
                read_header(file)
                with whole_file(free_file(folder, file.name)) as copy:
                    shutil.copyfile(file, copy)
            except RecordingError as error:
                refusals.append(str(error))
        self._look(folder)
        if refusals:
            others = f" ({len(refusals) - 1} more like it)" if len(refusals) > 1 else ""
            raise RecordingError(refusals[0] + others)
