"""Solving many puzzles gives each what it would get alone."""

import dataclasses

import numpy as np
import pytest
import torch

from trm_core.evaluation.batches import EvaluationSettings, solve_many
from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.sudoku import generate
from trm_core.solver import Solver
from trm_core.trace import SolveSettings

SMALL = [generate(seed, box_rows=2, box_cols=2, givens=4 + seed % 6) for seed in range(20)]
STEPS = 5


@pytest.fixture
def tiny(model, info):
    """A solver with random weights for Sudokus of 4×4."""
    return Solver(model, info)


def assert_same(outcomes, others):
    """Whether two lists of outcomes are the same but for rounding."""
    assert len(outcomes) == len(others)
    for one, other in zip(outcomes, others, strict=True):
        one, other = dataclasses.asdict(one), dataclasses.asdict(other)
        assert np.array_equal(one.pop("answer"), other.pop("answer"))
        assert one.pop("halt_probability") == pytest.approx(other.pop("halt_probability"), abs=1e-4)
        assert one == other


def threshold(solver, puzzles):
    """A halting probability that some reach early, some late and some never, none narrowly."""
    settings = EvaluationSettings(STEPS, batch_size=8)
    reached = sorted(each.halt_probability for each in solve_many(solver, puzzles, settings))
    gap = int(np.argmax(np.diff(reached[5:-5]))) + 5
    return (reached[gap] + reached[gap + 1]) / 2


@pytest.mark.parametrize("adaptive", [False, True])
def test_outcomes_do_not_depend_on_the_batch(tiny, adaptive):
    settings = EvaluationSettings(STEPS, threshold(tiny, SMALL), adaptive, batch_size=1)
    alone = solve_many(tiny, SMALL, settings)
    for batch_size in (3, 8, 64):
        batched = dataclasses.replace(settings, batch_size=batch_size)
        assert_same(solve_many(tiny, SMALL, batched), alone)


def test_an_adaptive_solve_ends_at_the_halting_step_that_is_else_only_recorded(solver, sudokus):
    puzzles = sudokus[:5]
    recorded = solve_many(solver, puzzles, EvaluationSettings(STEPS, batch_size=2))
    adaptive = solve_many(solver, puzzles, EvaluationSettings(STEPS, adaptive=True, batch_size=2))
    halting = [outcome.halting_step for outcome in recorded]
    assert [outcome.halting_step for outcome in adaptive] == halting
    assert [outcome.supervision_steps for outcome in adaptive] == halting
    assert {outcome.supervision_steps for outcome in recorded} == {STEPS}
    assert len(set(halting)) > 1


def test_outcomes_agree_with_single_solves(solver, sudokus):
    puzzles = sudokus[:4]
    outcomes = solve_many(solver, puzzles, EvaluationSettings(STEPS, adaptive=True, batch_size=3))
    for puzzle, outcome in zip(puzzles, outcomes, strict=True):
        trace = solver.start(puzzle, SolveSettings(STEPS))
        for frame in solver.frames(trace):
            trace.append(frame)
        assert np.array_equal(outcome.answer, trace.grid(-1))
        assert outcome.exact == trace.solved(-1)
        assert outcome.supervision_steps == trace[-1].supervision_step
        assert outcome.halt_probability == pytest.approx(trace[-1].halt_probability, abs=1e-3)


@pytest.mark.parametrize("model", ["trm-att", "trm-mlp", "hrm"], indirect=True)
def test_trajectories_without_noise_all_agree_with_the_clean_solve(tiny):
    clean = solve_many(tiny, SMALL[:4], EvaluationSettings(STEPS))
    settings = EvaluationSettings(STEPS, trajectories=3, noise=0.0, batch_size=5)
    for one, other in zip(solve_many(tiny, SMALL[:4], settings), clean, strict=True):
        assert np.array_equal(one.answer, other.answer)
        assert one.supervision_steps == 3 * STEPS
        assert one.exact == one.exact_by_majority == one.exact_by_any == other.exact


@pytest.mark.parametrize("model", ["trm-rel"], indirect=True)
def test_trajectories_start_elsewhere_where_starts_are_drawn(tiny):
    clean = solve_many(tiny, SMALL[:6], EvaluationSettings(STEPS))
    settings = EvaluationSettings(STEPS, trajectories=8, noise=0.0, batch_size=5)
    several = solve_many(tiny, SMALL[:6], settings)
    assert_same(solve_many(tiny, SMALL[:6], dataclasses.replace(settings, batch_size=18)), several)
    surest, alone = ([each.halt_probability for each in some] for some in (several, clean))
    gained = np.subtract(surest, alone)
    assert gained.min() > -1e-6  # the first one starts where a single solve does
    assert gained.max() > 3e-6


@pytest.mark.parametrize("adaptive", [False, True])
def test_noise_is_the_same_in_every_batch_and_order(tiny, adaptive):
    halting = threshold(tiny, SMALL)
    settings = EvaluationSettings(STEPS, halting, adaptive, 4, trajectories=3, noise=0.3, seed=7)
    first = solve_many(tiny, SMALL, settings)
    again = dataclasses.replace(settings, batch_size=7)
    assert_same(solve_many(tiny, SMALL[::-1], again)[::-1], first)
    assert_same(solve_many(tiny, SMALL[6:9], again), first[6:9])


def test_another_seed_or_more_noise_gives_other_trajectories(tiny):
    def probabilities(**changes):
        settings = EvaluationSettings(STEPS, trajectories=4, noise=0.3)
        settings = dataclasses.replace(settings, **changes)
        return [each.halt_probability for each in solve_many(tiny, SMALL[:6], settings)]

    assert probabilities() == probabilities()
    assert len({tuple(probabilities(**c)) for c in ({}, {"seed": 1}, {"noise": 0.6})}) == 3


def test_more_trajectories_are_surer_and_any_of_them_is_right_at_least_as_often(solver, sudokus):
    settings = EvaluationSettings(STEPS)
    clean = solve_many(solver, sudokus[3:7], settings)
    noisy = solve_many(solver, sudokus[3:7], dataclasses.replace(settings, trajectories=3))
    for one, other in zip(noisy, clean, strict=True):
        assert one.halt_probability >= other.halt_probability - 1e-4
        assert one.exact_by_any >= max(one.exact, one.exact_by_majority, other.exact)


@pytest.mark.parametrize("model", ["trm-mlp"], indirect=True)
def test_progress_counts_every_puzzle_once(tiny):
    told = []
    solve_many(tiny, SMALL[:5], EvaluationSettings(2, trajectories=2, batch_size=3), told.append)
    assert told == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("model", ["trm-mlp"], indirect=True)
def test_a_cancelled_evaluation_keeps_what_is_done(tiny):
    done = []
    settings = EvaluationSettings(2, batch_size=2)
    outcomes = solve_many(tiny, SMALL[:7], settings, done.append, lambda: len(done) >= 4)
    assert_same(outcomes, solve_many(tiny, SMALL[:4], settings))
    assert solve_many(tiny, SMALL, settings, cancelled=lambda: True) == []


@pytest.mark.parametrize("model", ["trm-mlp"], indirect=True)
def test_a_puzzle_that_the_model_cannot_read_is_refused_before_any_is_solved(tiny):
    done = []
    with pytest.raises(PuzzleError, match="Sudoku 6×6"):
        solve_many(
            tiny,
            [SMALL[0], generate(0, box_rows=2, box_cols=3, givens=20)],
            EvaluationSettings(1),
            done.append,
        )
    assert done == []


@pytest.mark.parametrize("model", ["trm-mlp"], indirect=True)
def test_a_model_that_has_diverged_is_wrong_and_does_not_halt(tiny):
    with torch.no_grad():
        tiny.model.token_embedding.weight.fill_(torch.nan)
    (outcome,) = solve_many(tiny, SMALL[:1], EvaluationSettings(2, adaptive=True))
    assert (outcome.exact, outcome.halting_step, outcome.halt_probability) == (False, 2, 0.0)
