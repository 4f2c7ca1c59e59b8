"""A model is its weights: what solves is what the window says, and few models stay loaded."""

import gc
import shutil
from weakref import WeakSet

import numpy as np
import pytest
import torch

from trm_core.checkpoints.info import find_model, read_info
from trm_core.model.recursion import RecursiveModel
from trm_core.model.trm import TRM
from trm_core.solver import Solver
from trm_core.trace import SolveSettings
from trm_core.training.config import load_preset
from trm_core.training.run_directory import RunDirectory
from trm_gui.jobs.models import copy_newest
from trm_gui.session.engine import Compute

SMALL, OTHER = "sudoku-9x9-small", "sudoku-9x9"


def put(name, directory):
    """Write over a model directory, the files being those of a bundled model then."""
    shutil.copytree(find_model(name).directory, directory, dirs_exist_ok=True)
    return directory


@pytest.fixture
def mine(tmp_path):
    return put(SMALL, tmp_path / "mine")


@pytest.fixture
def solving(qtbot, session_of, puzzles):
    """A session that computes as the tests do, and a function: solve with it."""

    def solving(*models):
        session = session_of(*models)
        session.models.compute = Compute("cpu", "float32")
        session.solves.set_settings(SolveSettings(2, None))
        session.set_puzzle(puzzles[0])

        def solve():
            with qtbot.waitSignal(session.solve_finished):
                session.solve()
            return session.trace

        return session, solve

    return solving


def halting_of(directory, puzzle):
    solver = Solver.load(read_info(directory), "cpu", "float32")
    trace = solver.start(puzzle, SolveSettings(2, None))
    return [frame.halt_probability for frame in solver.frames(trace)]


def test_a_model_whose_files_were_replaced_solves_as_they_are_now_and_is_shown_so(
    solving, mine, puzzles
):
    session, solve = solving(read_info(mine))
    first = solve()
    assert first.weights_hash == session.recording.weights_hash == session.model.weights_hash()
    put(OTHER, mine)
    second = solve()
    np.testing.assert_allclose(second.halt_probabilities(), halting_of(mine, puzzles[0]), rtol=1e-5)
    assert session.model == read_info(mine) == session.models.all[0]
    assert second.weights_hash == find_model(OTHER).weights_hash() != first.weights_hash


def test_a_solve_does_not_go_on_with_other_weights(qtbot, solving, mine):
    session, solve = solving(read_info(mine))
    trace = solve()
    put(OTHER, mine)
    with qtbot.waitSignals([session.failed, session.solve_finished]):
        session.solves.solve_further()
    assert session.focus.failure == (
        "The weights of mine are not those that made this recording; solve again."
    )
    assert len(trace) == len(session.trace) == 4


def test_a_model_that_became_one_for_other_puzzles_is_told_and_another_one_is_used(
    qtbot, solving, mine
):
    session, solve = solving(read_info(mine), find_model(OTHER))
    session.set_model("mine")
    solve()
    shutil.rmtree(mine)
    put("sudoku-4x4", mine)
    with qtbot.waitSignals([session.failed, session.solve_finished]):
        session.solve()
    assert session.focus.failure == "mine is made for Sudoku 4×4, this is Sudoku 9×9"
    assert session.models.all[0].puzzle.rows == 4
    assert session.model_name == OTHER


def test_a_model_that_is_read_again_takes_the_place_of_the_old_one_with_what_that_did(
    qtbot, solving, mine
):
    session, solve = solving(read_info(mine), find_model(OTHER))
    session.set_model("mine")
    solve()
    put(OTHER, mine)
    with qtbot.waitSignal(session.models.changed):
        session.add_model(mine, use=False)
    assert session.model is session.models.all[0]
    assert session.model.directory == mine
    assert session.model.is_current
    assert session.trace is None


@pytest.fixture
def copied(tmp_path):
    """Have a run of this name with these weights, and copy its model."""

    def copied(run, name):
        shutil.rmtree(tmp_path / run, ignore_errors=True)
        made = RunDirectory.create(tmp_path / run, load_preset("sudoku-4x4").to_json())
        put(name, made.checkpoint(10))
        return copy_newest(made.path, tmp_path / "models")

    return copied


def test_the_model_of_a_job_is_that_of_its_run_whatever_there_was_of_that_name(copied):
    first, again = copied("run", SMALL), copied("run", SMALL)
    assert first.name == "run-step_10"
    assert again == first
    second = copied("run", OTHER)
    assert second.name == "run-step_10-2"
    assert read_info(second).weights_hash() == find_model(OTHER).weights_hash()
    assert read_info(first).weights_hash() == find_model(SMALL).weights_hash()
    assert copied("run", OTHER) == second


@pytest.fixture
def loaded(monkeypatch):
    """The models that were made by a test, as long as they live."""
    models, make = WeakSet(), RecursiveModel.__init__

    def note(self, *arguments):
        make(self, *arguments)
        models.add(self)

    monkeypatch.setattr(RecursiveModel, "__init__", note)
    return models


@pytest.fixture
def four(tmp_path):
    return [read_info(put(SMALL, tmp_path / f"model-{number}")) for number in range(1, 5)]


def test_three_models_stay_loaded_and_the_one_used_least_recently_leaves(solving, loaded, four):
    session, solve = solving(*four)
    for number in (1, 2, 3, 1, 4):
        session.set_model(f"model-{number}")
        solve()
    gc.collect()
    assert len(loaded) == 3
    before = set(loaded)
    session.set_model("model-1")
    solve()
    assert set(loaded) == before, "it was still there"
    session.close()
    del before
    gc.collect()
    assert not loaded


def test_solves_that_are_kept_do_not_keep_their_models(solving, loaded, four):
    """As those are that somebody has marked; they can be gone on with nonetheless."""
    session, solve = solving(*four)
    kept = []
    for number in range(1, 5):
        session.set_model(f"model-{number}")
        solve()
        kept.append(session.recording)
    gc.collect()
    assert len(loaded) == 3


class FullGPU:
    """Has a method of models raise what PyTorch does where memory is full, so many times."""

    def __init__(self, monkeypatch, kind, method):
        self.times = 0
        real = getattr(kind, method)

        def full(*arguments, **named):
            if self.times:
                self.times -= 1
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
            return real(*arguments, **named)

        monkeypatch.setattr(kind, method, full)


@pytest.fixture(params=["supervision_step", "to"])
def full(request, monkeypatch):
    """Where it happens: when a model is loaded, or while it computes."""
    return FullGPU(monkeypatch, TRM, request.param)


def test_where_a_gpu_is_full_the_model_used_least_recently_leaves_and_the_solve_goes_on(
    solving, loaded, four, full
):
    session, solve = solving(*four)
    for number in (1, 2):
        session.set_model(f"model-{number}")
        solve()
    session.set_model("model-3")
    full.times = 1
    trace = solve()
    assert session.focus.failure == ""
    assert [frame.call for frame in trace.frames] == [
        (step, cycle, None) for step in (1, 2) for cycle in (1, 2)
    ]
    gc.collect()
    assert len(loaded) == 2


def test_a_model_that_finds_no_room_at_all_is_told_of_in_a_sentence(qtbot, solving, four, full):
    session, solve = solving(four[0])
    full.times = 2
    with qtbot.waitSignals([session.failed, session.solve_finished]):
        session.solve()
    assert session.focus.failure == (
        "The memory of the GPU is full: model-1 needs more than is free. Close what else uses it, "
        "or have solves computed on the CPU (Edit → Settings)."
    )
    assert len(solve()) == 4


def test_a_look_at_what_a_cell_takes_in_makes_room_too(qtbot, solving, loaded, four, monkeypatch):
    session, solve = solving(*four)
    for number in (1, 2):
        session.set_model(f"model-{number}")
        solve()
    full = FullGPU(monkeypatch, TRM, "supervision_step")
    full.times = 1
    known = session.solves.mixing(session.trace, session.trace[0].call, 0)
    qtbot.waitUntil(known.done)
    assert known.result() is not None
    gc.collect()
    assert len(loaded) == 1
