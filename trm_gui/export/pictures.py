"""A frame of a film as one picture, or all of them as pictures in a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QRectF
from PySide6.QtGui import QImage

from trm_gui.export.drawing import draw_svg
from trm_gui.export.film import Film

Told = Callable[[int], None]
"""Is told how many frames are done; may raise to stop."""


def write_png(film: Film, index: int, file: Path) -> None:
    """Raises OSError."""
    save_png(film.image(index), file)


def write_svg(film: Film, index: int, file: Path) -> None:
    """A drawing as large as the picture in pixels, its text being text. Raises OSError."""
    drawing = draw_svg(
        film.size,
        QRectF(0, 0, film.logical_size.width(), film.logical_size.height()),
        lambda painter: film.paint(painter, index),
        ", ".join(trace.puzzle.title for trace in film.traces),
        "; ".join(trace.sentence(min(index, len(trace) - 1)) for trace in film.traces),
    )
    file.write_bytes(drawing)


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
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub asks for bytes
    file.write_bytes(buffer.data().data())
