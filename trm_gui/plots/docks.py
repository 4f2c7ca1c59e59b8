"""The plots around the boards: docks to move, tab, float and close."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMenu,
    QTabBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.board_room import docks_at_sides, missing_width
from trm_gui.dock_title import name_buttons
from trm_gui.plots.cell import CellPane
from trm_gui.plots.measures import CertaintyPane, ChangePane, CorrectnessPane
from trm_gui.plots.mixing import MixingPane
from trm_gui.plots.pane import PlotPane
from trm_gui.plots.path import LatentPathPane
from trm_gui.plots.turns import Turns
from trm_gui.session import Session

WIDTH = 40 * themes.SPACE
"""How wide the docks are until somebody drags their edge."""

PLOTS: tuple[tuple[str, str, Callable[[Session, Turns], PlotPane]], ...] = (
    ("plot_change", "Change", ChangePane),
    ("plot_certainty", "Certainty", CertaintyPane),
    ("plot_correctness", "Correctness", CorrectnessPane),
    ("plot_latent_path", "Latent path", LatentPathPane),
    ("plot_cell", "Selected cell", CellPane),
    ("plot_attention", "Mixing", MixingPane),
)
"""Object name, title and contents of each dock; the first three are tabs above the others."""

ABOVE = 3

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
_RIGHT = Qt.DockWidgetArea.RightDockWidgetArea


class PlotDocks(QObject):
    """Makes the docks, closed until `reset` or the window's `restoreState` opens them; their menu.

    Docks at the sides are put aside while the window is too narrow for them and the boards, and
    come back with the room; one that is asked for meanwhile floats.
    """

    def __init__(self, window: QMainWindow, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._aside: list[QDockWidget] = []
        self.docks: dict[str, QDockWidget] = {}
        self.menu = QMenu("&Plots", window)
        self.menu.setToolTipsVisible(True)
        window.setDockNestingEnabled(True)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        turns = Turns(self)
        for name, title, make_pane in PLOTS:
            dock = QDockWidget(title, window)
            dock.setObjectName(name)
            dock.setAccessibleName(title)
            dock.setWidget(_Filled(turns, lambda make_pane=make_pane: make_pane(session, turns)))
            window.addDockWidget(_RIGHT, dock)
            dock.hide()
            name_buttons(dock, f"the plot {title}")
            action = dock.toggleViewAction()
            action.setToolTip(f"Show or close the plot {title}")
            action.triggered.connect(lambda on, dock=dock: self._on_asked(dock, on))
            self.menu.addAction(action)
            self.docks[name] = dock
        self.menu.addSeparator()
        reset = self.menu.addAction("Put plots &back in place")
        reset.setToolTip("Open all plots where they were at first")
        reset.triggered.connect(self.reset)
        window.installEventFilter(self)

    def reset(self) -> None:
        """All docks at the right, in two stacks of tabs, the first tab of each in front."""
        window, docks = self._window, list(self.docks.values())
        self._aside.clear()
        for dock in docks:
            dock.setFloating(False)
            window.removeDockWidget(dock)
        for number, dock in enumerate(docks):
            first = docks[0 if number < ABOVE else ABOVE]
            if dock is first:
                window.addDockWidget(_RIGHT, dock, Qt.Orientation.Vertical)
            else:
                window.tabifyDockWidget(first, dock)
            dock.show()
            window.layout().activate()  # else Qt leaves a tab bar of each size of the stack
        for bar in window.findChildren(QTabBar, options=_DIRECT):
            bar.setVisible(bar.count() > 1)  # Qt forgets to show those that it uses again
        docks[0].raise_()
        docks[ABOVE].raise_()
        halves = [docks[0], docks[ABOVE]]
        window.resizeDocks(halves, [WIDTH, WIDTH], Qt.Orientation.Horizontal)
        window.resizeDocks(halves, [window.height(), window.height()], Qt.Orientation.Vertical)
        if window.isVisible():
            self.make_room()

    def bring_back(self) -> None:
        """Show what was put aside, whether there is room or not."""
        while self._aside:
            self._aside.pop().show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.make_room()
        return False

    def _on_asked(self, dock: QDockWidget, on: bool) -> None:
        """After somebody opened or closed a dock in the menu."""
        if dock in self._aside:
            self._aside.remove(dock)
        if on and not dock.isFloating() and missing_width(self._window) > 0:
            dock.setFloating(True)
        if on:
            dock.raise_()

    def make_room(self) -> None:
        """Put the docks at the sides aside, or bring them back, as the boards have room."""
        if missing_width(self._window) > 0:
            for dock in docks_at_sides(self._window):
                if dock in self.docks.values():
                    dock.hide()
                    self._aside.append(dock)
        elif self._aside and missing_width(self._window, self._aside) <= 0:
            self.bring_back()


class _Filled(QWidget):
    """A place that is filled when it first comes on screen."""

    def __init__(self, turns: Turns, make_pane: Callable[[], PlotPane]) -> None:
        super().__init__()
        self._turns = turns
        self._make_pane: Callable[[], PlotPane] | None = make_pane
        self.setMinimumSize(35 * themes.SPACE, 17 * themes.SPACE)  # three tabs in words
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._make_pane is not None:
            self._turns.ask(self._fill)

    def _fill(self) -> None:
        self.layout().addWidget(self._make_pane())
        self._make_pane = None
