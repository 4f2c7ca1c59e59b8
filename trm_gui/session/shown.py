"""What a session shows beside a solve, to be shown again: by undo, after a crash, at another start.

In files it is JSON; no Qt.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from trm_core.documents import LARGE, Format
from trm_core.errors import UserError
from trm_core.files import write_whole
from trm_core.puzzles.arc import Arc
from trm_core.puzzles.base import Puzzle
from trm_core.puzzles.blank import is_blank
from trm_core.recordings.puzzle_json import puzzle_from_json, puzzle_to_json
from trm_core.records import Values

FORMAT = Format("trm-studio-shown", 1, "what a window has shown")

SHOWN_FILE = "shown.json"
"""What the window that closed last has shown, beside the settings."""

MOST_PUZZLES = 500
MOST_CELLS = 50_000
"""Of the puzzles of a file that are kept with the one that is shown, all of them together; where
there are more, that one alone is. They are read while a window opens, in less than 0.1 s."""


class Shown(NamedTuple):
    """A puzzle, and what it came with.

    puzzles: those of the file or entry that it came from; it is one of them until it is edited.
    origin: the key under which the library has that file or entry; "" for none.
    opened: the puzzle as it was opened; None for one that is nowhere else.
    """

    puzzle: Puzzle
    puzzles: Sequence[Puzzle]
    origin: str = ""
    opened: Puzzle | None = None

    @property
    def is_own(self) -> bool:
        """Whether somebody has typed or drawn this, and it is not empty."""
        if self.puzzle is self.opened or is_blank(self.puzzle):
            return False
        return self.opened is None or content_of(self.puzzle) != content_of(self.opened)

    @property
    def bounded(self) -> Shown:
        """The same with the puzzle alone, where there are too many beside it."""
        few = len(self.puzzles) <= MOST_PUZZLES
        few = few and sum(map(_cells, self.puzzles)) <= MOST_CELLS
        return self if few else self._replace(puzzles=(self.puzzle,))

    def with_puzzle(self, puzzle: Puzzle) -> Shown:
        """With another object for the same puzzle."""
        puzzles = [puzzle if each is self.puzzle else each for each in self.puzzles]
        opened = puzzle if self.opened is self.puzzle else self.opened
        return self._replace(puzzle=puzzle, puzzles=puzzles, opened=opened)


class Kept(NamedTuple):
    """What outlives a window. models: directories of those that were chosen, the last one first.
    solved: whether there was a solve on screen."""

    shown: Shown
    models: tuple[Path, ...] = ()
    solved: bool = False


def _cells(puzzle: Puzzle) -> int:
    """How many, in all grids of an ARC task."""
    if not isinstance(puzzle, Arc):
        return puzzle.grid.size
    pairs = (*puzzle.task.train, *puzzle.task.test)
    return sum(pair.input.size * 2 for pair in pairs)  # about, as outputs are as large as inputs


def content_of(puzzle: Puzzle) -> str:
    """All that makes a puzzle another one; not its name, where it came from, or its solution."""
    raw = puzzle_to_json(puzzle)
    return json.dumps({key: raw[key] for key in ("kind", "grid", "box_rows", "task") if key in raw})


def write_kept(kept: Kept, file: Path) -> None:
    """Write what `read_kept` reads. Raises OSError, `file` being as it was."""
    shown = kept.shown.bounded
    numbers = (i for i, each in enumerate(shown.puzzles, start=1) if each is shown.puzzle)
    number = next(numbers, None)
    puzzles = [shown.puzzle] if number is None else shown.puzzles
    described = {
        **FORMAT.header,
        "puzzles": [puzzle_to_json(puzzle) for puzzle in puzzles],
        "number": number or 1,
        "origin": shown.origin,
        "own": shown.is_own,
        "solved": kept.solved,
        "models": [str(directory) for directory in kept.models],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, json.dumps(described) + "\n")


def read_kept(file: Path) -> Kept | None:
    """What was written there; None where that is nothing, or makes no sense."""
    try:
        return _kept(FORMAT.read(file, LARGE))
    except UserError:
        return None


def _kept(raw: Any) -> Kept:
    values = Values(raw, "what was shown")
    places = enumerate(values.list("puzzles"), start=1)
    puzzles = [puzzle_from_json(each, f"puzzle {number}") for number, each in places]
    puzzle = puzzles[values.whole("number", 1, len(puzzles)) - 1]
    opened = None if values.truth("own") else puzzle
    models = tuple(Path(text) for text in values.list("models") if isinstance(text, str))
    shown = Shown(puzzle, puzzles, values.text("origin"), opened)
    return Kept(shown, models, values.truth("solved"))
