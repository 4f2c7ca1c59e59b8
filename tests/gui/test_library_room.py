"""Where the library stands, and that the boards keep their room."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

LEAST_BOARD = 320


@pytest.fixture
def dock(window):
    return window.library.dock


@pytest.fixture
def sides(qtbot, window, widget):
    """The lengths of the boards' sides once the window has a size."""

    def sides(width, height):
        window.resize(width, height)
        qtbot.waitUntil(lambda: window.width() == width)
        QApplication.processEvents()  # which lays everything out
        return [
            widget(name).geometry_of_cells().outline.width()
            for name in ("input_board", "answer_board")
        ]

    return sides


@pytest.fixture(autouse=True)
def solved(solve):
    """Both boards have a grid."""
    solve()


@pytest.mark.parametrize("size", [(1280, 800), (1024, 700)])
def test_the_library_is_open_where_the_boards_have_room_beside_it(dock, sides, size):
    assert min(sides(*size)) >= LEAST_BOARD
    assert dock.isVisible()
    assert dock.width() >= dock.minimumSizeHint().width()


def test_the_library_makes_room_for_the_boards_and_comes_back(dock, action, sides):
    assert min(sides(800, 700)) >= LEAST_BOARD
    assert not dock.isVisible()
    assert not action("show_library").isChecked()
    sides(1280, 800)
    assert dock.isVisible()
    assert action("show_library").isChecked()


def test_who_closes_the_library_has_it_stay_closed(dock, action, sides):
    action("show_library").trigger()
    assert not dock.isVisible()
    sides(800, 700)
    sides(1280, 800)
    assert not dock.isVisible()


def test_the_key_opens_the_library_in_a_narrow_window_and_searches(dock, action, sides):
    sides(800, 700)
    action("show_library").trigger()
    assert dock.isVisible()
    assert dock.search.hasFocus()
    action("show_library").trigger()
    assert not dock.isVisible()


def test_a_floating_library_takes_no_room(window, dock, sides):
    dock.setFloating(True)
    sides(800, 700)
    assert dock.isVisible()


def test_where_the_library_stood_is_remembered(window, dock, open_window):
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    dock.hide()
    window.close()
    second = open_window()
    assert second.dockWidgetArea(second.library.dock) == Qt.DockWidgetArea.RightDockWidgetArea
    assert second.library.dock.isHidden()
    second.resize(1280, 800)
    assert second.library.dock.isHidden()


def test_a_library_that_made_room_comes_back_after_a_restart(window, dock, open_window, sides):
    sides(800, 700)
    window.close()
    second = open_window()
    assert not second.library.dock.isVisible()
    second.resize(1280, 800)
    assert second.library.dock.isVisible()


def test_nothing_is_read_until_the_library_is_seen(qtbot, window, dock, open_window):
    dock.hide()
    window.close()
    second = open_window()
    second.grab()
    catalogue = second.library.catalogue
    assert not catalogue.reading
    assert not catalogue.items
    second.library.dock.show()
    qtbot.waitUntil(lambda: len(catalogue.items) > 0)
