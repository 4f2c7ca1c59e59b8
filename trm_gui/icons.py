"""Icons from `resources/icons`, drawn in the colour of the text around them."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from trm_core.resources import RESOURCES
from trm_gui.theme import Theme

SIZES = (16, 20, 24, 32, 48)
"""Device pixels that an icon is drawn at."""


@lru_cache(maxsize=256)
def icon(name: str, theme: Theme) -> QIcon:
    """The icon `name`.svg in the theme's colours, fainter where its action is disabled.

    It is drawn once: an editor's thirty buttons would take longer than all else on screen.
    """
    drawing = (RESOURCES / "icons" / f"{name}.svg").read_text()
    result = QIcon()
    for mode, opacity in ((QIcon.Mode.Normal, 1.0), (QIcon.Mode.Disabled, 0.35)):
        renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", theme.text).encode()))
        for size in SIZES:
            pixmap = QPixmap(size, size)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.setOpacity(opacity)
            renderer.render(painter, QRectF(0, 0, size, size))
            painter.end()
            result.addPixmap(pixmap, mode)
    return result
