"""Plots as images, drawings and tables."""

import csv
import shutil
import subprocess

import cairosvg
import numpy as np
import pytest
from PIL import Image
from plots_to_try import NAMES
from PySide6.QtGui import QColor, QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog

from trm_core.errors import UserError
from trm_gui import theme as themes
from trm_gui.export import pictures
from trm_gui.plots.export import taken, write


@pytest.mark.parametrize("name", NAMES)
def test_every_plot_is_saved_as_image_drawing_and_table(
    qtbot, session, pane, trace, mixing, tmp_path, name
):
    shown = mixing() if name == "plot_attention" else pane(name)
    for suffix in ("png", "svg", "csv"):
        write(taken(shown, f".{suffix}"), tmp_path / f"plot.{suffix}")
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


PROGRAMS = {
    "rsvg-convert": lambda svg, png: subprocess.run(
        ["rsvg-convert", "--zoom", "3", svg, "-o", png], check=True
    ),
    "cairosvg": lambda svg, png: cairosvg.svg2png(url=str(svg), write_to=str(png), scale=3),
    "chromium": lambda svg, png: in_chromium(svg, png),
}


def in_chromium(svg, png):
    width, height = QSvgRenderer(str(svg)).defaultSize().toTuple()
    switches = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--disable-background-networking",
        f"--user-data-dir={png.parent / 'chromium'}",
    ]
    # the size of a window has a least; what is beyond the drawing is cut off
    size = ["--force-device-scale-factor=3", f"--window-size={width + 600},{height + 600}"]
    subprocess.run(
        ["chromium", *switches, *size, f"--screenshot={png}", svg.as_uri()],
        check=True,
        capture_output=True,
    )
    Image.open(png).crop((0, 0, 3 * width, 3 * height)).save(png)


def pixels(file):
    """What a picture shows on white."""
    picture = Image.open(file).convert("RGBA")
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture)
    return np.asarray(ground.convert("RGB"), int)


@pytest.mark.parametrize(
    ("name", "program"),
    [(name, program) for program in ("rsvg-convert", "cairosvg") for name in NAMES]
    + [("plot_latent_path", "chromium"), ("plot_attention", "chromium")],
)
def test_a_drawing_looks_like_the_image_in_every_program(
    pane, trace, mixing, tmp_path, name, program
):
    if program != "cairosvg" and not shutil.which(program):
        pytest.skip(f"needs {program}")
    shown = mixing() if name == "plot_attention" else pane(name)
    for suffix in ("png", "svg"):
        write(taken(shown, f".{suffix}"), tmp_path / f"plot.{suffix}")
    PROGRAMS[program](tmp_path / "plot.svg", tmp_path / "drawn.png")
    image, drawn = pixels(tmp_path / "plot.png"), pixels(tmp_path / "drawn.png")
    assert drawn.shape == image.shape
    assert (np.abs(drawn - image).max(-1) > 64).mean() < 0.03  # text is smoothed in other ways
    assert "vector-effect" not in (tmp_path / "plot.svg").read_text()


@pytest.mark.parametrize("name", ["plot_change", "plot_latent_path"])
def test_what_is_saved_does_not_depend_on_the_cursor(session, pane, trace, tmp_path, name):
    shown = pane(name)
    for frame in (0, len(trace) // 2):
        session.move_to(frame)
        for suffix in ("png", "svg"):
            write(taken(shown, f".{suffix}"), tmp_path / f"{frame}.{suffix}")
    for suffix in ("png", "svg"):
        first, second = (tmp_path / f"{at}.{suffix}" for at in (0, len(trace) // 2))
        assert first.read_bytes() == second.read_bytes()
    assert all(mark.isVisible() for mark in shown.cursor_marks)


def test_lines_of_an_image_are_as_thick_as_its_text_asks(pane, trace, tmp_path):
    """A curve of two pixels on screen has six in an image of three times the size."""
    shown = pane("plot_change")
    write(taken(shown, ".png"), tmp_path / "plot.png")
    accent = [QColor(themes.current(shown).accent).getRgb()[:3]]
    inked = (np.abs(pixels(tmp_path / "plot.png") - accent).max(-1) < 16)[:, : 3 * 200]
    heights = inked.sum(0)[inked.any(0)]  # of the curve, in columns that it crosses
    assert np.median(heights) >= 5


def test_the_menu_asks_where_to_save_and_tells_where_it_could_not(
    qtbot, window, session, pane, trace, tmp_path
):
    shown = pane("plot_change")
    shown.export_menu.aboutToShow.emit()
    for action, suffix in zip(shown.export_menu.actions(), ("png", "svg", "csv"), strict=True):
        assert action.isEnabled()
        action.trigger()
        dialog = shown.canvas.findChildren(QFileDialog)[-1]
        assert dialog.defaultSuffix() == suffix
        with qtbot.waitSignal(session.plot_saved):
            dialog.fileSelected.emit(str(tmp_path / f"saved.{suffix}"))
        dialog.close()
        assert (tmp_path / f"saved.{suffix}").stat().st_size > 100
        said = window.statusBar().currentMessage()
        assert said == f"Saved as {tmp_path / f'saved.{suffix}'}"
    action.trigger()
    dialog = shown.canvas.findChildren(QFileDialog)[-1]
    assert dialog.directory().absolutePath() == str(tmp_path), "where the last one went"
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
    target = tmp_path / "plot.png"
    target.write_text("before")

    def fail(image, file):
        file.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pictures, "save_png", fail)
    with pytest.raises(UserError, match=r"plot\.png cannot be written: No space left on device"):
        write(taken(shown, ".png"), target)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["plot.png"]
    assert target.read_text() == "before"
