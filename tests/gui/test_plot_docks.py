"""The plots in docks: what they show of a real solve, the cursor, their places and saving them."""

import csv

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QDockWidget, QFileDialog, QLabel, QTabBar

from trm_core.checkpoints.info import find_model
from trm_core.mixing import Mixing
from trm_core.puzzles.files import load_puzzles
from trm_core.puzzles.library import read_library
from trm_core.puzzles.sudoku import generate
from trm_core.trace import SolveSettings
from trm_gui import theme as themes
from trm_gui.plots.docks import PLOTS
from trm_gui.plots.export import export
from trm_gui.plots.frame_pane import Curve
from trm_gui.plots.pane import NO_TRACE, PlotPane

NAMES = [name for name, _, _ in PLOTS]
OVER_FRAMES = ["plot_change", "plot_certainty", "plot_correctness", "plot_cell"]
NEVER_RIGHT = 8


@pytest.fixture
def dock(window):
    return lambda name: window.findChild(QDockWidget, name)


@pytest.fixture
def pane(qtbot, dock):
    """The pane of a dock, brought to the front and up to date."""

    def pane(name):
        dock(name).show()
        dock(name).raise_()
        qtbot.waitUntil(lambda: dock(name).findChild(PlotPane) is not None)
        (found,) = dock(name).findChildren(PlotPane)
        qtbot.waitUntil(lambda: found.on_screen and not found._late)
        return found

    return pane


@pytest.fixture
def trace(session, solve):
    """Three supervision steps with all latent steps, looked at from row 3, column 4."""
    session.set_settings(SolveSettings(3, None, every_latent_step=True))
    solve()
    session.look_at((2, 3))
    return session.trace


@pytest.fixture
def mixing(qtbot, session, pane, trace, patience):
    """The pane of the attention, with what it shows of the frame at the cursor."""
    shown = pane("plot_attention")

    def mixing():
        wanted = session.frame.call, session.trace.cell_index(*session.cell)
        qtbot.waitUntil(
            lambda: shown.mixing is not None and (shown.mixing.call, shown.mixing.cell) == wanted,
            timeout=patience,
        )
        return shown

    return mixing


def click(qtbot, pane, plot, x, y):
    """Click a place of a plot, given in its own coordinates."""
    scene = plot.vb.mapViewToScene(QPointF(x, y))
    place = pane.canvas.mapFromScene(scene)
    qtbot.mouseClick(pane.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)


def data(curve):
    x, y = curve.getOriginalDataset()
    return ([], []) if x is None else (x.tolist(), y.tolist())


# What they show


def test_changes_are_drawn_where_there_are_any(pane, trace):
    curves = pane("plot_change").curves
    for name, curve in curves.items():
        x, y = data(curve.line)
        changes = trace.curves.changes(name)
        assert y == changes[changes > 0].tolist()
        assert x == ((np.flatnonzero(changes) + 1) / trace.frames_per_step).tolist()
        assert curve.label.isVisible()
        assert name in curve.label.toPlainText()


def test_a_single_frame_is_a_point(session, solve, pane):
    session.set_puzzle(read_library()[-30].puzzles()[0])
    session.use_model(find_model("arc-7x7"))
    session.set_settings(SolveSettings(1, None))
    assert len(solve()) == 1
    for curve in pane("plot_change").curves.values():
        assert curve.line.scatter.isVisible()
        assert len(curve.line.scatter.points()) == 1


def test_the_mean_entropy_is_drawn_in_bits(pane, trace):
    _, y = data(pane("plot_certainty").curve.line)
    assert y == trace.curves.mean_entropies().tolist()


def test_right_cells_and_broken_rules_are_drawn(pane, session, puzzles, solve):
    session.set_puzzle(puzzles[NEVER_RIGHT])
    trace = solve()
    shown = pane("plot_correctness")
    assert data(shown.right.line)[1] == trace.curves.right_shares().tolist()
    conflicts = trace.curves.conflicts()
    assert data(shown.conflicts.line)[1] == conflicts.tolist()
    assert conflicts.max() > 0
    session.move_to(1)
    right, of = trace.right_cells(1)
    assert f"{right} of {of} open cells right" in shown.reading.text()
    assert f"{len(trace.conflicts(1))} broken rule" in shown.reading.text()


def test_where_no_solution_is_known_only_broken_rules_are_drawn(pane, session, solve, tmp_path):
    file = tmp_path / "open.sdm"
    file.write_text("1" + "." * 80)
    session.set_settings(SolveSettings(2))
    session.set_puzzle(load_puzzles(file)[0])
    trace = solve()
    shown = pane("plot_correctness")
    assert trace.solution is None
    assert data(shown.right.line)[1] == []
    assert len(data(shown.conflicts.line)[1]) == len(trace)
    assert "not known" in shown.reading.text()


def test_the_latent_paths_have_a_point_per_frame_coloured_by_time(pane, session, trace):
    shown = pane("plot_latent_path")
    for name, path in shown.paths.items():
        known = trace.curves.latent_path(name)
        x, y = path.dots.getData()
        assert np.array_equal(np.c_[x, y], known.points)
        colours = [brush.color().name() for brush in path.dots.data["brush"]]
        assert (colours[0], colours[-1]) == ("#440154", "#fde725")  # the ends of viridis
        assert f"{known.shares[0]:.0%}" in path.plot.getAxis("bottom").labelText
        session.move_to(5)
        assert np.array_equal(np.c_[path.ring.getData()], known.points[[5]])


def test_a_cell_has_a_curve_for_each_symbol_and_the_decoded_one_stands_out(pane, session, trace):
    shown = pane("plot_cell")
    shares = trace.curves.symbols(2, 3)
    assert np.array_equal([data(line)[1] for line in shown.lines], shares.T)
    accent = themes.current(shown).accent
    for frame in range(len(trace)):
        session.move_to(frame)
        decoded = int(shares[frame].argmax())
        pens = [line.opts["pen"] for line in shown.lines]
        emphasised = [code for code, pen in enumerate(pens) if pen.color().name().upper() == accent]
        assert emphasised == [decoded] == [int(trace.grid(frame)[2, 3])]
        assert shown.reading.text().startswith(f"{decoded}: ")
    named = {name.toPlainText() for name in shown.names if name.isVisible()}
    assert str(decoded) in named


def test_another_cell_is_shown_when_it_is_pointed_at_chosen_or_typed(
    qtbot, session, widget, pane, trace, control
):
    shown, board = pane("plot_cell"), widget("answer_board")
    cells = board.geometry_of_cells()
    qtbot.mouseMove(board, cells.center(0, 1).toPoint())
    assert session.cell == (0, 1)
    assert data(shown.lines[8])[1] == trace.curves.symbols(0, 1)[:, 8].tolist()
    qtbot.mouseClick(board, Qt.MouseButton.LeftButton, pos=cells.center(5, 6).toPoint())
    qtbot.mouseMove(board, cells.center(1, 1).toPoint())
    assert session.cell == (1, 1)
    QApplication.sendEvent(board, QEvent(QEvent.Type.Leave))
    assert session.cell == (5, 6)  # the selected one
    control("Row of the cell").setValue(9)
    assert session.cell == (8, 6)
    control("Column of the cell").setValue(1)
    assert session.cell == (8, 0)
    assert data(shown.lines[1])[1] == trace.curves.symbols(8, 0)[:, 1].tolist()


def test_without_a_cell_the_panes_of_a_cell_say_what_to_do(pane, session, solve):
    solve()
    for name in ("plot_cell", "plot_attention"):
        shown = pane(name)
        assert shown.empty
        assert [w for w in shown.findChildren(QLabel) if "Point at a cell" in w.text()]


def test_a_cell_that_a_smaller_answer_does_not_have_is_no_longer_looked_at(
    pane, session, trace, solve
):
    session.look_at((8, 8))
    session.edit_puzzle(generate(1, box_rows=2, box_cols=2, givens=8))
    solve()
    assert session.cell is None
    assert pane("plot_cell").empty


@pytest.mark.parametrize("model", ["sudoku-9x9-att", "sudoku-9x9-small"])
def test_the_map_shows_what_the_solve_gives_for_cell_layer_and_head(
    qtbot, session, solve, mixing, model
):
    session.set_model(model)
    solve()
    session.look_at((4, 4))
    for frame in (0, 3, 5):
        session.move_to(frame)
        shown = mixing()
        assert shown.mixing.weights.max() > 0
        assert np.array_equal(
            shown.image.image, session.trace.mixing_map(shown.mixing, 0, head_of(shown))
        )
    shown.layer.setCurrentIndex(1)
    shown.layer.activated.emit(1)
    assert np.array_equal(
        shown.image.image, session.trace.mixing_map(shown.mixing, 1, head_of(shown))
    )
    if shown.mixing.is_attention:
        np.testing.assert_allclose(shown.image.image.sum(), 1, rtol=0.01)
        shown.head.setCurrentIndex(2)
        shown.head.activated.emit(2)
        assert np.array_equal(shown.image.image, session.trace.mixing_map(shown.mixing, 1, 1))
    assert shown.bar.levels() == (0, pytest.approx(shown.image.image.max()))


def head_of(pane):
    return None if pane.mixing.is_attention else 0


def test_a_certain_network_call_of_the_cycle_can_be_chosen(qtbot, session, mixing, patience):
    session.move_to(2)
    shown = mixing()
    cursor = shown.mixing.weights
    for text, step in (("latent step 1", 1), ("answer update", None)):
        shown.call.setCurrentText(text)
        shown.call.activated.emit(shown.call.currentIndex())
        qtbot.waitUntil(lambda step=step: shown.mixing.call.latent_step == step, timeout=patience)
        assert shown.mixing.call[:2] == session.frame.call[:2]
        assert not np.array_equal(shown.mixing.weights, cursor)


def test_a_click_on_the_map_looks_at_that_cell(qtbot, session, mixing):
    shown = mixing()
    click(qtbot, shown, shown.plots[0], 8, 2)
    assert session.cell == (1, 7)
    assert mixing().mixing.cell == 16


def test_looking_during_a_solve_is_answered_before_it_ends(
    qtbot, session, pane, solve_for_long, patience
):
    session.look_at((0, 1))
    shown = pane("plot_attention")
    solve_for_long()
    with qtbot.waitSignal(session.mixing_known, timeout=patience) as known:
        pass
    assert session.solving
    assert isinstance(known.args[0], Mixing)
    assert shown.mixing is known.args[0]


def test_what_is_looked_at_after_the_window_was_closed_is_left_alone(
    qtbot, window, session, mixing
):
    mixing()
    window.close()
    with qtbot.assertNotEmitted(session.mixing_known, wait=100):
        session.move_to(1)
        session.ask_mixing(session.frame.call)


# The cursor


@pytest.mark.parametrize("name", OVER_FRAMES)
def test_a_click_moves_the_cursor_and_the_cursor_moves_a_line(qtbot, session, pane, trace, name):
    shown = pane(name)
    for frame in (7, 0, len(trace) - 1):
        place = (frame + 1) / trace.frames_per_step
        (low, high) = shown.plots[0].viewRange()[1]
        click(qtbot, shown, shown.plots[0], place, (low + high) / 2)
        assert session.cursor == frame
        assert [line.value() for line in shown._cursor_lines] == [place] * len(shown.plots)


def test_a_click_on_the_latent_path_moves_the_cursor_to_its_nearest_point(
    qtbot, session, pane, trace
):
    shown = pane("plot_latent_path")
    for name, path in shown.paths.items():
        points = trace.curves.latent_path(name).points
        for frame in (0, 3):
            session.move_to(len(trace) - 1)
            click(qtbot, shown, path.plot, *points[frame])
            reached = points[session.cursor]
            size = np.ptp(points, axis=0).max()
            assert np.hypot(*(reached - points[frame])) < 0.05 * size
            assert session.cursor < len(trace) - 1


def test_plots_follow_a_solve_and_those_behind_others_do_nothing(
    qtbot, session, dock, pane, solve_for_long
):
    shown = pane("plot_change")
    hidden = pane("plot_certainty")
    dock("plot_change").raise_()
    qtbot.waitUntil(lambda: not hidden.on_screen and shown.on_screen)
    solve_for_long()
    before = len(data(shown.curves["z"].line)[0])
    qtbot.waitUntil(lambda: len(data(shown.curves["z"].line)[0]) > before + 4)
    assert data(hidden.curve.line) == ([], [])
    dock("plot_certainty").raise_()
    qtbot.waitUntil(lambda: len(data(hidden.curve.line)[0]) > 4)


@pytest.mark.parametrize("name", NAMES)
def test_without_a_trace_a_pane_says_so(qtbot, pane, mixing, session, trace, puzzles, name):
    shown = mixing() if name == "plot_attention" else pane(name)
    assert not shown.empty
    session.set_puzzle(puzzles[1])
    qtbot.waitUntil(lambda: shown.empty and not shown._late)
    assert [w for w in shown.findChildren(QLabel) if w.text() == NO_TRACE and w.isVisible()]
    click(qtbot, shown, shown.plots[0], 0.5, 0.5)
    assert session.cursor is None


# Their places


def test_at_first_two_plots_are_in_front_and_each_other_is_a_tab_away(window, dock):
    assert all(not dock(name).isHidden() for name in NAMES)
    in_front = {name for name in NAMES if not dock(name).visibleRegion().isEmpty()}
    assert in_front == {"plot_change", "plot_latent_path"}
    bars = [bar for bar in window.findChildren(QTabBar) if bar.isVisible() and bar.count()]
    tabs = sorted(bar.tabText(i) for bar in bars for i in range(bar.count()))
    assert tabs == sorted(title for _, title, _ in PLOTS)


def test_every_plot_is_closed_and_opened_in_the_menu(window, dock):
    entries = {action.text(): action for action in window.plots.menu.actions()}
    for name, title, _ in PLOTS:
        assert entries[title].isChecked()
        entries[title].trigger()
        assert dock(name).isHidden()
        entries[title].trigger()
        assert not dock(name).isHidden()
        assert not dock(name).visibleRegion().isEmpty()


def test_the_places_of_plots_are_remembered(qtbot, window, open_window, dock):
    window.resize(1400, 800)
    dock("plot_certainty").close()
    dock("plot_cell").setFloating(True)
    left = Qt.DockWidgetArea.LeftDockWidgetArea
    window.addDockWidget(left, dock("plot_attention"))
    window.close()
    second = open_window()
    second.resize(1400, 800)  # the screen of the tests is small
    found = {name: second.findChild(QDockWidget, name) for name in NAMES}
    assert found["plot_certainty"].isHidden()
    assert found["plot_cell"].isFloating()
    assert second.dockWidgetArea(found["plot_attention"]) == left
    assert not found["plot_change"].isHidden()
    reset = second.plots.menu.actions()[-1]
    reset.trigger()
    qtbot.waitUntil(lambda: found["plot_cell"].isVisible() and not found["plot_cell"].isFloating())
    assert all(
        second.dockWidgetArea(each) == Qt.DockWidgetArea.RightDockWidgetArea and not each.isHidden()
        for each in found.values()
    )
    bars = [bar for bar in second.findChildren(QTabBar) if bar.isVisible() and bar.count()]
    assert sorted(bar.count() for bar in bars) == [3, 3]


def test_docks_make_room_for_the_boards_and_come_back(qtbot, window, widget, dock, trace):
    dock("library").close()
    for width in (1280, 1024, 800, 1024, 1280):
        window.resize(width, 700)
        qtbot.waitUntil(lambda: window.width() == window.rect().width())
        QApplication.processEvents()
        for board in ("input_board", "answer_board"):
            area = widget(board)._board_area()
            assert min(area.width(), area.height()) >= 320
        shown = [name for name in NAMES if not dock(name).isHidden()]
        assert shown == (NAMES if width > 1000 else [])


def test_at_the_smallest_supported_size_there_is_room_for_the_library_or_the_plots(
    window, dock, trace
):
    window.resize(1024, 700)
    assert not dock("library").isHidden()
    assert all(dock(name).isHidden() for name in NAMES)
    dock("library").close()
    window.resize(1024, 701)
    assert not any(dock(name).isHidden() for name in NAMES)


def test_docks_put_aside_are_there_again_in_a_wide_window(window, open_window, dock):
    window.resize(800, 650)
    assert all(dock(name).isHidden() for name in NAMES)
    window.close()
    second = open_window()
    second.resize(1280, 800)
    assert not any(second.findChild(QDockWidget, name).isHidden() for name in NAMES)


def test_a_plot_that_is_asked_for_in_a_narrow_window_floats(window, dock):
    window.resize(800, 650)
    action = dock("plot_change").toggleViewAction()
    assert not action.isChecked()
    action.trigger()
    assert dock("plot_change").isFloating()
    assert dock("plot_change").isVisible()


@pytest.mark.parametrize("theme", [themes.LIGHT, themes.DARK], ids=lambda theme: theme.name)
def test_plots_take_over_a_theme_at_run_time(qapp, pane, trace, theme):
    shown = {name: pane(name) for name in ("plot_change", "plot_latent_path")}
    themes.apply(qapp, themes.DARK if theme is themes.LIGHT else themes.LIGHT)
    themes.apply(qapp, theme)
    for each in shown.values():
        assert each.canvas.backgroundBrush().color().name().upper() == theme.surface
        assert each.plots[0].getAxis("left").textPen().color().name().upper() == (
            theme.secondary_text
        )
    line = shown["plot_change"].curves["y"].line
    assert line.opts["pen"].color().name().upper() == theme.accent


@pytest.mark.parametrize("name", NAMES)
def test_no_word_of_a_pane_is_clipped_and_every_control_has_a_name(window, pane, trace, name):
    window.resize(1024, 700)
    shown = pane(name)
    assert not window.grab().isNull()
    assert shown.width() >= shown.minimumSizeHint().width()
    for control in (shown.export_button, shown.canvas):
        assert control.accessibleName()
        assert control.toolTip()
    for part in (shown.export_button, shown.canvas.viewport()):
        assert part.visibleRegion().boundingRect() == part.rect()
    assert shown.canvas.accessibleDescription() == shown.reading.text()


# Saving


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


@pytest.mark.parametrize("above", [True, False])
@pytest.mark.parametrize("values", [[9, 1], [1, 9, 1], [5, 5, 2, 8, 3], list(range(40, 0, -1))])
def test_the_name_of_a_curve_does_not_lie_on_it(qtbot, above, values):
    widget = pg.PlotWidget()
    qtbot.addWidget(widget)
    widget.resize(320, 240)
    widget.show()
    qtbot.waitExposed(widget)
    curve = Curve(widget.getPlotItem(), "mean entropy", True)
    x, y = np.arange(1.0, len(values) + 1), np.array(values, float)
    widget.setXRange(0, len(values), padding=0.02)
    widget.setYRange(-60, 60)
    for width in (320, 200, 500):
        curve.set(x, y, above)
        widget.resize(width, 240)
        widget.grab()  # lays out
        name = curve.label.mapRectToScene(curve.label.boundingRect())
        to_view = widget.getPlotItem().vb.mapSceneToView
        left, right = (to_view(corner) for corner in (name.topLeft(), name.bottomRight()))
        under = np.linspace(max(left.x(), 1), min(right.x(), x[-1]), 50)
        line = np.interp(under, x, y)
        slack = 1e-6
        assert (line <= right.y() + slack).all() if above else (line >= left.y() - slack).all()


def test_a_theme_put_on_right_after_the_trace_has_gone(qapp, mixing, session, puzzles):
    shown = mixing()
    session.set_puzzle(puzzles[1])
    assert session.trace is None
    themes.apply(qapp, themes.DARK)
    assert shown.empty


def test_the_path_of_two_frames_does_not_tell_shares(session, pane, solve):
    shown = pane("plot_latent_path")
    axis = shown.paths["y"].plot.getAxis("left")
    for supervision_steps, frames in ((3, 6), (1, 2)):
        session.set_settings(SolveSettings(supervision_steps, None))
        assert len(solve()) == frames
        pane("plot_latent_path")
        assert ("%" in axis.labelText) == (frames > 2)
