"""What a cell takes in, in one network call, against what the model computes there."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from trm_core import solver as solver_module
from trm_core.checkpoints.info import find_model
from trm_core.mixing import NetworkCall
from trm_core.model.blocks import Attention, SwiGLU, TokenMixingBlock, rms_norm
from trm_core.model.relations import RelationBlock
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.sudoku import generate
from trm_core.solver import Solver
from trm_core.trace import SolveSettings

CALLS = [(1, 1), (1, 3), (1, None), (2, 2), (2, None)]
"""Cycle and latent step of some calls of the tiny models."""


def recursion_of(solver, puzzle, steps):
    """A recursion that was run for so many supervision steps, and its frames."""
    recursion = solver.recursion(solver.start(puzzle, SolveSettings(every_latent_step=True)))
    frames = [frame for _ in range(steps) for frame in recursion.supervision_step()]
    return recursion, frames


@pytest.fixture(params=["sudoku-9x9-att", "sudoku-9x9-small"])
def bundled(request):
    """A bundled solver with attention, and one with token mixing."""
    return Solver.load(find_model(request.param), "cpu", "float32")


@pytest.fixture
def tiny(model, info):
    """A solver of each kind for Sudokus of 4×4, and a puzzle."""
    return Solver(model, info), generate(1, box_rows=2, box_cols=2, givens=8)


def token_mlps(model):
    return {module.token_mlp for module in model.modules() if isinstance(module, TokenMixingBlock)}


def recorded(solver, puzzle, call):
    """(layer, what its mixer was given, what it gave) in one call of a whole run of the model."""
    seen, kept = [], []
    mixers = [
        module
        for module in solver.model.modules()
        if isinstance(module, Attention | RelationBlock)
        or (isinstance(module, SwiGLU) and module in token_mlps(solver.model))
    ]
    hooks = [
        mixer.register_forward_hook(lambda m, given, out: seen.append((m, given, out)))
        for mixer in mixers
    ]
    tokens, puzzle_ids = solver.inputs([puzzle])
    state = solver.model.initial_state(1)
    for supervision_step in range(1, call.supervision_step + 1):

        def on_step(step, supervision_step=supervision_step):
            if (supervision_step, step.cycle, step.latent_step) == call:
                kept.extend(seen)
            seen.clear()

        with torch.inference_mode():
            state = solver.model.supervision_step(tokens, state, puzzle_ids, on_step).state
    for hook in hooks:
        hook.remove()
    return kept


UNITS = {"row": {0, 1, 2, 3}, "column": {0, 4, 8, 12}, "box": {0, 1, 4, 5}, "cell": {0}}
"""The cells of a 4×4 Sudoku in each pool of the first one."""


def explained(block, x, weights, cell):
    """What the first candidate of a cell comes to, from what each pool gives it."""
    board, shape, taken = x.view(1, 4, 4, 4, -1), PuzzleShape("sudoku", 4, 4, 2), {}
    messages = F.silu(block.messages(board)).chunk(len(block.relations), dim=-1)
    for relation, sent in zip(block.relations.values(), messages, strict=True):
        for pool, each in zip(relation.pools, relation.taken(sent, shape), strict=True):
            taken[pool] = each.expand(1, 4, 4, 4, -1)[0, *divmod(cell, 4)]
    norms = torch.stack([taken[pool].norm() for pool in block.pools])
    np.testing.assert_allclose(weights.sum(1), norms / norms.sum(), rtol=1e-5)
    if cell == 0:
        for pool, row in zip(block.pools, weights, strict=True):
            assert set(row.nonzero()[0].tolist()) == UNITS[pool]
            assert len(set(row[row > 0].tolist())) == 1
    first = x[4 * cell]
    inner = block.own(first) + sum(each[0] for each in taken.values())
    return rms_norm(first + block.out(F.silu(inner)), block.epsilon)


def assert_explains_the_model(solver, puzzle, recursion, call, cell):
    """Check the weights of each layer against what its mixer gave the cell."""
    mixing = recursion.mixing(call, cell)
    position = mixing.before_cells + cell
    layers = recorded(solver, puzzle, call)
    assert len(layers) == len(mixing.weights)
    for (mixer, given, out), weights in zip(layers, mixing.weights, strict=True):
        x = given[0][0]
        with torch.inference_mode():
            if isinstance(mixer, Attention):
                assert mixing.mixer == "attention"
                np.testing.assert_allclose(weights.sum(-1), 1, rtol=1e-5)
                values = mixer.query_key_value(x).chunk(3, dim=-1)[2]
                by_head = values.reshape(len(x), mixer.heads, -1)
                taken = torch.einsum("hl,lhd->hd", torch.from_numpy(weights), by_head)
                expected, result = out[0, position], mixer.output(taken.flatten())
            elif isinstance(mixer, RelationBlock):
                assert mixing.mixer == "relations"
                expected, result = out[0, 4 * cell], explained(mixer, x, weights, cell)
            else:
                assert mixing.mixer == "mlp"
                by_channel = mixer.weights(given[0], position)
                expected, result = out[0, :, position], (by_channel * given[0]).sum(-1)[0]
                strength = by_channel[0].square().mean(0).sqrt()
                np.testing.assert_allclose(weights, strength[None], rtol=1e-4)
        np.testing.assert_allclose(result, expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("call", CALLS)
def test_weights_times_what_a_layer_was_given_are_what_it_gave(tiny, call):
    solver, puzzle = tiny
    recursion, _ = recursion_of(solver, puzzle, 2)
    for cell in (0, 7, 15):
        assert_explains_the_model(solver, puzzle, recursion, NetworkCall(2, *call), cell)


def test_the_weights_of_the_bundled_models_are_those_of_the_solve(bundled, sudokus):
    recursion, _ = recursion_of(bundled, sudokus[0], 3)
    for call in (NetworkCall(1, 1, 1), NetworkCall(3, 2, 3), NetworkCall(3, 2, None)):
        assert_explains_the_model(bundled, sudokus[0], recursion, call, 40)
    heads = bundled.model.config.heads if recursion.mixing(call, 0).mixer == "attention" else 1
    assert recursion.mixing(call, 0).weights.shape == (2, heads, 81)


def test_two_calls_and_two_cells_differ(bundled, sudokus):
    recursion, frames = recursion_of(bundled, sudokus[0], 2)
    seen = {
        recursion.mixing(frame.call, cell).weights.tobytes() for frame in frames for cell in (0, 9)
    }
    assert len(seen) == 2 * len(frames)


def test_looking_leaves_the_model_and_the_solve_as_they_were(bundled, sudokus):
    _, expected = recursion_of(bundled, sudokus[0], 3)
    recursion, frames = recursion_of(bundled, sudokus[0], 2)
    recursion.mixing(NetworkCall(1, 2, 2), 3)
    frames += recursion.supervision_step()
    for frame, other in zip(frames, expected, strict=True):
        assert np.array_equal(frame.probabilities, other.probabilities)
        assert frame.z_change == other.z_change
    assert not any(module._forward_pre_hooks for module in bundled.model.modules())


def test_a_call_that_the_model_does_not_have_is_refused(tiny):
    solver, puzzle = tiny
    recursion, _ = recursion_of(solver, puzzle, 1)
    with pytest.raises(ValueError, match="latent_step=9"):
        recursion.mixing(NetworkCall(1, 1, 9), 0)
    assert not any(module._forward_pre_hooks for module in solver.model.modules())


def test_calls_of_long_solves_are_found_again_though_few_states_are_kept(tiny, monkeypatch):
    solver, puzzle = tiny
    known, _ = recursion_of(solver, puzzle, 11)
    monkeypatch.setattr(solver_module, "MOST_STATES", 3)
    sparing, _ = recursion_of(solver, puzzle, 11)
    assert len(sparing._before) <= 3
    for supervision_step in range(1, 12):
        call = NetworkCall(supervision_step, 2, 1)
        assert np.array_equal(sparing.mixing(call, 5).weights, known.mixing(call, 5).weights)
