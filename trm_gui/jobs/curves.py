"""The curves of one or several runs: zoomed together, smoothed, on a linear or a log scale."""

from __future__ import annotations

from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from trm_gui import theme as themes
from trm_gui.jobs.curve_bar import CurveBar
from trm_gui.jobs.curve_canvas import CurveCanvas, ScrolledCanvas
from trm_gui.jobs.curve_data import View
from trm_gui.jobs.curve_plot import CurvePlot, Key
from trm_gui.jobs.curve_reading import CurveReading
from trm_gui.jobs.jobs import Jobs
from trm_gui.jobs.panels import Panel

NOTHING = "No metrics yet. The first row is written after some steps."
NOTHING_POSITIVE = "All values are zero or less, which a log scale does not show."
NO_RUN = "Choose a job to see its curves; choose several to compare them."


class CurvePane(themes.FollowsTheme, QWidget):
    """The lines are worked out beside the GUI thread, anew when rows come or the view changes."""

    def __init__(self, jobs: Jobs, settings: QSettings) -> None:
        super().__init__()
        self._jobs = jobs
        self.bar = CurveBar(settings)
        self.canvas = CurveCanvas()
        self.reading = CurveReading(jobs)
        self._paths: list[Path] = []
        self._to_make: list[Panel] = []
        self._waits = False
        """Whether the lines that were asked for last are still to come."""
        self._stale = False
        self._has_rows = False
        self._message = QLabel(NO_RUN, self.canvas)
        self._message.setWordWrap(True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setMargin(2 * themes.SPACE)
        self._soon = QTimer(self, singleShot=True, interval=30)
        self._soon.timeout.connect(self._ask)
        self._lay_out()
        self.follow_theme()
        self._begin_plots()
        self.bar.panels_changed.connect(self._begin_plots)
        self.bar.smoothing.currentIndexChanged.connect(self._soon.start)
        self.bar.logarithmic.toggled.connect(self._on_scale)
        self.bar.whole.clicked.connect(self.show_whole_run)
        self.canvas.moved.connect(self._soon.start)
        self.canvas.pointed.connect(self._on_mouse)
        self.reading.read.connect(self.canvas.show_cursor)
        jobs.curves_changed.connect(self._on_rows)

    @property
    def plots(self) -> dict[Panel, CurvePlot]:
        return self.canvas.plots

    @property
    def lines(self) -> dict[Key, pg.PlotDataItem]:
        """What is plotted, by run and name of the metric."""
        return self.canvas.lines

    def show_runs(self, paths: list[Path]) -> None:
        """Plot the metrics of these jobs, numbered in this order."""
        if paths != self._paths:
            self._paths = paths
            self.reading.forget()
            self.canvas.set_runs(paths)
            self._has_rows = False
            self._show_message()
            self.show_whole_run()

    def show_whole_run(self) -> None:
        self.canvas.whole = True
        self._soon.start()

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, themes.SPACE // 2, 0, 0)
        rows.setSpacing(themes.SPACE // 2)
        rows.addWidget(self.bar)
        rows.addWidget(ScrolledCanvas(self.canvas), 1)
        below = QHBoxLayout()
        below.setContentsMargins(themes.SPACE, 0, themes.SPACE, 0)
        below.addWidget(self.reading)
        rows.addLayout(below)

    def _begin_plots(self) -> None:
        """Have the plots made, one after the other."""
        self.canvas.take_plots_off()
        self._to_make = self.bar.panels
        self._soon.start()

    def _on_rows(self, path: Path) -> None:
        if path in self._paths:
            self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._soon.start()

    def _ask(self) -> None:
        """Have the lines worked out for what is in view, one time after the other."""
        if self._to_make:
            self.canvas.add_plot(self._to_make.pop(0))
            self._soon.start()
            return
        if not self.isVisible() or not self.plots or not self._paths:
            return
        if self._waits:
            self._stale = True
            return
        first, last = self.canvas.steps or (None, None)
        view = View(max(100, self.canvas.width_of_plot), first, last, self.bar.smoothing_rows)
        self._waits, self._stale = True, False
        self._jobs.tasks.start(self._draw(list(self.lines), view))

    async def _draw(self, keys: list[Key], view: View) -> None:
        """Nothing where other plots or runs were chosen meanwhile."""
        try:
            lines = await self._jobs.lines([(path, name, view) for path, name in keys])
        finally:
            self._waits = False
        if keys == list(self.lines):
            self._has_rows = any(len(line.steps) for line in lines)
            self.canvas.show_lines(dict(zip(keys, lines, strict=True)))
            self._show_message()
        if self._stale or keys != list(self.lines):
            self._soon.start()

    def _show_message(self) -> None:
        empty = not any(line.xData is not None and len(line.xData) for line in self.lines.values())
        words = NOTHING_POSITIVE if self._has_rows else NOTHING
        self._message.setText(words if self._paths else NO_RUN)
        self._message.setVisible(empty)
        self.canvas.viewport().setUpdatesEnabled(not empty)  # nobody sees it below the message

    def _on_scale(self, logarithmic: bool) -> None:
        self.canvas.set_logarithmic(logarithmic)
        self._soon.start()

    def _on_mouse(self, step: float) -> None:
        self.reading.ask(step, self._paths, list(self.plots), self.bar.smoothing_rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self._place_message)
        self._soon.start()

    def _place_message(self) -> None:
        self._message.setGeometry(self.canvas.rect())

    def _dress(self) -> None:
        theme = themes.current(self)
        self._message.setStyleSheet(f"color: {theme.secondary_text}; background: {theme.surface}")
        self.reading.setStyleSheet(f"color: {theme.secondary_text}")
        self._soon.start()
