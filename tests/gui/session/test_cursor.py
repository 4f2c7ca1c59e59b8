"""Where in a solve somebody looks, as its frames come; without what makes them."""

import pytest

from trm_core.mixing import NetworkCall
from trm_core.solver import Solver
from trm_core.trace import SolveSettings
from trm_gui.session.cursor import Cursor, index_of


@pytest.fixture
def cursor(qapp):
    return Cursor()


@pytest.fixture
def solved(small):
    """A trace of so many supervision steps, with latent steps or not; or one that is empty yet,
    with the frames that are to come."""
    model, puzzle = small
    solver = Solver.load(model, "cpu", "float32")

    def solved(steps=3, fine=False, begun=None):
        trace = solver.start(puzzle, SolveSettings(steps, None, every_latent_step=fine))
        frames = list(solver.frames(trace))
        for frame in frames[:begun]:
            trace.append(frame)
        return trace if begun is None else (trace, frames[begun:])

    return solved


@pytest.fixture
def moves(cursor):
    """Where the cursor was told to be, each time that it moved."""
    moves = []
    cursor.moved.connect(lambda: moves.append(cursor.index))
    return moves


def come(cursor, trace, frames):
    for frame in frames:
        trace.append(frame)
    cursor.keep_up()


def test_it_is_nowhere_until_there_is_a_frame_and_then_follows(cursor, solved, moves):
    trace, (first, *others) = solved(begun=0)
    cursor.enter(trace)
    cursor.keep_up()
    assert cursor.index is cursor.frame is None
    come(cursor, trace, [first])
    come(cursor, trace, others)
    assert moves == [None, 0, len(trace) - 1]
    assert cursor.frame is trace[-1]


def test_moved_away_it_stays_and_moved_to_the_end_it_follows_again(cursor, solved, moves):
    trace, (first, second, *others) = solved(begun=2)
    cursor.enter(trace)
    cursor.move_to(0)
    come(cursor, trace, [first])
    assert cursor.index == 0
    cursor.move_to(99)
    assert cursor.index == 2
    come(cursor, trace, [second])
    assert cursor.index == 3
    cursor.move_to(-1)
    come(cursor, trace, others)
    assert cursor.index == 0


def test_it_goes_to_the_frame_that_is_wanted_as_soon_as_that_is_there_and_stays(
    cursor, solved, moves
):
    trace, frames = solved(begun=0)
    cursor.enter(trace)
    cursor.wanted = 2
    for frame in frames:
        come(cursor, trace, [frame])
    assert cursor.index == 2
    assert moves == [None, 0, 1, 2]


def test_whoever_moves_it_wants_no_other_frame_any_more(cursor, solved):
    trace, frames = solved(begun=2)
    cursor.enter(trace)
    cursor.wanted = 4
    cursor.move_to(0)
    come(cursor, trace, frames)
    assert cursor.index == 0


def test_a_trace_that_is_there_already_is_entered_at_its_end_and_that_is_told_once(
    cursor, solved, moves
):
    first, second = solved(3), solved(2)
    cursor.enter(first)
    cursor.keep_up()
    cursor.enter(second)
    cursor.enter(second)
    cursor.keep_up()
    cursor.keep_up()
    assert moves == [len(first) - 1, len(second) - 1]
    cursor.enter(None)
    cursor.keep_up()
    assert moves[2:] == [None]


@pytest.mark.parametrize("fine", [False, True])
def test_the_same_moment_is_found_in_another_solve_or_the_last_before_it(cursor, solved, fine):
    there, here = solved(2, fine=not fine), solved(3, fine=fine)
    cursor.enter(here)
    cursor.move_to(here.end_after(0, "supervision_step") + here.frames_in("cycle"))
    before = cursor.frame
    cursor.enter(there, same_moment=True)
    assert cursor.frame.call == before.call
    cursor.enter(here, same_moment=True)
    assert cursor.frame is before
    cursor.move_to(len(here) - 1)
    cursor.enter(there, same_moment=True)
    assert cursor.index == len(there) - 1


@pytest.mark.parametrize(
    ("moment", "per_cycle", "index"),
    [
        ((1, 1, None), 1, 0),
        ((2, 3, None), 1, 5),
        ((2, 3, 4), 1, 5),
        ((1, 1, 1), 7, 0),
        ((1, 1, None), 7, 6),
        ((2, 1, 2), 7, 22),
        ((1, 9, None), 1, 2),
        ((1, 1, 9), 7, 6),
    ],
)
def test_the_index_of_a_moment(moment, per_cycle, index):
    assert index_of(NetworkCall(*moment), 3, per_cycle) == index


def test_it_steps_to_where_units_end(cursor, solved):
    trace = solved(3, fine=True)
    cursor.enter(trace)
    cursor.move_to(0)
    per_cycle, per_step = trace.frames_in("cycle"), trace.frames_per_step
    for unit, direction, index in (
        ("latent_step", 1, 1),
        ("cycle", 1, per_cycle - 1),
        ("supervision_step", 1, per_step - 1),
        ("supervision_step", 1, 2 * per_step - 1),
        ("cycle", -1, 2 * per_step - per_cycle - 1),
        ("supervision_step", -1, per_step - 1),
        ("latent_step", -1, per_step - 2),
    ):
        cursor.step(unit, direction)
        assert cursor.index == index


def test_without_a_trace_it_goes_nowhere(cursor, moves):
    cursor.move_to(3)
    cursor.step("cycle", 1)
    cursor.keep_up()
    assert cursor.index is None
    assert moves == []


def test_a_cell_is_looked_at_until_an_answer_does_not_have_it(qtbot, cursor, solved):
    with qtbot.waitSignal(cursor.cell_changed):
        cursor.look_at((3, 3))
    with qtbot.assertNotEmitted(cursor.cell_changed):
        cursor.look_at((3, 3))
        cursor.enter(solved(1))
    assert cursor.cell == (3, 3)
    cursor.look_at((8, 8))
    with qtbot.waitSignal(cursor.cell_changed):
        cursor.enter(solved(1))
    assert cursor.cell is None
