"""Counting the solutions of the puzzle on screen, while it is typed and after."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, Signal

from trm_core.puzzles.sudoku import Sudoku
from trm_core.puzzles.sudoku_solver import count_solutions
from trm_gui.session import Session

MANY = 10
"""So many solutions and more are not counted further."""


class SolutionCount(QObject):
    """How many solutions the session's puzzle has; a Sudoku's are counted on a thread of its own,
    where a changed puzzle drops the count before it. Begins with `start`.

    count: up to MANY; None where that is not known, or not yet.
    """

    changed = Signal()

    _done = Signal(object, int)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.count: int | None = None
        self._session = session
        self._started = self._closed = False
        self._thread = ThreadPoolExecutor(1, "counter")
        self._dropped = threading.Event()
        self._done.connect(self._on_done)
        session.puzzle_changed.connect(self._begin)

    @property
    def words(self) -> str:
        """How many there are, as it is told while the puzzle is typed and after."""
        match self.count:
            case None:
                return "Solutions: …"
            case 0:
                return "No solution exists"
            case 1:
                return "Solutions: one"
        return f"Solutions: {'many' if self.count >= MANY else self.count}"

    def start(self) -> None:
        """Count from now on, which imports what takes a while."""
        if not self._started:
            self._started = True
            self._begin()

    def close(self) -> None:
        """Stop counting and wait for the thread."""
        self._closed = True
        self._dropped.set()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _begin(self) -> None:
        self._dropped.set()
        self._dropped = threading.Event()
        puzzle = self._session.puzzle
        if not isinstance(puzzle, Sudoku):
            found = None if puzzle is None else puzzle.solution_count
            self.count = None if found is None else min(found, MANY)
        elif puzzle.conflicts(puzzle.grid):
            self.count = 0
        else:
            self.count = None
            if self._started and not self._closed:
                self._thread.submit(self._count, puzzle, self._dropped)
        self.changed.emit()

    def _count(self, puzzle: Sudoku, dropped: threading.Event) -> None:
        if dropped.is_set():
            return
        count = count_solutions(puzzle.grid, puzzle.box_rows, MANY, dropped.is_set)
        if count is not None:
            self._done.emit(puzzle, count)

    def _on_done(self, puzzle: Sudoku, count: int) -> None:
        if puzzle is self._session.puzzle:
            self.count = count
            self.changed.emit()
