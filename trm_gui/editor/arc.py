"""Drawing the grids of an ARC task, and choosing which pairs it has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QWidget

from trm_core.puzzles import arc_edit, drawing
from trm_core.puzzles.arc import COLOUR_NAMES, COLOURS, Arc, Task
from trm_core.puzzles.arc_edit import Slot
from trm_core.puzzles.arc_tasks import MAX_SIZE
from trm_core.puzzles.base import NO_SYMBOL, Grid, Puzzle
from trm_gui.board.board import Board
from trm_gui.board.content import BoardContent
from trm_gui.board.geometry import Cell
from trm_gui.board.task_strip import TaskStrip
from trm_gui.editor.drawing_tools import Draw, DrawingTools
from trm_gui.editor.tool_button import SizeBoxes, ToolButton
from trm_gui.editor.tools import Change
from trm_gui.session import Session

TOOLS = (
    (drawing.pencil, "Pencil", "Draw cell by cell", "edit", "P"),
    (drawing.rectangle, "Rectangle", "Fill a rectangle, corner to corner", "rectangle", "R"),
    (drawing.flood_fill, "Fill", "Fill an area of one colour", "fill", "F"),
)
PageUp, PageDown = Qt.Key.Key_PageUp, Qt.Key.Key_PageDown


class ArcTools(DrawingTools):
    """One grid of the task is on the board at a time; the strip of all of them says which.

    The test pair whose grid is chosen is the one that is solved.
    """

    kind = "arc"

    def __init__(self, session: Session, board: Board, change: Change, strip: TaskStrip) -> None:
        super().__init__(session, board, change)
        self._strip = strip
        task = self._puzzle.task
        grids = [grid for pair in task.train for grid in (pair.input, pair.output)]
        drawn = any(grid is not None and grid.any() for grid in grids)
        first = Slot("train", 0, "input")  # of a task that is to be made
        self._slot = Slot("test", self._puzzle.test_index, "input") if drawn else first
        self._followed = task
        self._draw_words = ""
        self._colours, self._tool = QButtonGroup(self), QButtonGroup(self)
        for code, (colour, word) in enumerate(zip(COLOURS, COLOUR_NAMES, strict=True)):
            hint = f"Draw in {word}"
            button = ToolButton(
                f"Colour {code}, {word}",
                hint,
                sign=f"{code}",
                colour=colour,
                key=f"{code}",
                checkable=True,
            )
            self._colours.addButton(button, code)
        self._colours.button(1).setChecked(True)
        for number, (_, name, hint, icon_name, key) in enumerate(TOOLS):
            button = ToolButton(name, hint, icon_name=icon_name, key=key, checkable=True)
            self._tool.addButton(button, number)
        self._tool.button(0).setChecked(True)
        self._size = SizeBoxes(1, MAX_SIZE, board)
        self._size.changed.connect(self._resize)
        self._pair_buttons = self._make_pair_buttons()
        strip.slot_chosen.connect(self._choose)

    def _make_pair_buttons(self) -> dict[str, ToolButton]:
        buttons = {}
        for name, words, hint, key, does in (
            ("to_output", "Input to output", "Copy the input to the output", "O", self._to_output),
            ("duplicate", "Duplicate the pair", "Add a copy of this pair", "D", self._duplicate),
            ("add", "Add a pair", "Add a pair after this one", "A", self._add),
            ("remove", "Remove the pair", "Remove this pair", "X", self._remove),
            (
                "earlier",
                "Move the pair left",
                "Put this pair one place earlier",
                ",",
                self._left,
            ),
            (
                "later",
                "Move the pair right",
                "Put this pair one place later",
                ".",
                self._right,
            ),
        ):
            buttons[name] = ToolButton(words, hint, icon_name=name, key=key)
            buttons[name].clicked.connect(does)
        return buttons

    @property
    def _puzzle(self) -> Arc:
        puzzle = super()._puzzle
        assert isinstance(puzzle, Arc)
        return puzzle

    @property
    def groups(self) -> Sequence[Sequence[QWidget]]:
        return (
            self._colours.buttons(),
            self._tool.buttons(),
            [self._size],
        )

    @property
    def for_pairs(self) -> Sequence[QWidget]:
        return list(self._pair_buttons.values())

    @property
    def slot(self) -> Slot:
        """Whose grid is on the board; the nearest that there is."""
        count = len(arc_edit.pairs(self._task, self._slot.part))
        return self._slot._replace(number=min(self._slot.number, count - 1))

    @property
    def _task(self) -> Task:
        return self._puzzle.task

    def serves(self, puzzle: Puzzle | None) -> bool:
        return isinstance(puzzle, Arc)

    def base(self) -> Grid:
        grid = arc_edit.grid_at(self._task, self.slot)
        if grid is None:  # as large as the input, with nothing known of it
            return np.full_like(arc_edit.grid_at(self._task, self.slot.input), NO_SYMBOL)
        return grid

    def follow(self) -> None:
        super().follow()
        if elsewhere := arc_edit.first_difference(self._followed, self._task):  # undone, redone
            self._slot = elsewhere
        self._followed, slot = self._task, self.slot
        self._size.show_size(self.base().shape)
        count = len(arc_edit.pairs(self._task, slot.part))
        self._pair_buttons["remove"].setEnabled(count > 1)
        self._pair_buttons["earlier"].setEnabled(slot.number > 0)
        self._pair_buttons["later"].setEnabled(slot.number < count - 1)
        self._strip.set_chosen(slot)

    def content(self) -> BoardContent:
        return BoardContent(self._puzzle, self.drawn())

    def title(self) -> str:
        unknown = arc_edit.grid_at(self._task, self.slot) is None
        return f"{self.slot}, not known" if unknown else f"{self.slot}"

    def clear(self) -> None:
        if (self.slot.part, self.slot.side) == ("test", "output"):
            self._put(None, "forget the output")
        else:
            self._put(np.zeros_like(self.base()), "clear the grid")

    def key(self, event: QKeyEvent) -> Callable[[], object] | None:
        if event.key() in (PageUp, PageDown) and not event.modifiers():
            return partial(self._choose_beside, 1 if event.key() == PageDown else -1)
        return super().key(event)

    def draw_with(self, cell: Cell, button: Qt.MouseButton) -> Draw:
        draw, name, *_ = TOOLS[self._tool.checkedId()]
        code = 0 if button == Qt.MouseButton.RightButton else self._colours.checkedId()
        self._draw_words = f"draw with {name.lower()}"
        return lambda grid, stroke: draw(known(grid), stroke, code)

    def become(self, grid: Grid) -> None:
        self._put(grid, self._draw_words)

    def erase_at(self, cell: Cell) -> Grid:
        self._draw_words = "erase a cell"
        return drawing.pencil(known(self.base()), [cell], 0)

    def _choose(self, slot: Slot) -> None:
        self.release()
        self._slot = slot
        puzzle = self._puzzle
        if slot.part == "test" and slot.number != puzzle.test_index:
            self._session.edit_puzzle(arc_edit.with_test(puzzle, slot.number))
        else:
            self.follow()
            self.changed.emit()

    def _choose_beside(self, by: int) -> None:
        slots = arc_edit.slots(self._task)
        self._choose(slots[(slots.index(self.slot) + by) % len(slots)])

    def _resize(self, rows: int, cols: int) -> None:
        grid = drawing.resized(known(self.base()), rows, cols, 0)
        self._put(grid, f"resize to {rows}×{cols}")

    def _put(self, grid: Grid | None, words: str) -> None:
        self._become(arc_edit.with_grid(self._task, self.slot, grid), self.slot, words)

    def _to_output(self) -> None:
        output = self.slot._replace(side="output")
        self._become(arc_edit.copied_to_output(self._task, self.slot), output, "copy the input")

    def _add(self) -> None:
        self._become(*arc_edit.with_blank_pair(self._task, self.slot), "add a pair")

    def _duplicate(self) -> None:
        self._become(*arc_edit.with_duplicate(self._task, self.slot), "duplicate the pair")

    def _remove(self) -> None:
        self._become(*arc_edit.without_pair(self._task, self.slot), "remove the pair")

    def _left(self) -> None:
        self._become(*arc_edit.with_pair_moved(self._task, self.slot, -1), "move the pair left")

    def _right(self) -> None:
        self._become(*arc_edit.with_pair_moved(self._task, self.slot, 1), "move the pair right")

    def _become(self, task: Task, slot: Slot, words: str) -> None:
        self._slot = slot
        if task != self._task:
            self._followed = task
            self._change(arc_edit.changed(self._puzzle, task, slot), words)
        else:
            self.follow()
            self.changed.emit()


def known(grid: Grid) -> Grid:
    """The grid with black where nothing is known."""
    return np.where(grid == NO_SYMBOL, np.int8(0), grid)
