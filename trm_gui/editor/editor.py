"""Changing the session's puzzle by hand, on the board that shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence

from trm_core.puzzles.base import Puzzle, PuzzleError
from trm_gui.board.boards import Boards
from trm_gui.board.geometry import Cell
from trm_gui.commands import Command, Commands, StandardKey
from trm_gui.editor.arc import ArcTools
from trm_gui.editor.commands import ChangePuzzle, History
from trm_gui.editor.maze import MazeTools
from trm_gui.editor.sudoku import SudokuTools
from trm_gui.editor.tool_button import ToolButton
from trm_gui.editor.tool_strip import ToolStrip
from trm_gui.editor.tools import ARROWS, Tools
from trm_gui.library.items import Pasted
from trm_gui.session import Session

LONGEST_PASTE = 50_000
"""Characters that are read without a noticeable pause; the largest task of ARC-AGI-2 has 29,000."""


class PuzzleEditor(QObject):
    """While `editing`, the tools for the puzzle's kind stand beside the board and take its input.

    A click on a cell of a Sudoku begins editing, so that it can be typed into at once. Escape
    gives up a drag, or ends editing; so does another puzzle, unless it comes back by undo or redo.
    Every change can be undone.
    """

    editing_changed = Signal(bool)

    def __init__(
        self, session: Session, undo_stack: History, boards: Boards, commands: Commands
    ) -> None:
        super().__init__(boards)
        self._session, self._undo_stack = session, undo_stack
        self._boards, self._pane = boards, boards.input
        self._tools: Tools | None = None
        self._commands = commands
        self._common: list[ToolButton] = []
        self._pane.board.cell_clicked.connect(self._on_cell_clicked)
        session.puzzle_changed.connect(self._on_puzzle)
        session.another_puzzle.connect(self._on_another)
        self._add_commands(commands)
        boards.input.edit.setDefaultAction(commands["edit"])

    def _add_commands(self, commands: Commands) -> None:
        stack = self._undo_stack
        commands.add(
            Command(
                "undo",
                "&Undo",
                "Take back the last change",
                stack.undo,
                (StandardKey.Undo,),
                icon="undo",
                enabled=stack.canUndo,
            ),
            Command(
                "redo",
                "&Redo",
                "Make it again",
                stack.redo,
                (StandardKey.Redo, "Ctrl+Shift+Z", "Ctrl+Y"),
                icon="redo",
                enabled=stack.canRedo,
            ),
            Command(
                "edit",
                "&Edit the puzzle",
                "Change the puzzle on its board; Escape leaves it",
                self.toggle,
                ("E",),
                icon="edit",
                enabled=lambda: self._session.puzzle is not None,
                checked=lambda: self.editing,
            ),
        )
        commands.follow(stack.canUndoChanged, stack.canRedoChanged, self.editing_changed)

    @property
    def editing(self) -> bool:
        return self._tools is not None

    @property
    def _in_use(self) -> Tools:
        """The tools, while `editing`."""
        assert self._tools is not None
        return self._tools

    def start(self) -> None:
        """Edit the puzzle, from the first cell if none is selected."""
        if self._session.puzzle is None:
            return
        if not self.editing:
            self._pane.solutions.start()
            self._take_tools()
            self._pane.board.input = self
            self.editing_changed.emit(True)
        if self._pane.board.selected_cell is None:
            self._pane.board.select((0, 0))
        self._pane.board.setFocus()

    def stop(self) -> None:
        """Leave the puzzle as it is now."""
        if self._tools is None:
            return
        self._tools.release()
        self._pane.board.input = None
        self._pane.board.select(None)
        self._show_tools(None)
        self.editing_changed.emit(False)

    def toggle(self) -> None:
        """Start, or stop."""
        if self.editing:
            self.stop()
        else:
            self.start()

    def change(self, puzzle: Puzzle, words: str) -> None:
        """Make the session's puzzle another one, in a step that can be undone."""
        self._undo_stack.push(ChangePuzzle(self._session, puzzle, words))

    def new(self, puzzle: Puzzle) -> None:
        """Begin with `puzzle`, in a step that can be undone."""
        if self._tools is not None:
            self._tools.release()
        self._session.set_puzzle(replace(puzzle, name="Your puzzle"))
        self.start()

    def copy(self) -> None:
        """Put the puzzle on the clipboard as text."""
        self._in_use.release()  # which may change the puzzle
        puzzle = self._session.puzzle
        assert puzzle is not None
        QGuiApplication.clipboard().setText(puzzle.format())

    def paste(self) -> None:
        """Open the text on the clipboard and edit its first puzzle, or say what is wrong."""
        text = QGuiApplication.clipboard().text()
        try:
            if not text.strip():
                raise PuzzleError("The clipboard has no text; copy a puzzle first.")
            if len(text) > LONGEST_PASTE:
                raise PuzzleError(
                    f"The clipboard has {len(text):,} characters, more than any one puzzle; "
                    "to read many, open a file."
                )
            pasted = Pasted(text)
            puzzles = pasted.puzzles()
        except PuzzleError as error:
            self._session.fail(str(error))
            return
        self._session.show_opened(pasted, puzzles)
        self.start()

    def key(self, event: QKeyEvent) -> Callable[[], object] | None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.key() == Qt.Key.Key_Escape:
            return self._escape
        if plain and event.key() in ARROWS:
            return partial(self._move_selection, *ARROWS[event.key()])
        keys = QKeySequence(event.keyCombination())
        for button in self._common:
            if button.key == keys:
                return button.click
        return self._in_use.key(event)

    def key_released(self, event: QKeyEvent) -> None:
        self._in_use.key_released(event)

    def press(self, cell: Cell, button: Qt.MouseButton) -> None:
        self._in_use.press(cell, button)

    def drag(self, cell: Cell) -> None:
        self._in_use.drag(cell)

    def release(self) -> None:
        self._in_use.release()

    def _clear(self) -> None:
        self._in_use.release()
        self._in_use.clear()

    def _escape(self) -> None:
        if not self._in_use.abandon():
            self.stop()

    def _move_selection(self, rows: int, cols: int) -> None:
        self._in_use.release()
        self._pane.board.select_beside(rows, cols)

    def _on_cell_clicked(self, cell: Cell) -> None:
        puzzle = self._session.puzzle
        if puzzle is not None and puzzle.kind == "sudoku":
            self.start()

    def _on_another(self) -> None:
        if not self._undo_stack.moving:
            self.stop()
        elif self.editing:
            self.start()

    def _on_puzzle(self) -> None:
        if self._tools is None:
            return
        if self._tools.serves(self._session.puzzle):
            self._tools.follow()
            self._pane.refresh()
        else:
            self._take_tools()

    def _make_common(self) -> list[ToolButton]:
        """The buttons that every kind of puzzle has."""
        return [
            ToolButton.of(self._commands["undo"], "undo"),
            ToolButton.of(self._commands["redo"], "redo"),
            _button("Copy", "Copy the puzzle as text", "copy", "Ctrl+C", self.copy),
            _button("Paste", "Paste a puzzle from text", "paste", "Ctrl+V", self.paste),
            _button("Clear", "Empty it", "clear", "Ctrl+Del", self._clear),
        ]

    def _take_tools(self) -> None:
        """Put the tools for the session's puzzle in the place of others."""
        session, board = self._session, self._pane.board
        assert session.puzzle is not None
        kind = session.puzzle.kind
        tools: Tools
        if kind == "sudoku":
            tools = SudokuTools(session, board, self.change, self._pane.solutions)
        elif kind == "maze":
            tools = MazeTools(session, board, self.change)
        else:
            tools = ArcTools(session, board, self.change, self._boards.examples)
        self._show_tools(tools)

    def _show_tools(self, tools: Tools | None) -> None:
        before, self._tools = self._tools, tools
        strip = pair_strip = None
        if tools is not None:
            self._common = self._make_common()
            strip = ToolStrip([*tools.groups, self._common])
            pair_strip = ToolStrip([tools.for_pairs])
            tools.changed.connect(self._pane.refresh)
            tools.follow()
        self._pane.set_editing(tools)
        self._boards.set_tools(strip, pair_strip)
        if before is not None:
            before.deleteLater()


def _button(
    name: str, hint: str, icon_name: str, key: str, does: Callable[[], object]
) -> ToolButton:
    button = ToolButton(name, hint, icon_name=icon_name, key=key)
    button.clicked.connect(does)
    return button
