"""The curves of one or several runs: zoomed together, smoothed, on a linear or a log scale."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QSettings, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from trm_gui import theme as themes
from trm_gui.jobs.curve_bar import CurveBar
from trm_gui.jobs.curve_data import Line, View
from trm_gui.jobs.jobs import Jobs
from trm_gui.jobs.panels import Curve, Panel
from trm_gui.jobs.plot_parts import ShareAxis, faint
from trm_gui.jobs.readings import Readings
from trm_gui.jobs.rows import curve_colour

MOST_DOTS = 60
COLUMNS = 3
NOTHING = "No metrics yet. The first row is written after some steps."
NO_RUN = "Choose a job to see its curves; choose several to compare them."


class CurvePane(QWidget):
    """The lines are worked out beside the GUI thread, anew when rows come or the view changes."""

    def __init__(self, jobs: Jobs, readings: Readings, settings: QSettings) -> None:
        super().__init__()
        self._readings = readings
        self.bar = CurveBar(settings)
        self._paths: list[Path] = []
        self._asked: list[tuple[Path, str, View]] = []
        self._waits = False
        """Whether the lines that were asked for last are still to come."""
        self._stale = False
        self._step: float | None = None
        self._to_make: list[Panel] = []
        self.plots: dict[Panel, pg.PlotItem] = {}
        self.lines: dict[tuple[Path, str], pg.PlotDataItem] = {}
        """What is plotted, by run and name of the metric."""
        self._labels: dict[tuple[Path, str], pg.TextItem] = {}
        self._cursors: list[pg.InfiniteLine] = []
        self.reading = QLabel()
        self.reading.setFont(themes.font(themes.SMALL))
        self.reading.setTextFormat(Qt.TextFormat.PlainText)
        self.reading.setWordWrap(True)
        self.reading.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.reading.setFixedHeight(2 * self.reading.fontMetrics().lineSpacing() + 2)
        self.reading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.reading.setAccessibleName("Values at the mouse")
        self.canvas = pg.GraphicsLayoutWidget()
        self.canvas.setAccessibleName("Curves")
        self.canvas.setToolTip(
            "The wheel zooms, dragging moves; point at a step to read its values"
        )
        self.canvas.setAcceptDrops(False)
        self.canvas.ci.setContentsMargins(2, 4, themes.SPACE, 2)
        self.canvas.scene().sigMouseMoved.connect(self._on_mouse)
        self._message = QLabel(NO_RUN, self.canvas)
        self._message.setWordWrap(True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setMargin(2 * themes.SPACE)
        self._soon = QTimer(self, singleShot=True, interval=30)
        self._soon.timeout.connect(self._ask)
        self._lay_out()
        self._begin_plots()
        self.bar.panels_changed.connect(self._begin_plots)
        self.bar.smoothing.currentIndexChanged.connect(self._soon.start)
        self.bar.logarithmic.toggled.connect(self._on_scale)
        self.bar.whole.clicked.connect(self.show_whole_run)
        jobs.curves_changed.connect(self._on_rows)
        readings.lines_drawn.connect(self._draw)
        readings.values_read.connect(self._read)

    def show_runs(self, paths: list[Path]) -> None:
        """Plot the metrics of these jobs, numbered in this order."""
        if paths != self._paths:
            self._paths = paths
            self._step = None
            self.show_whole_run()

    def show_whole_run(self) -> None:
        for plot in self.plots.values():
            plot.enableAutoRange()
        self._make_lines()
        self._soon.start()

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, themes.SPACE // 2, 0, 0)
        rows.setSpacing(themes.SPACE // 2)
        rows.addWidget(self.bar)
        rows.addWidget(self.canvas, 1)
        below = QHBoxLayout()
        below.setContentsMargins(themes.SPACE, 0, themes.SPACE, 0)
        below.addWidget(self.reading)
        rows.addLayout(below)

    def _begin_plots(self) -> None:
        """Have the plots made one by one: each takes as long as people notice."""
        self.canvas.clear()
        self.plots.clear()
        self.lines.clear()
        self._labels.clear()
        self._cursors.clear()
        self._to_make = self.bar.panels
        self._soon.start()

    def _make_plot(self, panel: Panel) -> None:
        number = len(self.plots)
        axes = {"left": ShareAxis("left")} if panel.share else {}
        plot = self.canvas.addPlot(row=number // COLUMNS, col=number % COLUMNS, axisItems=axes)
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(x=True, y=False)
        plot.hideButtons()
        plot.setLogMode(y=self.bar.logarithmic.isChecked())
        plot.getAxis("left").enableAutoSIPrefix(False)
        plot.getAxis("bottom").enableAutoSIPrefix(False)
        plot.getViewBox().setAutoVisible(y=True)
        cursor = pg.InfiniteLine(angle=90)
        cursor.hide()
        plot.addItem(cursor, ignoreBounds=True)
        self._cursors.append(cursor)
        if self.plots:
            plot.setXLink(next(iter(self.plots.values())))
        else:
            plot.sigXRangeChanged.connect(lambda *_: self._soon.start())
        self.plots[panel] = plot

    def _make_lines(self) -> None:
        for item in (*self.lines.values(), *self._labels.values()):
            for plot in self.plots.values():
                if item in plot.items:
                    plot.removeItem(item)
        self.lines.clear()
        self._labels.clear()
        theme = themes.current(self)
        for mark, path in enumerate(self._paths, start=1):
            colour = curve_colour(theme.name, mark)
            for panel, plot in self.plots.items():
                for curve in panel.curves:
                    # 1 pixel and not dashed: Qt takes tenths of a second for others of this length
                    line = plot.plot(
                        [], [], pen=pg.mkPen(faint(colour, theme, curve.faint), width=1)
                    )
                    line.setSymbolBrush(colour)
                    line.setSymbolPen(None)
                    line.setSymbolSize(6)
                    self.lines[path, curve.name] = line
                    ground = themes.translucent(theme.surface, 0.75)
                    label = pg.TextItem(
                        self._label(mark, curve), colour, anchor=(1, 1), fill=ground
                    )
                    label.setFont(themes.font(themes.SMALL))
                    plot.addItem(label, ignoreBounds=True)
                    self._labels[path, curve.name] = label
        self._show_message()

    def _on_rows(self, path: Path) -> None:
        if path in self._paths:
            self._soon.start()

    def showEvent(self, event: QEvent) -> None:
        super().showEvent(event)
        self._soon.start()

    def _wanted(self) -> list[tuple[Path, Curve]]:
        return [
            (path, curve) for path in self._paths for panel in self.plots for curve in panel.curves
        ]

    def _ask(self) -> None:
        """Have the lines worked out for what is in view, one time after the other."""
        if self._to_make:
            self._make_plot(self._to_make.pop(0))
            if not self._to_make:
                self._dress()
                self._make_lines()
            self._soon.start()
            return
        if not self.isVisible() or not self.plots or not self._paths:
            return
        if self._waits:
            self._stale = True
            return
        box = next(iter(self.plots.values())).getViewBox()
        first = last = None
        if not box.state["autoRange"][0]:
            first, last = box.viewRange()[0]
        view = View(max(100, int(box.width())), first, last, self.bar.smoothing_rows)
        self._asked = [(path, curve.name, view) for path, curve in self._wanted()]
        self._waits, self._stale = True, False
        self._readings.ask_lines(self._asked)

    def _draw(self, asked: list[tuple[Path, str, View]], lines: list[Line]) -> None:
        if asked != self._asked:
            return
        self._waits = False
        for (path, name, _), line in zip(asked, lines, strict=True):
            item = self.lines.get((path, name))
            if item is None:
                continue
            steps, values = line
            if self.bar.logarithmic.isChecked():
                positive = values > 0
                steps, values = steps[positive], values[positive]
            dots = name.startswith("held_out/") and len(steps) <= MOST_DOTS
            item.setSymbol("o" if dots or len(steps) == 1 else None)
            item.setData(steps, values)
            self._place_label(self._labels[path, name], steps, values)
        self._show_message()
        if self._stale:
            self._soon.start()

    def _place_label(self, label: pg.TextItem, steps: np.ndarray, values: np.ndarray) -> None:
        """At the last point that is in view."""
        label.setVisible(bool(len(steps) and label.toPlainText()))
        if not len(steps):
            return
        box = label.getViewBox()
        inside = np.flatnonzero(steps <= box.viewRange()[0][1])
        last = inside[-1] if len(inside) and not box.state["autoRange"][0] else len(steps) - 1
        value = values[last]
        label.setPos(steps[last], np.log10(value) if self.bar.logarithmic.isChecked() else value)

    def _label(self, mark: int, curve: Curve) -> str:
        """Which run and which curve it is, as far as that is a question."""
        return " ".join(filter(None, [str(mark) if len(self._paths) > 1 else "", curve.words]))

    def _show_message(self) -> None:
        empty = not any(line.xData is not None and len(line.xData) for line in self.lines.values())
        self._message.setText(NOTHING if self._paths else NO_RUN)
        self._message.setVisible(empty)

    def _on_scale(self, logarithmic: bool) -> None:
        for line in self.lines.values():
            line.setData([], [])  # what is there would be worked out anew, to be replaced at once
        for plot in self.plots.values():
            plot.setLogMode(y=logarithmic)
        self._soon.start()

    def _on_mouse(self, place: QPointF) -> None:
        """Move the cursor of all plots to the step under the mouse, and have its values read."""
        for plot in self.plots.values():
            if plot.sceneBoundingRect().contains(place) and self._paths:
                self._step = plot.getViewBox().mapSceneToView(place).x()
                wanted = [
                    (path, curve.name, self._step, self.bar.smoothing_rows)
                    for path, curve in self._wanted()
                ]
                self._readings.ask_values(wanted)
                return

    def _read(
        self,
        wanted: list[tuple[Path, str, float, int]],
        values: list[tuple[float, float] | None],
    ) -> None:
        if self._step is None or wanted[0][2] != self._step:
            return
        found = {
            (path, name): value
            for (path, name, *_), value in zip(wanted, values, strict=True)
            if value is not None
        }
        if not found:
            return
        step = next(iter(found.values()))[0]
        for cursor in self._cursors:
            cursor.setValue(step)
            cursor.show()
        self.reading.setText(self._sentence(step, found))

    def _sentence(self, step: float, found: dict[tuple[Path, str], tuple[float, float]]) -> str:
        """All values at a step, run by run."""
        parts = []
        for mark, path in enumerate(self._paths, start=1):
            told = []
            for panel in self.plots:
                for curve in panel.curves:
                    if (value := found.get((path, curve.name))) is not None:
                        name = panel.title.lower()
                        if curve.words:
                            name = (
                                curve.words if panel.title == "Loss" else f"{name} ({curve.words})"
                            )
                        told.append(f"{name} {panel.value(value[1])}")
            run = f"{mark} {path.name}: " if len(self._paths) > 1 else ""
            parts.append(run + ", ".join(told))
        return f"Step {step:,.0f} · " + " · ".join(parts)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "canvas"):
            self._dress()
            self._make_lines()
            self._soon.start()

    def resizeEvent(self, event: QEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, partial(self._place_message))
        self._soon.start()

    def _place_message(self) -> None:
        self._message.setGeometry(self.canvas.rect())

    def _dress(self) -> None:
        theme, small = themes.current(self), themes.font(themes.SMALL)
        self.canvas.setBackground(theme.surface)
        self._message.setStyleSheet(f"color: {theme.secondary_text}; background: {theme.surface}")
        self.reading.setStyleSheet(f"color: {theme.secondary_text}")
        for cursor in self._cursors:
            cursor.setPen(pg.mkPen(theme.secondary_text, width=1))
        for panel, plot in self.plots.items():
            plot.setTitle(panel.title, color=theme.text, size=f"{small.pointSizeF()}pt")
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(theme.line)
                axis.setTextPen(theme.secondary_text)
                axis.setStyle(tickFont=small, tickLength=-4)
            plot.setLabel("bottom", "step", color=theme.secondary_text)


def plotted(line: pg.PlotDataItem) -> np.ndarray:
    """(N, 2) the points of a curve as they were given."""
    steps, values = line.getOriginalDataset()
    return np.empty((0, 2)) if steps is None else np.stack([steps, values], 1)
