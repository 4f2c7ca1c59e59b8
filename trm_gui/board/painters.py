"""Paint any board with any QPainter: a widget, an image, an SVG file."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from trm_gui.board.arc_painter import paint_arc
from trm_gui.board.content import BoardContent
from trm_gui.board.geometry import Cell, CellGeometry
from trm_gui.board.maze_painter import paint_maze
from trm_gui.board.sudoku_painter import paint_sudoku
from trm_gui.theme import Theme


class PaintBoard(Protocol):
    def __call__(
        self,
        painter: QPainter,
        geometry: CellGeometry,
        content: BoardContent,
        theme: Theme,
        selected: Cell | None = None,
    ) -> None: ...


PAINTERS: dict[str, PaintBoard] = {
    "sudoku": paint_sudoku,
    "maze": paint_maze,
    "arc": paint_arc,
}


def paint_board(
    painter: QPainter,
    area: QRectF,
    content: BoardContent,
    theme: Theme,
    selected: Cell | None = None,
) -> CellGeometry | None:
    """Paint `content` centred in `area`, and return where its cells lie; None for a (0, 0) grid."""
    if content.grid.size == 0:
        return None
    geometry = CellGeometry.fit(
        area, content.rows, content.cols, painter.device().devicePixelRatioF()
    )
    painter.save()
    PAINTERS[content.puzzle.kind](painter, geometry, content, theme, selected)
    painter.restore()
    return geometry
