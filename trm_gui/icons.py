"""Icons from `resources/icons`, drawn in the colour of the text around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from trm_core.resources import RESOURCES
from trm_gui.theme import Theme

SIZES = (16, 20, 24, 32, 48)
"""Device pixels that an icon is drawn at."""

PROGRAM_SIZES = 16, 22, 24, 32, 48, 64, 128, 256
"""Device pixels that desktops show a program's icon at."""


@lru_cache(maxsize=256)
def icon(name: str, theme: Theme, name_on: str = "") -> QIcon:
    """The icon `name`.svg in the theme's colours, fainter where its action is disabled, and another
    one where it is checked, if there is one.

    It is drawn once: an editor's thirty buttons would take longer than all else on screen.
    """
    result = QIcon()
    for each, state in ((name, QIcon.State.Off), (name_on, QIcon.State.On)):
        drawing = _drawing(each).replace("currentColor", theme.text) if each else ""
        for mode, opacity in ((QIcon.Mode.Normal, 1.0), (QIcon.Mode.Disabled, 0.35)):
            for pixmap in _pixmaps(drawing, SIZES, opacity) if each else ():
                result.addPixmap(pixmap, mode, state)
    return result


@lru_cache(maxsize=1)
def program_icon() -> QIcon:
    """The program's own, in its own colours: of its windows, and in the tray."""
    result = QIcon()
    for pixmap in _pixmaps(_drawing("program"), PROGRAM_SIZES):
        result.addPixmap(pixmap)
    return result


def blank(size: QSize, ratio: float = 1.0) -> QPixmap:
    """Nothing, to draw on: `size` in logical pixels, `ratio` pixels of the screen in one."""
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap


def _drawing(name: str) -> str:
    return (RESOURCES / "icons" / f"{name}.svg").read_text()


def _pixmaps(drawing: str, sizes: Sequence[int], opacity: float = 1.0) -> Iterator[QPixmap]:
    renderer = QSvgRenderer(QByteArray(drawing.encode()))
    for size in sizes:
        pixmap = blank(QSize(size, size))
        painter = QPainter(pixmap)
        painter.setOpacity(opacity)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        yield pixmap
