"""Saving a plot: as an image, as a drawing, or as the numbers behind it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QSettings, QStandardPaths, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from trm_core.errors import UserError
from trm_core.files import whole_file, writing
from trm_gui.session import Session
from trm_gui.settings import FOLDER, stored_text

FORMATS = {"png": "PNG image", "svg": "SVG drawing", "csv": "CSV table"}

IMAGE_SCALE = 3
"""Pixels of a PNG per pixel on screen, enough to print."""


class Plotted(Protocol):
    """Plots that can be saved.

    empty: whether there is nothing to save. cursor_marks: what of it shows the cursor alone.
    """

    session: Session
    title: str
    canvas: pg.GraphicsView

    @property
    def empty(self) -> bool: ...

    @property
    def cursor_marks(self) -> list[pg.GraphicsObject]: ...

    def table(self) -> str: ...


def export_menu(pane: Plotted, settings: QSettings, parent: QWidget) -> QMenu:
    """One action for each format; it asks where to."""
    tasks = pane.session.work.tasks(pane.session.fail, "The plot cannot be saved")
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)

    def ask(suffix: str) -> None:
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        folder = stored_text(settings, FOLDER, QStandardPaths.writableLocation(documents))
        title, kinds = f"Save {pane.title}", f"{FORMATS[suffix]} (*.{suffix})"
        dialog = QFileDialog(pane.canvas, title, folder, kinds)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(f"{pane.title.lower()}.{suffix}")
        dialog.fileSelected.connect(lambda file: tasks.start(_save(pane, Path(file))))
        dialog.open()

    for suffix, words in FORMATS.items():
        action = menu.addAction(f"Save as {words}…")
        action.setToolTip(f"Write what this plot shows to a {suffix.upper()} file")
        action.triggered.connect(partial(ask, suffix))

    def enable() -> None:
        for action in menu.actions():
            action.setEnabled(not pane.empty)

    menu.aboutToShow.connect(enable)
    return menu


async def _save(pane: Plotted, file: Path) -> None:
    await pane.session.writer.surely(write, taken(pane, file.suffix.lower()), file, of=file)
    pane.session.plot_saved.emit(file)


def taken(pane: Plotted, suffix: str) -> str | bytes:
    """What the pane shows now, as `write` makes a file of it: the columns of every curve as CSV, or
    a drawing."""
    return pane.table() if suffix == ".csv" else _drawing(pane)


def write(shown: str | bytes, file: Path) -> None:
    """Make a file of what was `taken`, in the format that its name ends in, whole or not at all.

    Raises UserError where it cannot be written.
    """
    from trm_gui.export.pictures import save_png

    with writing(file, UserError), whole_file(file) as unfinished:
        if isinstance(shown, str):
            unfinished.write_text(shown, encoding="utf-8")
        elif file.suffix.lower() == ".svg":
            unfinished.write_bytes(shown)
        else:
            save_png(_image(shown), unfinished)


def table_of(curves: Iterable[pg.PlotDataItem]) -> str:
    """The numbers behind curves as CSV, two columns for each; those of none are left out."""
    header: list[str] = []
    columns: list[npt.NDArray[np.float64]] = []
    for curve in curves:
        points = curve.getOriginalDataset()
        if points[0] is not None:
            header += [f"{curve.name()}_x", f"{curve.name()}_y"]
            columns += points
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(header)
    for numbers in zip_longest(*columns):
        rows.writerow("" if each is None else f"{each:.10g}" for each in numbers)
    return text.getvalue()


def _drawing(pane: Plotted) -> bytes:
    """The plot without its cursor, by Qt's own means: pyqtgraph 0.14 stumbles over the closed paths
    that Qt 6.11 writes."""
    from pyqtgraph.exporters import SVGExporter

    from trm_gui.export.drawing import draw_svg

    canvas = pane.canvas
    exporter = SVGExporter(canvas.scene())

    def paint(painter: QPainter) -> None:
        painter.fillRect(canvas.rect(), canvas.backgroundBrush())
        exporter.setExportMode(True, {"painter": painter, "antialias": True})  # dots as paths
        canvas.scene().render(painter, canvas.rect(), canvas.rect())
        exporter.setExportMode(False)

    with _hidden(pane.cursor_marks):
        return draw_svg(
            canvas.size(),
            canvas.rect(),
            paint,
            pane.title,
            dots_per_inch=canvas.logicalDpiX(),
            density=canvas.devicePixelRatioF(),
        )


@contextmanager
def _hidden(items: Iterable[pg.GraphicsObject]) -> Iterator[None]:
    """Meanwhile; what was not to be seen before is not afterwards."""
    seen = [item for item in items if item.isVisible()]
    for item in seen:
        item.hide()
    try:
        yield
    finally:
        for item in seen:
            item.show()


def _image(drawing: bytes) -> QImage:
    """With IMAGE_SCALE pixels for each of the drawing, lines and text alike."""
    renderer = QSvgRenderer(drawing)
    image = QImage(renderer.defaultSize() * IMAGE_SCALE, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    renderer.render(painter)
    painter.end()
    return image
