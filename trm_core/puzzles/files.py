"""Puzzles of any kind from a file: what it holds is told from its name and content."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from pathlib import Path

from trm_core.puzzles import arc_tasks, maze_files, sudoku_files
from trm_core.puzzles.base import Puzzle, PuzzleError
from trm_core.puzzles.maze import SYMBOLS

IMAGE_SUFFIXES = (".png", ".bmp", ".gif", ".webp")
TEXT_SUFFIXES = (".txt", ".sdk", ".sdm", ".csv", ".gz", ".json")
MAX_BYTES = 512 * 2**20


def load_puzzles(file: Path | str) -> Sequence[Puzzle]:
    """All puzzles in `file`, at least one.

    Images are mazes and JSON is ARC; other text is mazes if it is drawn with `# SGo`, else Sudoku.
    `.gz` files are unpacked. Raises PuzzleError with one sentence that names file and place.
    """
    file = Path(file)
    if file.suffix.lower() in IMAGE_SUFFIXES:
        return [maze_files.read_image(file)]
    text = _read_text(file)
    source = str(file)
    if text.lstrip().startswith("{"):
        return arc_tasks.parse(text, source)
    is_csv = "," in text.partition("\n")[0]
    if _draws_mazes(text):
        return (
            [*maze_files.read_csv(text.splitlines(), source)]
            if is_csv
            else maze_files.parse(text, source)
        )
    return sudoku_files.parse(text, source)


def _draws_mazes(text: str) -> bool:
    """Whether the longest field among the first lines has maze symbols only."""
    fields = [field for line in text[:20_000].split("\n") for field in line.split(",")]
    return set(max(fields, key=len).rstrip("\r")) <= set(SYMBOLS)


def _read_text(file: Path) -> str:
    try:
        with gzip.open(file) if file.suffix.lower() == ".gz" else file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise PuzzleError(f"{file}: not a gzip file, or a truncated one") from None
    except OSError as error:
        raise PuzzleError(f"{file}: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise PuzzleError(f"{file}: more than {MAX_BYTES >> 20} MiB, too large for puzzles")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PuzzleError(
            f"{file}: byte {error.start + 1} is not text, expected a puzzle file in UTF-8"
        ) from None
