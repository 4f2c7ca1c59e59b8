"""What somebody typed or drew, each puzzle a file of its own, so that nothing takes its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from trm_core.errors import UserError
from trm_core.files import put_aside, write_whole
from trm_core.puzzles.base import Puzzle
from trm_core.recordings.puzzle_json import puzzle_from_json, puzzle_to_json
from trm_core.recordings.values import Values, ValuesError, parse_json
from trm_gui.shown import content_of

NAME = "Your puzzle"
KEY = "yours/"
"""What the keys of such puzzles begin with."""
FORMAT = "trm-studio-puzzle"
FORMAT_VERSION = 1


@dataclass(frozen=True)
class Yours:
    """A puzzle, and when it was left. Two with the same content have the same `id`, and file."""

    puzzle: Puzzle
    left: datetime

    @property
    def id(self) -> str:
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
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
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
        except OSError as error:
            tell(f"{file}: {error.strerror}.")
        except UserError as error:
            tell(f"{file}: {error}; it is kept as {put_aside(file).name}.")
    return sorted(found, key=lambda yours: yours.left.timestamp())


def _read(file: Path) -> Yours:
    values = Values(parse_json(file.read_bytes(), "the text"), "your puzzle")
    if (values.text("format"), values.any("format_version")) != (FORMAT, FORMAT_VERSION):
        raise ValuesError("not a puzzle that this version reads")
    try:
        left = datetime.fromisoformat(values.text("left"))
    except ValueError:
        raise ValuesError("left is no date") from None
    return Yours(puzzle_from_json(values.any("puzzle"), "your puzzle"), left)
