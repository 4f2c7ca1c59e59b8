"""What all plots in docks share: a line of words, the canvas, exporting, following the theme."""

from __future__ import annotations

from itertools import chain

import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from trm_gui import theme as themes
from trm_gui.hints import wrapped
from trm_gui.plots import LEAST_WIDTH
from trm_gui.plots.export import export_menu, table_of
from trm_gui.plots.pens import line_pen
from trm_gui.plots.turns import Turns
from trm_gui.theme import Theme
from trm_gui.workbench import Workbench

NO_TRACE = "Solve the puzzle to see this."


class PlotPane(QWidget):
    """Plots of the session's trace below a line of words.

    A pane that is not on screen does nothing until it is. Subclasses make their plots with
    `add_plot` and fill in `show_trace`, `show_cursor` and `dress`, in which they are called.
    """

    least_canvas = 12 * themes.SPACE
    """Logical pixels of height, in which it can still be read."""

    def __init__(
        self, bench: Workbench, turns: Turns, title: str, hint: str, subtitle: str
    ) -> None:
        """subtitle: what is plotted, in words that need no explanation, in a line or two."""
        super().__init__()
        self.session = session = bench.session
        self._turns = turns
        self.title = title
        self._late = True
        """Something has changed that is not plotted."""
        self._dressed = False
        self.plots: list[pg.PlotItem] = []
        self.cursor_marks: list[pg.GraphicsObject] = []
        """Show where the cursor is, and nothing else."""
        self.subtitle = QLabel(subtitle, wordWrap=True)
        self.subtitle.setTextFormat(Qt.TextFormat.PlainText)
        self.subtitle.setFont(themes.font(themes.SMALL))
        self.subtitle.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.subtitle.setContentsMargins(themes.SPACE, themes.SPACE // 2, themes.SPACE, 0)
        self.subtitle.setToolTip(wrapped(hint))
        self.reading = QLabel()
        self.reading.setTextFormat(Qt.TextFormat.PlainText)
        self.reading.setFont(themes.font(themes.SMALL))
        self.reading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.canvas = pg.GraphicsLayoutWidget()
        self.canvas.setBackground(themes.current(self).surface)
        self.canvas.setAccessibleName(title)
        self.canvas.setToolTip(wrapped(hint))
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.canvas.setAcceptDrops(False)  # files dropped here are the window's
        self.canvas.ci.setContentsMargins(2, 4, themes.SPACE, 2)
        self.canvas.ci.setSpacing(4)
        self.canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.canvas.customContextMenuRequested.connect(self._show_context_menu)
        self.canvas.scene().sigMouseClicked.connect(self._on_click)
        self._message = QLabel(self.canvas)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setWordWrap(True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setMargin(2 * themes.SPACE)
        self.export_menu = export_menu(self, bench.settings, self)
        self.export_button = QToolButton()
        self.export_button.setText("Save ▾")
        self.export_button.setAccessibleName(f"Save {title}")
        self.export_button.setToolTip("Save this plot as an image or as numbers")
        self.export_button.setAutoRaise(True)
        self.export_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.export_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.export_button.setMenu(self.export_menu)
        self.top = QHBoxLayout()
        self.top.setContentsMargins(themes.SPACE, 0, themes.SPACE // 2, 0)
        self.top.addWidget(self.reading, 1)
        self.top.addWidget(self.export_button)
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(0)
        self.rows.addWidget(self.subtitle)
        self.rows.addLayout(self.top)
        self.rows.addWidget(self.canvas, 1)
        session.trace_changed.connect(self._on_trace)
        session.cursor_changed.connect(self._on_cursor)

    def sizeHint(self) -> QSize:
        return QSize(40 * themes.SPACE, 30 * themes.SPACE)

    def minimumSizeHint(self) -> QSize:
        """A canvas of a sensible height, below all that stands above it."""
        least = self.rows.minimumHeightForWidth(LEAST_WIDTH)
        return QSize(
            LEAST_WIDTH, least - self.canvas.minimumSizeHint().height() + self.least_canvas
        )

    def add_plot(self, row: int, col: int) -> pg.PlotItem:
        """An empty plot that nobody can drag away, at a place of the canvas."""
        plot = self.canvas.addPlot(row=row, col=col, enableMenu=False)
        plot.setMouseEnabled(x=False, y=False)
        plot.hideButtons()
        for name in ("left", "bottom"):
            axis = plot.getAxis(name)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(
                tickFont=themes.font(themes.SMALL), tickLength=-4, hideOverlappingLabels=False
            )
        self.plots.append(plot)
        return plot

    def name_axis(self, plot: pg.PlotItem, side: str, name: str) -> None:
        """Write `name` along an axis, with its unit in it."""
        size = themes.font(themes.SMALL).pointSizeF()
        colour = themes.current(self).secondary_text
        plot.setLabel(side, name, color=colour, **{"font-size": f"{size}pt"})

    def set_message(self, words: str) -> None:
        """Say why there is nothing to plot, or, if "", plot."""
        self._message.setText(words)
        self._message.setVisible(bool(words))

    @property
    def on_screen(self) -> bool:
        """Whether anything of it can be seen: Qt calls a tab behind another visible, too."""
        return not self.visibleRegion().isEmpty()

    @property
    def empty(self) -> bool:
        """Whether there is nothing plotted."""
        return bool(self._message.text())

    def set_reading(self, words: str) -> None:
        """What there is to read at the cursor."""
        self.reading.setText(words)
        self.reading.setToolTip(wrapped(words))
        self.canvas.setAccessibleDescription(words)

    def table(self) -> str:
        """The numbers behind all curves that are shown as CSV, two columns for each."""
        shown = (plot for plot in self.plots if plot.isVisible())
        items = chain.from_iterable(plot.items for plot in shown)
        return table_of(item for item in items if isinstance(item, pg.PlotDataItem))

    def refresh(self) -> None:
        """Plot the trace as it is, now or when next on screen."""
        self._late = not self.on_screen
        if self._late:
            return
        if not self._dressed:
            self._dress()
        trace = self.session.trace
        self.set_message("" if trace else NO_TRACE)
        self.show_trace()
        self.show_cursor()

    def show_trace(self) -> None:
        """Plot all frames; there may be none."""

    def show_cursor(self) -> None:
        """Mark the frame at the cursor, if there is one."""

    def clicked(self, plot: pg.PlotItem, event: MouseClickEvent) -> None:
        """A click with the left button on a plot."""

    def dress(self, theme: Theme) -> None:
        """Take over the colours of the theme."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._late:  # only now on screen
            self._turns.ask(self.refresh)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.plots:
            self._dressed = False
            self.refresh()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange and self._dressed:
            self._dress()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._message.setGeometry(self.canvas.rect())

    def _on_trace(self) -> None:
        self._late = True
        if self.on_screen:
            self._turns.ask(self.refresh)

    def _on_cursor(self) -> None:
        if self.on_screen and not self._late:
            self.show_cursor()
        else:
            self._late = True

    def _dress(self) -> None:
        self._dressed = True
        theme = themes.current(self)
        self.canvas.setBackground(theme.surface)
        self._message.setStyleSheet(f"color: {theme.secondary_text}; background: {theme.surface}")
        for plot in self.plots:
            for name in ("left", "bottom"):
                axis = plot.getAxis(name)
                axis.setPen(line_pen(self.canvas, theme.line))
                axis.setTextPen(theme.secondary_text)
                axis.label.setDefaultTextColor(themes.translucent(theme.secondary_text, 1))
        self.dress(theme)

    def _on_click(self, event: MouseClickEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self.empty or not self.session.trace:
            return
        for plot in self.plots:
            if plot.sceneBoundingRect().contains(event.scenePos()):
                self.clicked(plot, event)

    def _show_context_menu(self, place: QPoint) -> None:
        self.export_menu.popup(self.canvas.mapToGlobal(place))
