"""A frame of a film as one picture, or all of them as pictures in a folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from trm_gui.export.film import Film

PIXELS_PER_INCH = 96
"""Of CSS, and so of SVG."""

NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
"""Characters that Qt writes into drawings, where none may be."""

Told = Callable[[int], None]
"""Is told how many frames are done; may raise to stop."""


def write_png(film: Film, index: int, file: Path) -> None:
    """Raises OSError."""
    save_png(film.image(index), file)


def write_svg(film: Film, index: int, file: Path) -> None:
    """A drawing as large as the picture in pixels, its text being text. Raises OSError."""
    buffer = QBuffer()  # Qt would not say why a file cannot be written
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setTitle(", ".join(trace.puzzle.name or trace.puzzle.kind for trace in film.traces))
    generator.setDescription(
        "; ".join(trace.sentence(min(index, len(trace) - 1)) for trace in film.traces)
    )
    generator.setSize(film.size)
    generator.setViewBox(QRectF(0, 0, film.logical_size.width(), film.logical_size.height()))
    generator.setResolution(PIXELS_PER_INCH)
    painter = QPainter(generator)
    try:
        film.paint(painter, index)
    finally:
        painter.end()
    drawing = NOT_IN_XML.sub("", buffer.data().data().decode())
    size = f'width="{film.size.width()}" height="{film.size.height()}"'  # for rounded millimetres
    file.write_text(re.sub(r'width="[\d.]+mm" height="[\d.]+mm"', size, drawing, count=1), "utf-8")


def write_frames(film: Film, folder: Path, told: Told) -> None:
    """frame-0001.png and so on in `folder`, which is there. Raises OSError."""
    digits = max(4, len(f"{len(film)}"))
    for index in range(len(film)):
        save_png(film.image(index), folder / f"frame-{index + 1:0{digits}}.png")
        told(index + 1)


def save_png(image: QImage, file: Path) -> None:
    """Raises OSError."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    file.write_bytes(buffer.data().data())
