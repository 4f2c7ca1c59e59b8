from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from trm_core.trace import SolveSettings
from trm_gui import theme as themes
from trm_gui.timeline.scrubber import MARK

Key, Left = Qt.Key, Qt.MouseButton.LeftButton


@pytest.fixture
def timeline(widget):
    return widget("timeline")


@pytest.fixture
def frame_place(timeline):
    """The middle of a frame on the timeline."""
    return lambda frame: timeline.frame_rect(frame).center().toPoint()


@pytest.fixture
def has_mark(timeline, frame_place):
    """Whether the mark above a frame has a colour."""

    def has_mark(frame, colour):
        place = QPoint(frame_place(frame).x(), MARK // 2)
        return timeline.grab().toImage().pixelColor(place).name().upper() == colour

    return has_mark


@pytest.fixture
def playback(window):
    return window.playback


def test_a_click_moves_the_cursor_to_the_frame_under_it(qtbot, session, solve, timeline):
    trace = solve()
    for frame in (0, 3, len(trace) - 1):
        area = timeline.frame_rect(frame).toAlignedRect()
        for place in (
            area.topLeft() + QPoint(1, 1),
            area.center(),
            area.bottomRight() - QPoint(1, 1),
        ):
            qtbot.mouseClick(timeline, Left, pos=place)
            assert session.cursor == frame


def test_a_click_on_a_frame_that_is_not_computed_moves_to_the_last_one(
    qtbot, session, solve, timeline
):
    trace = solve()
    session.move_to(0)
    qtbot.mouseClick(timeline, Left, pos=timeline.rect().center() + QPoint(200, 0))
    assert session.cursor == len(trace) - 1


def test_a_drag_takes_the_cursor_along_beyond_both_ends(
    qtbot, session, solve, timeline, frame_place
):
    trace = solve()
    qtbot.mousePress(timeline, Left, pos=frame_place(2))
    for frame in (3, 5, 4):
        qtbot.mouseMove(timeline, frame_place(frame))
        assert session.cursor == frame
    qtbot.mouseMove(timeline, QPoint(-50, 20))
    assert session.cursor == 0
    qtbot.mouseMove(timeline, QPoint(timeline.width() + 50, 20))
    assert session.cursor == len(trace) - 1
    qtbot.mouseRelease(timeline, Left)
    qtbot.mouseMove(timeline, frame_place(1))
    assert session.cursor == len(trace) - 1


def test_the_wheel_steps_by_one_frame(session, solve, timeline, frame_place):
    solve()
    session.move_to(3)
    for turn, frame in ((-120, 4), (120, 3), (120, 2)):
        event = QWheelEvent(
            QPointF(frame_place(3)),
            timeline.mapToGlobal(QPointF(frame_place(3))),
            QPoint(),
            QPoint(0, turn),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(timeline, event)
        assert session.cursor == frame


def test_numbers_are_whole_and_apart_whichever_step_is_shown(window, session, solve, timeline):
    window.resize(900, 700)
    session.solves.set_settings(SolveSettings(60, None))
    trace = solve()
    for step in range(1, 61):
        session.move_to((step - 1) * trace.frames_per_step)
        numbers = timeline.numbers()
        assert step in numbers
        assert len(numbers) > 5
        places = sorted(numbers.values(), key=lambda place: place.left())
        assert places[0].left() >= 0
        assert places[-1].right() <= timeline.width()
        assert all(one.right() <= other.left() for one, other in pairwise(places))


def test_marks_stand_over_the_first_right_answer_and_where_halting_stops(
    session, puzzles, solve, has_mark
):
    session.set_puzzle(puzzles[0])
    trace = solve()
    right, halt = trace.first_right(), trace.halts_at(0.5)
    assert right != halt
    assert has_mark(right, themes.LIGHT.ok)
    assert has_mark(halt, themes.LIGHT.text)
    assert not has_mark(0, themes.LIGHT.ok)


def test_the_threshold_moves_its_line_and_its_mark_and_nothing_else(
    qtbot, session, puzzles, solve, widget, control, has_mark
):
    session.set_puzzle(puzzles[0])
    session.solves.set_settings(SolveSettings(max_supervision_steps=8, halt_threshold=None))
    trace = solve()
    session.move_to(2)
    board = widget("answer_board").shown_grid()
    with (
        qtbot.assertNotEmitted(session.trace_changed),
        qtbot.assertNotEmitted(session.cursor_changed),
    ):
        for threshold in (0.5, 1.0):
            session.solves.set_settings(SolveSettings(8, threshold))
            assert widget("halting_plot").threshold_line.value() == threshold
            halt = trace.halts_at(threshold)
            for frame in range(len(trace)):
                assert has_mark(frame, themes.LIGHT.text) == (frame == halt)
    assert session.trace is trace
    assert widget("answer_board").shown_grid() == board


def test_space_plays_from_the_start_to_the_end_and_stops_there(
    qtbot, session, solve, playback, press, action
):
    trace = solve()
    playback.speed = 60
    seen = []
    session.cursor_changed.connect(lambda: seen.append(session.cursor))
    press(Key.Key_Space)
    assert action("play").isChecked()
    qtbot.waitUntil(lambda: not playback.playing)
    assert seen == list(range(len(trace)))
    assert not action("play").isChecked()


def test_the_play_button_is_true_when_paused_moved_and_when_the_trace_is_replaced(
    qtbot, session, solve, playback, press, action, puzzles
):
    def button_is_true():
        return action("play").isChecked() == playback.playing

    solve()
    playback.speed = 1
    press(Key.Key_Space)
    press(Key.Key_Space)
    assert not playback.playing
    assert button_is_true()
    press(Key.Key_Space)
    session.move_to(2)
    assert playback.playing
    assert button_is_true()
    solve()
    assert not playback.playing
    assert button_is_true()
    press(Key.Key_Space)
    session.set_puzzle(puzzles[1])
    assert not playback.playing
    assert button_is_true()


def test_without_frames_nothing_plays(playback, press, action):
    press(Key.Key_Space)
    playback.set_playing(True)
    assert not playback.playing
    assert not action("play").isChecked()


def test_the_speed_is_chosen_with_keys_and_with_its_box(qtbot, playback, press, control):
    box = control("Playing speed")
    for key, speed in ((Key.Key_Plus, 4), (Key.Key_Minus, 2), (Key.Key_Minus, 1)):
        press(key)
        assert playback.speed == speed
        assert box.currentText() == f"{speed}/s"
    box.setFocus()
    qtbot.keyClick(box, Key.Key_Home)
    assert playback.speed == 1
    qtbot.keyClick(box, Key.Key_End)
    assert playback.speed == 60
