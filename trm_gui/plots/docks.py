"""The plots around the boards: docks to move, tab, float and close."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMenu,
    QTabBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.dock_title import name_buttons
from trm_gui.plots import LEAST_WIDTH
from trm_gui.plots.turns import Turns
from trm_gui.workbench import Workbench

WIDTH = 37 * themes.SPACE
"""How wide the docks are until somebody drags their edge."""
LEAST = QSize(LEAST_WIDTH, 17 * themes.SPACE)
"""Of a dock that is not filled yet."""


def _pane(module: str, name: str, bench: Workbench, turns: Turns) -> QWidget:
    """Contents of a dock; what they are made of is imported when that comes on screen."""
    made: QWidget = getattr(import_module(f"trm_gui.plots.{module}"), name)(bench, turns)
    return made


PLOTS: tuple[tuple[str, str, Callable[[Workbench, Turns], QWidget]], ...] = (
    ("plot_change", "Change", partial(_pane, "measures", "ChangePane")),
    ("plot_certainty", "Certainty", partial(_pane, "measures", "CertaintyPane")),
    ("plot_correctness", "Correctness", partial(_pane, "measures", "CorrectnessPane")),
    ("plot_latent_path", "Latent path", partial(_pane, "path", "LatentPathPane")),
    ("plot_cell", "Selected cell", partial(_pane, "cell", "CellPane")),
    ("plot_attention", "Mixing", partial(_pane, "mixing", "MixingPane")),
)
"""Object name, title and contents of each dock; the first three are tabs above the others."""

ABOVE = 3

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
_RIGHT = Qt.DockWidgetArea.RightDockWidgetArea


class PlotDocks(QObject):
    """Makes the docks, closed until `reset` or the window's `restoreState` opens them; their menu.

    One that is asked for while there is no room for it beside the boards floats.
    """

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench.window)
        self._window = window = bench.window
        self._room = bench.room
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
            dock.setWidget(_Filled(turns, partial(make_pane, bench, turns)))
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
        self._room.add("plots", list(self.docks.values()))

    def reset(self) -> None:
        """All docks at the right, in two stacks of tabs, the first tab of each in front."""
        window, docks, layout = self._window, list(self.docks.values()), self._window.layout()
        assert layout is not None
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
            layout.activate()  # else Qt leaves a tab bar of each size of the stack
        for bar in window.findChildren(QTabBar, options=_DIRECT):
            bar.setVisible(bar.count() > 1)  # Qt forgets to show those that it uses again
        self._room.choose(docks, dict.fromkeys((docks[0], docks[ABOVE]), (WIDTH, 0.5)))

    def _on_asked(self, dock: QDockWidget, on: bool) -> None:
        """After somebody opened or closed a dock in the menu."""
        if on and not dock.isFloating() and self._room.missing_width() > 0:
            dock.setFloating(True)
        if on:
            dock.raise_()


class _Filled(QWidget):
    """A place that is filled when it first comes on screen."""

    def __init__(self, turns: Turns, make_pane: Callable[[], QWidget]) -> None:
        super().__init__()
        self._turns = turns
        self._make_pane: Callable[[], QWidget] | None = make_pane
        self._rows = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)

    def minimumSizeHint(self) -> QSize:
        return super().minimumSizeHint().expandedTo(LEAST)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._make_pane is not None:
            self._turns.ask(self._fill)

    def _fill(self) -> None:
        assert self._make_pane is not None
        self._rows.addWidget(self._make_pane())
        self._make_pane = None
