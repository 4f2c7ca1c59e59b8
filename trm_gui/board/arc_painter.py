"""How an ARC grid looks: the ten official colours, exactly, with thin grey lines between."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPainter

from trm_core.puzzles import NO_SYMBOL
from trm_gui.board import marks
from trm_gui.board.content import BoardContent
from trm_gui.board.geometry import Cell, CellGeometry
from trm_gui.theme import Theme


def paint_arc(
    painter: QPainter,
    geometry: CellGeometry,
    content: BoardContent,
    theme: Theme,
    selected: Cell | None = None,
) -> None:
    """Conflicts have their corner mark and no tint: a tinted cell would be another colour."""
    grid = content.shown
    painter.fillRect(geometry.outline, QColor(theme.board))
    for code, colour in enumerate(theme.arc):
        marks.fill(painter, geometry, grid == code, colour)
    marks.draw_hatching(painter, geometry, grid == NO_SYMBOL, theme.secondary_text)
    marks.draw_runners_up(painter, geometry, content, theme.arc, theme.board)
    marks.draw_veil(painter, geometry, content, theme.board)
    marks.draw_heat(painter, geometry, content, theme)
    if geometry.size >= marks.FINE_CELL:
        thin = geometry.snap(1.0)
        bars = geometry.row_lines(range(grid.shape[0] + 1), thin)
        bars += geometry.col_lines(range(grid.shape[1] + 1), thin)
        marks.draw_bars(painter, bars, theme.arc_line)
    marks.draw_changes(painter, geometry, content, theme, casing=theme.board)
    marks.draw_selection(painter, geometry, selected, theme)
    grounds = {colour: grid == code for code, colour in enumerate(theme.arc)}
    grounds[theme.board] = grid == NO_SYMBOL
    marks.draw_wrong_marks(painter, geometry, content, theme, grounds)
    marks.draw_conflict_marks(painter, geometry, content, theme)
