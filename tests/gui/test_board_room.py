"""Docks that go aside for the boards come back as they were, and boards stay where they are."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDockWidget, QToolButton

from trm_core.puzzles.library import read_library
from trm_gui.plots.docks import PLOTS

NAMES = [name for name, _, _ in PLOTS]
WIDE = 1440, 900
BOARDS = "input_board", "answer_board"


@pytest.fixture
def resized(qtbot, qapp):
    """Give a window a size, and have all laid out."""

    def resized(window, width, height):
        window.resize(width, height)
        qtbot.waitUntil(lambda: window.size() == QSize(width, height))
        for _ in range(3):
            qapp.processEvents()
        return window

    return resized


def plots_of(window):
    """The sizes of the plots in front."""
    docks = [window.findChild(QDockWidget, name) for name in NAMES]
    return {
        dock.objectName(): dock.size().toTuple()
        for dock in docks
        if not dock.visibleRegion().isEmpty()
    }


def assert_same(plots, before):
    assert plots.keys() == before.keys()
    for name, size in plots.items():
        assert size == pytest.approx(before[name], abs=3)


@pytest.fixture
def arranged(qapp, window, resized):
    """The window, wide, with other tabs in front than at first and one stack higher than the
    other; what is seen of the plots."""
    resized(window, *WIDE)
    certainty, cell = (window.plots.docks[name] for name in ("plot_certainty", "plot_cell"))
    certainty.raise_()
    cell.raise_()
    qapp.processEvents()
    window.resizeDocks([certainty, cell], [330, 330], Qt.Orientation.Horizontal)
    window.resizeDocks([certainty, cell], [500, 280], Qt.Orientation.Vertical)
    qapp.processEvents()
    plots = plots_of(window)
    assert plots.keys() == {"plot_certainty", "plot_cell"}
    assert plots["plot_certainty"][1] > plots["plot_cell"][1] + 100
    return plots


def test_plots_come_back_as_they_were_however_often_the_solution_was_beside_them(
    qapp, window, action, arranged
):
    for _ in range(4):
        action("solution").trigger()
        qapp.processEvents()
        assert not plots_of(window)
        action("solution").trigger()
        qapp.processEvents()
        assert_same(plots_of(window), arranged)


def test_plots_come_back_as_they_were_when_the_window_was_small_for_a_while(
    window, arranged, resized
):
    for width in (800, 1200, 800, 1280):
        resized(window, width, 600)
    resized(window, *WIDE)
    assert_same(plots_of(window), arranged)


def test_plots_that_were_only_pressed_get_their_width_back(window, arranged, action, resized):
    resized(window, 1600, 900)
    action("solution").trigger()
    resized(window, 1601, 900)
    pressed = plots_of(window)
    assert pressed["plot_cell"][0] < arranged["plot_cell"][0]
    action("solution").trigger()
    resized(window, *WIDE)
    assert_same(plots_of(window), arranged)


def test_plots_come_back_as_they_were_after_a_restart_in_a_narrow_window(
    window, open_window, arranged, resized
):
    resized(window, 800, 600)
    window.close()
    second = open_window()
    resized(second, 800, 600)
    assert not plots_of(second)
    resized(second, *WIDE)
    assert_same(plots_of(second), arranged)


def test_what_goes_aside_is_said_and_can_be_opened(qtbot, window, resized):
    resized(window, *WIDE)
    note = next(
        b for b in window.findChildren(QToolButton) if b.accessibleName() == "Docks without room"
    )
    assert not note.isVisible()
    resized(window, 1024, 700)
    assert note.isVisible()
    assert note.text().startswith("No room for the plots")
    note.menu().aboutToShow.emit()
    change = next(a for a in note.menu().actions() if a.text() == "Change")
    change.trigger()
    assert window.plots.docks["plot_change"].isFloating()
    resized(window, *WIDE)
    assert not note.isVisible()


def test_what_was_asked_for_is_there_after_the_window_was_larger_for_a_while(
    window, action, resized
):
    """As after full screen."""
    resized(window, 880, 700)
    library = window.library.dock
    assert library.isHidden()
    action("show_library").trigger()
    assert library.isVisible()
    resized(window, 940, 800)
    resized(window, 880, 700)
    assert library.isVisible()
    resized(window, 860, 700)
    assert library.isHidden(), "in a window that is narrower than where it was asked for"
    resized(window, 880, 700)
    assert library.isHidden()


def test_the_plots_take_the_room_of_a_library_that_is_closed(qtbot, window, action, resized):
    resized(window, 1024, 700)
    assert not plots_of(window)
    action("show_library").trigger()
    assert plots_of(window)
    action("show_library").trigger()
    assert window.library.dock.isVisible()
    assert not plots_of(window)


def test_sizes_that_make_no_sense_are_passed_over(window):
    for saved in ("", None, "[1]", '{"plot_change": 3}', '{"plot_change": [1e999, 0.5]}', "{"):
        window.room.restore(saved)
    window.room.restore('{"plot_change": [-5, 0.5], "plot_cell": [300, 7]}')
    assert window.room.save() == "{}"


def places(window, widget):
    """Where the cells of both boards are in the window."""
    found = []
    for name in BOARDS:
        cells = widget(name).geometry_of_cells()
        corner = widget(name).mapTo(window, cells.outline.topLeft().toPoint())
        found.append((corner.toTuple(), cells.outline.size().toTuple()))
    return found


@pytest.mark.parametrize("size", [(1024, 700), (1280, 800), WIDE])
@pytest.mark.parametrize("kind", ["sudoku-9x9-hard-01", "maze-15x15-02", "arc-agi-1/d511f180"])
def test_boards_are_in_line_and_stay_where_they_are_while_editing(
    qtbot, window, session, widget, solve, resized, kind, size
):
    entry = next(entry for entry in read_library() if entry.id == kind)
    with qtbot.waitSignal(session.another_puzzle):
        session.open(entry)
    solve()
    resized(window, *size)
    before = places(window, widget)
    (left, left_size), (right, right_size) = before
    assert left[1] == right[1]
    assert left_size == right_size
    docks = [dock for dock in window.findChildren(QDockWidget) if dock.isVisible()]
    sizes = [dock.size() for dock in docks]
    for _ in range(2):
        window.editor.start()
        resized(window, *size)
        assert places(window, widget) == before
        window.editor.stop()
        resized(window, *size)
        assert places(window, widget) == before
    assert [dock.size() for dock in docks] == sizes
    assert widget("halting_plot").isVisible()
