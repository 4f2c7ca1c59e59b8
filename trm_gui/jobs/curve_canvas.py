"""The plots of all panels beside one another, zoomed together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGraphicsGridLayout, QScrollArea

from trm_gui import theme as themes
from trm_gui.jobs.curve_data import Line
from trm_gui.jobs.curve_plot import CurvePlot, Key
from trm_gui.jobs.panels import Panel
from trm_gui.jobs.plot_parts import StepAxis

LEAST_HEIGHT = 18 * themes.SPACE
"""Of a plot; where there is less room for it, plots are scrolled."""
MOST_SMOOTH, MOST_WIDE = 600, 12_000
"""Points of all lines together that are drawn anti-aliased, and that are drawn wide, on a screen of
96 dots an inch: for either Qt takes about 20 ms at worst, for many smooth ones seconds."""


class CurveCanvas(themes.FollowsTheme, pg.GraphicsView):
    """Plots are added one by one: each takes as long as people notice."""

    moved = Signal()
    """Other steps are in view, or there is more or less room for them."""
    pointed = Signal(float)
    """The step under the mouse."""

    def __init__(self) -> None:
        super().__init__()
        self.plots: dict[Panel, CurvePlot] = {}
        self.whole = True
        """Whether all steps are shown, also those to come."""
        self._runs: list[Path] = []
        self._logarithmic = False
        self._fits = False
        self._room = self.size()
        self._columns = 0
        self._page = pg.GraphicsWidget()
        self.setCentralItem(self._page)
        self.setAccessibleName("Curves")
        self.setToolTip("The wheel zooms, dragging moves; point at a step to read its values")
        self.setAcceptDrops(False)
        self.scene().sigMouseMoved.connect(self._on_mouse)
        self.follow_theme()

    @property
    def lines(self) -> dict[Key, pg.PlotDataItem]:
        """What is plotted, by run and name of the metric."""
        return {key: line for plot in self.plots.values() for key, line in plot.lines.items()}

    @property
    def steps(self) -> tuple[float, float] | None:
        """The first and the last one in view; None for all that there are."""
        return None if self.whole else tuple(self._first.viewRange()[0])

    @property
    def width_of_plot(self) -> int:
        return int(self._first.width())

    @property
    def _first(self) -> pg.ViewBox:
        return next(iter(self.plots.values())).vb

    def take_plots_off(self) -> None:
        for plot in self.plots.values():
            self.scene().removeItem(plot)
        self.plots.clear()
        self._arrange()

    def add_plot(self, panel: Panel) -> None:
        plot = CurvePlot(panel, self._logarithmic)
        self.scene().addItem(plot)
        if self.plots:
            plot.setXLink(self._first)
        else:
            plot.sigXRangeChanged.connect(self._on_range)
        self.plots[panel] = plot
        plot.set_runs(self._runs)
        self._give_labels_room()
        self._arrange()

    def fit(self, room: QSize) -> None:
        """Arrange the plots for that room, higher than it where that must be."""
        self._room = room
        if columns_for(len(self.plots), room) != self._columns:
            self._arrange()

    def set_runs(self, runs: list[Path]) -> None:
        self._runs = runs
        for plot in self.plots.values():
            plot.set_runs(runs)
        self._give_labels_room()

    def set_logarithmic(self, logarithmic: bool) -> None:
        self._logarithmic = logarithmic
        for plot in self.plots.values():
            plot.set_logarithmic(logarithmic)

    def show_lines(self, lines: dict[Key, Line]) -> None:
        if self.whole:
            self._fit_steps([line for line in lines.values() if len(line.steps)])
        points = self.devicePixelRatioF() * sum(len(line.steps) for line in lines.values())
        width = max(2, round(1.5 * self.devicePixelRatioF())) if points <= MOST_WIDE else 1
        for plot in self.plots.values():
            plot.show_lines(lines, width, smooth=points <= MOST_SMOOTH)

    def show_cursor(self, step: float) -> None:
        for plot in self.plots.values():
            plot.show_cursor(step)

    def _give_labels_room(self) -> None:
        """The same beside all plots, so that their steps are in line."""
        widths = [plot.labels.width_of(plot.all_words) for plot in self.plots.values()]
        for plot in self.plots.values():
            plot.labels.set_width(max(StepAxis.NAME, *widths))

    def _arrange(self) -> None:
        self._columns = columns_for(len(self.plots), self._room)
        grid = QGraphicsGridLayout()
        grid.setContentsMargins(2, 4, themes.SPACE, 2)
        grid.setSpacing(themes.SPACE)
        for number, plot in enumerate(self.plots.values()):
            grid.addItem(plot, number // self._columns, number % self._columns)
        self._page.setLayout(grid)
        self.setMinimumHeight(LEAST_HEIGHT * grid.rowCount())

    def _dress(self) -> None:
        self.setBackground(themes.current(self).surface)
        for plot in self.plots.values():
            plot.dress()

    def _fit_steps(self, lines: list[Line]) -> None:
        if not lines:
            return
        first = min(line.steps[0] for line in lines)
        last = max(line.steps[-1] for line in lines)
        if first == last:
            first, last = first - 1, last + 1
        room = 0.01 * (last - first)
        with self._fitting():
            self._first.setXRange(first - room, last + room, padding=0)

    @contextmanager
    def _fitting(self) -> Iterator[None]:
        """While this, and nobody at the mouse, changes what is in view."""
        self._fits = True
        try:
            yield
        finally:
            self._fits = False

    def _on_range(self) -> None:
        if not self._fits:
            self.whole = False
            self.moved.emit()

    def _on_mouse(self, place: QPointF) -> None:
        for plot in self.plots.values():
            if plot.sceneBoundingRect().contains(place):
                self.pointed.emit(plot.vb.mapSceneToView(place).x())
                return


class ScrolledCanvas(QScrollArea):
    """A canvas that is as large as its place, unless its plots would get too low."""

    def __init__(self, canvas: CurveCanvas) -> None:
        super().__init__()
        self._canvas = canvas
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setWidget(canvas)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._canvas.fit(self.viewport().size())


def columns_for(plots: int, room: QSize) -> int:
    """How many plots stand in a row, so that they are as large as can be and about twice as wide
    as high, with as little to scroll."""

    def worth(columns: int) -> tuple[float, int, int]:
        rows = -(-plots // columns)
        height = max(LEAST_HEIGHT, room.height() / rows)
        return min(room.width() / columns / 2, height), -rows, -columns

    return max(range(1, plots + 1), key=worth, default=0)
