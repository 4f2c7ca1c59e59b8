"""Halting probability over all frames, with the threshold and the cursor."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt

from trm_gui import theme as themes
from trm_gui.session import Session


class HaltingPlot(pg.PlotWidget):
    """One point per frame; a click moves the cursor to the nearest frame."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("halting_plot")
        self.setAccessibleName("Halting probability")
        self.setMinimumHeight(15 * themes.SPACE)
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setYRange(0, 1, padding=0.06)
        self.getPlotItem().setContentsMargins(themes.SPACE, themes.SPACE, 2 * themes.SPACE, 0)
        self.getAxis("left").setTicks([[(0, "0"), (0.5, "0.5"), (1, "1")]])
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
        self.scene().sigMouseClicked.connect(self._on_click)
        session.trace_changed.connect(self._show_trace)
        session.cursor_changed.connect(self._show_cursor)
        session.settings_changed.connect(self._show_trace)
        self._apply_theme()
        self._show_trace()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "curve"):
            self._apply_theme()

    def _show_trace(self) -> None:
        trace, settings = self._session.trace, self._session.settings
        values = np.array([]) if trace is None else trace.halt_probabilities()
        self.curve.setData(np.arange(1, len(values) + 1), values)
        self.threshold_line.setVisible(settings.halt_threshold is not None)
        if settings.halt_threshold is not None:
            self.threshold_line.setValue(settings.halt_threshold)
        shown = settings if trace is None else trace.settings
        per_step = 3 if trace is None else trace.frames_per_step
        steps = range(1, shown.max_supervision_steps + 1)
        self.setXRange(0.5, steps[-1] * per_step + 0.5, padding=0)
        self.getAxis("bottom").setTicks([[(step * per_step, f"{step}") for step in steps]])
        self._show_cursor()

    def _show_cursor(self) -> None:
        frame, cursor = self._session.frame, self._session.cursor
        self.cursor_line.setVisible(frame is not None)
        if frame is None:
            self.current.setData([], [])
            self.setAccessibleDescription("")
            return
        self.cursor_line.setValue(cursor + 1)
        self.current.setData([cursor + 1], [frame.halt_probability])
        self.setAccessibleDescription(f"{frame.halt_probability:.2f} at the cursor")

    def _on_click(self, event: object) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            place = self.getPlotItem().vb.mapSceneToView(event.scenePos())
            self._session.move_to(round(place.x()) - 1)

    def _apply_theme(self) -> None:
        theme = themes.current(self)
        self.setBackground(theme.background)
        small = themes.font(themes.SMALL)
        for name, words in (("bottom", "supervision step"), ("left", "halting probability")):
            axis = self.getAxis(name)
            axis.setPen(theme.line)
            axis.setTextPen(theme.secondary_text)
            axis.setTickFont(small)
            axis.setLabel(words, color=theme.secondary_text)
            axis.label.setFont(small)
        self.curve.setPen(pg.mkPen(theme.accent, width=2))
        self.curve.setSymbol("o")
        self.curve.setSymbolBrush(theme.accent)
        self.curve.setSymbolPen(None)
        self.current.setSymbolBrush(theme.background)
        self.current.setSymbolPen(pg.mkPen(theme.accent, width=2.5))
        self.cursor_line.setPen(pg.mkPen(theme.secondary_text, width=1))
        self.threshold_line.setPen(
            pg.mkPen(theme.secondary_text, width=1, style=Qt.PenStyle.DashLine)
        )
        self.threshold_line.label.setColor(theme.secondary_text)
        self.threshold_line.label.setFont(small)
