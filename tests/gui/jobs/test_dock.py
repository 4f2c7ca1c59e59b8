"""Where the jobs dock comes up."""

import pytest
from PySide6.QtCore import QRect, QSize, Qt

from trm_gui.board.panes import LEAST_PANE
from trm_gui.jobs.dock_place import floating_place, is_seen

SCREEN = QRect(0, 0, 1920, 1080)


@pytest.fixture
def show(window, until):
    def show(window=window):
        window.commands["show_jobs"].trigger()
        until(window.jobs.dock.isVisible)
        return window.jobs.dock

    return show


@pytest.mark.parametrize(
    ("window", "place"),
    [
        (QRect(0, 0, 900, 700), QRect(900, 0, 960, 560)),
        (QRect(1020, 100, 900, 700), QRect(60, 100, 960, 560)),
        (QRect(300, 100, 1280, 800), QRect(460, 220, 960, 560)),
        (QRect(1500, 700, 1280, 800), QRect(540, 520, 960, 560)),
        (QRect(-900, -300, 1280, 800), QRect(380, 0, 960, 560)),
    ],
)
def test_it_floats_beside_its_window_or_over_it_and_on_the_screen(window, place):
    assert floating_place(window, SCREEN, QSize(960, 560)) == place


def test_it_is_no_larger_than_the_screen():
    small = QRect(0, 0, 800, 500)
    assert floating_place(QRect(100, 0, 700, 500), small, QSize(960, 560)) == small


def test_it_is_seen_where_its_title_can_be_taken():
    assert is_seen(QRect(100, 100, 960, 560), [SCREEN])
    assert is_seen(QRect(1800, 1000, 960, 560), [SCREEN])
    assert not is_seen(QRect(1900, 100, 960, 560), [SCREEN])
    assert not is_seen(QRect(100, -20, 960, 560), [SCREEN])
    assert is_seen(QRect(2000, 100, 960, 560), [SCREEN, QRect(1920, 0, 1280, 800)])
    assert not is_seen(QRect(2000, 100, 960, 560), [])


def test_it_is_made_at_once_and_shown_in_the_next_event(window, until, qapp):
    dock, asked = window.jobs.dock, window.commands["show_jobs"]
    asked.trigger()
    assert dock.pane is not None
    assert not dock.isVisible()
    until(dock.isVisible)
    assert asked.isChecked()
    asked.trigger()
    assert not dock.isVisible()
    asked.trigger()
    asked.trigger()
    qapp.processEvents()
    assert not dock.isVisible()
    assert not asked.isChecked()


def test_without_room_below_the_boards_it_floats_over_the_window(window, show):
    window.resize(1280, 700)
    dock = show()
    assert dock.isFloating()
    screen = window.screen().availableGeometry().adjusted(0, 32, 0, 0)
    wanted = floating_place(window.geometry(), screen, QSize(960, 560))
    assert (dock.pos() - wanted.topLeft()).manhattanLength() < 8  # a frame
    assert dock.size() == wanted.size()


def test_its_place_and_size_are_remembered(window, open_window, show, until):
    window.resize(1280, 700)
    dock = show()
    dock.setGeometry(40, 80, 720, 400)
    window.commands["show_jobs"].trigger()
    window.close()
    later = open_window()
    assert not later.jobs.dock.isVisible()
    dock = show(later)
    assert dock.isFloating()
    assert dock.geometry() == QRect(40, 80, 720, 400)


def test_it_is_open_again_if_it_was_open(window, open_window, show, until):
    window.resize(1280, 700)
    show().setGeometry(40, 80, 720, 400)
    window.close()
    dock = open_window().jobs.dock
    until(lambda: dock.isVisible() and dock.pane is not None)
    assert dock.geometry() == QRect(40, 80, 720, 400)
    assert dock.pane.isVisible()


def test_beyond_the_screens_it_is_brought_back(window, show):
    window.resize(1280, 700)
    dock = show()
    window.commands["show_jobs"].trigger()
    dock.setGeometry(5000, 80, 620, 400)
    show()
    assert is_seen(dock.geometry(), [window.screen().availableGeometry()])


def test_docked_it_takes_little_height(window, show, until, widget):
    window.resize(1600, 1000)
    dock = show()
    until(lambda: dock.pane.isVisible())
    assert not dock.isFloating()
    assert dock.height() <= 300
    assert widget("input_board").height() >= LEAST_PANE


def test_docked_by_hand_it_leaves_the_boards_their_room(window, show, until, widget):
    window.resize(1280, 1100)
    dock = show()
    assert not dock.isFloating()
    board = widget("input_board")
    window.resizeDocks([dock], [700], Qt.Orientation.Vertical)
    until(lambda: board.height() < LEAST_PANE)
    window.resize(1280, 1090)
    until(lambda: board.height() >= LEAST_PANE)
    assert not dock.isFloating()
    window.resize(1280, 700)
    until(dock.isFloating)
    until(lambda: board.height() >= LEAST_PANE)
    dock.setFloating(False)
    until(dock.isFloating)
    until(lambda: board.height() >= LEAST_PANE)
