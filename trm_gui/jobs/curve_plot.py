"""The plot of one panel: the curves of all runs, and what they are called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyqtgraph as pg

from trm_gui import theme as themes
from trm_gui.jobs.curve_data import Line
from trm_gui.jobs.end_labels import End, EndLabels
from trm_gui.jobs.panels import Curve, Panel
from trm_gui.jobs.plot_parts import StepAxis, ValueAxis, faint, value_range
from trm_gui.jobs.rows import curve_colour

MOST_DOTS = 60

Key = tuple[Path, str]
"""A run, and the name of a metric."""


class CurvePlot(pg.PlotItem):
    """Shows lines that were worked out elsewhere; fits its values to those in view."""

    def __init__(self, panel: Panel, logarithmic: bool) -> None:
        axes = {"left": ValueAxis(panel.share), "bottom": StepAxis()}
        super().__init__(axisItems=axes, enableMenu=False)
        self.panel = panel
        self.lines: dict[Key, pg.PlotDataItem] = {}
        self._runs: list[Path] = []
        self.labels = EndLabels(self.vb)
        self.layout.addItem(self.labels, 2, 3)
        self.layout.removeItem(self.titleLabel)
        self.layout.addItem(self.titleLabel, 0, 0, 1, 4)
        self.setMouseEnabled(x=True, y=False)
        self.hideButtons()
        self.disableAutoRange()  # fit_steps and fit_values know better, and once for all curves
        self._cursor = pg.InfiniteLine(angle=90)
        self._cursor.hide()
        self.addItem(self._cursor, ignoreBounds=True)
        self.set_logarithmic(logarithmic)

    def set_runs(self, runs: list[Path]) -> None:
        """Have an empty line for each of their curves."""
        for line in self.lines.values():
            self.removeItem(line)
        self._runs = runs
        self.lines = {}
        for run in runs:
            for curve in self.panel.curves:
                line = self.plot([], [], pen=None, symbolPen=None, symbolSize=6)
                line.curve.setSegmentedLineMode("on")  # as a whole, ten times as slow
                self.lines[run, curve.name] = line
        self._cursor.hide()
        self._fit_values()
        self.dress()

    def set_logarithmic(self, logarithmic: bool) -> None:
        self._logarithmic = logarithmic
        for line in self.lines.values():
            line.setData([], [])  # what is there would be worked out anew, to be replaced at once
        self.setLogMode(y=logarithmic)
        self._fit_values()  # the range so far, as powers of ten, could be no numbers at all

    def show_lines(self, lines: dict[Key, Line], width: int, smooth: bool) -> None:
        """Those of its own among `lines`; others stay. width: pixels of the screen."""
        theme = themes.current(self.getViewWidget())
        for mark, run in enumerate(self._runs, start=1):
            for curve in self.panel.curves:
                if (given := lines.get((run, curve.name))) is None:
                    continue
                item = self.lines[run, curve.name]
                colour = faint(curve_colour(theme.name, mark), theme, curve.faint)
                pen = pg.mkPen(colour, width=width)  # not dashed, for which Qt takes too long
                if item.opts["pen"] != pen:
                    item.setPen(pen)
                    item.setSymbolBrush(colour)
                steps, values = given
                if self._logarithmic:
                    positive = values > 0
                    steps, values = steps[positive], values[positive]
                dots = (curve.dots and len(steps) <= MOST_DOTS) or len(steps) == 1
                item.setSymbol("o" if dots else None)
                item.setData(steps, values, antialias=smooth)
        self._fit_values()

    def _fit_values(self) -> None:
        """Show the values of the steps that are in view, and label the ends there."""
        first, last = self.vb.viewRange()[0]
        shown, ends = [np.empty(0)], []
        for mark, run in enumerate(self._runs, start=1):
            for curve in self.panel.curves:
                steps, values = self.lines[run, curve.name].getOriginalDataset()
                if steps is None or not len(steps):
                    continue
                inside = np.flatnonzero((first <= steps) & (steps <= last))
                if not len(inside):
                    continue
                shown.append(values[inside])
                if words := self.words(mark, curve):
                    colour = curve_colour(themes.current(self.getViewWidget()).name, mark)
                    value = values[inside[-1]]
                    height = np.log10(value) if self._logarithmic else value
                    ends.append(End(words, colour, steps[inside[-1]], height, curve.faint))
        low, high = value_range(np.concatenate(shown), self.panel.share, self._logarithmic)
        self.vb.setYRange(low, high, padding=0)
        self.labels.show_ends(ends)

    def words(self, mark: int, curve: Curve) -> str:
        """At the end of a curve: its name, or where there are several runs, the run's number."""
        return str(mark) if len(self._runs) > 1 else curve.words

    @property
    def all_words(self) -> list[str]:
        """At the ends of all of its curves."""
        return [
            self.words(mark, curve)
            for mark in range(1, len(self._runs) + 1)
            for curve in self.panel.curves
        ]

    def show_cursor(self, step: float) -> None:
        self._cursor.setValue(step)
        self._cursor.show()

    def dress(self) -> None:
        theme, small = themes.current(self.getViewWidget()), themes.font(themes.SMALL)
        size = f"{small.pointSizeF()}pt"
        self._cursor.setPen(pg.mkPen(theme.secondary_text, width=1))
        self.setTitle(self._title(theme), color=theme.text, size=size)
        self.titleLabel.setMinimumWidth(0)  # else it widens the plot over the edge
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(theme.line)
            axis.setTextPen(theme.secondary_text)
            axis.setStyle(tickFont=small, tickLength=-4)
        self.setLabel("bottom", "step", **{"color": theme.secondary_text, "font-size": size})

    def _title(self, theme: themes.Theme) -> str:
        """With what the shades mean, where numbers of runs stand at the ends of the curves."""
        if len(self._runs) < 2 or len(self.panel.curves) < 2:
            return self.panel.title
        shades = [
            f'<span style="color: {faint(theme.text, theme, curve.faint).name()}">'
            f"{'●' if curve.dots else '▬'}</span> {curve.words}"
            for curve in self.panel.curves
        ]
        return f"{self.panel.title}: {' '.join(shades)}"
