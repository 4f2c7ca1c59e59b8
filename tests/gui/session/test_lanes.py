"""A session with several solves: what it says is of the one in focus."""

import shutil

import pytest

from trm_core.checkpoints.info import bundled_models, find_model, read_info
from trm_core.trace import SolveSettings

SMALL, OTHER = "sudoku-9x9-small", "sudoku-9x9"
LONG = SolveSettings(max_supervision_steps=256, halt_threshold=None)


@pytest.fixture
def session(session_of, puzzles):
    session = session_of(*bundled_models())
    session.set_puzzle(puzzles[0])
    session.set_model(SMALL)
    session.solves.set_settings(SolveSettings(3, None))
    return session


@pytest.fixture
def two(qtbot, session, solve):
    """Two lanes of two models, both solved, the second one in focus."""
    solve()
    session.solves.open()
    session.set_model(OTHER)
    session.solves.set_settings(SolveSettings(2, None))
    solve()
    return session.lanes


@pytest.fixture
def solve_for_long(qtbot, session):
    def solve_for_long():
        session.solves.set_settings(LONG)
        session.solve()
        qtbot.waitUntil(lambda: bool(session.trace))

    return solve_for_long


def wait_for_more(qtbot, lane):
    length = len(lane.trace)
    qtbot.waitUntil(lambda: len(lane.trace) > length)


def test_a_session_has_one_lane_until_another_one_is_opened(session):
    assert session.lanes == (session.focus,)
    lane = session.solves.open()
    assert session.lanes[1] is session.focus is lane
    assert session.model_name == SMALL
    assert session.trace is session.cursor is None


def test_model_settings_trace_and_cursor_are_those_of_the_lane_in_focus(session, two):
    first, second = two
    for lane, name, steps in ((first, SMALL, 3), (second, OTHER, 2)):
        session.solves.put_in_focus(lane)
        assert session.model_name == name
        assert session.settings.max_supervision_steps == steps
        assert session.trace is lane.trace
        assert session.recording is lane.recording
        assert session.trace.model_name == name
        assert session.frame is session.trace[session.cursor]


def test_putting_another_lane_in_focus_is_told_like_another_trace(qtbot, session, two):
    told = [session.trace_changed, session.cursor_changed]
    told += [session.solves.settings_changed, session.solves.solving_changed]
    with qtbot.waitSignals(told), qtbot.assertNotEmitted(session.puzzle_changed):
        session.solves.put_in_focus(two[0])


def test_the_cursor_stays_at_its_moment_where_the_focus_goes_elsewhere(session, two):
    first, second = two
    session.move_to(1)
    moment = session.frame.call
    session.solves.put_in_focus(first)
    assert session.frame is first.trace[1]
    assert session.frame.call == moment
    session.move_to(len(first.trace) - 1)
    session.solves.put_in_focus(second)
    assert session.cursor == len(second.trace) - 1, "the last moment that there is"


def test_frames_of_a_lane_out_of_focus_come_into_its_own_trace_and_move_nothing(
    qtbot, session, solve, solve_for_long
):
    solve_for_long()
    running = session.focus
    session.solves.open()
    session.set_model(OTHER)
    session.solves.set_settings(SolveSettings(2, None))
    trace = solve()
    session.move_to(1)
    assert running.solving
    assert not session.solving
    told = (session.trace_changed, session.cursor_changed, session.solve_finished)
    with (
        qtbot.assertNotEmitted(told[0]),
        qtbot.assertNotEmitted(told[1]),
        qtbot.assertNotEmitted(told[2]),
    ):
        wait_for_more(qtbot, running)
        with qtbot.waitSignal(session.solves.finished) as finished:
            session.solves.cancel(running)
    assert finished.args == [running]
    assert (session.trace, session.cursor) == (trace, 1)
    assert len(trace) == 2 * trace.cycles
    assert {frame.call for frame in trace.frames} < {f.call for f in running.trace.frames}


def test_a_lane_that_comes_into_focus_again_is_followed(qtbot, session, two, solve_for_long):
    first, second = two
    solve_for_long()
    session.solves.put_in_focus(first)
    session.solves.put_in_focus(second)
    session.move_to(10_000)
    wait_for_more(qtbot, second)
    assert session.cursor == len(second.trace) - 1
    session.cancel()
    qtbot.waitUntil(lambda: not session.solving)


def test_both_solve_at_once_and_cancel_is_for_the_one_in_focus(qtbot, session, solve_for_long):
    solve_for_long()
    first = session.focus
    second = session.solves.open()
    session.set_model(OTHER)
    solve_for_long()
    assert first.solving
    assert second.solving
    with qtbot.waitSignal(session.solve_finished):
        session.cancel()
    assert first.solving
    assert not second.solving
    wait_for_more(qtbot, first)


def test_the_frame_that_one_lane_was_to_reach_is_not_where_the_other_one_goes(qtbot, session, two):
    first, second = two
    session.solves.put_in_focus(first)
    session.move_to(0)
    session.set_latent_steps(True)
    session.solves.put_in_focus(second)
    session.move_to(2)
    qtbot.waitUntil(lambda: not first.solving)
    assert session.cursor == 2
    assert first.trace.settings.every_latent_step
    assert not second.trace.settings.every_latent_step


def test_another_puzzle_is_for_all_lanes_each_with_a_model_that_fits(
    qtbot, session, two, solve_for_long, puzzles, small
):
    first, second = two
    solve_for_long()
    session.set_puzzle(puzzles[1])
    assert [lane.trace for lane in session.lanes] == [None, None]
    assert not second.solving
    assert [lane.model.name for lane in session.lanes] == [SMALL, OTHER]
    session.set_puzzle(small[1])
    assert [lane.model.name for lane in session.lanes] == ["sudoku-4x4", "sudoku-4x4"]
    assert session.lanes == (first, second)


def test_a_model_that_is_gone_is_gone_from_its_lane_alone(session, two):
    first, second = two
    session.models.remove(first.model)
    assert first.model is session.models.usual(session.puzzle)
    assert first.trace is None
    assert second.model.name == OTHER
    assert second.trace


def test_a_model_whose_files_were_replaced_is_so_in_every_lane(
    qtbot, session, solve, tmp_path, two
):
    mine = shutil.copytree(find_model(SMALL).directory, tmp_path / "mine")
    session.use_model(read_info(mine))
    solve()
    lane = session.focus
    session.solves.open()
    shutil.copytree(find_model(OTHER).directory, mine, dirs_exist_ok=True)
    solve()
    assert lane.model is session.model is session.models.at(mine)
    assert lane.model.is_current
    assert lane.trace is None, "made by weights that are no more"
    assert two[0].trace


def test_a_session_that_closes_ends_all_lanes(session, two, solve_for_long):
    solve_for_long()
    first, second = two
    session.solves.put_in_focus(first)
    solve_for_long()
    session.close()
    assert [(lane.solving, lane.trace) for lane in (first, second)] == [(False, None)] * 2
    assert session.cursor is None
