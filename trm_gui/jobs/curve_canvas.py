"""The plots of all panels beside one another, zoomed together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Signal

from trm_gui import theme as themes
from trm_gui.jobs.curve_data import Line
from trm_gui.jobs.curve_plot import CurvePlot, Key
from trm_gui.jobs.panels import Panel

COLUMNS = 3
MOST_WIDE = 12_000
"""Points of all lines together that are drawn wide, where a pixel is one of the screen: Qt takes
20 ms for them at worst, for smooth ones (anti-aliased) a hundred times as long."""


class CurveCanvas(pg.GraphicsLayoutWidget):
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
        self.setAccessibleName("Curves")
        self.setToolTip("The wheel zooms, dragging moves; point at a step to read its values")
        self.setAcceptDrops(False)
        self.ci.setContentsMargins(2, 4, themes.SPACE, 2)
        self.scene().sigMouseMoved.connect(self._on_mouse)

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
        self.clear()
        self.plots.clear()

    def add_plot(self, panel: Panel) -> None:
        number = len(self.plots)
        plot = CurvePlot(panel, self._logarithmic)
        self.addItem(plot, row=number // COLUMNS, col=number % COLUMNS)
        if self.plots:
            plot.setXLink(self._first)
        else:
            plot.sigXRangeChanged.connect(self._on_range)
        self.plots[panel] = plot
        plot.set_runs(self._runs)
        self._give_labels_room()

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
        ratio = self.devicePixelRatioF()
        wide = sum(len(line.steps) for line in lines.values()) <= MOST_WIDE / ratio
        for plot in self.plots.values():
            plot.set_pens(max(2, round(1.5 * ratio)) if wide else 1)
            plot.show_lines(lines)

    def show_cursor(self, step: float) -> None:
        for plot in self.plots.values():
            plot.show_cursor(step)

    def dress(self) -> None:
        self.setBackground(themes.current(self).surface)
        for plot in self.plots.values():
            plot.dress()

    def _give_labels_room(self) -> None:
        """The same beside all plots, so that their steps are in line."""
        widths = [plot.labels.width_of(plot.all_words) for plot in self.plots.values()]
        for plot in self.plots.values():
            plot.labels.set_width(max(widths))

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
