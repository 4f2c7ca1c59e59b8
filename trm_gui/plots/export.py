"""Saving a plot: as an image, as a drawing, or as the numbers behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pyqtgraph as pg
from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from trm_core.files import whole_file
from trm_gui.session import Session
from trm_gui.stored import stored_text

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

    def write_table(self, file: Path) -> None: ...


def export_menu(pane: Plotted, parent: QWidget) -> QMenu:
    """One action for each format; it asks where to."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    for suffix, words in FORMATS.items():
        action = menu.addAction(f"Save as {words}…")
        action.setToolTip(f"Write what this plot shows to a {suffix.upper()} file")
        action.triggered.connect(lambda _=False, suffix=suffix: _ask(pane, suffix))

    def enable() -> None:
        for action in menu.actions():
            action.setEnabled(not pane.empty)

    menu.aboutToShow.connect(enable)
    return menu


def export(pane: Plotted, file: Path) -> None:
    """Write what the pane shows in the format that the file's name ends in, whole or not at all.

    A table has the columns of every curve. Raises OSError where the file cannot be written.
    """
    from trm_gui.export.pictures import save_png

    suffix = file.suffix.lower()
    with whole_file(file) as unfinished:
        if suffix == ".csv":
            pane.write_table(unfinished)
        elif suffix == ".svg":
            unfinished.write_bytes(_drawing(pane))
        else:
            save_png(_image(_drawing(pane)), unfinished)


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


def _ask(pane: Plotted, suffix: str) -> None:
    title, kinds = f"Save {pane.title}", f"{FORMATS[suffix]} (*.{suffix})"
    dialog = QFileDialog(pane.canvas, title, _folder(pane.canvas), kinds)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix)
    dialog.selectFile(f"{pane.title.lower()}.{suffix}")
    dialog.fileSelected.connect(lambda file: _save(pane, Path(file)))
    dialog.open()


def _folder(widget: QWidget | None) -> str:
    """Where the window's other dialogs save, too."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    while widget is not None and not hasattr(widget, "settings"):
        widget = widget.parentWidget()  # of a floating dock, too, in the end the main window
    return documents if widget is None else stored_text(widget.settings, "folder", documents)


def _save(pane: Plotted, file: Path) -> None:
    try:
        export(pane, file)
    except OSError as error:
        pane.session.fail(f"{file} cannot be written: {error.strerror or error}.")
    else:
        pane.session.plot_saved.emit(file)
