"""What somebody typed or drew, each puzzle a file of its own, so that nothing takes its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from trm_core.documents import DocumentError, Format
from trm_core.errors import UserError
from trm_core.files import put_aside, write_whole
from trm_core.puzzles.base import Puzzle
from trm_core.recordings.puzzle_json import puzzle_from_json, puzzle_to_json
from trm_core.records import Values
from trm_gui.session.shown import content_of

NAME = "Your puzzle"
KEY = "yours/"
"""What the keys of such puzzles begin with."""
FORMAT = Format("trm-studio-puzzle", 1, "a puzzle of yours")


@dataclass(frozen=True)
class Yours:
    """A puzzle, and when it was left. Two with the same content have the same `id`, and file."""

    puzzle: Puzzle
    left: datetime

    @property
    def id(self) -> str:
        import hashlib

        return KEY + hashlib.sha256(content_of(self.puzzle).encode()).hexdigest()[:16]

    @property
    def when(self) -> str:
        """Day and minute, for people."""
        return f"{self.left.day} {self.left:%b %Y, %H:%M}"

    def puzzles(self) -> Sequence[Puzzle]:
        return [replace(self.puzzle, name=NAME)]

    def __str__(self) -> str:
        return NAME

    def file(self, folder: Path) -> Path:
        return folder / f"{self.id.removeprefix(KEY)}.json"


def write(yours: Yours, folder: Path) -> None:
    """Have it in `folder`; one that is there already keeps its date. Raises OSError."""
    file = yours.file(folder)
    if file.exists():
        return
    described = {
        **FORMAT.header,
        "left": yours.left.isoformat(timespec="seconds"),
        "puzzle": puzzle_to_json(yours.puzzle),
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(file, json.dumps(described) + "\n")


def read_all(folder: Path, tell: Callable[[str], None]) -> list[Yours]:
    """All that is in `folder`, in the order in which it was left; what makes no sense is put aside,
    which is told in a sentence."""
    found = []
    for file in folder.glob("*.json"):
        try:
            found.append(_read(file))
        except UserError as error:
            tell(f"{error}; it is kept as {put_aside(file).name}.")
    return sorted(found, key=lambda yours: yours.left.timestamp())


def _read(file: Path) -> Yours:
    values = Values(FORMAT.read(file), f"{file}: the puzzle")
    try:
        left = datetime.fromisoformat(values.text("left"))
    except ValueError:
        raise DocumentError(f"{values.place}.left is no date") from None
    return Yours(puzzle_from_json(values.any("puzzle"), values.place), left)
