"""The two boards with their headings: the puzzle, and the answer at the cursor."""

from __future__ import annotations

from typing import ClassVar, Protocol

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trm_core.checkpoints.expectations import outlook
from trm_core.puzzles.base import Grid, Puzzle
from trm_core.trace import Trace
from trm_gui import theme as themes
from trm_gui.board.board import Board
from trm_gui.board.content import BoardContent
from trm_gui.board.geometry import Cell
from trm_gui.board.overlays import OverlaySet, answer_content
from trm_gui.commands import Commands
from trm_gui.elided_label import ElidedLabel
from trm_gui.hints import wrapped
from trm_gui.session import Session
from trm_gui.solution_count import SolutionCount

HEADING_HEIGHT = 4 * themes.SPACE
LEAST_PANE = 320 + 2 * themes.SPACE
"""Logical pixels that a board and the margin around it keep, both ways."""


class Pane(QWidget):
    """A heading, what belongs beside it, and a board below."""

    def __init__(self, board: Board, heading: str, *beside: QWidget) -> None:
        super().__init__()
        self.board = board
        self.heading = ElidedLabel(themes.font(themes.TITLE), Qt.TextElideMode.ElideMiddle)
        self.heading.setText(heading)
        top = QHBoxLayout()
        top.setContentsMargins(themes.SPACE, 0, themes.SPACE, 0)
        top.addWidget(self.heading, 1)
        top.setSpacing(themes.SPACE)
        top.addStrut(HEADING_HEIGHT)
        for widget in beside:
            top.addWidget(widget)
        self._rows = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(board, 1)

    def minimumSizeHint(self) -> QSize:
        """A hint, so that three of them share a window that is too narrow for that."""
        return super().minimumSizeHint().expandedTo(QSize(LEAST_PANE, 0))

    def _select_nothing(self) -> None:
        self.board.select(None)


class Editing(Protocol):
    """What the input pane shows while its puzzle is being edited."""

    kind: ClassVar[str]

    def content(self) -> BoardContent: ...

    def title(self) -> str: ...

    def words(self) -> tuple[str, bool]:
        """What there is to say, and whether something is wrong."""


class InputPane(themes.FollowsTheme, Pane):
    """The puzzle as posed, or what an editor makes of it.

    Beside the heading, where a file has several puzzles, which of them this is, and the button
    that begins and ends editing.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._editing: Editing | None = None
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.number = QSpinBox()
        self.number.setAccessibleName("Puzzle of the file")
        self.number.setToolTip("Which puzzle of the file is shown; the library lists them")
        self.number.setPrefix("puzzle ")
        self.number.setKeyboardTracking(False)
        self.number.valueChanged.connect(self._on_number)
        self.number.editingFinished.connect(self.number.clearFocus)  # arrows step again
        self.edit = QToolButton()
        self.edit.setAccessibleName("Edit the puzzle")
        self.edit.setAutoRaise(True)
        self.edit.setIconSize(QSize(20, 20))
        self.edit.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.edit.setFixedSize(HEADING_HEIGHT, HEADING_HEIGHT)
        super().__init__(Board(name="Puzzle"), "Puzzle", self.words, self.number, self.edit)
        self.board.setObjectName("input_board")
        self.solutions = SolutionCount(session, self)
        self.solutions.changed.connect(self.refresh)
        session.puzzle_changed.connect(self.refresh)
        session.another_puzzle.connect(self._select_nothing)
        self.follow_theme()

    def set_editing(self, editing: Editing | None) -> None:
        """Show what `editing` says; None shows the puzzle as posed."""
        self._editing = editing
        self.refresh()

    def refresh(self) -> None:
        """Show the puzzle, or what is being made of it, as it is now."""
        puzzle = self._session.puzzle
        if puzzle is None:
            self.board.set_message("No puzzle yet", "Open a Sudoku, maze or ARC file, or drop one.")
            return
        editing = self._editing
        if editing is not None and editing.kind != puzzle.kind:
            editing = None  # it is about to be replaced
        if editing is None:
            self._say(puzzle.title, *self._warning(puzzle))
            self.board.set_content(
                BoardContent(puzzle, puzzle.grid, conflicts=puzzle.conflicts(puzzle.grid))
            )
        else:
            self._say(editing.title(), *editing.words())
            self.board.set_content(editing.content())
        words = self.heading.text(), INPUT_HINT, puzzle.source
        self.heading.setToolTip("\n".join(filter(None, words)))
        self._show_number()

    _dress = refresh

    def _warning(self, puzzle: Puzzle) -> tuple[str, bool]:
        """What is wrong with the puzzle as posed, as far as its solutions are counted, and whether
        it cannot be solved at all; several shortest paths are as good as one."""
        count = self.solutions.count
        if puzzle.kind == "sudoku":
            return ("" if count in (None, 1) else self.solutions.words), count == 0
        if count == 0:
            return _why_unsolvable(puzzle), True
        return "", False

    def _say(self, title: str, words: str, wrong: bool) -> None:
        theme = themes.current(self)
        self.heading.setText(title)
        self.words.setText(f"⚠ {words}" if wrong else words)
        self.words.setAccessibleName(words)
        self.words.setVisible(bool(words))
        colour = theme.conflict_text if wrong else theme.secondary_text
        self.words.setStyleSheet(f"color: {colour}")

    def _show_number(self) -> None:
        number, count = self._session.number, len(self._session.puzzles)
        self.number.setVisible(count > 1 and number is not None)
        if number is not None:
            self.number.blockSignals(True)
            self.number.setRange(1, count)
            self.number.setSuffix(f" of {count:,}")
            self.number.setValue(number)
            self.number.blockSignals(False)

    def _on_number(self, number: int) -> None:
        self._session.set_puzzle(self._session.puzzles[number - 1])


WAYS = {
    "Open another puzzle…": "open",
    "Show puzzles that fit": "show_fitting",
    "Add a model…": "add_model",
    "Train one…": "train_on_this",
}
"""What can be done where no model fits, and the commands that do it."""

ANSWER_HINT = (
    "What the model would answer at the cursor: y, its current answer, decoded into cells.\n"
    "Its reasoning z is never decoded; Help, How it thinks tells more."
)
INPUT_HINT = "The puzzle as posed, which the model is given as x"


class AnswerPane(themes.FollowsTheme, Pane):
    """The answer decoded from y at the cursor, or why there is none."""

    def __init__(self, session: Session, overlays: OverlaySet, commands: Commands) -> None:
        self._session = session
        self._overlays, self._commands = overlays, commands
        self._outlook = ""
        self.verdict = QLabel()
        super().__init__(Board(name="Answer"), "Answer y at the cursor", self.verdict)
        self.board.setObjectName("answer_board")
        self.heading.setToolTip(wrapped(ANSWER_HINT))
        self.board.message_button_clicked.connect(self._on_button)
        self.board.hovered.connect(self._on_cell)
        self.board.selection_changed.connect(self._on_cell)
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        for signal in (session.puzzle_changed, session.cursor_changed):
            signal.connect(self._show)
        for signal in (session.solves.settings_changed, session.solves.solving_changed):
            signal.connect(self._show)
        session.another_puzzle.connect(self._select_nothing)
        overlays.changed.connect(self._show)
        self.follow_theme()

    def _show(self) -> None:
        session = self._session
        if session.trace is not None and session.cursor is not None:
            self._show_frame(session.trace, session.cursor)
            return
        self.verdict.clear()
        if session.puzzle is None:
            self.board.set_message("No puzzle yet", "What a model makes of it comes to stand here.")
        elif session.model is None:
            why = session.models.why_none_fits(session.puzzle)
            self.board.set_message("No model fits this puzzle", why, *WAYS)
        elif session.solving:
            self.board.set_message("Solving", f"{session.model_name} is being loaded.", "Cancel")
        elif session.focus.failure:
            self.board.set_message("The solve failed", session.focus.failure, "Try again")
        else:
            words = f"Watch {session.model_name} work on it, cycle by cycle."
            words = f"{words}\n\n{outlook(session.model, session.puzzle)}".rstrip()
            self.board.set_message("Not solved yet", words, "Solve")

    _dress = _show

    def _on_cell(self, cell: Cell | None) -> None:
        """Look at the cell under the mouse, else at the selected one, else at the last one."""
        cell = cell or self.board.selected_cell
        if cell is not None:
            self._session.moment.look_at(cell)

    def _on_button(self, words: str) -> None:
        if self._session.solving:
            self._session.cancel()
        elif self._session.model is None:
            self._commands[WAYS[words]].trigger()
        else:
            self._session.solve()

    def _show_frame(self, trace: Trace, cursor: int) -> None:
        content = answer_content(trace, cursor, self._overlays, trail=self._overlays.trail)
        self.board.set_content(content)
        theme, right = themes.current(self), trace.solved(cursor)
        words = f"{'✓ ' if right else ''}{trace.verdict(cursor)}"
        style = f"color: {theme.ok if right else theme.secondary_text}; font-weight: bold"
        if (words, style) != (self.verdict.text(), self.verdict.styleSheet()):
            self.verdict.setText(words)  # either has the window laid out again
            self.verdict.setStyleSheet(style)
            self._rows.activate()  # else the words are cut until the next time
            self._outlook = self._outlook_of_maker(trace)
        why = trace.reason(cursor)
        self.verdict.setAccessibleDescription(why)
        self.verdict.setToolTip(wrapped("\n".join(filter(None, (why, self._outlook)))))

    def _outlook_of_maker(self, trace: Trace) -> str:
        """How often the model is right on such puzzles."""
        model = self._session.model
        if (
            model is None
            or model.name != trace.model_name
            or model.misfit(trace.puzzle) is not None
        ):
            return ""
        return outlook(model, trace.puzzle)


class SolutionPane(Pane):
    """The right answer that the one at the cursor is compared with: of several the nearest."""

    def __init__(self, session: Session) -> None:
        self._session = session
        super().__init__(Board(name="Solution"), "Solution")
        self.board.setObjectName("solution_board")
        for signal in (session.puzzle_changed, session.trace_changed, session.cursor_changed):
            signal.connect(self._show)
        session.another_puzzle.connect(self._select_nothing)
        self._show()

    def _show(self) -> None:
        puzzle, trace, cursor = self._session.puzzle, self._session.trace, self._session.cursor
        self.heading.setText("Solution")
        if puzzle is None:
            self.board.set_message("No puzzle yet", "Its solution comes to stand here.")
        elif trace is None or cursor is None or trace.puzzle is not puzzle:
            # of the puzzle before, whose trace goes next
            if puzzle.solution is None:
                self.board.set_message("Not known yet", "It is worked out as a solve begins.")
            else:
                self.board.set_content(BoardContent(puzzle, puzzle.solution))
        else:
            self._show_nearest(puzzle, trace.judgement(cursor).solution)

    def _show_nearest(self, puzzle: Puzzle, solution: Grid | None) -> None:
        count = puzzle.solution_count
        several = count is not None and count > 1
        if solution is not None:
            self.heading.setText("Solution, of several the nearest" if several else "Solution")
            self.board.set_content(BoardContent(puzzle, solution))
        elif count == 0:
            self.board.set_message("No solution exists", f"{_why_unsolvable(puzzle)}.")
        elif several:
            self.board.set_message(
                "Several solutions", "There are too many of them to find the nearest one."
            )
        else:
            self.board.set_message("Not known", "The puzzle came without its right answer.")


def _why_unsolvable(puzzle: Puzzle) -> str:
    why = puzzle.problems()[0].rule
    return f"{why[:1].upper()}{why[1:]}"
