"""Axes of steps and of values, which values they show, and colours that stand back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtGui import QColor

from trm_gui import theme as themes


def faint(colour: str, theme: themes.Theme, share: float) -> QColor:
    """`colour` on its way to the ground; not translucent, which Qt draws slowly."""
    ground, front = QColor(theme.surface), QColor(colour)
    channels = (
        (front.red(), ground.red()),
        (front.green(), ground.green()),
        (front.blue(), ground.blue()),
    )
    return QColor(*(round(here + (there - here) * share) for here, there in channels))


def value_range(
    values: npt.NDArray[np.float64], share: bool, logarithmic: bool
) -> tuple[float, float]:
    """Lowest and highest of an axis that shows `values` with some room; powers of ten where it is
    logarithmic.

    What is never negative is shown from 0 on, and shares up to 1, both with a narrow margin, so
    that a line there can be seen.
    """
    floor, ceiling = -np.inf, np.inf
    if logarithmic:
        values = np.log10(values[values > 0])
        low, high = (values.min(), values.max()) if len(values) else (-1.0, 0.0)
        if high - low < 0.1:
            low, high = low - 0.5, high + 0.5
        ceiling = 0.0 if share and high <= 0.5 else np.inf
        high = min(high, ceiling)
    else:
        low, high = (values.min(), values.max()) if len(values) else (0.0, 1.0)
        floor = 0.0 if low >= 0 else -np.inf
        ceiling = 1.0 if share and high <= 1 else np.inf
        if high - low <= 1e-6 * max(abs(low), abs(high)):  # a level line, or float32's last digit
            low, high = (0.0, 1.0) if share or not high else (min(0, 2 * low), max(0, 2 * high))
    room = 0.05 * (high - low)
    low, high = max(low - room, floor - room / 2), min(high + room, ceiling + room / 2)
    return float(low), float(high)


class ValueAxis(pg.AxisItem):
    """At the left; shares of 1 as per cent."""

    WIDTH = 46
    TICKS_APART = 2 * themes.SPACE

    def __init__(self, share: bool) -> None:
        super().__init__("left")
        self._share = share
        self.enableAutoSIPrefix(False)
        self.setWidth(self.WIDTH)  # the same beside all plots, so that their steps are in line

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: N802
        numbers = [10**value if self.logMode else value + 0.0 for value in values]  # no "-0"
        if self._share:
            return [f"{100 * number:.4g} %" for number in numbers]
        if self.logMode:
            return [f"{number:.4g}" for number in numbers]
        words: list[str] = super().tickStrings(numbers, scale, spacing)
        return words

    def logTickValues(  # noqa: N802
        self, low: float, high: float, size: float, ticks: object
    ) -> list[tuple[float, list[float]]]:
        """As many of 1, 2 and 5 in each power of ten as there is height for their words; within
        one, as on a linear axis."""
        if high - low < 1:
            lowest, highest = 10**low, 10**high
            spacing = self.tickSpacing(lowest, highest, size)[0][0]
            values = spacing * np.arange(np.ceil(lowest / spacing), highest // spacing + 1)
            return [(spacing, np.log10(values[values > 0]).tolist())]
        apart = self.TICKS_APART * (high - low) / size  # in powers of ten
        steps, every = ([0, 0.30103, 0.69897], 1) if apart < 0.3 else ([0], int(np.ceil(apart)))
        powers = range(int(np.floor(low / every)) * every, int(np.ceil(high)) + 1, every)
        values = [power + step for power in powers for step in steps]
        return [(1.0, [value for value in values if low <= value <= high])]


class StepAxis(pg.AxisItem):
    """Below; whole steps. Its name stands at its end, where it takes no height."""

    HEIGHT = 22
    NAME = 40
    """Pixels at its right that the name takes."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.enableAutoSIPrefix(False)
        self.setStyle(hideOverlappingLabels=12)
        self.setHeight(self.HEIGHT)

    def resizeEvent(self, event: object = None) -> None:
        super().resizeEvent(event)
        if self.label is not None:
            self.label.setPos(self.size().width() + 13, 0)

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: N802
        return [f"{value + 0.0:,.0f}" if value % 1 == 0 else "" for value in values]
