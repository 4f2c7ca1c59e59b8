"""Estimating time and memory of a run."""

import os

import pytest
import torch
from runs_to_try import preset_with_data

from trm_core.training.config import load_preset
from trm_core.training.estimate import estimate


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("trm_core.training.estimate.MEASURED_SECONDS", 0.2)


def test_an_estimate_grows_with_the_steps_and_leaves_nothing(tmp_path, quick, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    config = load_preset("sudoku-4x4").changed(["hidden_size=16", "heads=2", "batch_size=8"])
    few, many = (
        estimate(config.changed([f"steps={steps}", "evaluate_every=1000000"]), torch.device("cpu"))
        for steps in (10, 1_000_000)
    )
    assert many.seconds > 100 * few.seconds
    assert many.seconds >= 1_000_000 * many.seconds_per_step
    assert 2**26 < few.memory < 2**35
    assert few.device == "cpu"
    assert list(tmp_path.rglob("dataset.json")) == []


def test_a_data_set_on_disk_is_used_as_it_is(tmp_path, quick):
    preset = preset_with_data(tmp_path)
    found = estimate(load_preset(str(preset)), torch.device("cpu"))
    assert found.seconds > 24 * found.seconds_per_step > 0


def test_a_preset_of_arc_tasks_is_estimated_with_their_identifiers(quick):
    config = load_preset("arc-7x7").changed(["data.more_pairs=[]", "batch_size=2", "steps=10"])
    found = estimate(config, torch.device("cpu"))
    assert found.seconds > 10 * found.seconds_per_step > 0


@pytest.mark.parametrize(
    ("changes", "compiling"),
    [
        (["compile=auto", "steps=2"], "no"),
        (["compile=auto", "steps=100000000"], "tried"),
        (["compile=on", "steps=2"], "yes"),
        (["compile=off", "steps=100000000"], "no"),
    ],
)
def test_an_estimate_says_whether_networks_are_compiled_which_it_leaves_out(
    tmp_path, quick, changes, compiling
):
    preset = preset_with_data(tmp_path)
    config = load_preset(str(preset)).changed(changes)
    assert estimate(config, torch.device("cpu")).compiling == compiling


def test_what_a_killed_estimate_left_is_removed_by_the_next(tmp_path, quick, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    old, new, other = (tmp_path / name for name in ("trm-estimate-1", "trm-estimate-2", "mine"))
    for directory in (old, new, other):
        (directory / "data").mkdir(parents=True)
    for directory in (old, other):
        os.utime(directory, (0, 0))
    config = load_preset("sudoku-4x4").changed(["hidden_size=16", "heads=2", "batch_size=8"])
    estimate(config, torch.device("cpu"))
    assert sorted(tmp_path.iterdir()) == [other, new]
