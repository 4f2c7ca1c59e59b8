"""Halting probability over all frames, with the threshold and the cursor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel

from trm_gui import theme as themes
from trm_gui.hints import wrapped
from trm_gui.plots.export import export_menu
from trm_gui.plots.pens import line_pen
from trm_gui.session import Session

TITLE = "Halting probability\nby supervision step"

ROOM_ABOVE = 0.75
"""Up to where the threshold's words have room above its line."""

ROOM_BELOW = 0.2
"""Up to where the words may come to lie on the curve of a model that is not sure yet."""

MOST_DOTS = 100
"""Frames up to which each has a dot; more would run into each other."""


class HaltingPlot(themes.FollowsTheme, pg.PlotWidget):
    """One point per frame; a click moves the cursor to the nearest frame.

    Its supervision steps are numbered by the timeline below. `reading` is a label for what is
    plotted, and for the value at the cursor.
    """

    AXIS_WIDTH = 4 * themes.SPACE

    def __init__(self, session: Session) -> None:
        super().__init__(enableMenu=False)
        self.session = session
        self.title = "Halting probability"
        self.canvas = self
        self.setObjectName("halting_plot")
        self.setAccessibleName("Halting probability")
        hint = (
            "How sure the model is, at every frame, that its answer is right. Above the threshold "
            "it stops. Click to go to a frame, right-click to save them."
        )
        self.setToolTip(wrapped(hint))
        self.setMinimumHeight(10 * themes.SPACE)
        self.setAcceptDrops(False)  # files dropped here are the window's
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setYRange(0, 1, padding=0.06)
        self.getAxis("left").setTicks([[(0, "0"), (0.5, "0.5"), (1, "1")]])
        self.getAxis("left").setWidth(self.AXIS_WIDTH)
        self.hideAxis("bottom")
        self.reading = QLabel()
        self.reading.setToolTip(self.toolTip())
        self.reading.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.curve = self.plot([], [], symbolSize=6)
        self.current = self.plot([], [], pen=None, symbol="o", symbolSize=10)
        self.threshold_line = pg.InfiniteLine(
            angle=0,
            label="threshold {value:.2f}",
            labelOpts={"position": 0.995, "anchors": [(1, 1), (1, 1)]},
        )
        self.cursor_line = pg.InfiniteLine(angle=90)
        for line in (self.threshold_line, self.cursor_line):
            self.addItem(line)
        self.cursor_marks = [self.cursor_line, self.current]
        self.scene().sigMouseClicked.connect(self._on_click)
        self.export_menu = export_menu(self, self)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(
            lambda place: self.export_menu.popup(self.mapToGlobal(place))
        )
        session.trace_changed.connect(self._show_trace)
        session.cursor_changed.connect(self._show_cursor)
        session.settings_changed.connect(self._show_trace)
        self.follow_theme()

    @property
    def empty(self) -> bool:
        """Whether there is nothing plotted."""
        return not self.session.trace

    def write_table(self, file: Path) -> None:
        """Write the frames and their halting probabilities as CSV."""
        from pyqtgraph.exporters import CSVExporter

        together = pg.PlotItem()
        together.items = [self.curve]
        CSVExporter(together).export(str(file))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._dress()
        handled: bool = super().event(event)
        return handled

    def _show_trace(self) -> None:
        trace, settings = self.session.trace, self.session.settings
        values = np.array([]) if trace is None else trace.halt_probabilities()
        self.curve.setData(np.arange(1, len(values) + 1), values)
        self.threshold_line.setVisible(settings.halt_threshold is not None)
        if settings.halt_threshold is not None:
            self.threshold_line.setValue(settings.halt_threshold)
            below = settings.halt_threshold > ROOM_ABOVE
            self.threshold_line.label.anchors = [(1, 0 if below else 1)] * 2
            self.threshold_line.label.updatePosition()
            near_curve = settings.halt_threshold < ROOM_BELOW
            self.threshold_line.label.fill = pg.mkBrush(
                themes.translucent(themes.current(self).background, 0.85 if near_curve else 0)
            )
        frames = self.session.span.frames
        self.curve.setSymbol("o" if frames <= MOST_DOTS else None)
        self.setXRange(0.5, frames + 0.5, padding=0)
        self._show_cursor()

    def _show_cursor(self) -> None:
        frame, cursor = self.session.frame, self.session.cursor
        self.cursor_line.setVisible(frame is not None)
        if frame is None or cursor is None:
            self.current.setData([], [])
            self.reading.setText(TITLE)
            self.setAccessibleDescription("")
            return
        self.cursor_line.setValue(cursor + 1)
        self.current.setData([cursor + 1], [frame.halt_probability])
        self.reading.setText(f"{TITLE}\n{frame.halt_probability:.2f}")
        self.setAccessibleDescription(f"{frame.halt_probability:.2f} at the cursor")

    def _on_click(self, event: MouseClickEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            place = self.getPlotItem().vb.mapSceneToView(event.scenePos())
            self.session.move_to(round(place.x()) - 1)

    def _dress(self) -> None:
        theme = themes.current(self)
        self.setBackground(theme.background)
        small = themes.font(themes.SMALL)
        axis = self.getAxis("left")
        axis.setPen(line_pen(self, theme.line))
        axis.setTextPen(theme.secondary_text)
        axis.setTickFont(small)
        self.curve.setPen(line_pen(self, theme.accent, 2))
        self.curve.setSymbolBrush(theme.accent)
        self.curve.setSymbolPen(None)
        self.current.setSymbolBrush(theme.background)
        self.current.setSymbolPen(line_pen(self, theme.accent, 2.5))
        self.cursor_line.setPen(line_pen(self, theme.secondary_text, 1))
        self.threshold_line.setPen(line_pen(self, theme.secondary_text, 1, Qt.PenStyle.DashLine))
        self.threshold_line.label.setColor(theme.secondary_text)
        self._show_trace()
        self.threshold_line.label.setFont(small)
