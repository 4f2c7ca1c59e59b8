"""Where a cell takes from in one network call: attention, or the weights of token mixing."""

from __future__ import annotations

from io import StringIO

import numpy as np
import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QHBoxLayout

from trm_core.mixing import Mixing, NetworkCall
from trm_core.puzzles.base import PuzzleShape
from trm_core.trace import Frame, Trace
from trm_gui import theme as themes
from trm_gui.plots.cell import NO_CELL
from trm_gui.plots.cell_chooser import CellChooser
from trm_gui.plots.pane import PlotPane
from trm_gui.plots.pens import line_pen
from trm_gui.plots.turns import Turns
from trm_gui.theme import Theme
from trm_gui.workbench import Workbench

SUBTITLE = "From which cells the cell takes what it learns"
SUBTITLES = {
    "attention": "Attention: from which cells the cell takes what it learns",
    "mlp": "Token mixing: by which fixed weights the cell takes from others",
    "relations": "Relations: how much of what the cell takes comes from each pool",
}
WORDS = {"attention": "attention", "mlp": "weight (RMS)", "relations": "share"}
ALL_HEADS = {"attention": "mean of heads", "relations": "all pools"}
"""What of several heads is shown together; those of token mixing are one."""
SHORT = {
    **{"column": "col", "above": "↑", "below": "↓", "left": "←", "right": "→"},
    **{"above left": "↖", "above right": "↗", "below left": "↙", "below right": "↘"},
    **{"ray above": "⇑", "ray below": "⇓", "ray left": "⇐", "ray right": "⇒"},
}
"""Names of pools where several must stand in a line."""
MOST_TOLD = 4
"""Pools that stand in a line at most: those that give most."""
NO_MODEL = "A recording does not hold these maps; solve the puzzle again to see them."
WORKING = "Being worked out…"
DEFECT = "What the cell takes in cannot be worked out"
PAUSE = 30
"""Milliseconds between two requests at least: while the cursor runs, some frames are left out."""

AT_CURSOR, ANSWER = "at cursor", "answer update"


class MixingPane(PlotPane):
    """A map of the board: how much the cell that is looked at takes from every other.

    What is shown is worked out in the background, and what was there before stays until it is
    known. A click looks at another cell.
    """

    least_canvas = 17 * themes.SPACE  # nine numbers one above another

    def __init__(self, bench: Workbench, turns: Turns) -> None:
        super().__init__(
            bench,
            turns,
            "Mixing",
            "How much the cell takes from every cell in one call of the network: attention, or for "
            "models without it the fixed weights of their token mixing (TRM-MLP) or pools along "
            "the puzzle's relations (TRM-Rel); click to look at another cell",
            SUBTITLE,
        )
        self.mixing: Mixing | None = None
        self._tasks = self.session.work.tasks(self.session.fail, DEFECT)
        self._asked: tuple[object, ...] | None = None
        self._frame: tuple[object, ...] | None = None
        """What the axes were drawn for."""
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._ask)
        self.call, self.layer, self.head = QComboBox(), QComboBox(), QComboBox()
        self._add_choices(CellChooser(bench.session))
        plot = self.add_plot(0, 0)
        plot.setAspectLocked(True)
        plot.invertY(True)
        plot.getAxis("left").setWidth(5 * themes.SPACE)
        self.name_axis(plot, "left", "row")
        self.name_axis(plot, "bottom", "column")
        self.image = pg.ImageItem(axisOrder="row-major")
        plot.addItem(self.image)
        self.lines = pg.PlotDataItem(connect="pairs")
        self.ring = pg.PlotDataItem(antialias=True)
        plot.addItem(self.lines)
        plot.addItem(self.ring)
        self.bar = pg.ColorBarItem(width=10, interactive=False, colorMapMenu=False)
        self.bar.setMenuEnabled(False)
        self.bar.axis.enableAutoSIPrefix(False)
        self.bar.setImageItem(self.image, insert_in=plot)
        self.session.moment.cell_changed.connect(self._on_cursor)

    def show_trace(self) -> None:
        trace = self.session.trace
        if self._asked is not None and trace is not self._asked[0]:
            self.mixing = self._asked = None
        if not trace:
            return
        self._list(
            self.call,
            [AT_CURSOR, *(f"latent step {n + 1}" for n in range(trace.latent_steps)), ANSWER],
        )

    def show_cursor(self) -> None:
        session = self.session
        if session.trace and session.moment.cell is None:
            self.mixing = None
            self.set_message(NO_CELL)
        if session.frame is None or session.moment.cell is None:
            self.set_reading("")
            return
        if self.mixing is None:
            self.set_message(WORKING)
        if not self._pause.isActive():
            self._pause.start()

    def _ask(self) -> None:
        session = self.session
        trace, frame, cell = session.trace, session.frame, session.moment.cell
        if trace is None or frame is None or cell is None:
            return
        wanted = trace, self._wanted_call(frame), cell
        if wanted != self._asked:
            self._asked = wanted
            self._tasks.start(self._work_out(*wanted), place="newest")

    async def _work_out(self, trace: Trace, call: NetworkCall, cell: tuple[int, int]) -> None:
        known = self.session.solves.mixing(trace, call, trace.cell_index(*cell))
        mixing = await self._tasks.attempt(known)
        if trace is self.session.trace:
            self._show_known(mixing)

    def clicked(self, plot: pg.PlotItem, event: MouseClickEvent) -> None:
        place = plot.vb.mapSceneToView(event.scenePos())
        row, col = round(place.y()) - 1, round(place.x()) - 1
        rows, cols = self.image.image.shape
        if 0 <= row < rows and 0 <= col < cols:
            self.session.moment.look_at((row, col))

    def dress(self, theme: Theme) -> None:
        self.lines.setPen(line_pen(self.canvas, themes.translucent("#FFFFFF", 0.5)))
        self.ring.setPen(line_pen(self.canvas, "#FFFFFF", 3))
        self._frame = None
        self.bar.setColorMap(theme.scale)  # the image's, too
        axis = self.bar.axis
        axis.setPen(theme.line)
        axis.setTextPen(theme.secondary_text)
        axis.setStyle(tickFont=themes.font(themes.SMALL))
        asked_of = None if self._asked is None else self._asked[0]
        if self.mixing is not None and asked_of is self.session.trace:  # else it is on its way out
            self._show_mixing(self.mixing)

    def table(self) -> str:
        """The map as CSV, a line for each row of the board."""
        text = StringIO()
        np.savetxt(text, self.image.image, delimiter=",", fmt="%.6g")
        return text.getvalue()

    def _wanted_call(self, frame: Frame) -> NetworkCall:
        call, choice = frame.call, self.call.currentText()
        if choice == AT_CURSOR:
            return call
        step = None if choice == ANSWER else self.call.currentIndex()
        return call._replace(latent_step=step)

    def _show_known(self, mixing: Mixing | None) -> None:
        self.mixing = mixing
        if mixing is None:
            self.set_message(NO_MODEL)
        else:
            self.set_message("")
            self._show_mixing(mixing)

    def _show_mixing(self, mixing: Mixing) -> None:
        trace = self.session.trace
        assert trace is not None
        self._list(self.layer, [f"layer {n + 1}" for n in range(len(mixing.weights))])
        together = [ALL_HEADS[mixing.mixer]] if mixing.mixer in ALL_HEADS else []
        self._list(self.head, [*together, *mixing.heads])
        self.head.setEnabled(bool(together))
        frame = mixing.mixer, trace.puzzle.largest_answer(trace.shape)
        if frame != self._frame:
            self._frame = frame
            self._draw_frame(mixing.mixer, trace.shape, *frame[1])
        self._draw()

    def _draw(self) -> None:
        trace, mixing = self.session.trace, self.mixing
        if trace is None or mixing is None:
            return
        head, layer = self.head.currentText(), self.layer.currentIndex()
        one = mixing.heads.index(head) if head in mixing.heads else None
        shares = trace.mixing_map(mixing, layer, one)
        most = float(shares.max())
        self.image.setImage(shares, autoLevels=False)
        self.image.setRect(0.5, 0.5, shares.shape[1], shares.shape[0])
        self.bar.setLevels((0, most if most > 0 else 1))
        row, col = divmod(mixing.cell, trace.shape.cols)
        corners = np.array([(0, 0), (0, 1), (1, 1), (1, 0), (0, 0)])
        self.ring.setData(*(corners + np.array([col + 0.5, row + 0.5])).T)
        if mixing.mixer == "relations":
            parts = mixing.weights[layer].sum(axis=1)
            told = list(zip(mixing.heads, parts, strict=True))
            if len(told) > MOST_TOLD:
                told = sorted(told, key=lambda each: -each[1])[:MOST_TOLD]
            self.set_reading("  ".join(f"{SHORT.get(n, n)} {share:.0%}" for n, share in told))
            return
        there = np.unravel_index(int(shares.argmax()), shares.shape)
        self.set_reading(
            f"most from row {there[0] + 1}, column {there[1] + 1}: {shares[there]:.2f}"
        )

    def _draw_frame(self, mixer: str, shape: PuzzleShape, rows: int, cols: int) -> None:
        """Axes, and the edges of a Sudoku's boxes, of the board alone elsewhere."""
        words = WORDS[mixer]
        size = themes.font(themes.SMALL).pointSizeF()
        colour = themes.current(self).secondary_text
        self.subtitle.setText(SUBTITLES[mixer])
        self.bar.setLabel("right", words, color=colour, **{"font-size": f"{size}pt"})
        box_rows, box_cols = rows, cols
        if shape.kind == "sudoku":
            assert shape.box_rows is not None
            box_rows, box_cols = shape.box_rows, cols // shape.box_rows
        across = [[(0, row), (cols, row)] for row in range(0, rows + 1, box_rows)]
        down = [[(col, 0), (col, rows)] for col in range(0, cols + 1, box_cols)]
        ends = np.array(across + down, float).reshape(-1, 2) + 0.5
        self.lines.setData(ends[:, 0], ends[:, 1])
        plot = self.plots[0]
        for side, size in (("left", rows), ("bottom", cols)):
            stride = 1 if size <= 9 else 5
            numbers = [n for n in range(1, size + 1) if n == 1 or n % stride == 0]
            plot.getAxis(side).setTicks([[(n, str(n)) for n in numbers]])
        plot.setRange(xRange=(0.5, cols + 0.5), yRange=(0.5, rows + 0.5), padding=0.02)

    def _add_choices(self, cell: CellChooser) -> None:
        above, below = QHBoxLayout(), QHBoxLayout()
        above.addWidget(cell)
        for box, row, name, hint in (
            (self.call, above, "Network call", "Which call of the network in the cursor's cycle"),
            (self.layer, below, "Layer", "Which layer of the network"),
            (self.head, below, "Head", "Which attention head or pool, or all together"),
        ):
            box.setAccessibleName(name)
            box.setToolTip(hint)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(6)
            row.addWidget(box, 1)
        self.call.activated.connect(self.show_cursor)
        self.layer.activated.connect(self._draw)
        self.head.activated.connect(self._draw)
        for place, row in enumerate((above, below), start=1):
            row.setContentsMargins(themes.SPACE, 0, themes.SPACE, themes.SPACE // 2)
            row.setSpacing(themes.SPACE // 2)
            self.rows.insertLayout(place, row)

    @staticmethod
    def _list(box: QComboBox, entries: list[str]) -> None:
        """Offer `entries`, keeping the choice where it is still there."""
        if entries != [box.itemText(n) for n in range(box.count())]:
            chosen = box.currentText()
            box.clear()
            box.addItems(entries)
            box.setCurrentIndex(max(0, box.findText(chosen)))
