"""Plots over the frames of a trace, with the cursor as a line in each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from PySide6.QtCore import Qt

from trm_gui import theme as themes
from trm_gui.plots.pane import PlotPane
from trm_gui.plots.pens import line_pen
from trm_gui.plots.turns import Turns
from trm_gui.plots.words import Words
from trm_gui.theme import Theme
from trm_gui.workbench import Workbench

MOST_TICKS = 8

POINT = 6
"""Logical pixels."""


class Curve:
    """A line over frames with its name written at its last point.

    `emphasis`: whether it is drawn in the accent, whole; if not, in grey, dashed.
    """

    def __init__(self, plot: pg.PlotItem, name: str, emphasis: bool) -> None:
        self.plot, self.name, self.emphasis = plot, name, emphasis
        self.line = plot.plot([], [], name=name, antialias=True, connect="finite")
        self.label = Words(name, anchor=(1, 1))
        plot.addItem(self.label, ignoreBounds=True)
        self._x: npt.NDArray[np.float64] = np.empty(0)
        self._y: npt.NDArray[np.number] = np.empty(0)
        self._above = True
        plot.vb.sigResized.connect(self._place_label)

    def set(self, x: npt.NDArray[np.float64], y: npt.NDArray[np.number], above: bool) -> None:
        """Draw a line through (x, y), named `above` its end or below it."""
        self.line.setData(x, y, symbol="o" if len(x) == 1 else None)  # no line through one point
        self._x, self._above = x, above
        self._y = np.log10(y) if self.plot.getAxis("left").logMode else y
        self.label.setVisible(len(x) > 0)
        self._place_label()

    def _place_label(self) -> None:
        """Beside all of the line that the name stands over."""
        x, y = self._x, self._y
        if not len(x):
            return
        low, high = self.plot.vb.viewRange()[0]
        share = self.label.boundingRect().width() / max(1, self.plot.vb.width())
        left = x[-1] - share * (high - low)
        beside = np.append(y[x >= left], np.interp(left, x, y))
        self.label.setAnchor((1, 1 if self._above else 0))
        self.label.setPos(x[-1], beside.max() if self._above else beside.min())

    def dress(self, theme: Theme) -> None:
        style = Qt.PenStyle.SolidLine if self.emphasis else Qt.PenStyle.DashLine
        colour = theme.accent if self.emphasis else theme.secondary_text
        self.line.setPen(line_pen(self.plot.getViewWidget(), colour, 2, style))
        self.line.setSymbolBrush(colour)
        self.line.setSymbolPen(None)
        self.line.setSymbolSize(POINT)
        self.label.dress(theme, colour)


class FramePane(PlotPane):
    """Its plots stand above one another; the horizontal axis counts supervision steps.

    A click moves the cursor to the nearest frame.
    """

    def __init__(
        self, bench: Workbench, turns: Turns, title: str, hint: str, subtitle: str
    ) -> None:
        super().__init__(bench, turns, title, f"{hint}; click to go to a frame", subtitle)

    def add_frame_plot(self, name: str) -> pg.PlotItem:
        """A plot below the others, its vertical axis called `name`."""
        plot = self.add_plot(len(self.plots), 0)
        plot.getAxis("left").setWidth(6 * themes.SPACE)
        self.name_axis(plot, "left", name)
        line = pg.InfiniteLine(angle=90)
        line.setZValue(10)
        plot.addItem(line, ignoreBounds=True)
        self.cursor_marks.append(line)
        return plot

    def name_frames(self) -> None:
        """Name the horizontal axis, below the lowest plot that is shown alone."""
        *upper, lowest = (plot for plot in self.plots if plot.isVisible())
        for plot in upper:
            plot.getAxis("bottom").setStyle(showValues=False)
            plot.showLabel("bottom", False)
        lowest.getAxis("bottom").setStyle(showValues=True)
        self.name_axis(lowest, "bottom", "supervision step")

    def frame_places(self) -> npt.NDArray[np.float64]:
        """(frames,) where each frame is on the horizontal axis: an end of a supervision step at
        its number."""
        trace = self.session.trace
        if trace is None:
            return np.array([])
        return (np.arange(len(trace)) + 1) / trace.frames_per_step

    def show_trace(self) -> None:
        trace = self.session.trace
        steps = 1 if trace is None else max(1, trace.supervision_steps)
        stride = next(2**n for n in range(20) if steps / 2**n <= MOST_TICKS)
        ticks = [
            (step, str(step)) for step in range(stride if stride > 1 else 1, steps + 1, stride)
        ]
        for plot in self.plots:
            plot.getAxis("bottom").setTicks([ticks])
            plot.setXRange(0, steps, padding=0.02)

    def show_cursor(self) -> None:
        trace, cursor = self.session.trace, self.session.cursor
        for line in self.cursor_marks:
            line.setVisible(cursor is not None)
            if trace is not None and cursor is not None:
                line.setValue((cursor + 1) / trace.frames_per_step)

    def clicked(self, plot: pg.PlotItem, event: MouseClickEvent) -> None:
        trace = self.session.trace
        assert trace is not None
        steps = plot.vb.mapSceneToView(event.scenePos()).x()
        self.session.move_to(round(steps * trace.frames_per_step) - 1)

    def dress(self, theme: Theme) -> None:
        for line in self.cursor_marks:
            line.setPen(line_pen(self.canvas, theme.text))
