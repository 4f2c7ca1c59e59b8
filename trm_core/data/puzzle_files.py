"""Puzzles of one kind and size from many files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import Generic, TypeVar

from trm_core.data.layout import DatasetError
from trm_core.data.parallel import check
from trm_core.documents import open_unpacked, reading
from trm_core.puzzles.base import Puzzle, PuzzleShape
from trm_core.puzzles.files import load_puzzles
from trm_core.puzzles.sudoku import Sudoku
from trm_core.puzzles.sudoku_files import read_csv

_LONGEST = 2**20  # signs of a line

_Puzzle = TypeVar("_Puzzle", bound=Puzzle)


class PuzzleReader(Generic[_Puzzle]):
    """Reads puzzles of `kind`, all of the shape `shape`, or if None, of the first one's."""

    def __init__(
        self, kind: type[_Puzzle], shape: PuzzleShape | None, cancelled: Callable[[], bool]
    ) -> None:
        self._kind, self._cancelled = kind, cancelled
        self.shape = shape

    def read(self, files: Sequence[str]) -> Iterator[_Puzzle]:
        """The puzzles of all `files`; one that names no source of its own has its file's name.

        Raises PuzzleError, and DatasetError for a puzzle of another kind or size.
        """
        for name in files:
            file = Path(name)
            for number, puzzle in enumerate(self._puzzles(file), start=1):
                check(self._cancelled)
                if not isinstance(puzzle, self._kind):
                    raise DatasetError(f"{file}: found {puzzle.shape}, expected {self._kind.kind}")
                self.shape = self.shape or puzzle.shape
                if puzzle.shape != self.shape:
                    raise DatasetError(
                        f"{file}, puzzle {number}: found {puzzle.shape}, expected {self.shape} as "
                        "the others"
                    )
                own = puzzle.source not in ("", name, str(file))
                yield puzzle if own else replace(puzzle, source=file.name)

    def _puzzles(self, file: Path) -> Iterable[Puzzle]:
        if self._kind is Sudoku and file.name.lower().endswith((".csv", ".csv.gz")):
            return _stream(file)
        return load_puzzles(file)


def _stream(file: Path) -> Iterator[Sudoku]:
    """The Sudokus of a CSV file of any size, such as all of Sudoku-Extreme, one at a time."""
    try:
        with (
            reading(file, DatasetError),
            open_unpacked(file) as stream,
            TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text,
        ):
            yield from read_csv(_lines(text, file), str(file))
    except UnicodeDecodeError:
        raise DatasetError(f"{file}: not text, expected a puzzle file in UTF-8") from None


def _lines(text: TextIOWrapper, file: Path) -> Iterator[str]:
    """One by one; a file that unpacks to gigabytes without any is not unpacked to its end."""
    while line := text.readline(_LONGEST):
        if len(line) == _LONGEST:
            raise DatasetError(f"{file}: found a line of more than {_LONGEST} signs, expected CSV")
        yield line
