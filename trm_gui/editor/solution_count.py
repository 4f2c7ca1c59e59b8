"""Counting a Sudoku's solutions while it is typed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, Signal

from trm_core.puzzles.sudoku import Sudoku
from trm_core.puzzles.sudoku_solver import count_solutions

MANY = 2
"""As many solutions as are told apart."""


class SolutionCounter(QObject):
    """Counts on a thread of its own; a new request drops the one before it."""

    counted = Signal(object, int)
    """The Sudoku that was asked for last, and how many solutions it has, MANY at most."""

    _done = Signal(object, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = ThreadPoolExecutor(1, "counter")
        self._wanted: Sudoku | None = None
        self._dropped = threading.Event()
        self._done.connect(self._on_done)

    def count(self, puzzle: Sudoku) -> None:
        """Count the solutions of `puzzle`, instead of whatever is being counted."""
        self.drop()
        self._wanted = puzzle
        self._thread.submit(self._count, puzzle, self._dropped)

    def drop(self) -> None:
        """Want no count any more."""
        self._dropped.set()
        self._dropped = threading.Event()
        self._wanted = None

    def close(self) -> None:
        """Stop counting and wait for the thread."""
        self.drop()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _count(self, puzzle: Sudoku, dropped: threading.Event) -> None:
        if dropped.is_set():
            return
        count = count_solutions(puzzle.grid, puzzle.box_rows, MANY, dropped.is_set)
        if count is not None:
            self._done.emit(puzzle, count)

    def _on_done(self, puzzle: Sudoku, count: int) -> None:
        if puzzle is self._wanted:
            self.counted.emit(puzzle, count)
