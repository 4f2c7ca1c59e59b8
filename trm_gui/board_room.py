"""Whether the boards have room beside the docks at their sides."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QSplitter

from trm_gui import theme as themes
from trm_gui.board.panes import LEAST_PANE, Pane

_SIDES = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea


def docks_at_sides(window: QMainWindow) -> list[QDockWidget]:
    """The docks that take width from the boards."""
    return [
        dock
        for dock in window.findChildren(QDockWidget)
        if not dock.isHidden() and not dock.isFloating() and window.dockWidgetArea(dock) in _SIDES
    ]


def missing_width(window: QMainWindow, also: Iterable[QDockWidget] = ()) -> int:
    """By how much the window is too narrow for its boards and the docks at its sides, those of
    `also` included; negative where there is more room than that."""
    widths = dict.fromkeys(_SIDES, 0)
    for dock in (*docks_at_sides(window), *also):
        area = window.dockWidgetArea(dock)
        if area in widths:
            widths[area] = max(widths[area], dock.minimumSizeHint().width())
    panes = sum(not pane.isHidden() for pane in window.findChildren(Pane))
    boards = panes * LEAST_PANE + (panes - 1) * themes.SPACE  # with the handles between them
    return boards + sum(widths.values()) - window.width()


def give_height(rows: QSplitter, least: int) -> None:
    """Have the upper row so high, at the cost of the lower one as far as that can shrink."""
    above, below = rows.sizes()
    taken = min(least - above, below - rows.widget(1).minimumSizeHint().height())
    if taken > 0:
        rows.setSizes([above + taken, below - taken])
