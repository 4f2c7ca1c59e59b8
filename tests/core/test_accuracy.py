"""The bundled model is as accurate as when it was measured, on puzzles that it has not seen."""

import gzip
from itertools import islice
from pathlib import Path

import pytest

from trm_core.evaluation.batches import EvaluationSettings, solve_many
from trm_core.evaluation.scores import summarise
from trm_core.puzzles.sudoku_files import read_csv

DATA = Path(__file__).parents[3] / "shared" / "data" / "sudoku" / "test.csv.gz"
FIRST = 40


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not here: no test puzzles")
@pytest.mark.parametrize(
    ("source", "exact", "halting_step"),
    [("sudoku_exchange_diabolical", 28, 7.25), ("17_clue", 10, 13.45)],
)
def test_the_bundled_model_solves_as_many_as_when_it_was_measured(
    solver, source, exact, halting_step
):
    """In float32 on a CPU; another processor may round one puzzle over the edge."""
    with gzip.open(DATA, "rt") as lines:
        puzzles = list(islice((p for p in read_csv(lines, DATA.name) if p.source == source), FIRST))
    outcomes = solve_many(solver, puzzles, EvaluationSettings(batch_size=FIRST))
    (score,) = summarise(outcomes).sources
    assert (score.source, score.puzzles) == (source, FIRST)
    assert abs(score.exact * FIRST - exact) <= 1
    assert score.mean_halting_step == pytest.approx(halting_step, abs=0.4)
