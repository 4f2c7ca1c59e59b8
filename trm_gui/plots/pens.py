"""Pens for plots, as thick on a screen of any density."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget


def line_pen(
    on: QWidget | None,
    colour: QColor | str,
    width: float = 1,
    style: Qt.PenStyle = Qt.PenStyle.SolidLine,
) -> QPen:
    """For a line `width` logical pixels wide in a plot on the widget `on`.

    pyqtgraph's pens count in pixels of the device, of which a dense screen has several.
    """
    ratio = 1.0 if on is None else on.devicePixelRatioF()
    pen: QPen = pg.mkPen(colour, width=width * ratio, style=style)
    return pen
