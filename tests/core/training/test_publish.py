"""`trm publish`: what the model directory holds, and that its card can be measured again."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from runs_to_try import new_run, train_here
from safetensors.torch import load_file

from trm_core import load_model
from trm_core.checkpoints.info import find_model, read_info
from trm_core.evaluation.outcomes import Attempt, judge
from trm_core.evaluation.scores import solved_sentence, tasks_solved
from trm_core.puzzles.arc_tasks import generate
from trm_core.puzzles.sources import source_in_words
from trm_core.training.metrics import METRICS, read_metrics
from trm_core.training.publish import publish
from trm_core.training.run_directory import RunDirectory

PRESET = """
[model]
architecture = "trm"
mixer = "mlp"
positions = "none"
hidden_size = 32
heads = 2
layers = 1
cycles = 2
latent_steps = 2
max_supervision_steps = 4
{model}

[data]
{data}

[training]
steps = 80
batch_size = 32
optimizer = "adamw"
learning_rate = 1e-2
warmup_steps = 10
clip_norm = 1.0
ema_decay = 0.9
dtype = "float32"
compile = "off"
evaluate_every = 80
checkpoint_every = 40
"""

SUDOKUS = """
kind = "sudoku"
generate = 300
held_out = 24
box_rows = 2
box_cols = 2
givens_from = 7
givens_to = 13
"""

ARC = """
kind = "arc"
generate = 6
canvas = 6
augmentations = 3
materialise = false
"""


def trained(folder, name, data, model="", *changes):
    """A run of a tiny model that makes its own data."""
    preset = folder / f"{name}.toml"
    preset.write_text(PRESET.format(data=data, model=model))
    run = new_run(folder / name, preset, *changes)
    train_here(run)
    return run


@pytest.fixture(scope="module")
def sudoku_run(tmp_path_factory):
    """A finished run, only to be read."""
    return trained(tmp_path_factory.mktemp("publish"), "sudokus", SUDOKUS)


@pytest.fixture(scope="module")
def arc_run(tmp_path_factory):
    """A finished run of a model with a row for each variant of a task, only to be read."""
    rows = "puzzle_embedding_size = 32\npuzzle_positions = 1"
    return trained(tmp_path_factory.mktemp("publish"), "arc", ARC, rows, "steps=4")


def figures(card):
    """The rows of the tables on a card from accuracy on, without their heads."""
    measured = card[card.index("## Accuracy") :].splitlines()
    rows = [line.strip("| ").split(" | ") for line in measured if line.startswith("|")]
    return [row for row in rows if row[1] not in ("---", "number")]


def figures_of(events):
    """What `figures` would give for the JSON lines of `trm eval`."""
    *sources, overall, calibration = (event for event in events if "tasks" not in event)
    scores = [*sources, overall["overall"]] if len(sources) > 1 else sources
    rows = []
    for score in scores:
        guesses = [] if score["arc_score"] is None else [f"{score['arc_score']:.1%}"]
        row = [
            source_in_words(score["source"]),
            f"{score['puzzles']:,}",
            f"{score['exact']:.1%}",
            *guesses,
        ]
        rows.append([*row, f"{score['mean_halting_step']:.1f}"])
    for each in calibration["calibration"]["bins"]:
        if each["puzzles"]:
            spread = f"{each['low']:.1f} to {each['high']:.1f}"
            rows.append([spread, f"{each['puzzles']:,}", f"{each['exact']:.1%}"])
    return rows


def test_a_card_tells_how_accuracy_grew_with_the_minutes(trm, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = trained(tmp_path, "longer", SUDOKUS, "", "steps=30", "evaluate_every=1", "log_every=1")
    assert trm("publish", run.path, "tiny", "--device=cpu").status == 0
    card = Path("tiny", "README.md").read_text(encoding="utf-8")
    told = card[card.index("right on the way:") : card.index("## Accuracy")].splitlines()
    rows = [
        [float(cell.strip(" %").replace(",", "")) for cell in line.strip("|").split("|")]
        for line in told[4:]
        if line
    ]
    assert [steps for _, steps, _ in rows] == list(range(3, 31, 3))
    assert [minutes for minutes, *_ in rows] == sorted(minutes for minutes, *_ in rows)
    measured = {
        row["step"]: row["held_out/exact_accuracy"]
        for row in read_metrics(run.path / METRICS)
        if "held_out/exact_accuracy" in row
    }
    assert [exact for *_, exact in rows] == pytest.approx(
        [100 * measured[steps] for _, steps, _ in rows], abs=0.05
    )


def command_on(card):
    (command,) = [line for line in card.splitlines() if line.startswith("`trm eval")]
    return command.split("`")[1].split()[1:]


@pytest.mark.parametrize("kind", ["sudoku", "arc"])
def test_one_command_measures_what_the_card_says(trm, kind, request, tmp_path, monkeypatch):
    run = request.getfixturevalue(f"{kind}_run")
    monkeypatch.chdir(tmp_path)
    ended = trm("publish", run.path, "tiny", "--device=cpu")
    assert (ended.status, ended.err) == (0, "")
    card = (tmp_path / "tiny" / "README.md").read_text(encoding="utf-8")
    command = command_on(card)
    assert command == ["eval", "tiny", *(["--votes", "4"] if kind == "arc" else [])]
    before = sorted(tmp_path.rglob("*"))
    events = trm(*command, "--json", "--device=cpu").events
    assert figures(card) == figures_of(events)
    assert kind == "arc" or 0 < events[0]["exact"] < 1
    assert sorted(tmp_path.rglob("*")) == before  # nothing is written
    confident = events[-1]["calibration"]
    said = f"Of {confident['confident']:,} answers with a halting probability above 0.9, "
    assert said in card if confident["confident"] else "No answer has" in card
    info = read_info(tmp_path / "tiny")
    assert [(r.exact, r.two_guesses) for r in info.results] == [
        (score["exact"], score["arc_score"]) for score in events if "source" in score
    ]
    assert {result.data for result in info.results} == {"held_out"}
    bins = [each for each in confident["bins"] if each["puzzles"]]
    assert [(each.low, each.puzzles) for each in info.calibration] == [
        (each["low"], each["puzzles"]) for each in bins
    ]
    assert info.learned.words.startswith("made-up Sudokus 4×4" if kind == "sudoku" else "6 made-up")
    tasks = next((event["tasks"] for event in events if "tasks" in event), {})
    assert {each.style: bool(each.right == each.puzzles) for each in info.by_style} == tasks


def test_the_published_weights_are_the_averaged_ones_in_bfloat16(sudoku_run, tmp_path):
    info = publish(sudoku_run, tmp_path / "tiny", device="cpu")
    averaged = load_file(sudoku_run.checkpoint(80) / "model.safetensors")
    weights = load_file(tmp_path / "tiny" / "model.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.bfloat16}
    assert weights.keys() == averaged.keys()
    assert all(torch.equal(weights[name], averaged[name].bfloat16()) for name in weights)
    loaded = load_model(tmp_path / "tiny", "cpu", "float32")
    assert all(
        torch.equal(tensor, weights[name].float()) for name, tensor in loaded.state_dict().items()
    )
    assert info.parameters == sum(parameter.numel() for parameter in loaded.parameters())
    assert find_model(str(tmp_path / "tiny")) == info


def test_the_card_tells_what_was_trained_and_how(sudoku_run, tmp_path):
    publish(sudoku_run, tmp_path / "tiny", device="cpu", max_supervision_steps=6, step=40)
    card = (tmp_path / "tiny" / "README.md").read_text(encoding="utf-8")
    assert "40 of 80 optimizer steps of 32 samples (1,280 supervision steps in all)." in card
    assert "TRM-MLP, Sudoku 4×4: hidden size 32, 1 layer, 2 cycles of 2 latent steps, up to" in card
    assert "All 6 supervision steps (trained with at most 4), float32 computation" in card
    assert "Start: fresh weights." in card
    assert "Preset: sudokus. Data: kind sudoku, generate 300, held_out 24" in card
    assert " seconds. The run went last on a machine with " in card
    assert read_info(tmp_path / "tiny").config.max_supervision_steps == 6


def test_an_arc_card_says_which_tasks_are_solved(trm, arc_run, tmp_path):
    info = publish(arc_run, tmp_path / "tiny", device="cpu", votes=2)
    card = (tmp_path / "tiny" / "README.md").read_text(encoding="utf-8")
    assert "Solved within two guesses for each test input: 0 of 6 tasks." in card
    assert (
        "Solved within two guesses for each test input: 0 of 6 tasks."
        in trm("eval", info.directory).out
    )
    assert "Up to 2 variants of an ARC task vote on its answer." in card
    assert [result.two_guesses for result in info.results] == [0.0]


def test_a_run_that_came_without_its_data_set_is_measured_on_the_same_puzzles(sudoku_run, tmp_path):
    shutil.copytree(sudoku_run.path, tmp_path / "moved")
    shutil.rmtree(tmp_path / "moved" / "data")
    moved = publish(RunDirectory.open(tmp_path / "moved"), tmp_path / "one", device="cpu")
    assert moved.results == publish(sudoku_run, tmp_path / "two", device="cpu").results


def test_other_puzzles_can_be_given(trm, sudoku_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(sudoku_run.path / "data", tmp_path / "some data")
    ended = trm("publish", sudoku_run.path, "tiny", "--data", "some data", "--device=cpu")
    assert ended.status == 0
    card = (tmp_path / "tiny" / "README.md").read_text(encoding="utf-8")
    assert "`trm eval tiny 'some data'`" in card
    info = read_info(tmp_path / "tiny")
    assert info.held_out == {}
    assert [result.data for result in info.results] == ["some data"]
    assert figures(card) == figures_of(trm("eval", "tiny", "some data", "--json").events)


def test_of_other_puzzles_some_can_be_drawn(trm, sudoku_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(sudoku_run.path / "data", tmp_path / "data")
    arguments = "publish", sudoku_run.path, "tiny", "--limit", "5"
    assert "expected --data" in trm(*arguments).err
    assert trm(*arguments, "--data", "data", "--device=cpu").status == 0
    card = (tmp_path / "tiny" / "README.md").read_text(encoding="utf-8")
    assert "5 drawn from those of `data`" in card
    assert "`trm eval tiny data --limit 5`" in card
    assert sum(result.puzzles for result in read_info(tmp_path / "tiny").results) == 5
    assert figures(card) == figures_of(trm("eval", "tiny", "data", "--limit=5", "--json").events)


def test_a_run_on_a_data_set_of_its_own_path_names_that(run, tmp_path, data):
    train_here(run)
    info = publish(run, tmp_path / "tiny", device="cpu")
    assert info.held_out == {}
    assert f"`trm eval tiny {data.name}`" in (tmp_path / "tiny" / "README.md").read_text()


def test_a_data_set_that_would_come_out_otherwise_now_is_not_promised(sudoku_run, tmp_path):
    shutil.copytree(sudoku_run.path, tmp_path / "run")
    raw = json.loads((tmp_path / "run" / "config.json").read_text())
    raw["training"]["data"]["seed"] = 7
    (tmp_path / "run" / "config.json").write_text(json.dumps(raw))
    info = publish(RunDirectory.open(tmp_path / "run"), tmp_path / "tiny", device="cpu")
    assert info.held_out == {}
    assert [result.data for result in info.results] == ["data"]


def test_what_cannot_be_published_is_refused_and_leaves_nothing(trm, sudoku_run, run, tmp_path):
    def refused(*arguments):
        before = sorted(tmp_path.rglob("*"))
        ended = trm("publish", *arguments)
        assert (ended.status, ended.out) == (1, "")
        assert sorted(tmp_path.rglob("*")) == before
        return ended.err

    out = tmp_path / "out"
    assert refused(run.path, out) == f"trm: {run.path} has no checkpoint yet\n"
    assert refused(sudoku_run.path, out, "--step=7") == (
        f"trm: {sudoku_run.path} has no checkpoint of step 7, only of 40, 80\n"
    )
    assert refused(sudoku_run.path, run.path) == (
        f"trm: {run.path} exists already; choose a directory that does not\n"
    )
    assert "is no run directory" in refused(tmp_path / "absent", out)
    assert refused(sudoku_run.path, out, "--data", tmp_path / "absent.csv") == (
        f"trm: {tmp_path / 'absent.csv'}: No such file or directory\n"
    )


def test_a_task_is_solved_if_two_guesses_are_enough_for_each_of_its_test_inputs():
    task = generate(1)
    right = Attempt(task.solution, 0.9, 1, 1)
    wrong, other = (Attempt(np.full((2, 2), colour, np.int8), 0.9, 1, 1) for colour in (1, 2))

    def outcome(name, *attempts):
        named = replace(task, task=replace(task.task, id=name))
        return judge(named, attempts, by_votes=True)

    outcomes = [
        outcome("both", wrong, right, wrong),
        outcome("one", right),
        outcome("both", right),
        outcome("one", wrong, wrong, other, other, right),
    ]
    assert tasks_solved(outcomes) == {"both": True, "one": False}
    assert solved_sentence(tasks_solved(outcomes)).endswith(" 1 of 2 tasks: both.")
