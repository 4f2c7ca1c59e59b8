"""What one cell of the answer might be, over all frames."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg

from trm_core.puzzles.arc import COLOUR_NAMES
from trm_gui import theme as themes
from trm_gui.board.describe import MAZE_WORDS
from trm_gui.board.sudoku_painter import symbol
from trm_gui.plots.cell_chooser import CellChooser
from trm_gui.plots.frame_pane import FramePane
from trm_gui.plots.pens import line_pen
from trm_gui.plots.turns import Turns
from trm_gui.plots.words import Words
from trm_gui.theme import Theme
from trm_gui.workbench import Workbench

NO_CELL = "Point at a cell of the answer, or choose one above."

WORTH_A_NAME = 0.1
"""Probability that a symbol must once have reached to be named in the plot."""


class CellPane(FramePane):
    """A curve for each symbol; that of the one decoded at the cursor is thick, in the accent."""

    def __init__(self, bench: Workbench, turns: Turns) -> None:
        super().__init__(
            bench,
            turns,
            "Selected cell",
            "The probability of each symbol in one cell of the answer",
            "How likely each symbol is in one cell of the answer",
        )
        self._decoded = -1
        self._shares: npt.NDArray[np.float64] = np.empty((0, 0))
        self.lines: list[pg.PlotDataItem] = []
        self.names: list[Words] = []
        self.top.insertWidget(1, CellChooser(bench.session))
        plot = self.add_frame_plot("probability")
        plot.setYRange(0, 1, padding=0.1)
        plot.getAxis("left").setTicks([[(0, "0"), (0.5, "0.5"), (1, "1")]])
        self.name_frames()
        self.session.moment.cell_changed.connect(self.refresh)

    def show_trace(self) -> None:
        super().show_trace()
        trace, cell = self.session.trace, self.session.moment.cell
        if trace and cell is None:
            self.set_message(NO_CELL)
        self._shares = trace.curves.symbols(*cell) if trace and cell else np.empty((0, 0))
        x, symbols = self.frame_places(), self._shares.shape[1]
        if trace and cell:
            self._make_lines(symbols)
        for code, line in enumerate(self.lines):
            if symbols:
                line.setData(x, self._shares[:, code])
                line.opts["name"] = self._words(code)
            else:
                line.setData([], [])
        self._place_names(x)

    def show_cursor(self) -> None:
        super().show_cursor()
        cursor, cell = self.session.cursor, self.session.moment.cell
        if cursor is None or cell is None:
            self._emphasise(-1)
            self.set_reading("")
            return
        decoded = int(self._shares[cursor].argmax())
        if decoded != self._decoded:
            self._emphasise(decoded)
        self.set_reading(f"{self._words(decoded)}: {self._shares[cursor, decoded]:.2f}")

    def dress(self, theme: Theme) -> None:
        super().dress(theme)
        self._emphasise(self._decoded)

    def _make_lines(self, count: int) -> None:
        """Have as many curves as there are symbols."""
        if len(self.lines) == count:
            return
        plot = self.plots[0]
        while len(self.lines) > count:
            plot.removeItem(self.lines.pop())
            plot.removeItem(self.names.pop())
        while len(self.lines) < count:
            self.lines.append(plot.plot([], [], antialias=True))
            self.names.append(Words(anchor=(0.5, 1)))
            plot.addItem(self.names[-1], ignoreBounds=True)
        self._emphasise(-1)

    def _emphasise(self, decoded: int) -> None:
        """Draw all symbols, `decoded` as the one at the cursor; -1 for none."""
        self._decoded = decoded
        theme = themes.current(self)
        for code, (line, name) in enumerate(zip(self.lines, self.names, strict=True)):
            chosen = code == decoded
            colour = theme.accent if chosen else theme.secondary_text
            line.setPen(line_pen(self.canvas, colour, 3 if chosen else 1))
            line.setZValue(2 if chosen else 1)
            name.dress(theme, theme.accent if chosen else theme.text)

    def _place_names(self, x: npt.NDArray[np.float64]) -> None:
        """Write each symbol that was ever likely at its highest point, where there is room."""
        taken: list[tuple[float, float]] = []
        width = x[-1] if len(x) else 1
        peaks = self._shares.max(axis=0, initial=0)
        for name in self.names:
            name.setVisible(False)
        for code in np.argsort(-peaks, kind="stable").tolist():
            at = int(self._shares[:, code].argmax())
            place = x[at], peaks[code]
            crowded = any(
                abs(place[0] - a) < 0.12 * width and abs(place[1] - b) < 0.12 for a, b in taken
            )
            if peaks[code] < WORTH_A_NAME or crowded:
                continue
            taken.append(place)
            share = place[0] / width
            self.names[code].setText(self._words(code))
            self.names[code].setAnchor((min(max(share, 0), 1), 1 if place[1] < 0.8 else 0))
            self.names[code].setPos(*place)
            self.names[code].setVisible(True)

    def _words(self, code: int) -> str:
        puzzle = self.session.puzzle
        assert puzzle is not None
        kind = puzzle.kind
        if kind == "sudoku":
            return symbol(code) or "empty"
        return (MAZE_WORDS if kind == "maze" else COLOUR_NAMES)[code]
