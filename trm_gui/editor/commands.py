"""What can be undone."""

from __future__ import annotations

from PySide6.QtGui import QUndoCommand

from trm_core.puzzles.base import Puzzle
from trm_gui.session import Session


class ChangePuzzle(QUndoCommand):
    """The session's puzzle becomes another one; `words` say how, for the menu."""

    def __init__(self, session: Session, after: Puzzle, words: str) -> None:
        super().__init__(words)
        self._session = session
        self._before, self._after = session.puzzle, after

    def redo(self) -> None:
        self._session.edit_puzzle(self._after)

    def undo(self) -> None:
        self._session.edit_puzzle(self._before)
