"""The dialog for an empty puzzle of some kind and size."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLayout,
    QSpinBox,
    QWidget,
)

from trm_core.checkpoints.expectations import outlook_of_new
from trm_core.checkpoints.info import ModelInfo
from trm_core.puzzles.arc_tasks import MAX_SIZE
from trm_core.puzzles.base import Puzzle
from trm_core.puzzles.blank import blank
from trm_core.puzzles.maze import MAX_SIDE as MAX_MAZE_SIDE
from trm_core.puzzles.maze import MIN_SIDE as MIN_MAZE_SIDE
from trm_core.puzzles.sudoku import SIDES, usual_box_rows
from trm_gui import theme as themes
from trm_gui.hints import wrapped

KINDS = ("sudoku", "Sudoku"), ("maze", "Maze"), ("arc", "ARC task")
SIZES = {"sudoku": (9, 9), "maze": (15, 15), "arc": (10, 10)}
"""Rows and columns to begin with, by kind."""
MOST_TYPED = 999
"""Rows and columns that can be typed; what is too many is said, not changed."""
LIMITS = {"maze": (MIN_MAZE_SIDE, MAX_MAZE_SIDE), "arc": (1, MAX_SIZE)}


class NewPuzzleDialog(QDialog):
    """Asks for kind and size, beginning with those of the puzzle at hand."""

    chosen = Signal(object)
    """The empty puzzle."""

    def __init__(
        self, models: Sequence[ModelInfo], at_hand: Puzzle | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("New puzzle")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._models = models
        self.kind = QComboBox()
        for kind, words in KINDS:
            self.kind.addItem(words, kind)
        self.side = QComboBox()
        for side in SIDES:
            box_rows = usual_box_rows(side)
            assert box_rows is not None
            self.side.addItem(f"{side}×{side}, boxes {box_rows}×{side // box_rows}", side)
        self.rows, self.cols = QSpinBox(), QSpinBox()
        for box in (self.rows, self.cols):
            box.setMaximum(MOST_TYPED)
        self.solver = QLabel(wordWrap=True)
        self.solver.setTextFormat(Qt.TextFormat.PlainText)
        self.solver.setAccessibleName("What models make of such puzzles")
        self.solver.setFixedWidth(44 * themes.SPACE)
        self.solver.setMinimumHeight(6 * self.solver.fontMetrics().lineSpacing())
        self.solver.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.solver.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._form = QFormLayout(self)
        self._form.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        self._form.setContentsMargins(*[2 * themes.SPACE] * 4)
        for control, name, hint in (
            (self.kind, "Kind", "What kind of puzzle to begin"),
            (self.side, "Size", "Rows and columns, and the size of the boxes"),
            (self.rows, "Rows", "How many rows"),
            (self.cols, "Columns", "How many columns"),
        ):
            control.setAccessibleName(name)
            control.setToolTip(wrapped(hint))
            self._form.addRow(name, control)
        self._form.addRow(self.solver)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.begin = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.begin.setText("Begin")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._form.addRow(buttons)
        self._sizes = dict(SIZES)
        if at_hand is not None:
            self._sizes[at_hand.kind] = at_hand.grid.shape
            self.kind.setCurrentIndex(self.kind.findData(at_hand.kind))
        self._show_kind()
        self.kind.currentIndexChanged.connect(self._show_kind)
        self.side.currentIndexChanged.connect(self._show_solver)
        for box in (self.rows, self.cols):
            box.valueChanged.connect(self._show_solver)

    def puzzle(self) -> Puzzle:
        """The empty puzzle that the controls describe."""
        kind = self.kind.currentData()
        if kind == "sudoku":
            return blank(kind, self.side.currentData(), self.side.currentData())
        return blank(kind, self.rows.value(), self.cols.value())

    def accept(self) -> None:
        puzzle = self.puzzle()
        super().accept()
        self.chosen.emit(puzzle)

    def _show_kind(self) -> None:
        kind = self.kind.currentData()
        self._form.setRowVisible(self.side, kind == "sudoku")
        for box, length in zip((self.rows, self.cols), self._sizes[kind], strict=True):
            self._form.setRowVisible(box, kind != "sudoku")
            if kind in LIMITS:
                box.blockSignals(True)  # while the other one has a length of another kind
                box.setValue(length)
                box.blockSignals(False)
        if kind == "sudoku":
            self.side.setCurrentIndex(self.side.findData(self._sizes[kind][0]))
        self._show_solver()

    def _trouble(self) -> str:
        """What is wrong with the size, in a sentence; "" if nothing is."""
        least, most = LIMITS.get(self.kind.currentData(), (0, MOST_TYPED))
        for name, box in (("rows", self.rows), ("columns", self.cols)):
            if not least <= box.value() <= most:
                return f"Found {box.value()} {name}, expected {least} to {most}."
        return ""

    def _show_solver(self) -> None:
        trouble = self._trouble()
        self.begin.setEnabled(not trouble)
        role = QPalette.ColorRole.WindowText if trouble else QPalette.ColorRole.PlaceholderText
        self.solver.setForegroundRole(role)
        colour = themes.current(self).conflict_text
        self.solver.setStyleSheet(f"color: {colour}" if trouble else "")
        self.solver.setText(
            f"⚠ {trouble}" if trouble else outlook_of_new(self._models, self.puzzle())
        )
