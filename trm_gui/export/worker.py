"""Draws previews and writes exports on a thread of its own."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage

from trm_core.errors import UserError
from trm_core.recordings import Recording
from trm_gui.export.estimate import estimated_bytes
from trm_gui.export.exporting import export
from trm_gui.export.film import Film
from trm_gui.export.look import Look, Pace


class Stopped(Exception):  # noqa: N818
    """Leaves an export in the middle; never seen outside this module."""


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


@dataclass(frozen=True, eq=False)
class Preview:
    """A request for the picture of an order's frame, to fit into `room` pixels; None for data,
    which has no picture."""

    order: Order
    room: QSize | None


@dataclass(frozen=True, eq=False)
class Export:
    """A request to write; `cancelled` may be set from any thread."""

    order: Order
    target: Path
    cancelled: threading.Event = field(default_factory=threading.Event)


class Drawn(NamedTuple):
    """The picture, scaled down to fit, and its size as it would be exported."""

    image: QImage
    size: QSize


class ExportWorker(QObject):
    """Of several requests for previews at once the newest is answered.

    All is told on the GUI thread: PySide 6.11 crashes where a signal is connected or disconnected
    while another thread emits it.
    """

    _came = Signal(str, object)
    """The name of a signal below and what it has to tell, from the thread; connected once."""

    previewed = Signal(object, object)
    """Preview, Drawn."""
    estimated = Signal(object, object)
    """Preview, about how many bytes the export will have."""
    progressed = Signal(object, int)
    """Export, frames that are done."""
    exported = Signal(object)
    """Export."""
    failed = Signal(object, str, str)
    """Preview or Export, why in a sentence ("" for an export that was cancelled), and the details
    of an error that was not foreseen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._came.connect(self._emit, Qt.ConnectionType.QueuedConnection)
        self._thread = ThreadPoolExecutor(1, "export")
        self._newest: Preview | None = None
        self._running: Export | None = None
        self._closed = False

    def preview(self, preview: Preview) -> None:
        """Draw it, then estimate its size, unless a newer one comes or an export begins."""
        self._newest = preview
        self._submit(self._preview, preview)

    def export(self, export: Export) -> None:
        self._newest = None
        self._running = export
        self._submit(self._export, export)

    def close(self) -> None:
        """Stop what runs and wait for that."""
        self._closed, self._newest = True, None
        if self._running is not None:
            self._running.cancelled.set()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _submit(self, work: Callable, request: Preview | Export) -> None:
        if not self._closed:
            self._thread.submit(self._do, work, request)

    def _tell(self, name: str, *told: object) -> None:
        self._came.emit(name, told)

    def _emit(self, name: str, told: tuple) -> None:
        getattr(self, name).emit(*told)

    def _do(self, work: Callable, request: Preview | Export) -> None:
        """Do `work`, and tell of what went wrong."""
        try:
            work(request)
        except Stopped:
            if isinstance(request, Export):
                self._tell("failed", request, "", "")
        except UserError as error:
            self._tell("failed", request, _capitalised(str(error)), "")
        except OSError as error:
            where = request.target if isinstance(request, Export) else "A preview"
            why = f"{where} cannot be written: {error.strerror or error}."
            self._tell("failed", request, why, "")
        except Exception as error:  # a defect must not end the thread in silence
            told = f"The export stopped: {error}"
            self._tell("failed", request, told, traceback.format_exc())

    def _preview(self, preview: Preview) -> None:
        def check(done: int = 0) -> None:
            if preview is not self._newest:
                raise Stopped

        check()
        order = preview.order
        if preview.room is not None:
            self._tell("previewed", preview, _draw(order, preview.room))
        size = estimated_bytes(
            order.recordings, order.format, order.look, order.pace, order.frame, check
        )
        check()
        self._tell("estimated", preview, size)

    def _export(self, request: Export) -> None:
        order = request.order

        def told(done: int) -> None:
            if request.cancelled.is_set():
                raise Stopped
            self._tell("progressed", request, done)

        told(0)
        export(
            order.recordings,
            order.format,
            request.target,
            order.look,
            order.pace,
            order.frame,
            told,
        )
        self._tell("exported", request)


def _draw(order: Order, room: QSize) -> Drawn:
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


def _capitalised(sentence: str) -> str:
    return f"{sentence[:1].upper()}{sentence[1:]}."
