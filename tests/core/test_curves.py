"""Curves of a real solve, recomputed frame by frame."""

import dataclasses

import numpy as np
import pytest

from trm_core.checkpoints.info import find_model
from trm_core.mixing import Mixing, NetworkCall
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.library import read_library
from trm_core.solver import Solver
from trm_core.trace import SolveSettings, Trace

NEVER_RIGHT = 8


@pytest.fixture(scope="module")
def trace(solver, sudokus):
    """A solve that goes wrong, so that there are conflicts."""
    trace = solver.start(sudokus[NEVER_RIGHT], SolveSettings(4, None, every_latent_step=True))
    for frame in solver.frames(trace):
        trace.append(frame)
    return trace


def test_changes_are_those_of_the_frames(trace):
    assert trace.curves.changes("y").tolist() == [frame.y_change for frame in trace.frames]
    assert trace.curves.changes("z").tolist() == [frame.z_change for frame in trace.frames]


def test_mean_entropies_are_the_means_of_the_cells(trace):
    expected = [trace.entropy(index).mean() for index in range(len(trace))]
    np.testing.assert_allclose(trace.curves.mean_entropies(), expected)
    assert 0 < max(expected) < np.log2(11)


def test_right_shares_and_conflicts_are_those_of_every_frame(trace):
    right = [100 * a / b for a, b in map(trace.right_cells, range(len(trace)))]
    np.testing.assert_allclose(trace.curves.right_shares(), right)
    conflicts = [len(trace.conflicts(index)) for index in range(len(trace))]
    assert trace.curves.conflicts().tolist() == conflicts
    assert any(conflicts)


def test_without_a_solution_nothing_is_known_to_be_right(solver, trace):
    ambiguous = dataclasses.replace(trace.puzzle, grid=np.zeros((9, 9)), solution=None)
    unknown = solver.start(ambiguous, trace.settings)
    unknown.append(trace[0])
    assert np.isnan(unknown.curves.right_shares()).tolist() == [True]
    assert len(unknown.curves.mean_entropies()) == 1


def test_the_probabilities_of_a_cell_are_those_that_its_frames_show(trace):
    for row, col in ((0, 0), (4, 7)):
        shown = [trace.symbol_probabilities(index)[row, col] for index in range(len(trace))]
        assert np.array_equal(trace.curves.symbols(row, col), shown)


def test_curves_follow_a_growing_trace(solver, trace):
    growing = solver.start(trace.puzzle, trace.settings)
    curves = growing.curves
    for frame in trace.frames[:3]:
        growing.append(frame)
        for curve in (curves.mean_entropies(), curves.right_shares(), curves.conflicts()):
            assert len(curve) == len(growing)


@pytest.fixture
def small_maze():
    """A solve of a maze that is smaller than its model's board, to its first cycle."""
    solver = Solver.load(find_model("maze-15x15"), "cpu", "float32")
    entry = next(e for e in read_library() if e.kind == "maze" and e.rows < 15)
    trace = solver.start(entry.puzzles()[0], SolveSettings(1))
    recursion = solver.recursion(trace)
    trace.append(recursion.supervision_step()[0])
    return trace, recursion


def test_a_smaller_maze_has_the_weights_of_its_own_cells(small_maze):
    trace, recursion = small_maze
    rows, cols = trace.puzzle.rows, trace.puzzle.cols
    assert trace.cell_index(1, 2) == 17
    mixing = recursion.mixing(trace[0].call, trace.cell_index(1, 2))
    for layer in range(2):
        board = mixing.weights[layer].reshape(-1, 15, 15)[:, :rows, :cols]
        assert np.array_equal(trace.mixing_map(mixing, layer, 3), board[3])
        np.testing.assert_allclose(trace.mixing_map(mixing, layer, None), board.mean(0))


def test_the_positions_of_the_puzzle_embedding_are_no_cells(trace):
    shape = PuzzleShape("sudoku", 9, 9, 3)
    plain = Trace(trace.puzzle, shape, "any", 2, 3, trace.settings)
    weights = np.arange(2 * 83, dtype=np.float32).reshape(1, 2, 83)
    mixing = Mixing(NetworkCall(1, 1, 1), 0, "attention", ("1", "2"), weights, before_cells=2)
    assert plain.mixing_map(mixing, 0, 0)[0, 0] == 2
    assert plain.mixing_map(mixing, 0, 1)[8, 8] == 165
