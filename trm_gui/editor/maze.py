"""Drawing a maze: walls and floor with a brush, start and goal by dragging them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QWidget

from trm_core.puzzles.base import Grid
from trm_core.puzzles.maze import FLOOR, GOAL, MAX_SIDE, MIN_SIDE, START, WALL, Maze
from trm_core.puzzles.maze_edit import (
    brush,
    cleared,
    describe_way,
    move_end,
    resized_maze,
)
from trm_gui.board.board import Board
from trm_gui.board.content import BoardContent
from trm_gui.board.geometry import Cell
from trm_gui.editor.drawing_tools import Draw, DrawingTools
from trm_gui.editor.tool_button import SizeBoxes, ToolButton
from trm_gui.editor.tools import Change
from trm_gui.session import Session

TOOLS = (
    (WALL, "Wall", "Draw walls", "wall", "W"),
    (FLOOR, "Floor", "Erase walls; the right mouse button does too", "erase", "F"),
    (START, "Start", "Put the start here; it can be dragged with any tool", "start", "S"),
    (GOAL, "Goal", "Put the goal here; it can be dragged with any tool", "goal", "G"),
)
WORDS = {WALL: "draw walls", FLOOR: "erase walls", START: "move the start", GOAL: "move the goal"}


class MazeTools(DrawingTools):
    """There is always exactly one start and one goal."""

    kind = "maze"

    def __init__(self, session: Session, board: Board, change: Change) -> None:
        super().__init__(session, board, change)
        self._drawing = WALL
        self._tool = QButtonGroup(self)
        for code, name, hint, icon_name, key in TOOLS:
            button = ToolButton(name, hint, icon_name=icon_name, key=key, checkable=True)
            self._tool.addButton(button, code)
        self._tool.button(WALL).setChecked(True)
        self._path = ToolButton(
            "Shortest path", "Show a shortest path", icon_name="path", key="P", checkable=True
        )
        self._path.toggled.connect(self.changed)
        self._size = SizeBoxes(MIN_SIDE, MAX_SIDE, board)
        self._size.changed.connect(self._resize)

    @property
    def _puzzle(self) -> Maze:
        puzzle = super()._puzzle
        assert isinstance(puzzle, Maze)
        return puzzle

    @property
    def groups(self) -> Sequence[Sequence[QWidget]]:
        return ([*self._tool.buttons(), self._path], [self._size])

    def base(self) -> Grid:
        return self._puzzle.grid

    def follow(self) -> None:
        super().follow()
        self._size.show_size(self.base().shape)

    def content(self) -> BoardContent:
        maze = self._maze()
        path = maze.nearest_solution(maze.grid) if self._path.isChecked() else None
        grid = maze.grid if path is None else path
        return BoardContent(maze, grid, conflicts=maze.problems(), lined=True)

    def words(self) -> tuple[str, bool]:
        maze = self._maze()
        cut_off = maze.shortest_length is None
        return (describe_way(maze) if cut_off or self._path.isChecked() else ""), cut_off

    def clear(self) -> None:
        self._drawing = FLOOR
        self._change_grid(cleared(self.base()), "erase all walls")

    def draw_with(self, cell: Cell, button: Qt.MouseButton) -> Draw:
        code, there = self._tool.checkedId(), int(self.base()[cell])
        if button == Qt.MouseButton.RightButton:
            code = FLOOR
        elif there in (START, GOAL):
            code = there
        self._drawing = code
        return partial(move_end if code in (START, GOAL) else brush, code=code)

    def become(self, grid: Grid) -> None:
        self._change_grid(grid, WORDS[self._drawing])

    def erase_at(self, cell: Cell) -> Grid:
        self._drawing = FLOOR
        return brush(self.base(), [cell], FLOOR)

    def _maze(self) -> Maze:
        """The maze with the stroke that is under way."""
        puzzle = self._puzzle
        return replace(puzzle, grid=self.drawn(), solution=None) if self._stroke else puzzle

    def _resize(self, rows: int, cols: int) -> None:
        self._change_grid(resized_maze(self.base(), rows, cols), f"resize to {rows}×{cols}")

    def _change_grid(self, grid: Grid, words: str) -> None:
        if not np.array_equal(grid, self.base()):
            self._change(replace(self._puzzle, grid=grid, solution=None, name="Your puzzle"), words)
