"""All items of the library, and which of them are favourites or were opened of late."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from trm_core.documents import DocumentError, parse_json
from trm_core.puzzles.base import Puzzle
from trm_core.puzzles.library import Entry
from trm_gui.library.items import (
    DATASETS,
    FAVOURITES,
    GENERATED,
    KINDS,
    OPEN_FILE,
    RECENT,
    YOURS,
    InFile,
    Item,
    Pasted,
    in_file,
    of_entry,
    of_puzzle,
    of_yours,
    remembered,
)
from trm_gui.library.worker import Worker
from trm_gui.library.yours import Yours
from trm_gui.session import Session
from trm_gui.shown import Shown
from trm_gui.stored import stored_text

MOST_RECENT = 50

MOST_IN_FILE = 2_000
"""Puzzles of an open file that are listed; where there are more, they are found by number."""

MADE_HERE = frozenset({GENERATED, YOURS})
"""Collections of puzzles that are nowhere else."""

MOMENT = 500
"""Milliseconds."""

MOST_TEXT = 64_000
"""Characters of a pasted text up to which it is remembered from one start to the next."""


class Catalogue(QObject):
    """Knows every item by its key, in the order in which they are listed.

    What is opened becomes recent by itself, files and pasted texts among it. Of a file that has
    several puzzles, all are items while it is open. What was typed or
    drawn is kept as another puzzle takes its place. Favourites and recent ones outlive the program
    in the settings, generated puzzles and those of the user in files beside them.
    """

    added = Signal(list)
    """Items that were not there before, to stand after the others."""
    removed = Signal(list)
    """Items that are no longer there."""
    shown_changed = Signal()
    """Another item is on screen, or none."""
    marks_changed = Signal()
    """What is a favourite, or recent."""
    models_changed = Signal()
    """There are other models, which other items may fit."""
    reading_changed = Signal()
    trouble = Signal(str)
    """A part of the library that could not be read, in a sentence."""

    def __init__(self, session: Session, settings: QSettings) -> None:
        super().__init__()
        self.items: dict[str, Item] = {}
        self.favourites: list[str] = _texts(settings, "library/favourites")
        self.recent: list[str] = _texts(settings, "library/recent")[:MOST_RECENT]
        """Keys, the one opened last in front."""
        self.reading = False
        self.datasets_read: set[str] = set()
        self.worker = Worker()
        self._listed: Sequence[Puzzle] = ()
        """The puzzles of the open file, as the session has them."""
        self._asked = False
        self._generated_read = False
        self._write_is_due = False
        self._wants_datasets = False
        self._moment = QTimer(self, singleShot=True)
        self._moment.timeout.connect(self.worker.read_datasets)
        self._session = session
        self._settings = settings
        self._generated = Path(settings.fileName()).with_name("generated.json")
        self._yours = self._generated.with_name("puzzles")
        self._add(_remembered(settings))
        session.leaving.connect(self.keep)
        session.another_puzzle.connect(self._list_file)
        session.another_puzzle.connect(self.shown_changed)
        session.opened.connect(self._on_opened)
        session.models_changed.connect(self.models_changed)
        self.worker.read.connect(self._on_read)
        session.trace_changed.connect(self._read_datasets)
        session.solving_changed.connect(self._read_datasets)
        self.worker.listed.connect(self._on_listed)
        self.worker.own_read.connect(self._on_own_read)
        self.worker.all_read.connect(self._on_all_read)
        self.worker.trouble.connect(self.trouble)

    def read_all(self) -> None:
        """Begin to read what there is, the first time that somebody wants to see it."""
        if not self._asked:
            self._asked = self.reading = True
            self.reading_changed.emit()
            self.worker.read_own(self._generated, self._yours)

    @property
    def shown(self) -> list[str]:
        """The keys of the items that are on screen: of a puzzle of a file, and of the file."""
        shown = self._session.shown
        if shown is None:
            return []
        if shown.is_own:
            return [Yours(shown.puzzle, datetime.now()).id]
        return [in_file(shown.origin, self._session.number or 0), shown.origin]

    def keep(self, shown: Shown | None) -> None:
        """Have what was typed or drawn among the user's puzzles, once."""
        if shown is not None and shown.is_own:
            yours = Yours(shown.puzzle, datetime.now().astimezone())
            self._add([of_yours(yours)])
            self.worker.write_yours(yours, self._yours)

    def close(self) -> None:
        self.keep(self._session.shown)
        if self._write_is_due:
            self.worker.add_generated(self._made, self._generated)
        self.worker.close()

    def fits(self, item: Item) -> bool:
        """Whether a model here can be given the item's puzzle."""
        models = self._session.models
        if isinstance(item.source, InFile):
            return any(info.misfit(item.source.puzzle) is None for info in models)
        return any(info.takes(item.kind, item.rows, item.cols, item.title) for info in models)

    def can_draw(self, item: Item) -> bool:
        """Whether the item's puzzle is at hand without reading a data set."""
        return item.needs_dataset is None or item.needs_dataset in self.datasets_read

    def marked(self, collection: str) -> frozenset[str] | None:
        """The keys of FAVOURITES or RECENT; None for a collection that items say themselves."""
        marks = {FAVOURITES: self.favourites, RECENT: self.recent}
        return frozenset(marks[collection]) if collection in marks else None

    def rank(self, item: Item) -> int:
        """How long ago the item was opened, compared with the others; 0 for the last one."""
        return self.recent.index(item.key) if item.key in self.recent else MOST_RECENT

    def recent_files(self) -> list[Path]:
        """Files that were opened, the last one first."""
        items = (self.items.get(key) for key in self.recent)
        return [item.source for item in items if item and isinstance(item.source, Path)]

    def can_mark(self, item: Item) -> bool:
        """Whether the item can be a favourite, as what is there when its file is not open."""
        return OPEN_FILE not in item.collections

    def toggle_favourite(self, item: Item) -> None:
        if not self.can_mark(item):
            return
        if item.key in self.favourites:
            self.favourites.remove(item.key)
        else:
            self.favourites.insert(0, item.key)
        self._keep()

    def remember(self, items: Iterable[Item]) -> None:
        """Put items in front of the recent ones, the last one first."""
        for item in items:
            self._add([item])
            self._put_in_front(item.key)
        self._keep()

    def can_forget(self, item: Item) -> bool:
        """Whether the item can be taken out of a list: of the recent, or of the generated ones."""
        return item.key in self.recent or bool(item.collections & MADE_HERE)

    def forget(self, item: Item, *, for_good: bool = False) -> None:
        """Take an item out of the recent ones; out of all for good, as always if made here."""
        self.recent = [key for key in self.recent if key != item.key]
        if for_good or item.collections & MADE_HERE:
            self.favourites = [key for key in self.favourites if key != item.key]
        if item.collections & MADE_HERE:
            self._remove([item])
        if GENERATED in item.collections:
            self._write_generated()
        elif isinstance(item.source, Yours):
            self.worker.remove_yours(item.source, self._yours)
        self._keep()

    def add_generated(self, entry: Entry) -> Item:
        """Keep a new puzzle; the item by which it is listed."""
        item = of_entry(entry, GENERATED)
        self._add([item])
        self._write_generated()
        return self.items[item.key]

    def _write_generated(self) -> None:
        if not self._generated_read:
            self._write_is_due = True  # together with those in the file, once they are read
            return
        self._write_is_due = False
        self.worker.write_generated(self._made, self._generated)

    @property
    def _made(self) -> list[Entry]:
        return [item.source for item in self.items.values() if GENERATED in item.collections]

    def _add(self, items: Iterable[Item]) -> None:
        new = [item for item in items if item.key not in self.items]
        if new:
            self.items |= {item.key: item for item in new}
            self.added.emit(new)

    def _remove(self, items: Iterable[Item]) -> None:
        if gone := [item for item in items if self.items.pop(item.key, None)]:
            self.removed.emit(gone)

    def _keep(self) -> None:
        """Write down favourites and recent ones; files that are neither leave the list."""
        marked = {*self.favourites, *self.recent}
        self._remove(
            item
            for item in [*self.items.values()]
            if not item.collections and item.key not in marked
        )
        own = [
            [item.key, item.kind, item.rows, item.cols, item.drawing, _text(item)]
            for item in self.items.values()
            if not item.collections and len(_text(item)) <= MOST_TEXT
        ]
        for name, value in (
            ("favourites", self.favourites),
            ("recent", self.recent),
            ("own", own),
        ):
            self._settings.setValue(f"library/{name}", json.dumps(value))
        self.marks_changed.emit()

    def _put_in_front(self, key: str) -> None:
        self.recent = [key, *(each for each in self.recent if each != key)][:MOST_RECENT]

    def _list_file(self) -> None:
        """Have the puzzles of the file that is open as items, if it has several."""
        puzzles, origin = self._session.puzzles, self._session.origin
        if puzzles is self._listed:
            return
        self._listed = puzzles
        self._remove([item for item in self.items.values() if OPEN_FILE in item.collections])
        if 1 < len(puzzles) <= MOST_IN_FILE and Path(origin).is_absolute():
            self.worker.list_file(puzzles, origin)

    def _on_listed(self, puzzles: Sequence[Puzzle], items: list[Item]) -> None:
        if puzzles is self._listed:
            self._add(items)

    def _on_opened(self, source: object) -> None:
        if isinstance(source, Entry | Yours):
            self._put_in_front(source.id)
            self._keep()
        elif isinstance(source, Path | Pasted):
            self.remember([of_puzzle(self._session.puzzles[0], source)])

    def _on_read(self, collection: str, items: list[Item]) -> None:
        self.datasets_read |= {name for name, title in DATASETS.items() if title == collection}
        self._add(items)
        if collection == GENERATED:
            self._generated_read = True
            if self._write_is_due:
                self._write_generated()

    def _read_datasets(self) -> None:
        """Read them when no model is being loaded, and a moment after one was.

        torch is imported for the first one, and two threads that run nothing but Python hold up
        the window, which then has a first answer to paint.
        """
        if not self._wants_datasets:
            return
        session = self._session
        if not session.solving or session.trace is not None:
            self._wants_datasets = False
            self._moment.start(MOMENT if session.solving else 0)

    def _on_own_read(self) -> None:
        self._wants_datasets = True
        self._read_datasets()

    def _on_all_read(self) -> None:
        self.reading = False
        self.reading_changed.emit()


def _texts(settings: QSettings, name: str) -> list[str]:
    """A list of keys from the settings; what makes no sense is left out."""
    return [each for each in _list(settings, name) if isinstance(each, str)]


def _list(settings: QSettings, name: str) -> list:
    try:
        value = parse_json(stored_text(settings, name, "[]"), name)
    except DocumentError:
        return []
    return value if isinstance(value, list) else []


def _remembered(settings: QSettings) -> Iterable[Item]:
    """The files and texts that were recent or favourites."""
    for record in _list(settings, "library/own"):
        match record:
            case [str(key), str(kind), int(rows), int(cols), str(drawing), str(text)]:
                if key and kind in KINDS and drawing:
                    yield remembered(key, kind, rows, cols, drawing, text)


def _text(item: Item) -> str:
    """What was pasted."""
    return item.source.text if isinstance(item.source, Pasted) else ""
