"""Plots as images, drawings and tables."""

import csv

import numpy as np
import pytest
from plots_to_try import NAMES
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog

from trm_gui.plots.export import export


@pytest.mark.parametrize("name", NAMES)
def test_every_plot_is_saved_as_image_drawing_and_table(
    qtbot, session, pane, trace, mixing, tmp_path, name
):
    shown = mixing() if name == "plot_attention" else pane(name)
    for suffix in ("png", "svg", "csv"):
        export(shown, tmp_path / f"plot.{suffix}")
    image = QImage(str(tmp_path / "plot.png"))
    assert image.width() == 3 * shown.canvas.width()
    inks = {
        image.pixel(x, y) for x in range(0, image.width(), 4) for y in range(0, image.height(), 4)
    }
    assert len(inks) > 2
    drawing = (tmp_path / "plot.svg").read_text()
    assert drawing.startswith("<?xml")
    assert ("column" if name == "plot_attention" else "supervision step") in drawing or (
        name == "plot_latent_path" and "PC 1 of y" in drawing
    )
    with (tmp_path / "plot.csv").open() as file:
        rows = list(csv.reader(file))
    numbers = np.array([[float(x or "nan") for x in row] for row in rows[-1:]])
    assert numbers.size
    if name == "plot_attention":
        np.testing.assert_allclose(np.array(rows, float), shown.image.image, rtol=1e-4, atol=1e-6)
    elif name == "plot_latent_path":
        assert rows[0] == ["y_x", "y_y", "z_x", "z_y"]
        points = trace.curves.latent_path("y").points
        np.testing.assert_allclose(np.array(rows[1:], float)[:, :2], points, atol=1e-6)
    elif name == "plot_certainty":
        entropies = [float(row[1]) for row in rows[1:]]
        np.testing.assert_allclose(entropies, trace.curves.mean_entropies(), atol=1e-8)


@pytest.mark.parametrize("name", ["plot_change", "plot_latent_path"])
def test_a_drawing_looks_like_the_image(pane, trace, tmp_path, name):
    shown = pane(name)
    for suffix in ("png", "svg"):
        export(shown, tmp_path / f"plot.{suffix}")
    image = QImage(str(tmp_path / "plot.png")).convertToFormat(QImage.Format.Format_Grayscale8)
    drawn = QImage(image.size(), QImage.Format.Format_RGB32)
    painter = QPainter(drawn)
    QSvgRenderer(str(tmp_path / "plot.svg")).render(painter)
    painter.end()
    small = [
        picture.convertToFormat(QImage.Format.Format_Grayscale8).scaled(
            64,
            48,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        for picture in (image, drawn)
    ]
    a, b = (
        np.array([[p.pixelColor(x, y).lightness() for x in range(64)] for y in range(48)], float)
        for p in small
    )
    assert np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.8


def test_the_menu_asks_where_to_save_and_tells_where_it_could_not(
    qtbot, session, pane, trace, tmp_path
):
    shown = pane("plot_change")
    shown.export_menu.aboutToShow.emit()
    for action, suffix in zip(shown.export_menu.actions(), ("png", "svg", "csv"), strict=True):
        assert action.isEnabled()
        action.trigger()
        dialog = shown.canvas.findChildren(QFileDialog)[-1]
        assert dialog.defaultSuffix() == suffix
        dialog.fileSelected.emit(str(tmp_path / f"saved.{suffix}"))
        dialog.close()
        assert (tmp_path / f"saved.{suffix}").stat().st_size > 100
    action.trigger()
    dialog = shown.canvas.findChildren(QFileDialog)[-1]
    with qtbot.waitSignal(session.failed) as failed:
        dialog.fileSelected.emit(str(tmp_path / "nowhere" / "plot.csv"))
    dialog.close()
    assert "cannot be written" in failed.args[0]
    assert "\n" not in failed.args[0]


def test_there_is_nothing_to_save_without_a_trace(pane):
    shown = pane("plot_change")
    shown.export_menu.aboutToShow.emit()
    assert not any(action.isEnabled() for action in shown.export_menu.actions())


def test_a_plot_that_cannot_be_saved_leaves_what_was_there(pane, trace, tmp_path, monkeypatch):
    shown = pane("plot_change")
    target = tmp_path / "plot.csv"
    target.write_text("before")

    def fail(file):
        file.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shown, "write_table", fail)
    with pytest.raises(OSError, match="No space"):
        export(shown, target)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["plot.csv"]
    assert target.read_text() == "before"
