"""What the library lists: one item for each puzzle, whatever it comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from trm_core.puzzles import arc_tasks, maze_files, sudoku_files
from trm_core.puzzles.arc import Arc, Task
from trm_core.puzzles.base import Puzzle
from trm_core.puzzles.files import parse_puzzles
from trm_core.puzzles.library import Entry
from trm_gui.library.yours import Yours
from trm_gui.session.sources import Source, key_of

BUNDLED, GENERATED, YOURS, OPEN_FILE = "Bundled", "Generated", "Your puzzles", "Open file"
DATASETS = {"arc-agi-1": "ARC-AGI-1", "arc-agi-2": "ARC-AGI-2"}
"""Collections of ARC tasks by the name of the data set."""
ALL, FAVOURITES, RECENT = "All puzzles", "Favourites", "Recent"
COLLECTIONS = (ALL, BUNDLED, *DATASETS.values(), FAVOURITES, RECENT, OPEN_FILE, YOURS, GENERATED)
SECTIONS = (OPEN_FILE, YOURS, GENERATED, BUNDLED, *DATASETS.values())
"""In which order they are listed, after files and pasted texts."""

KINDS = {"sudoku": "Sudoku", "maze": "Maze", "arc": "ARC"}
"""What the kinds of puzzle are called."""

PASTED = "pasted/"
"""What the keys of pasted texts begin with."""
PASTED_NAME = "Pasted puzzle"

_PARSERS: dict[str, Callable[[str], Sequence[Puzzle]]] = {
    "sudoku": sudoku_files.parse,
    "maze": maze_files.parse,
    "arc": arc_tasks.parse,
}


@dataclass(frozen=True)
class Pasted:
    """Puzzles as text from the clipboard or dropped from elsewhere."""

    text: str

    @property
    def id(self) -> str:
        import hashlib

        return PASTED + hashlib.sha256(self.text.encode()).hexdigest()[:12]

    def puzzles(self) -> Sequence[Puzzle]:
        read = parse_puzzles(self.text, str(self))
        return [replace(each, name=PASTED_NAME, source=str(self)) for each in read]

    def __str__(self) -> str:
        return "the pasted text"


@dataclass(frozen=True, eq=False)
class InFile:
    """One of several puzzles of the file that is open. `id` is the file's key with its number."""

    puzzle: Puzzle
    id: str

    def puzzles(self) -> Sequence[Puzzle]:
        return [self.puzzle]

    def __str__(self) -> str:
        return self.puzzle.title


@dataclass(frozen=True, eq=False)
class Item:
    """One puzzle of the library; of a file or a text the first one.

    key: what it is remembered by, the same in every run.
    collections: those that it belongs to whoever uses the program; RECENT and FAVOURITES change.
    defeats: names of the bundled models that fail on it.
    defeats_told: the same as they are shown, see `Entry.defeats`.
    to_watch: in how many supervision steps models solve it, see `Entry.to_watch`.
    drawing: the puzzle as text, where that does not have to be read from the source.
    note: what else tells it from others, such as a date.
    """

    key: str
    title: str
    kind: str
    rows: int
    cols: int
    difficulty: str
    source: Source
    collections: frozenset[str] = frozenset()
    defeats: tuple[str, ...] = ()
    defeats_told: tuple[str, ...] = ()
    to_watch: str = ""
    drawing: str = ""
    note: str = ""
    words: str = field(init=False)
    """What a search looks through, in small letters."""

    def __post_init__(self) -> None:
        words = [self.title, self.key, KINDS[self.kind], self.size, f"{self.rows}x{self.cols}"]
        words += [
            self.difficulty,
            self.to_watch,
            self.note,
            *sorted(self.collections),
            *map(defeat, self.defeats),
        ]
        object.__setattr__(self, "words", " ".join(words).lower())

    @property
    def size(self) -> str:
        return f"{self.rows}×{self.cols}"

    @property
    def section(self) -> int:
        """The place of its part of the list."""
        found = (i for i, name in enumerate(SECTIONS, start=1) if name in self.collections)
        return next(found, 0)

    @property
    def line(self) -> str:
        """Kind, size, difficulty and how much there is to watch, in words."""
        words = self._board if self.kind == "arc" else f"{KINDS[self.kind]} {self.size}"
        return _joined(words, self.difficulty, self.to_watch)

    @property
    def short_line(self) -> str:
        """The same where a picture tells the kind, as all but the data sets of ARC."""
        return _joined(self._board, self.difficulty, self.to_watch)

    @property
    def shortest_line(self) -> str:
        """The same without how much there is to watch."""
        return _joined(self._board, self.difficulty)

    @property
    def _board(self) -> str:
        if self.kind != "arc":
            return self.size
        # of some tasks there are two, one in each data set
        return f"{DATASETS.get(self.key.partition('/')[0], 'ARC')} up to {self.size}"

    @property
    def needs_dataset(self) -> str | None:
        """The ARC data set that has to be read before the puzzle can be drawn; None if none."""
        if self.kind != "arc" or self.drawing or isinstance(self.source, InFile):
            return None
        return self.key.partition("/")[0]

    def puzzle(self) -> Puzzle:
        """The puzzle as posed. Slow, by a second, while the data set it needs is not read."""
        if self.drawing:
            return _PARSERS[self.kind](self.drawing)[0]
        assert not isinstance(self.source, Path)  # of a file there is a drawing
        return self.source.puzzles()[0]


def _joined(*words: str) -> str:
    return ", ".join(filter(None, words))


def defeat(model: str) -> str:
    """The words by which a search finds what a model fails on."""
    return f"defeats {model};"


def of_entry(entry: Entry, collection: str) -> Item:
    """An entry of a library; an ARC task of a data set belongs to the collection of that too."""
    dataset, _, rest = entry.id.partition("/")
    posed = "\n".join(entry.drawing)
    if entry.kind == "sudoku":  # as posed, and then solved
        posed = entry.drawing[0]
    return Item(
        entry.id,
        rest or entry.id,
        entry.kind,
        entry.rows,
        entry.cols,
        entry.difficulty,
        entry,
        frozenset({collection, DATASETS.get(dataset, collection)}),
        entry.not_solved_by,
        tuple(entry.defeats),
        entry.to_watch,
        posed,
    )


def of_task(task: Task, dataset: str, marked: Entry | None = None) -> Item:
    """A task of one of the public data sets; `marked` is known of the task of that id, be it of
    another one, and holds for this where the tests are the same, in whatever order."""
    rows, cols = task.canvas
    entry = Entry(f"{dataset}/{task.id}", "arc", rows, cols, "")
    if marked:
        known = marked.puzzles()[0]
        assert isinstance(known, Arc)
        if {*known.task.test} == {*task.test}:
            entry = replace(marked, id=entry.id)
    return of_entry(entry, DATASETS[dataset])


def of_puzzle(puzzle: Puzzle, source: Path | Pasted) -> Item:
    """The puzzle that was read first from a file or a text."""
    key, text = key_of(source), "" if isinstance(source, Path) else source.text
    return remembered(key, puzzle.kind, *_size(puzzle), _small(puzzle), text)


def _size(puzzle: Puzzle) -> tuple[int, int]:
    """Rows and columns, of ARC of the canvas of the task."""
    return puzzle.task.canvas if isinstance(puzzle, Arc) else (puzzle.rows, puzzle.cols)


def of_file(puzzles: Sequence[Puzzle], origin: str) -> list[Item]:
    """The puzzles of a file, `origin` being its key, each by its name or id and its number."""
    items = []
    for number, puzzle in enumerate(puzzles, start=1):
        source = InFile(puzzle, in_file(origin, number))
        items.append(
            Item(
                source.id,
                puzzle.title,
                puzzle.kind,
                *_size(puzzle),
                "",
                source,
                frozenset({OPEN_FILE}),
                note=f"puzzle {number:,} of {len(puzzles):,}",
            )
        )
    return items


def in_file(origin: str, number: int) -> str:
    """The key of a puzzle of a file, as no file can be called."""
    return f"{origin}//{number}"


def of_yours(yours: Yours) -> Item:
    """What somebody typed or drew."""
    puzzle = yours.puzzle
    return Item(
        yours.id,
        str(yours),
        puzzle.kind,
        *_size(puzzle),
        "",
        yours,
        frozenset({YOURS}),
        drawing=_small(puzzle),
        note=yours.when,
    )


def remembered(key: str, kind: str, rows: int, cols: int, drawing: str, text: str) -> Item:
    """A file, `key` being its path, or a pasted `text`, of which `drawing` is the first puzzle."""
    pasted = key.startswith(PASTED)
    source = Pasted(text) if pasted else Path(key)
    title = PASTED_NAME if pasted else Path(key).name
    return Item(key, title, kind, rows, cols, "", source, drawing=drawing)


def _small(puzzle: Puzzle) -> str:
    """The puzzle as text; of an ARC task no more than is drawn small."""
    if not isinstance(puzzle, Arc):
        return puzzle.format()
    return Task(puzzle.task.id, puzzle.task.train[:1], puzzle.task.test[:1]).format()
