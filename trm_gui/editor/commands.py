"""What can be undone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QUndoCommand

from trm_core.puzzles.base import Puzzle
from trm_gui.session import Session


class ChangeCell(QUndoCommand):
    """One cell of the session's puzzle gets another symbol; known solutions no longer hold."""

    def __init__(self, session: Session, row: int, col: int, code: int) -> None:
        super().__init__(f"change row {row + 1}, column {col + 1}")
        self._session = session
        self._before = session.puzzle
        grid = np.array(self._before.grid)
        grid[row, col] = code
        self._after: Puzzle = replace(self._before, grid=grid, solution=None, name="Your puzzle")

    def redo(self) -> None:
        self._session.edit_puzzle(self._after)

    def undo(self) -> None:
        self._session.edit_puzzle(self._before)
