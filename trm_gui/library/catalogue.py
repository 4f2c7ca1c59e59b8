"""All items of the library, and which of them are favourites or were opened of late."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

from trm_core.documents import DocumentError, parse_json
from trm_core.puzzles.base import Puzzle
from trm_core.puzzles.library import Entry
from trm_gui import work as works
from trm_gui.library import reading
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
    of_file,
    of_puzzle,
    of_yours,
    remembered,
)
from trm_gui.library.yours import Yours, write
from trm_gui.session import Session
from trm_gui.session.shown import Shown
from trm_gui.settings import beside, stored_text
from trm_gui.work import Bell

MOST_RECENT = 50

MOST_IN_FILE = 2_000
"""Puzzles of an open file that are listed; where there are more, they are found by number."""

MADE_HERE = frozenset({GENERATED, YOURS})
"""Collections of puzzles that are nowhere else."""

MOMENT = 0.5
"""Seconds."""

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
        self.lane = session.work.lane("library")
        self._tasks = session.work.tasks(session.fail, "The library could not go on")
        self._solve_changed = Bell()
        self._listed: Sequence[Puzzle] = ()
        """The puzzles of the open file, as the session has them."""
        self._asked = False
        self._generated_read = False
        self._write_is_due = False
        self._session = session
        self.models = session.models
        """Those that puzzles may fit."""
        self._settings = settings
        self._generated = beside(settings, "generated.json")
        self._yours = self._generated.with_name("puzzles")
        self._add(_remembered(settings))
        session.another_puzzle.connect(self.keep)
        session.another_puzzle.connect(self._list_file)
        session.another_puzzle.connect(self.shown_changed)
        session.opened.connect(self._on_opened)
        for changed in (session.trace_changed, session.solves.solving_changed):
            changed.connect(self._solve_changed.ring)

    def read_all(self) -> None:
        """Begin to read what there is, the first time that somebody wants to see it."""
        if not self._asked:
            self._asked = self.reading = True
            self.reading_changed.emit()
            self._tasks.start(self._read_all())

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
            self._write(write, yours, self._yours)

    def close(self) -> None:
        """Have written what is to outlive the window."""
        self.keep(self._session.shown)
        if self._write_is_due:
            self._write(reading.add_generated, self._made, self._generated)

    def fits(self, item: Item) -> bool:
        """Whether a model here can be given the item's puzzle."""
        models = self.models.all
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
            self._write(partial(item.source.file(self._yours).unlink, missing_ok=True))
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
        self._write(reading.write_generated, self._made, self._generated)

    def _write(self, function: Callable[..., None], *arguments: object) -> None:
        """In the order asked for, even while the window closes."""
        place = self._generated.parent
        self._tasks.heed(self.lane.surely(function, *arguments, of=place))

    @property
    def _made(self) -> list[Entry]:
        made = (each.source for each in self.items.values() if GENERATED in each.collections)
        return [entry for entry in made if isinstance(entry, Entry)]

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
        shown = self._session.shown
        assert shown is not None
        puzzles, origin = shown.puzzles, shown.origin
        if puzzles is self._listed:
            return
        self._listed = puzzles
        self._tasks.cancel("file")
        self._remove([item for item in self.items.values() if OPEN_FILE in item.collections])
        if 1 < len(puzzles) <= MOST_IN_FILE and Path(origin).is_absolute():
            self._tasks.start(self._list(puzzles, origin), place="file")

    async def _list(self, puzzles: Sequence[Puzzle], origin: str) -> None:
        self._add(await self.lane(of_file, puzzles, origin))

    def _on_opened(self, source: object) -> None:
        if isinstance(source, Entry | Yours):
            self._put_in_front(source.id)
            self._keep()
        elif isinstance(source, Path | Pasted):
            self.remember([of_puzzle(self._session.puzzles[0], source)])

    async def _read_all(self) -> None:
        """What of it cannot be read is told, and the rest is read."""
        own = self._generated.parent
        try:
            bundled = await self._read(reading.read_bundled) or []
            self._add(bundled)
            generated = await self._read(reading.read_generated, self._generated, of=own)
            if generated is not None:
                self._add(generated)
                self._generated_read = True
                if self._write_is_due:
                    self._write_generated()
            self._add(await self._read(reading.read_yours, self._yours, of=own) or [])
            await self._until_no_model_is_loaded()
            tasks = (item.source for item in bundled if item.kind == "arc")
            marked = {task.id.partition("/")[2]: task for task in tasks if isinstance(task, Entry)}
            for dataset in DATASETS:
                if items := await self._read(reading.read_dataset, dataset, marked):
                    self.datasets_read.add(dataset)
                    self._add(items)
        finally:
            self.reading = False
            self.reading_changed.emit()

    async def _read(
        self, function: Callable[..., list[Item]], *arguments: object, of: object = None
    ) -> list[Item] | None:
        troubles: list[str] = []
        items = await self._tasks.attempt(self.lane(function, *arguments, troubles.append, of=of))
        for sentence in troubles:
            self.trouble.emit(sentence)
        return items

    async def _until_no_model_is_loaded(self) -> None:
        """Nor was one a moment ago.

        torch is imported for the first one, and two threads that run nothing but Python hold up
        the window, which then has a first answer to paint.
        """
        session = self._session
        while session.solving and session.trace is None:
            await self._solve_changed.rung()
        if session.solving:
            await works.sleep(MOMENT)


def _texts(settings: QSettings, name: str) -> list[str]:
    """A list of keys from the settings; what makes no sense is left out."""
    return [each for each in _list(settings, name) if isinstance(each, str)]


def _list(settings: QSettings, name: str) -> list[object]:
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
