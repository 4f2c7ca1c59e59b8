"""The guided tour: what it shows, its keys, and that it comes by itself only once."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget

from trm_gui import app as application
from trm_gui.tour import STOPS


@pytest.fixture
def tour(window, solve, action):
    window.resize(1280, 800)
    solve()
    action("tour").trigger()
    return window.tour


def test_every_part_is_shown_in_turn_with_its_words_beside_it(qtbot, tour):
    for number, stop in enumerate(STOPS, start=1):
        assert tour.card.title.text() == stop.title
        assert tour.card.count.text() == f"{number} of {len(STOPS)}"
        assert tour.rect().contains(tour.card.geometry())
        assert not tour.card.geometry().intersects(tour._light())
        words = tour.card.words
        assert words.height() >= words.heightForWidth(words.width())
        qtbot.mouseClick(tour.card.next, Qt.MouseButton.LeftButton)
    assert not tour.isVisible()


def test_arrow_keys_go_on_and_back_and_escape_ends_it(qtbot, tour, session, press):
    cursor = session.cursor
    press(Qt.Key.Key_Right)
    assert tour.card.title.text() == STOPS[1].title
    press(Qt.Key.Key_Left)
    press(Qt.Key.Key_Left)
    assert tour.card.title.text() == STOPS[0].title
    assert session.cursor == cursor
    press(Qt.Key.Key_Escape)
    assert not tour.isVisible()
    press(Qt.Key.Key_Left)
    assert session.cursor == cursor - 1


def test_parts_that_are_closed_are_passed_over(window, solve, action):
    window.findChild(QDockWidget, "library").close()
    solve()
    action("tour").trigger()
    assert window.tour.card.count.text() == f"1 of {len(STOPS) - 1}"


def test_it_follows_the_window(tour, window):
    window.resize(1100, 760)
    assert tour.size() == window.size()
    assert tour.rect().contains(tour.card.geometry())


def test_the_first_start_shows_it_after_its_solve_and_later_ones_do_not(
    qtbot, window, solve, open_window
):
    application._show_tour_once(window)
    assert not window.tour.isVisible()
    solve()
    assert window.tour.isVisible()
    window.tour.end()
    solve()
    assert not window.tour.isVisible()
    window.close()
    later = open_window()
    application._show_tour_once(later)
    with qtbot.waitSignal(later.session.solve_finished):
        later.session.solve()
    assert not later.tour.isVisible()
