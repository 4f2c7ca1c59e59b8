"""Puzzles of any kind from files and texts, whose kind is told from name and content, and back."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Sequence
from pathlib import Path

from trm_core.documents import open_unpacked, reading
from trm_core.files import write_whole, writing
from trm_core.puzzles import arc_tasks, maze_files, sudoku_files
from trm_core.puzzles.base import Puzzle, PuzzleError
from trm_core.puzzles.formats import is_json, refuse_bytes, refuse_foreign
from trm_core.puzzles.maze import SYMBOLS as MAZE_SYMBOLS
from trm_core.puzzles.sudoku import SYMBOLS as SUDOKU_SYMBOLS

IMAGE_SUFFIXES = (".png", ".bmp", ".gif", ".webp")
TEXT_SUFFIXES = (".txt", ".sdk", ".sdm", ".csv", ".gz", ".json")
SAVE_SUFFIXES = {"sudoku": (".sdm", ".txt"), "maze": (".txt",), "arc": (".json",)}
"""What files with a puzzle of each kind are called, the usual one first."""

MAX_BYTES = 512 * 2**20

_MAZE_SIGNS = frozenset(MAZE_SYMBOLS)
_SUDOKU_SIGNS = frozenset(SUDOKU_SYMBOLS + "0_ |-+")


def load_puzzles(file: Path | str) -> Sequence[Puzzle]:
    """All puzzles in `file`, at least one.

    Images are mazes and JSON is ARC; other text is mazes if more of it is drawn with `# SGo` than
    with digits, else Sudoku. `.gz` files are unpacked, and Kaggle's `…challenges.json` has its
    outputs from the `…solutions.json` beside it, if there is one. Of a folder, the `.json` files
    are read, one for each ARC task, as in ARC's own repositories.
    Raises PuzzleError with one sentence that names file and place.
    """
    file = Path(file)
    if os.path.isdir(file):
        return [puzzle for each in _task_files(file) for puzzle in load_puzzles(each)]
    if file.suffix.lower() in IMAGE_SUFFIXES:
        return [maze_files.read_image(file)]
    text = _read_text(file)
    if file.suffix.lower() == ".json" or is_json(text):
        return _read_arc(text, file)
    return parse_puzzles(text, str(file))


def parse_puzzles(text: str, source: str = "") -> Sequence[Puzzle]:
    """All puzzles in `text`, at least one: ARC if it is JSON, else as in `load_puzzles`.

    Raises PuzzleError with one sentence that names `source` and place.
    """
    if is_json(text):
        return arc_tasks.parse(text, source)
    try:
        return _parse_drawn(text, source)
    except PuzzleError:
        refuse_foreign(text, source)
        raise


def save_puzzle(puzzle: Puzzle, file: Path) -> None:
    """Write what `load_puzzles` reads back as the same puzzle; of ARC the whole task.

    Raises PuzzleError, `file` being as it was.
    """
    with writing(file, PuzzleError):
        write_whole(file, puzzle.format() + "\n")


def _parse_drawn(text: str, source: str) -> Sequence[Puzzle]:
    if not _draws_mazes(text):
        return sudoku_files.parse(text, source)
    if "," in text.lstrip().partition("\n")[0]:
        return list(maze_files.read_csv(io.StringIO(text, newline=None), source))
    return maze_files.parse(text, source)


def _task_files(folder: Path) -> list[Path]:
    """The `.json` files in `folder` but for the solutions of others."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise PuzzleError(f"{folder}: found no .json file, expected one for each ARC task")
    solutions = {_solutions(file) for file in files if _solutions(file) != file}
    return [file for file in files if file not in solutions]


def _solutions(challenges: Path) -> Path:
    """Where the outputs of a file of ARC tasks are, by its name; the file itself where it has
    them."""
    return challenges.with_name(challenges.name.replace("challenges", "solutions"))


def _read_arc(text: str, file: Path) -> Sequence[Puzzle]:
    solutions = _solutions(file)
    if solutions == file or not os.path.exists(solutions):
        return arc_tasks.parse(text, str(file), file.stem)
    return arc_tasks.join_solutions(text, _read_text(solutions), str(file), str(solutions))


def _draws_mazes(text: str) -> bool:
    """Whether more of the first lines, field by field, is drawn as mazes than as Sudokus.

    A field that has a mistake or two still counts, without them; comments and headers are neither.
    Where both are the same, the signs that only one of them has decide.
    """
    fields = re.split(r"[,\r\n]", text[:20_000])

    def drawn_with(signs: frozenset[str]) -> int:
        counts = [(sum(sign in signs for sign in field), len(field)) for field in fields]
        return sum(count for count, length in counts if count >= 0.9 * length)

    def only_in(signs: frozenset[str]) -> int:
        return sum(sign in signs for field in fields for sign in field)

    mazes, sudokus = drawn_with(_MAZE_SIGNS), drawn_with(_SUDOKU_SIGNS)
    if mazes == sudokus > 0:
        return only_in(_MAZE_SIGNS - _SUDOKU_SIGNS) > only_in(_SUDOKU_SIGNS - _MAZE_SIGNS)
    return mazes > sudokus


def _read_text(file: Path) -> str:
    with reading(file, PuzzleError), open_unpacked(file) as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise PuzzleError(f"{file}: more than {MAX_BYTES >> 20} MiB, too large for puzzles")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        refuse_bytes(content, str(file))
        raise PuzzleError(
            f"{file}: byte {error.start + 1} is not text, expected a puzzle file in UTF-8"
        ) from None
