"""What can be undone."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand, QUndoStack

from trm_core.puzzles.base import Puzzle
from trm_gui.session import Session
from trm_gui.session.shown import Shown

MOST = 500
"""Steps that can be undone."""


class ChangePuzzle(QUndoCommand):
    """The session's puzzle becomes another one; `words` say how, for the menu."""

    def __init__(self, session: Session, after: Puzzle, words: str) -> None:
        super().__init__(words)
        self._session = session
        self._before, self._after = session.puzzle, after

    def redo(self) -> None:
        self._session.edit_puzzle(self._after)

    def undo(self) -> None:
        assert self._before is not None
        self._session.edit_puzzle(self._before)


class History(QUndoStack):
    """Every change of the session's puzzle, and every puzzle that came in the place of another.

    It holds puzzles alone; a solve is made again by solving.
    """

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.moving = False
        """Whether a puzzle is just coming back."""
        self.setUndoLimit(MOST)
        session.another_puzzle.connect(self._on_another)

    def show(self, shown: Shown) -> None:
        """Go to another puzzle without a step of its own."""
        self.moving = True
        try:
            self._session.show(shown)
        finally:
            self.moving = False

    def _on_another(self, left: Shown | None) -> None:
        if left is not None and not self.moving and left.puzzle is not self._session.puzzle:
            shown = self._session.shown
            assert shown is not None
            self.push(_Open(self, left.bounded, shown.bounded))


class _Open(QUndoCommand):
    """A puzzle came in the place of another one, as it has when this is pushed."""

    def __init__(self, history: History, before: Shown, after: Shown) -> None:
        super().__init__("open another puzzle")
        self._history, self._before, self._after = history, before, after
        self._pushed = False

    def redo(self) -> None:
        if self._pushed:
            self._history.show(self._after)
        self._pushed = True

    def undo(self) -> None:
        self._history.show(self._before)
