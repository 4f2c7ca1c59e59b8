"""Typing a Sudoku, with its solutions counted meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from trm_core.puzzles.base import Puzzle
from trm_core.puzzles.sudoku import Sudoku
from trm_gui.board.board import Board
from trm_gui.board.content import BoardContent
from trm_gui.board.sudoku_painter import symbol
from trm_gui.editor.tool_button import ToolButton
from trm_gui.editor.tools import ERASING_KEYS, Change, Tools
from trm_gui.session import Session
from trm_gui.solution_count import SolutionCount


class SudokuTools(Tools):
    """A pad with the digits, for those who have no keyboard; digits go into the selected cell."""

    kind = "sudoku"

    def __init__(
        self, session: Session, board: Board, change: Change, solutions: SolutionCount
    ) -> None:
        super().__init__(session, board, change)
        self._side = self._puzzle.rows
        self._solutions = solutions
        self._pad = []
        for digit in range(1, self._side + 1):
            sign = symbol(digit)
            button = ToolButton(f"Digit {sign}", f"Put {sign} into the selected cell", sign=sign)
            button.clicked.connect(lambda _=False, digit=digit: self._put(digit))
            self._pad.append(button)
        empty = ToolButton("Empty the cell", "Empty the selected cell (Delete)", icon_name="erase")
        empty.clicked.connect(lambda: self._put(0))
        self._pad.append(empty)

    @property
    def _puzzle(self) -> Sudoku:
        puzzle = super()._puzzle
        assert isinstance(puzzle, Sudoku)
        return puzzle

    @property
    def groups(self) -> Sequence[Sequence[QWidget]]:
        return (self._pad,)

    def serves(self, puzzle: Puzzle | None) -> bool:
        return isinstance(puzzle, Sudoku) and puzzle.rows == self._side

    def content(self) -> BoardContent:
        puzzle = self._puzzle
        return BoardContent(puzzle, puzzle.grid, conflicts=puzzle.conflicts(puzzle.grid))

    def words(self) -> tuple[str, bool]:
        return self._solutions.words, self._solutions.count == 0

    def clear(self) -> None:
        self._become(np.zeros_like(self._puzzle.grid), "clear the Sudoku")

    def key(self, event: QKeyEvent) -> Callable[[], object] | None:
        code = self._typed_code(event)
        return super().key(event) if code is None else lambda: self._put(code)

    def _typed_code(self, event: QKeyEvent) -> int | None:
        """The digit that a key stands for, 0 for none, None if it is no digit."""
        shift, keypad = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier
        if event.modifiers() & ~(shift | keypad):
            return None
        text = event.text().upper()
        if event.key() in ERASING_KEYS or text in ("0", "."):
            return 0
        if len(text) != 1 or not text.isascii() or not text.isalnum():
            return None
        code = int(text, 36)
        return code if code <= self._side else None

    def _put(self, code: int) -> None:
        if (cell := self._board.selected_cell) is None:
            return
        grid = self._puzzle.grid.copy()
        grid[cell] = code
        row, col = cell
        self._become(grid, f"change row {row + 1}, column {col + 1}")

    def _become(self, grid: np.ndarray, words: str) -> None:
        puzzle = self._puzzle
        if not np.array_equal(grid, puzzle.grid):
            changed = replace(puzzle, grid=grid, solution=None, rating=None, name="Your puzzle")
            self._change(changed, words)
