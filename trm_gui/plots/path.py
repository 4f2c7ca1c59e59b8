"""The paths of y and z through their latent spaces, flattened onto two dimensions."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from PySide6.QtCore import QPointF
from PySide6.QtGui import QBrush, QResizeEvent

from trm_core.curves import Latent
from trm_gui import theme as themes
from trm_gui.plots.pane import PlotPane
from trm_gui.plots.pens import line_pen
from trm_gui.plots.turns import Turns
from trm_gui.plots.words import ABOVE_LINES, Words
from trm_gui.theme import Theme
from trm_gui.workbench import Workbench

REACH = 24
"""Logical pixels from a point within which a click means it."""

SHADES = 64
"""Colours of a path."""

NO_PATH = "This solve was recorded without its latents."
ONE_FRAME = "One frame alone makes no path. M has the model go on by a supervision step."


class LatentPathPane(PlotPane):
    """A point per frame in the plane of the first two principal components of this solve.

    Colours go from the first frame to the last; a ring is at the cursor. A click moves
    the cursor to the nearest point. The two plots stand side by side where there is much
    width.
    """

    def __init__(self, bench: Workbench, turns: Turns) -> None:
        super().__init__(
            bench,
            turns,
            "Latent path",
            "y and z of every frame on their first two principal components (PC) with the share of "
            "the variance that each has, from dark at the start to bright at the end; click to go "
            "to a frame",
            "The ways of the answer y and the reasoning z, seen from their broadest side",
        )
        self._upright = True
        self.paths: dict[Latent, _Path] = {}
        names: tuple[Latent, ...] = ("y", "z")
        for row, name in enumerate(names):
            plot = self.add_plot(row, 0)
            plot.getAxis("left").setWidth(5 * themes.SPACE)
            self.paths[name] = _Path(plot, name)
            self.cursor_marks.append(self.paths[name].ring)

    def show_trace(self) -> None:
        trace = self.session.trace
        for name, path in self.paths.items():
            known = None if trace is None else trace.curves.latent_path(name)
            path.points = np.empty((0, 2)) if known is None else known.points
            path.draw()
            if known is not None and len(known.points) == 1:
                self.set_message(ONE_FRAME)
            if known is not None:
                for side, words, share in zip(
                    ("bottom", "left"), (f"PC 1 of {name}", "PC 2"), known.shares, strict=True
                ):
                    tells = len(known.points) > 2  # two points are always on one axis
                    self.name_axis(path.plot, side, f"{words} ({share:.0%})" if tells else words)
            elif trace:
                self.set_message(NO_PATH)

    def show_cursor(self) -> None:
        trace, cursor = self.session.trace, self.session.cursor
        for path in self.paths.values():
            path.mark(cursor)
        if trace is None or cursor is None:
            self.set_reading("")
        else:
            self.set_reading(f"frame {cursor + 1} of {len(trace)}")

    def clicked(self, plot: pg.PlotItem, event: MouseClickEvent) -> None:
        (path,) = (path for path in self.paths.values() if path.plot is plot)
        nearest = path.nearest(event.scenePos())
        if nearest is not None:
            self.session.move_to(nearest)

    def dress(self, theme: Theme) -> None:
        for path in self.paths.values():
            path.dress(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        upright = self.canvas.width() < 1.5 * self.canvas.height()
        if upright != self._upright:
            self._upright = upright
            for place, plot in enumerate(self.plots):
                self.canvas.removeItem(plot)
                self.canvas.addItem(plot, *((place, 0) if upright else (0, place)))


class _Path:
    """The path of one latent: a line, a point per frame, its ends named, a ring at the cursor."""

    def __init__(self, plot: pg.PlotItem, name: Latent) -> None:
        self.plot, self.name = plot, name
        self.points: npt.NDArray[np.float64] = np.empty((0, 2))
        self.scale = themes.SCALES[0]
        plot.setAspectLocked(True)  # the same distance on both axes
        self.line = plot.plot([], [], name=name, antialias=True)
        self.dots = pg.ScatterPlotItem(size=7, pen=None)
        self.ring = pg.ScatterPlotItem(size=14, brush=None)
        plot.addItem(self.dots)
        plot.addItem(self.ring, ignoreBounds=True)
        self.ends = [Words(words, anchor=(0, 1)) for words in ("start", "end")]
        for end in self.ends:
            plot.addItem(end, ignoreBounds=True)
        for points in (self.dots, self.ring):
            points.setZValue(ABOVE_LINES + 1)  # no word hides one

    def draw(self) -> None:
        x, y = self.points.T
        self.line.setData(x, y)
        self.dots.setData(x, y, brush=_colours(len(x), self.scale))
        for end, at in zip(self.ends, (0, -1), strict=True):
            end.setVisible(len(x) > 1)
            if len(x):
                end.setPos(x[at], y[at])
                end.setAnchor((0 if x[at] < 0 else 1, 1 if y[at] < np.median(y) else 0))
        if len(x):
            self.plot.vb.autoRange(padding=0.12)

    def mark(self, cursor: int | None) -> None:
        if cursor is not None and cursor < len(self.points):
            self.ring.setData(*self.points[[cursor]].T)
        else:
            self.ring.setData([], [])

    def nearest(self, place: QPointF) -> int | None:
        """The frame whose point is next to a place in the scene; None if none is near."""
        if not len(self.points):
            return None
        to_scene = self.plot.vb.mapViewToScene
        placed = np.array([[p.x(), p.y()] for p in (to_scene(QPointF(*q)) for q in self.points)])
        distances = np.hypot(*(placed - [place.x(), place.y()]).T)
        nearest = int(distances.argmin())
        return nearest if distances[nearest] <= REACH else None

    def dress(self, theme: Theme) -> None:
        """Its points take the colours of the theme when they are drawn next."""
        self.scale = theme.scale
        canvas = self.plot.getViewWidget()
        self.line.setPen(line_pen(canvas, themes.translucent(theme.secondary_text, 0.7), 1))
        self.dots.setPen(line_pen(canvas, themes.translucent(theme.secondary_text, 0.7), 0.7))
        self.ring.setPen(line_pen(canvas, theme.text, 2))
        for end in self.ends:
            end.dress(theme, theme.secondary_text)


def _colours(count: int, scale: str) -> list[QBrush]:
    """A brush for each frame along the scale; the same objects each time, which pyqtgraph likes."""
    shares = np.linspace(0, SHADES - 1, max(count, 1)).round().astype(int)[:count]
    shades = _shades(scale)
    return [shades[share] for share in shares.tolist()]


@cache
def _shades(scale: str) -> list[QBrush]:
    colours = pg.colormap.get(scale).map(np.linspace(0, 1, SHADES), mode="qcolor")
    return [pg.mkBrush(colour) for colour in colours]
