"""Counting the solutions of the puzzle on screen, while it is typed and after."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from trm_core.puzzles.sudoku import Sudoku
from trm_core.puzzles.sudoku_solver import count_solutions
from trm_gui.session import Session
from trm_gui.work import Stop

MANY = 10
"""So many solutions and more are not counted further."""


class SolutionCount(QObject):
    """How many solutions the session's puzzle has; a Sudoku's are counted beside the window, where
    a changed puzzle drops the count before it. Begins with `start`.

    count: up to MANY; None where that is not known, or not yet.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.count: int | None = None
        self._session = session
        self._started = False
        self._lane = session.work.lane("counter")
        self._tasks = session.work.tasks(session.fail, "The solutions cannot be counted")
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

    def _begin(self) -> None:
        self._tasks.cancel("count")
        puzzle = self._session.puzzle
        if not isinstance(puzzle, Sudoku):
            found = None if puzzle is None else puzzle.solution_count
            self.count = None if found is None else min(found, MANY)
        elif puzzle.conflicts(puzzle.grid):
            self.count = 0
        else:
            self.count = None
            if self._started:
                self._tasks.start(self._count(puzzle), place="count")
        self.changed.emit()

    async def _count(self, puzzle: Sudoku) -> None:
        with Stop() as stop:
            self.count = await self._lane(count_solutions, puzzle.grid, puzzle.box_rows, MANY, stop)
        self.changed.emit()
