"""`trm train`: what it takes, prints and refuses."""

import json
import subprocess
import sys
from functools import partial

import pytest
from runs_to_try import ROOT, new_run, preset_with_data

from trm_core.training.config import load_preset, presets
from trm_core.training.metrics import read_metrics
from trm_core.training.run_directory import RunDirectory
from trm_core.training.status import read_status


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    """A preset file for a tiny model, with the data that it names."""
    return preset_with_data(tmp_path_factory.mktemp("cli"))


@pytest.fixture
def trm_train(trm, monkeypatch, tmp_path):
    """A function that runs `trm train` with these arguments in this process, in a new folder."""
    monkeypatch.chdir(tmp_path)
    return partial(trm, "train")


def test_a_preset_is_trained_into_a_new_run_directory(trm_train, preset, tmp_path):
    ended = trm_train(preset, "--set", "steps=3", "--device", "cpu")
    path = tmp_path / "runs" / "tiny"
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines()[-1] == f"finished at step 3 of 3: {path}"
    assert RunDirectory.open(path).saved_steps() == [0, 3]
    again = trm_train(preset, "--device", "cpu")
    assert (again.status, again.out) == (1, "")
    assert again.err == f"trm: {path} is there already, expected a new or empty directory\n"


def test_json_is_the_rows_of_metrics_and_nothing_else(trm_train, preset, tmp_path):
    ended = trm_train(preset, "--json", "--out", "run", "--set", "steps=9", "--device", "cpu")
    assert (ended.status, ended.err) == (0, "")
    rows = [json.loads(line) for line in ended.out.splitlines()]
    assert rows == read_metrics(tmp_path / "run" / "metrics.jsonl")
    assert rows


def test_a_run_that_trains_on_what_it_tests_on_says_so_in_its_log(trm_train, preset, tmp_path):
    """And its tasks come from a folder, with a file for each."""
    pairs = [{"input": [[colour]], "output": [[colour, colour]]} for colour in range(1, 5)]
    folder = tmp_path / "tasks"
    folder.mkdir()
    (folder / "aa.json").write_text(json.dumps({"train": pairs[:2], "test": pairs[2:3]}))
    (folder / "bb.json").write_text(json.dumps({"train": pairs[1:3], "test": pairs[3:]}))
    before, _, after = preset.read_text().partition("[data]")
    data = "[data]\nkind = 'arc'\nfiles = ['tasks']\ncanvas = 3\n\n[training]"
    (tmp_path / "arc.toml").write_text(before + data + after.partition("[training]")[2])
    ended = trm_train("arc.toml", "--out", "run", "--set", "steps=1", "--device", "cpu")
    assert ended.status == 0, ended.err
    warning = (
        "warning: of the tasks to test on, these are trained on under another id, test pair "
        "included: aa as bb"
    )
    assert warning in ended.out.splitlines()
    assert warning in (tmp_path / "run" / "log.txt").read_text()


def test_a_run_goes_on_after_its_time_limit_with_other_settings(trm_train, preset, tmp_path):
    ended = trm_train(preset, "--out", "run", "--time-limit", "0", "--device", "cpu")
    path = tmp_path / "run"
    assert ended.status == 0
    said = f"stopped at step 0 of 24 (the time limit was reached): {path}\n"
    assert ended.out == f"training in {path}\n{said}"
    ended = trm_train("--resume", "run", "--set", "steps=2", "--set", "learning_rate=1e-3")
    assert ended.status == 0
    assert read_status(path).step == 2
    settings = RunDirectory.open(path).config["training"]
    assert (settings["steps"], settings["learning_rate"]) == (2, 1e-3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sudoku-4x"], "no preset called 'sudoku-4x', did you mean sudoku-4x4?"),
        (["sudoku-4x4", "--set", "lerning_rate=1"], "did you mean learning_rate?"),
        (["sudoku-4x4", "--set", "training.stepz=1"], "did you mean training.steps?"),
        (["sudoku-4x4", "--set", "steps=many"], "training.steps is 'many', expected a whole"),
        (
            ["sudoku-4x4", "--set", "steps=0"],
            "training.steps is 0, expected a whole number from",
        ),
        (["sudoku-4x4", "--set", "dtype=int8"], "training.dtype is 'int8', expected one of auto"),
        (["sudoku-4x4", "--set", "steps"], "--set steps: expected KEY=VALUE"),
        (["sudoku-4x4", "--set", "seed=1"], "write data.seed or training.seed"),
        (["sudoku-4x4", "--set", "cells=9"], "cells: unknown"),
        (["sudoku-4x4", "--set", "mixer=none"], "mixer"),
        (["sudoku-4x4", "--device", "abacus"], "device 'abacus' is not available here"),
        (["--resume", "nowhere"], "nowhere is no run directory"),
    ],
)
def test_what_cannot_be_trained_is_a_sentence_and_leaves_nothing(
    trm_train, tmp_path, arguments, sentence
):
    ended = trm_train(*arguments, *([] if "--resume" in arguments else ["--out", "run"]))
    assert (ended.status, ended.out) == (1, "")
    assert sentence in ended.err
    assert ended.err.startswith("trm: ")
    assert ended.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_data_that_are_not_there_are_told_before_anything_is_made(trm_train, tmp_path):
    ended = trm_train("sudoku-extreme-mlp")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith(
        "trm: data.files: sudoku-extreme/train.csv is not there; the preset "
    )
    ended = trm_train("sudoku-4x4", "--set", "data.path=absent")
    assert ended.err == "trm: data.path: absent is no data set (no train/dataset.json in it)\n"
    assert list(tmp_path.iterdir()) == []


def test_a_run_finds_its_data_from_any_directory(trm_train, preset, tmp_path, monkeypatch):
    monkeypatch.chdir(preset.parent)
    run = tmp_path / "run"
    assert trm_train(preset, "--out", run, "--set", "data.path=sudokus").status == 0
    assert RunDirectory.open(run).config["data"]["path"] == str(preset.parent / "sudokus")


@pytest.mark.parametrize("change", ["batch_size=4", "hidden_size=32", "path=other", "seed=7"])
def test_what_a_run_has_begun_with_cannot_change(trm_train, preset, tmp_path, change):
    run = new_run(tmp_path / "run", preset)
    ended = trm_train("--resume", run.path, "--set", change)
    assert (ended.status, ended.out) == (1, "")
    assert "cannot change in a run that has begun" in ended.err
    assert RunDirectory.open(run.path) == run


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "give --resume with a run directory, or one of these presets: "),
        (["sudoku-4x4", "--resume", "run"], "give a preset for a new run or --resume, not both"),
        (["--resume", "run", "--out", "other"], "--out is for a new run"),
        (["sudoku-4x4", "--steps", "3"], "No such option"),
        (["sudoku-4x4", "--time-limit", "-1"], "greater than or equal to 0"),
    ],
)
def test_bad_usage_is_status_2(trm_train, tmp_path, arguments, sentence):
    ended = trm_train(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert sentence in ended.said
    assert list(tmp_path.iterdir()) == []


def test_help_and_sentences_need_no_torch():
    code = (
        "import sys\n"
        "from trm_core.cli import main\n"
        "for arguments in (['--help'], ['sudoku-5x5'], []):\n"
        "    sys.argv = ['trm', 'train', *arguments]\n"
        "    try: main()\n"
        "    except SystemExit as ended: print(ended.code)\n"
        "print('torch' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert any("--time-limit" in line for line in lines)
    assert lines[-3].startswith("trm: no preset called 'sudoku-5x5'")
    assert lines[-2:] == ["2", "False"]


def test_all_presets_that_come_with_the_program_can_be_loaded():
    names = [file.stem for file in presets()]
    assert "sudoku-4x4" in names
    for name in names:
        assert load_preset(name).preset == name
