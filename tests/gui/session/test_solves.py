"""What is solved, in one lane and in several; without a session."""

import gc
import shutil
from weakref import ref

import numpy as np
import pytest

from trm_core.checkpoints.info import find_model, read_info
from trm_core.solver import Solver
from trm_core.trace import SolveSettings
from trm_gui.session.engine import Compute

SMALL, OTHER = "sudoku-9x9-small", "sudoku-9x9"
LONG = SolveSettings(max_supervision_steps=256, halt_threshold=None)
SHORT = SolveSettings(2, None)


@pytest.fixture
def solves(solves_of):
    """Solves with the smaller model for 9×9, as the tests compute."""
    solves = solves_of(find_model(SMALL), find_model(OTHER))
    solves._models.compute = Compute("cpu", "float32")
    solves.use(solves.focus, solves._models.all[0], asked=True)
    return solves


@pytest.fixture
def heard(solves):
    """What was told of lanes, in order."""
    heard = []
    for name in ("solving_changed", "trace_changed", "finished"):
        getattr(solves, name).connect(lambda lane, name=name: heard.append((name, lane)))
    return heard


@pytest.fixture
def other(solves):
    """A second lane, with the other model."""
    other = solves.open()
    solves.use(other, solves._models.all[1], asked=True)
    return other


def frames_of(name, puzzle, settings):
    solver = Solver.load(find_model(name), "cpu", "float32")
    return list(solver.frames(solver.start(puzzle, settings)))


def assert_are(trace, frames):
    assert [frame.call for frame in trace.frames] == [frame.call for frame in frames]
    found, expected = ([f.halt_probability for f in each] for each in (trace.frames, frames))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_solve_begins_gives_its_frames_and_ends(qtbot, solves, heard, puzzles):
    lane = solves.focus
    with qtbot.waitSignal(solves.finished):
        assert solves.start(puzzles[0], SHORT)
        assert lane.solving
        assert not lane.adding
    assert_are(lane.trace, frames_of(SMALL, puzzles[0], SHORT))
    assert lane.recording.weights_hash == find_model(SMALL).weights_hash()
    assert solves.computed_on == "cpu in float32"
    names = [name for name, of in heard if of is lane]
    assert names[:2] == ["solving_changed", "trace_changed"]
    assert names[-2:] == ["solving_changed", "finished"]


def test_two_lanes_solve_at_once_each_with_its_model_into_its_own_trace(
    qtbot, solves, other, puzzles
):
    first = solves.lanes[0]
    assert solves.lanes == [first, other]
    for lane in solves.lanes:
        solves.put_in_focus(lane)
        solves.start(puzzles[0], LONG)
    qtbot.waitUntil(lambda: all(lane.trace and len(lane.trace) >= 4 for lane in solves.lanes))
    assert first.solving
    assert other.solving
    lengths = [len(lane.trace) for lane in solves.lanes]
    qtbot.waitUntil(
        lambda: all(len(lane.trace) > n for lane, n in zip(solves.lanes, lengths, strict=True))
    )
    for lane, name in ((first, SMALL), (other, OTHER)):
        with qtbot.waitSignal(solves.finished):
            solves.cancel(lane)
        assert lane.trace.model_name == name
        assert_are_the_first(lane.trace, frames_of(name, puzzles[0], SHORT))


def assert_are_the_first(trace, frames):
    whole, trace.frames = trace.frames, trace.frames[: len(frames)]
    assert_are(trace, frames)
    trace.frames = whole


def test_two_lanes_of_one_model_differ_by_their_settings(qtbot, solves, puzzles):
    first, other = solves.focus, solves.open()
    solves.set_settings(SolveSettings(1, None, every_latent_step=True))
    assert other.settings.every_latent_step
    assert not first.settings.every_latent_step
    for lane in (other, first):
        solves.put_in_focus(lane)
        with qtbot.waitSignal(solves.finished):
            solves.start(puzzles[0], lane.settings, steps=1)
    assert len(other.trace) == 4 * len(first.trace)
    assert (other.trace.grid(-1) == first.trace.grid(-1)).all()


def test_a_lane_that_fails_leaves_the_other_one_alone(
    qtbot, solves, other, puzzles, told, tmp_path
):
    copy = shutil.copytree(find_model(SMALL).directory, tmp_path / "damaged")
    (copy / "model.safetensors").write_bytes(b"short")
    solves.start(puzzles[0], LONG)
    broken = solves.open()
    solves.use(broken, read_info(copy), asked=True)
    with qtbot.waitSignal(solves.finished) as finished:
        solves.start(puzzles[0], LONG)
    assert finished.args == [broken]
    assert (broken.failure, "") == told[0]
    assert other.solving
    assert other.failure == ""


def test_without_a_puzzle_or_a_model_nothing_begins_and_that_is_told(solves, told, puzzles):
    assert not solves.start(None, SHORT)
    solves.use(solves.focus, None, asked=False)
    solves._models.all = ()
    assert not solves.start(puzzles[0], SHORT)
    assert [sentence for sentence, _ in told] == [
        "There is no puzzle to solve; open one first.",
        solves._models.why_none_fits(puzzles[0]),
    ]
    assert not solves.focus.solving


def test_one_that_goes_further_is_the_one_in_focus(qtbot, solves, other, puzzles):
    for lane in solves.lanes:
        solves.put_in_focus(lane)
        with qtbot.waitSignal(solves.finished):
            solves.start(puzzles[0], SHORT)
    solves.put_in_focus(solves.lanes[0])
    with qtbot.waitSignals([solves.finished] * 2):
        solves.solve_further()
        solves.solve_further()
    assert [lane.trace.supervision_steps for lane in solves.lanes] == [4, 2]


def test_with_another_model_what_the_one_before_did_is_cleared(qtbot, solves, puzzles):
    lane = solves.focus
    with qtbot.waitSignal(solves.finished):
        solves.start(puzzles[0], SHORT)
    solves.use(lane, read_info(lane.model.directory), asked=False)
    assert lane.trace, "the same weights"
    with qtbot.waitSignal(solves.trace_changed):
        solves.use(lane, find_model(OTHER), asked=False)
    assert lane.trace is None


def test_a_maximum_set_by_hand_comes_back_with_its_model(solves):
    lane, (small, other) = solves.focus, solves._models.all
    solves.set_settings(SolveSettings(5))
    solves.use(lane, other, asked=True)
    assert lane.settings.max_supervision_steps is None
    solves.use(lane, small, asked=True)
    assert lane.settings.max_supervision_steps == 5
    solves.set_settings_for_all(SolveSettings(7))
    solves.use(lane, other, asked=True)
    assert lane.max_supervision_steps == 7


def test_a_lane_that_is_closed_runs_no_more_and_is_freed(qtbot, solves, other, heard, puzzles):
    first = solves.lanes[0]
    solves.start(puzzles[0], LONG)
    qtbot.waitUntil(lambda: bool(solves.focus.trace))
    trace = ref(other.trace)
    with qtbot.waitSignals([solves.lanes_changed, solves.settings_changed]):
        solves.close(other)
    assert solves.lanes == [first]
    assert solves.focus is first
    del other
    heard.clear()

    def freed():
        gc.collect()
        return trace() is None

    qtbot.waitUntil(freed)


def test_closing_one_out_of_focus_leaves_the_focus(qtbot, solves, other):
    first = solves.lanes[0]
    with qtbot.waitSignal(solves.lanes_changed), qtbot.assertNotEmitted(solves.settings_changed):
        solves.close(first)
    assert solves.lanes == [other]
    assert solves.focus is other


def test_the_last_lane_leaves_an_empty_one_of_the_same_model(qtbot, solves, puzzles):
    lane = solves.focus
    with qtbot.waitSignal(solves.finished):
        solves.start(puzzles[0], SHORT)
    solves.close(lane)
    (left,) = solves.lanes
    assert left is solves.focus
    assert left is not lane
    assert left.model is lane.model
    assert left.trace is None


def test_what_a_cell_takes_in_is_known_of_lanes_out_of_focus_too(qtbot, solves, other, puzzles):
    first = solves.lanes[0]
    solves.put_in_focus(first)
    with qtbot.waitSignal(solves.finished):
        solves.start(puzzles[0], SHORT)
    solves.put_in_focus(other)
    known = solves.mixing(first.trace, first.trace[0].call, 3)
    qtbot.waitUntil(known.done)
    assert known.result().cell == 3
