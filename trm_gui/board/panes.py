"""The two boards with their headings: the puzzle, and the answer at the cursor."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from trm_core.puzzles.arc import Arc
from trm_gui import theme as themes
from trm_gui.board.board import Board
from trm_gui.board.content import BoardContent
from trm_gui.board.geometry import Cell
from trm_gui.board.overlays import OverlaySet, answer_content
from trm_gui.board.task_strip import TaskStrip
from trm_gui.session import Session

LEAST_PANE = 320 + 2 * themes.SPACE
"""Logical pixels of width that a board and the margin around it keep."""


class _Pane(QWidget):
    """A heading, what belongs beside it, and a board below."""

    def __init__(self, board: Board, heading: str, beside: QWidget) -> None:
        super().__init__()
        self.board = board
        self.heading = QLabel(heading)
        self.heading.setFont(themes.font(themes.TITLE))
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        top = QHBoxLayout()
        top.setContentsMargins(themes.SPACE, 0, themes.SPACE, 0)
        top.addWidget(self.heading, 1)
        top.addWidget(beside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(board, 1)


def _sideways_scrolling(widget: QWidget) -> QScrollArea:
    """A strip as high as `widget` and its scroll bar, whatever the width."""
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    bar = area.horizontalScrollBar().sizeHint().height()
    area.setFixedHeight(widget.sizeHint().height() + bar)
    return area


class InputPane(_Pane):
    """The puzzle as posed, with the examples of an ARC task; a Sudoku can be typed into.

    Beside the heading, where a file has several puzzles, which of them this is.
    """

    cell_typed = Signal(int, int, int)

    def __init__(self, session: Session) -> None:
        self._session = session
        self.number = QSpinBox()
        self.number.setAccessibleName("Puzzle of the file")
        self.number.setToolTip("Which puzzle of the file is shown")
        self.number.setKeyboardTracking(False)
        self.number.valueChanged.connect(self._on_number)
        self.number.editingFinished.connect(self.number.clearFocus)  # arrows step again
        super().__init__(Board(name="Puzzle"), "Puzzle", self.number)
        self.examples = TaskStrip()
        self._examples_area = _sideways_scrolling(self.examples)
        self.layout().addWidget(self._examples_area)
        self.board.setObjectName("input_board")
        self.board.cell_typed.connect(self.cell_typed)
        session.puzzle_changed.connect(self._show)
        session.another_puzzle.connect(lambda: self.board.select(None))
        self._show()

    def _show(self) -> None:
        puzzle = self._session.puzzle
        if puzzle is None:
            self.board.set_message("No puzzle yet", "Open a Sudoku, maze or ARC file, or drop one.")
            return
        self._examples_area.setVisible(isinstance(puzzle, Arc))
        if isinstance(puzzle, Arc):
            self.examples.set_puzzle(puzzle)
        self.board.editable = puzzle.kind == "sudoku"
        self.board.set_content(
            BoardContent(puzzle, puzzle.grid, conflicts=puzzle.conflicts(puzzle.grid))
        )
        self.heading.setText(puzzle.name or "Puzzle")
        self.heading.setToolTip(puzzle.source)
        self._show_number()

    def _show_number(self) -> None:
        puzzles = self._session.puzzles
        index = next((i for i, p in enumerate(puzzles) if p is self._session.puzzle), None)
        self.number.setVisible(len(puzzles) > 1 and index is not None)
        if index is not None:
            self.number.blockSignals(True)
            self.number.setRange(1, len(puzzles))
            self.number.setSuffix(f" of {len(puzzles):,}")
            self.number.setValue(index + 1)
            self.number.blockSignals(False)

    def _on_number(self, number: int) -> None:
        self._session.set_puzzle(self._session.puzzles[number - 1])


class AnswerPane(_Pane):
    """The answer decoded from y at the cursor, or why there is none."""

    another_puzzle_wanted = Signal()

    def __init__(self, session: Session, overlays: OverlaySet) -> None:
        self._session = session
        self._overlays = overlays
        self.verdict = QLabel()
        super().__init__(Board(name="Answer"), "Answer y at the cursor", self.verdict)
        self.board.setObjectName("answer_board")
        self.board.message_button_clicked.connect(self._on_button)
        self.board.hovered.connect(self._on_cell)
        self.board.selection_changed.connect(self._on_cell)
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        for signal in (session.puzzle_changed, session.model_changed, session.cursor_changed):
            signal.connect(self._show)
        session.solving_changed.connect(self._show)
        overlays.changed.connect(self._show)
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "verdict"):
            self._show()

    def _show(self) -> None:
        session = self._session
        self.verdict.clear()
        if session.frame is not None:
            self._show_frame()
        elif session.model is None and session.puzzle is not None:
            self.board.set_message(
                "No model fits this puzzle", session.why_no_model(), "Open another puzzle…"
            )
        elif session.solving:
            self.board.set_message("Solving", f"{session.model_name} is being loaded.", "Cancel")
        elif session.failure:
            self.board.set_message("The solve failed", session.failure, "Try again")
        else:
            self.board.set_message(
                "Not solved yet",
                f"Watch {session.model_name} work on it, cycle by cycle.",
                "Solve",
            )

    def _on_cell(self, cell: Cell | None) -> None:
        """Look at the cell under the mouse, else at the selected one, else at the last one."""
        cell = cell or self.board.selected_cell
        if cell is not None:
            self._session.look_at(cell)

    def _on_button(self) -> None:
        if self._session.solving:
            self._session.cancel()
        elif self._session.model is None:
            self.another_puzzle_wanted.emit()
        else:
            self._session.solve()

    def _show_frame(self) -> None:
        trace, cursor = self._session.trace, self._session.cursor
        self.board.set_content(answer_content(trace, cursor, self._overlays))
        if trace.solved(cursor) is not None:
            theme = themes.current(self)
            words, colour = (
                ("✓ right", theme.ok)
                if trace.solved(cursor)
                else ("not right", theme.secondary_text)
            )
            self.verdict.setText(words)
            self.verdict.setStyleSheet(f"color: {colour}; font-weight: bold")
