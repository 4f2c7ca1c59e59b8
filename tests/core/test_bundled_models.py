"""The bundled models are small, and as accurate as their cards say, on puzzles not trained on."""

import gzip
import math
import re
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from trm_core.checkpoints.directory import read_tensors
from trm_core.checkpoints.expectations import likeliest
from trm_core.checkpoints.info import bundled_models
from trm_core.data.build import ArcBuild, held_out_puzzles
from trm_core.data.held_out import held_out_build
from trm_core.evaluation.batches import EvaluationSettings, solve_many
from trm_core.evaluation.by_style import made_puzzles
from trm_core.evaluation.scores import CONFIDENT, summarise
from trm_core.puzzles.files import load_puzzles
from trm_core.puzzles.sources import source_in_words
from trm_core.puzzles.sudoku_files import read_csv
from trm_core.resources import RESOURCES
from trm_core.solver import Solver

DATA = Path(__file__).parents[1] / "sudoku"
FIRST = 40
SOLVES = 400
"""Of ARC, where each puzzle is solved once for every variant that votes."""

BY_CHANCE = 1e-3
"""How seldom a model as good as its card says fails here."""

BUNDLED = {info.name: info for info in bundled_models()}
each_model = pytest.mark.parametrize("info", BUNDLED.values(), ids=BUNDLED)
each_with_recipe = pytest.mark.parametrize(
    "info", [pytest.param(i, id=name) for name, i in BUNDLED.items() if i.held_out]
)


def card_of(info):
    return (info.directory / "README.md").read_text(encoding="utf-8")


def first_of_source(file, source):
    """The first puzzles of `source` in `file`."""
    with gzip.open(DATA / file, "rt") as lines:
        return list(islice((p for p in read_csv(lines, file) if p.source == source), FIRST))


def first_held_out(info, votes):
    """The first puzzles of those that the model was measured on."""
    spec = held_out_build(info)
    if not isinstance(spec, ArcBuild):
        spec = replace(spec, held_out=min(spec.held_out, FIRST))
    count = min(FIRST, max(8, SOLVES // votes))
    return held_out_puzzles(spec, lambda done, total: None, processes=1)[:count]


@cache
def solved(info, source):
    """The outcomes of all supervision steps for the first held-out puzzles, or where the model
    does not say how to make those, for the first of `source`."""
    votes = int(found[1]) if (found := re.search(r"--votes (\d+)", card_of(info))) else 1
    if info.held_out:
        puzzles = first_held_out(info, votes)
    else:
        puzzles = first_of_source(info.results[0].data, source)
    settings = EvaluationSettings(info.config.max_supervision_steps, batch_size=FIRST, votes=votes)
    return solve_many(Solver.load(info, "cpu", "float32"), puzzles, settings)


@pytest.mark.parametrize("side", [4, 6, 9, 16])
def test_one_model_solves_sudokus_of_every_size_and_knows_it(side):
    solver = Solver.load(BUNDLED["sudoku-sizes"], "cpu", "float32")
    puzzles = made_puzzles("sudoku", side, "easy", 3)
    outcomes = solve_many(solver, puzzles, EvaluationSettings())
    assert all(each.exact and each.halt_probability > 0.5 for each in outcomes)
    assert max(each.halting_step for each in outcomes) < 8


def chance_of_at_most(right, count, share):
    """That of `count` puzzles no more than `right` are right, where `share` of all are."""
    return sum(
        math.comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(right + 1)
    )


def test_a_chance_is_that_of_the_binomial_distribution():
    assert chance_of_at_most(2, 4, 0.5) == 11 / 16
    assert chance_of_at_most(3, 4, 1.0) == 0
    assert chance_of_at_most(4, 4, 0.3) == pytest.approx(1)


@each_model
def test_a_bundled_model_is_small(info):
    tensors = read_tensors(info.directory / "model.safetensors")
    assert {tensor.dtype for tensor in tensors.values()} <= {torch.bfloat16, torch.float32}
    assert info.size <= 14 * 2**20


def test_all_bundled_models_together_are_small():
    assert sum(info.size for info in BUNDLED.values()) <= 60 * 2**20


@each_model
def test_a_bundled_model_is_as_accurate_as_its_card_says(info):
    outcomes = solved(info, info.results[0].source)
    shares = {r.source: r.exact if r.two_guesses is None else r.two_guesses for r in info.results}
    right = sum(each.exact_in_two for each in outcomes)  # without votes there is one guess
    expected = float(np.mean([shares[each.source] for each in outcomes]))
    assert chance_of_at_most(right, len(outcomes), expected) > BY_CHANCE
    sure = [each.exact for each in outcomes if each.halt_probability > CONFIDENT]
    assert chance_of_at_most(sum(sure), len(sure), 0.95) > BY_CHANCE


@each_with_recipe
def test_the_card_of_a_bundled_model_has_its_results_and_a_halting_probability_to_go_by(info):
    card = card_of(info)
    for result in info.results:
        puzzles = source_in_words(result.source)
        assert f"| {puzzles} | {result.puzzles:,} | {result.exact:.1%} |" in card
    said = re.search(r"Of [\d,]+ answers with a halting probability above 0.9, ([\d.]+)%", card)
    assert said is None or float(said[1]) >= 95
    assert said is not None or "No answer has a halting probability above 0.9." in card


@pytest.mark.parametrize(
    ("source", "exact", "halting_step"),
    [("sudoku_exchange_diabolical", 28, 7.25), ("17_clue", 10, 13.45)],
)
def test_the_sudoku_model_solves_as_many_as_when_it_was_measured(source, exact, halting_step):
    """In float32 on a CPU; another processor may round one puzzle over the edge."""
    (score,) = summarise(solved(BUNDLED["sudoku-9x9-small"], source)).sources
    assert (score.source, score.puzzles) == (source, FIRST)
    assert abs(score.exact * FIRST - exact) <= 1
    assert score.mean_halting_step == pytest.approx(halting_step, abs=0.4)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_first_puzzle_that_the_window_shows_gives_something_to_watch(dtype):
    """Of the bundled model that is taken for it."""
    (puzzle,) = load_puzzles(RESOURCES / "puzzles" / "sudoku-extreme.sdm")
    model = likeliest(BUNDLED.values(), puzzle)
    solver = Solver.load(model, "cpu", dtype)
    trace = solver.start(puzzle)
    for frame in solver.frames(trace):
        trace.append(frame)
    last = len(trace) - 1
    assert trace.solved(last)
    assert 6 <= trace[last].supervision_step <= 12
    assert (trace.flips(last)[puzzle.open_cells] > 0).sum() > 10
