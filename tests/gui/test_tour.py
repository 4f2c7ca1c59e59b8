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
        assert words.height() < words.fontMetrics().lineSpacing() * (2 + len(stop.words) / 30)
        qtbot.mouseClick(tour.card.next, Qt.MouseButton.LeftButton)
    assert not tour.isVisible()


def test_arrow_keys_go_on_and_back_and_escape_ends_it(qtbot, tour, session, press):
    cursor = len(session.trace) - 1
    press(Qt.Key.Key_Right)
    assert tour.card.title.text() == STOPS[1].title
    press(Qt.Key.Key_Left)
    press(Qt.Key.Key_Left)
    assert tour.card.title.text() == STOPS[0].title
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


def test_it_begins_at_the_first_frame_and_plays_the_solve_while_it_explains_the_answer(
    qtbot, tour, session
):
    assert session.cursor == 0
    qtbot.mouseClick(tour.card.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.cursor > 0)
    tour.end()
    assert session.cursor == len(session.trace) - 1


def test_at_the_timeline_the_arrow_keys_step_and_enter_goes_on(qtbot, tour, session, press):
    while not STOPS[tour._at].hands_on:
        press(Qt.Key.Key_Return)
    assert session.cursor == 0
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Left)
    assert session.cursor == 1
    title = tour.card.title.text()
    press(Qt.Key.Key_Return)
    assert tour.card.title.text() != title
    assert session.cursor == 1


def test_it_explains_the_words_of_the_window():
    words = " ".join(f"{stop.title} {stop.words}" for stop in STOPS)
    for word in (
        "y",
        "z",
        "latent",
        "cycle",
        "supervision step",
        "orange underline",
        "dot",
    ):
        assert f" {word}" in words
    assert any("plot_change" in stop.widgets for stop in STOPS)


def test_its_buttons_show_which_has_the_focus_and_the_last_card_has_nothing_to_skip(
    qtbot, tour, press
):
    next_button = tour.card.next
    assert next_button.hasFocus()
    focused = next_button.grab().toImage()
    press(Qt.Key.Key_Tab)
    assert not next_button.hasFocus()
    assert next_button.grab().toImage() != focused
    next_button.setFocus()
    for number in range(1, len(STOPS)):
        assert tour.card.skip.isVisible()
        press(Qt.Key.Key_Return)
        assert tour.card.count.text() == f"{number + 1} of {len(STOPS)}"
    assert not tour.card.skip.isVisible()
    assert next_button.text() == "Done"
    press(Qt.Key.Key_Return)
    assert not tour.isVisible()
