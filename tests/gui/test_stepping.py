"""Stepping through a solve by its units, and computing what is not there yet."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from trm_core.trace import SolveSettings
from trm_gui.timeline.scrubber import BLOCK, FLIP, MARK

Key, Alt, Shift = Qt.Key, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier

CYCLES, CALLS = 2, 4
"""Of the bundled 9×9 models: cycles in a supervision step, network calls in a cycle."""


@pytest.fixture
def until_idle(qtbot, session):
    """Wait for the solve that an action has started."""
    return lambda: qtbot.waitUntil(lambda: not session.solving)


@pytest.fixture
def fine(session, solve, until_idle):
    """Three supervision steps with all latent steps."""
    session.solves.set_settings(SolveSettings(3, None, every_latent_step=True))
    return solve()


def place(session):
    frame = session.frame
    return frame.supervision_step, frame.cycle, frame.latent_step


# By units


def test_arrows_step_by_cycle_supervision_step_and_latent_step_both_ways(session, fine, press):
    session.move_to(0)
    for key, modifier, expected in (
        (Key.Key_Right, None, (1, 1, None)),
        (Key.Key_Right, None, (1, 2, None)),
        (Key.Key_Right, Alt, (2, 1, 1)),
        (Key.Key_Right, Alt, (2, 1, 2)),
        (Key.Key_Left, Alt, (2, 1, 1)),
        (Key.Key_Left, None, (1, 2, None)),
        (Key.Key_Right, Shift, (2, 2, None)),
        (Key.Key_Right, Shift, (3, 2, None)),
        (Key.Key_Right, Shift, (3, 2, None)),
        (Key.Key_Left, Shift, (2, 2, None)),
        (Key.Key_Left, Alt, (2, 2, 3)),
        (Key.Key_Left, Shift, (1, 2, None)),
        (Key.Key_Left, Shift, (1, 1, 1)),
    ):
        press(key, modifier or Qt.KeyboardModifier.NoModifier)
        assert place(session) == expected


def test_the_wheel_steps_by_supervision_step_with_shift_and_by_latent_step_with_alt(
    session, fine, widget
):
    timeline = widget("timeline")
    session.move_to(CALLS - 1)
    for modifier, expected in ((Shift, (1, 2, None)), (Alt, (2, 1, 1))):
        sideways = modifier == Alt
        turn = QPoint(-120, 0) if sideways else QPoint(0, -120)
        event = QWheelEvent(
            QPointF(20, 10),
            timeline.mapToGlobal(QPointF(20, 10)),
            QPoint(),
            turn,
            Qt.MouseButton.NoButton,
            modifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(timeline, event)
        assert place(session) == expected


# Latent steps on demand


def test_stepping_by_latent_step_shows_them_from_the_place_of_the_cursor(
    session, solve, press, until_idle, action
):
    coarse = solve()
    session.move_to(3)
    grid = coarse.grid(3)
    press(Key.Key_Right, Alt)
    until_idle()
    assert place(session) == (3, 1, 1)
    assert session.trace.supervision_steps == coarse.supervision_steps
    assert len(session.trace) == len(coarse) * CALLS
    assert (session.trace.grid(session.cursor) == grid).all()
    assert action("latent_steps").isChecked()


def test_latent_steps_can_be_hidden_again(session, fine, action, until_idle):
    session.move_to(fine.end_after(0, "supervision_step") + 2)
    assert place(session) == (2, 1, 2)
    action("latent_steps").trigger()
    until_idle()
    assert place(session) == (2, 1, None)
    assert len(session.trace) == 3 * CYCLES


def test_latent_steps_stand_lower_on_the_timeline(session, fine, widget):
    timeline = widget("timeline")
    session.move_to(len(fine) - 1)
    picture = timeline.grab().toImage()

    def painted_at_top(frame):
        area = timeline.frame_rect(frame)
        at = QPoint(round(area.center().x()), MARK + 2)
        return picture.pixelColor(at) != picture.pixelColor(0, 0)

    assert [painted_at_top(frame) for frame in range(CALLS)] == [False] * (CALLS - 1) + [True]


def test_without_a_trace_latent_steps_are_only_made_room_for(session, action):
    action("latent_steps").trigger()
    assert session.trace is None
    assert session.focus.span.frames == 16 * CYCLES * CALLS


# As far as asked for


def test_as_stepped_nothing_is_computed_that_nobody_steps_to(
    session, press, until_idle, action, control
):
    control("Run").setCurrentIndex(2)
    control("Run").activated.emit(2)
    assert session.solves.extent == "stepping"
    session.solve()
    until_idle()
    assert (place(session), len(session.trace)) == ((1, 1, None), CYCLES)
    press(Key.Key_Right)
    until_idle()
    assert (place(session), len(session.trace)) == ((1, 2, None), CYCLES)
    press(Key.Key_Right)
    until_idle()
    assert (place(session), len(session.trace)) == ((2, 1, None), 2 * CYCLES)
    press(Key.Key_Right, Shift)
    press(Key.Key_Right, Shift)
    until_idle()
    assert (place(session), len(session.trace)) == ((3, 2, None), 3 * CYCLES)
    assert action("next").isEnabled()


def test_what_was_computed_by_stepping_is_what_a_whole_solve_computes(
    session, solve, press, until_idle
):
    whole = solve()
    session.solves.set_extent("stepping")
    session.solve()
    until_idle()
    while session.trace.supervision_steps < whole.supervision_steps:
        press(Key.Key_Right, Shift)
        until_idle()
    assert [frame.tokens.tolist() for frame in session.trace.frames] == [
        frame.tokens.tolist() for frame in whole.frames
    ]


def test_stepping_ends_at_the_maximum(session, press, until_idle, action):
    session.solves.set_extent("stepping")
    session.solves.set_settings(SolveSettings(max_supervision_steps=1))
    session.solve()
    until_idle()
    press(Key.Key_End)
    assert not action("next").isEnabled()
    press(Key.Key_Right)
    until_idle()
    assert len(session.trace) == CYCLES


def test_playing_as_stepped_computes_on_to_the_maximum(qtbot, session, window, until_idle):
    session.solves.set_extent("stepping")
    session.solves.set_settings(SolveSettings(max_supervision_steps=3))
    session.solve()
    until_idle()
    window.playback.speed = 60
    window.playback.set_playing(True)
    qtbot.waitUntil(lambda: not window.playback.playing)
    assert len(session.trace) == 3 * CYCLES
    assert session.cursor == len(session.trace) - 1


def test_more_supervision_steps_are_appended_beyond_the_maximum(
    session, solve, press, until_idle, widget
):
    session.solves.set_settings(SolveSettings(max_supervision_steps=2, halt_threshold=None))
    trace = solve()
    for count in (3, 4):
        press(Key.Key_M)
        until_idle()
        assert session.trace is trace
        assert len(trace) == count * CYCLES
        assert session.focus.span.supervision_steps == count
        assert session.cursor == len(trace) - 1
    assert widget("status_line").text().startswith("Supervision step 4 of 4")


def test_a_cancelled_supervision_step_is_finished_before_another_is_appended(
    qtbot, session, solve_for_long, until_idle, press
):
    solve_for_long()
    session.cancel()
    until_idle()
    press(Key.Key_M)
    until_idle()
    places = [(f.supervision_step, f.cycle) for f in session.trace.frames]
    assert places == [
        (step, cycle) for step in range(1, session.trace.supervision_steps + 1) for cycle in (1, 2)
    ]


def test_all_steps_are_run_beyond_halting_with_the_threshold_still_shown(
    session, puzzles, solve, widget
):
    session.set_puzzle(puzzles[0])
    session.solves.set_settings(SolveSettings(max_supervision_steps=8))
    session.solves.set_extent("all")
    trace = solve()
    assert len(trace) == 8 * CYCLES
    assert trace.halts_at(0.5) < len(trace) - 1
    assert widget("halting_plot").threshold_line.isVisible()


# Loop and flips


def test_a_loop_begins_again_at_the_end(qtbot, session, solve, window, press):
    trace = solve()
    press(Key.Key_L)
    window.playback.speed = 60
    seen = []
    session.cursor_changed.connect(lambda: seen.append(session.cursor))
    press(Key.Key_Space)
    qtbot.waitUntil(lambda: len(seen) >= 2 * len(trace))
    assert seen[: 2 * len(trace)] == 2 * list(range(len(trace)))
    press(Key.Key_L)
    qtbot.waitUntil(lambda: not window.playback.playing)
    assert session.cursor == len(trace) - 1


def test_a_bar_below_a_frame_tells_that_cells_flip_back(session, solve, widget, puzzles):
    session.set_puzzle(puzzles[8])
    session.solves.set_settings(SolveSettings(6, None))
    trace, timeline = solve(), widget("timeline")
    picture = timeline.grab().toImage()
    told = []
    for frame in range(len(trace)):
        at = QPoint(round(timeline.frame_rect(frame).center().x()), MARK + BLOCK + FLIP // 2)
        told.append(picture.pixelColor(at) != picture.pixelColor(0, 0))
    assert told == [bool(trace.flipped_back(frame).any()) for frame in range(len(trace))]
    assert set(told) == {False, True}
