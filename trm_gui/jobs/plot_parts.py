"""An axis in per cent, and colours that stand back."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtGui import QColor

from trm_gui.theme import Theme


def faint(colour: str, theme: Theme, share: float) -> QColor:
    """`colour` on its way to the ground; not translucent, which Qt draws slowly."""
    ground, front = QColor(theme.surface), QColor(colour)
    mixed = [
        round(here + (there - here) * share)
        for here, there in zip(front.getRgb()[:3], ground.getRgb()[:3], strict=True)
    ]
    return QColor(*mixed)


class ShareAxis(pg.AxisItem):
    """Shares of 1 as per cent."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: N802
        if self.logMode:
            values = [10**value for value in values]
        return [f"{100 * value:.4g} %" for value in values]
