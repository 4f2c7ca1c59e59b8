"""What the editors of all kinds of puzzles have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from trm_core.puzzles.base import Puzzle
from trm_gui.board.board import Board
from trm_gui.board.content import BoardContent
from trm_gui.board.geometry import Cell
from trm_gui.editor.tool_button import ToolButton
from trm_gui.session import Session

ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
ERASING_KEYS = Qt.Key.Key_Delete, Qt.Key.Key_Backspace

Change = Callable[[Puzzle, str], None]
"""Makes the session's puzzle another one, so that it can be undone; the words say how."""


class Tools(QObject):
    """The tools for one kind of puzzle. They follow the session, and change it with `change`."""

    kind: ClassVar[str]

    changed = Signal()
    """Something that is shown changed, and it was not the puzzle."""

    def __init__(self, session: Session, board: Board, change: Change) -> None:
        super().__init__()
        self._session, self._board, self._change = session, board, change

    @property
    def _puzzle(self) -> Puzzle:
        """The session's, which is there as long as there are tools for it."""
        puzzle = self._session.puzzle
        assert puzzle is not None
        return puzzle

    @property
    def groups(self) -> Sequence[Sequence[QWidget]]:
        """The buttons and fields of the strip."""
        raise NotImplementedError

    @property
    def for_pairs(self) -> Sequence[QWidget]:
        """The buttons that stand beside the examples of a task."""
        return ()

    def serves(self, puzzle: Puzzle | None) -> bool:
        """Whether these tools can change `puzzle`."""
        return puzzle is not None and puzzle.kind == self.kind

    def follow(self) -> None:
        """The session's puzzle is another one than before."""

    def content(self) -> BoardContent:
        """What the board shows."""
        raise NotImplementedError

    def title(self) -> str:
        """What is being edited."""
        return self._puzzle.name or "Puzzle"

    def words(self) -> tuple[str, bool]:
        """What there is to say about the puzzle, and whether something is wrong with it."""
        return "", False

    def clear(self) -> None:
        """Empty what is being edited."""
        raise NotImplementedError

    def key(self, event: QKeyEvent) -> Callable[[], object] | None:
        """What a key does; None if nothing. Those of the buttons click them."""
        keys = event.keyCombination().toCombined() & ~Qt.KeyboardModifier.KeypadModifier.value
        for group in (*self.groups, self.for_pairs):
            for widget in group:
                if isinstance(widget, ToolButton) and widget.key == QKeySequence(keys):
                    return widget.click
        return None

    def key_released(self, event: QKeyEvent) -> None: ...

    def press(self, cell: Cell, button: Qt.MouseButton) -> None: ...

    def drag(self, cell: Cell) -> None: ...

    def release(self) -> None: ...

    def abandon(self) -> bool:
        """Give up a drag that is under way; whether there was one."""
        return False
