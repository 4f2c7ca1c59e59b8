import csv

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer

from trm_gui.plots.export import taken, write


@pytest.fixture
def plot(widget):
    return widget("halting_plot")


@pytest.fixture
def point_place(plot):
    """Where the plot shows a frame, half way up, in its own pixels."""

    def point_place(frame):
        scene = plot.getPlotItem().vb.mapViewToScene(QPointF(frame + 1, 0.5))
        return plot.mapFromScene(scene)

    return point_place


def test_the_curve_has_a_point_per_frame(plot, solve):
    trace = solve()
    x, y = plot.curve.getData()
    assert x.tolist() == list(range(1, len(trace) + 1))
    np.testing.assert_array_equal(y, trace.halt_probabilities())


def test_frames_have_dots_where_there_is_room_for_them(plot, solve, solve_for_long):
    solve()
    assert plot.curve.opts["symbol"] == "o"
    solve_for_long()
    assert plot.curve.opts["symbol"] is None


def test_the_cursor_is_a_line_a_point_and_a_number(plot, session, solve):
    trace = solve()
    session.move_to(3)
    assert plot.cursor_line.value() == 4
    assert plot.current.getData()[1] == trace[3].halt_probability
    assert f"{trace[3].halt_probability:.2f}" in plot.reading.text()


def test_without_a_trace_there_is_neither_curve_nor_cursor(plot, session, solve, puzzles):
    solve()
    session.set_puzzle(puzzles[1])
    assert plot.curve.getData()[0] is None or not len(plot.curve.getData()[0])
    assert not plot.cursor_line.isVisible()


def test_a_click_moves_the_cursor_to_the_nearest_frame(qtbot, plot, session, solve, point_place):
    solve()
    for frame in (5, 0, 2):
        place = point_place(frame) + QPoint(3, 0)
        qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert session.cursor == frame


@pytest.mark.parametrize("width", [1024, 1600])
def test_a_frame_is_at_the_same_place_in_plot_and_timeline(
    qtbot, window, plot, widget, solve, point_place, width
):
    window.resize(width, 700)
    timeline = widget("timeline")
    for frame in range(len(solve())):
        above = plot.viewport().mapTo(window, point_place(frame)).x()
        below = timeline.mapTo(window, timeline.frame_rect(frame).center().toPoint()).x()
        assert abs(above - below) <= 3


def test_the_plot_is_saved_as_image_drawing_and_table(plot, solve, tmp_path):
    plot.export_menu.aboutToShow.emit()
    assert not any(action.isEnabled() for action in plot.export_menu.actions())
    trace = solve()
    plot.export_menu.aboutToShow.emit()
    assert all(action.isEnabled() for action in plot.export_menu.actions())
    for suffix in ("png", "svg", "csv"):
        write(taken(plot, f".{suffix}"), tmp_path / f"plot.{suffix}")
    assert QImage(str(tmp_path / "plot.png")).width() == 3 * plot.width()
    assert QSvgRenderer(str(tmp_path / "plot.svg")).isValid()
    with (tmp_path / "plot.csv").open() as file:
        rows = list(csv.reader(file))[1:]
    values = [float(row[1]) for row in rows]
    np.testing.assert_allclose(values, trace.halt_probabilities(), atol=1e-9)
