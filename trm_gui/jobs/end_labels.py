"""Labels beside a plot, each at the height where its curve ends; none covers another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from trm_gui import theme as themes

LEADER = 10
"""Pixels between the plot and the words, for lines that lead from one to the other."""
AWAY = 3
"""Pixels between a curve's end and its words from which on a line leads there."""


class End(NamedTuple):
    """Where a curve ends in view, as the axes have it, and what is written there.

    rank: where there is little room, of those with the same words only the lowest is labelled;
    where there is less, those of the highest rank are left out.
    """

    words: str
    colour: str
    x: float
    y: float
    rank: float = 0.0


class EndLabels(pg.GraphicsWidget):
    """At the right of a plot."""

    def __init__(self, box: pg.ViewBox) -> None:
        super().__init__()
        self._box = box
        self._font = themes.font(themes.SMALL)
        self.ends: list[End] = []
        self.setFlag(self.GraphicsItemFlag.ItemClipsToShape, False)
        self.setZValue(1)
        self.set_width(0)

    def width_of(self, words: list[str]) -> int:
        """What they take, in pixels."""
        metrics = QFontMetricsF(self._font)
        widest = max((metrics.horizontalAdvance(each) for each in words), default=0.0)
        return LEADER + int(np.ceil(widest)) if widest else 0

    def set_width(self, width: int) -> None:
        self.setMinimumWidth(width)
        self.setMaximumWidth(width)

    def show_ends(self, ends: list[End]) -> None:
        """Write these; before them the axes must show what they are to show."""
        self.ends = ends
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802
        """With the plot, which lines lead across."""
        room: QRectF = self.rect().united(self._plot())
        return room

    def placed(self) -> list[tuple[End, QPointF, QRectF]]:
        """The labels that have room, each with the curve's end and the place of the words."""
        plot = self._plot()
        height = QFontMetricsF(self._font).height()
        most = int(plot.height() // height) if height else 0
        kept = sorted(self.ends, key=lambda end: end.rank)
        if len(kept) > most / 2:
            kept = list({end.words: end for end in reversed(kept)}.values())[::-1]
        kept = kept[: max(0, most)]
        child = self._box.childGroup
        at = [(end, self.mapFromItem(child, QPointF(end.x, end.y))) for end in kept]
        at.sort(key=lambda pair: pair[1].y())
        at = [
            (end, place)
            for number, (end, place) in enumerate(at)
            if not number or not _says_the_same(at[number - 1], (end, place), height)
        ]
        wanted = np.array([place.y() for _, place in at])
        half = height / 2
        middles = spread(wanted, height, plot.top() + half, plot.bottom() - half)
        width = self.rect().width() - LEADER
        return [
            (end, place, QRectF(LEADER, middle - half, width, height))
            for (end, place), middle in zip(at, middles, strict=True)
        ]

    def paint(self, painter: QPainter, *_: object) -> None:
        painter.setFont(self._font)
        for end, place, room in self.placed():
            middle = QPointF(room.left() - 2, room.center().y())
            if abs(middle.y() - place.y()) > AWAY or place.x() < -AWAY:
                pale = themes.translucent(end.colour, 0.6)
                painter.setPen(QPen(pale, 1, Qt.PenStyle.DotLine))
                edge = QPointF(max(0.0, place.x()), place.y())
                painter.drawPolyline([QPointF(place.x() + AWAY, place.y()), edge, middle])
            painter.setPen(QColor(end.colour))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, end.words)

    def _plot(self) -> QRectF:
        plot: QRectF = self.mapRectFromItem(self._box, self._box.rect())
        return plot


def _says_the_same(above: tuple[End, QPointF], here: tuple[End, QPointF], height: float) -> bool:
    """Whether two labels so near one another would have the same words."""
    return above[0].words == here[0].words and here[1].y() - above[1].y() < height


def spread(
    wanted: npt.NDArray[np.float64], gap: float, low: float, high: float
) -> npt.NDArray[np.float64]:
    """(N,) places at least `gap` apart and between `low` and `high`, as near to `wanted`, which
    rises, as can be; they need to fit."""
    shifts = gap * np.arange(len(wanted))
    blocks: list[tuple[float, int]] = []
    """Mean and number of neighbours that touch; means rise (isotonic regression)."""
    for each in wanted - shifts:
        mean, count = float(each), 1
        while blocks and blocks[-1][0] >= mean:
            before, number = blocks.pop()
            mean, count = (before * number + mean * count) / (number + count), number + count
        blocks.append((mean, count))
    level: npt.NDArray[np.float64] = np.repeat(
        [mean for mean, _ in blocks], [count for _, count in blocks]
    )
    if not len(level):
        return level
    return np.clip(level, low, max(low, high - shifts[-1])) + shifts
