"""What is to be exported how, drawn and written; all of it may take long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from trm_core.errors import UserError
from trm_core.recordings import Recording
from trm_gui.export.estimate import estimated_bytes
from trm_gui.export.exporting import export
from trm_gui.export.film import Film
from trm_gui.export.look import Look, Pace


@dataclass(frozen=True)
class Order:
    """What is to be exported how. frame: which one a picture shows, from 0."""

    recordings: tuple[Recording, ...]
    format: str
    look: Look
    pace: Pace
    frame: int

    @property
    def frames(self) -> int:
        """Of the longest recording."""
        return max(len(recording.trace) for recording in self.recordings)


class Drawn(NamedTuple):
    """The picture, scaled down to fit, and its size as it would be exported."""

    image: QImage
    size: QSize


class _Stopped(Exception):  # noqa: N818
    """Leaves an export in the middle; never seen outside this module."""


def draw(order: Order, room: QSize) -> Drawn:
    """The order's frame, to fit into `room` pixels."""
    film = Film([recording.trace for recording in order.recordings], order.look)
    image = film.image(min(order.frame, len(film) - 1))
    image.setDevicePixelRatio(1)
    if image.width() > room.width() or image.height() > room.height():
        keep, smooth = (
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        image = image.scaled(room, keep, smooth)
    return Drawn(image, film.size)


def estimate(order: Order, stop: Callable[[], bool]) -> int | None:
    """About how many bytes it will have; None where it was stopped. Raises UserError."""

    def told(done: int) -> None:
        if stop():
            raise _Stopped

    try:
        return estimated_bytes(
            order.recordings, order.format, order.look, order.pace, order.frame, told
        )
    except _Stopped:
        return None
    except OSError as error:
        raise UserError(f"A preview cannot be written: {error.strerror or error}") from None


def write(
    order: Order, target: Path, stop: Callable[[], bool], progress: Callable[[int], None]
) -> bool:
    """Whether it was written, whole; else it was stopped. progress: is told how many frames are
    done. Raises UserError."""

    def told(done: int) -> None:
        if stop():
            raise _Stopped
        progress(done)

    try:
        told(0)
        export(order.recordings, order.format, target, order.look, order.pace, order.frame, told)
    except _Stopped:
        return False
    except OSError as error:
        raise UserError(f"{target} cannot be written: {error.strerror or error}") from None
    return True
