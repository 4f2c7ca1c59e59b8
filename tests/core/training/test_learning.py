"""Training from scratch, in a budget for tests, until puzzles that were never seen are solved."""

import pytest
import torch

from trm_core.checkpoints.info import read_info
from trm_core.data.dataset import read_dataset
from trm_core.evaluation.batches import EvaluationSettings, solve_many
from trm_core.evaluation.scores import summarise
from trm_core.solver import Solver
from trm_core.training.config import load_preset
from trm_core.training.metrics import METRICS, read_metrics
from trm_core.training.run import train
from trm_core.training.run_directory import RunDirectory

CHANGES = [
    *("generate=1000", "held_out=100", "givens_from=7", "givens_to=12"),
    *("steps=220", "hidden_size=48", "batch_size=48", "warmup_steps=30", "ema_decay=0.95"),
    *("evaluate_every=110", "checkpoint_every=220", "dtype=float32"),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run of the `sudoku-4x4` preset on fewer and easier puzzles."""
    config = load_preset("sudoku-4x4").changed(CHANGES)
    directory = RunDirectory.create(tmp_path_factory.mktemp("learning") / "run", config.to_json())
    train(directory, torch.device("cpu"))
    return directory


def test_a_model_trained_from_scratch_solves_puzzles_that_it_has_never_seen(run):
    puzzles = read_dataset(run.path / "data", "test").puzzles()
    trained_on = {
        puzzle.grid.tobytes() for puzzle in read_dataset(run.path / "data", "train").puzzles()
    }
    assert not any(puzzle.grid.tobytes() in trained_on for puzzle in puzzles)
    solver = Solver.load(read_info(run.checkpoints()[-1]), "cpu", "float32")
    score = summarise(solve_many(solver, puzzles, EvaluationSettings())).overall
    assert score.exact >= 0.75  # chance solves none


def test_it_learns_along_the_way(run):
    rows = read_metrics(run.path / METRICS)
    loss = [row["train/answer_loss"] for row in rows if "train/answer_loss" in row]
    exact = [row["held_out/exact_accuracy"] for row in rows if "held_out/exact_accuracy" in row]
    assert loss[-1] < 0.25 * loss[0]
    assert exact[-1] > exact[0]
