"""A run can be stopped, paused, killed and watched at any moment, and gives what it would have."""

import json
import shutil
import signal
import time

import pytest
import torch
from runs_to_try import (
    TrmTrain,
    end_group,
    in_state,
    last_step,
    new_run,
    numbers,
    start,
    status_of,
    train_here,
    trm_command,
    with_data_to_make,
)
from safetensors.torch import load_file

import trm_core
from trm_core.checkpoints.info import ModelInfo, read_info
from trm_core.data.build import ArcBuild, MazeBuild, build
from trm_core.data.dataset import read_dataset
from trm_core.puzzles.sources import source_in_words
from trm_core.solver import Solver
from trm_core.trace import SolveSettings
from trm_core.training.checkpoint import Progress, read_checkpoint, save_checkpoint
from trm_core.training.config import RunConfig, load_preset
from trm_core.training.distributed import Group
from trm_core.training.metrics import MetricsReader, read_metrics, rows_that_count
from trm_core.training.run_directory import RunDirectory, read_request, request
from trm_core.training.status import ENDED, read_status
from trm_core.training.trainer import Trainer

CPU = torch.device("cpu")
ENDLESS = "--set", "steps=1000000", "--set", "evaluate_every=1000000"


SOON = 20  # seconds, of which a quiet machine needs one


def with_steps(run, steps):
    """`run` with another number of steps."""
    config = RunConfig.from_json(run.config, "")
    return run.changed(config.retrained([f"steps={steps}"]).to_json())


def asking(run, what, *, after):
    """A report function that asks the run for something once it has trained `after` steps."""

    def report(row):
        if row["step"] == after and "train/loss" in row:
            request(run.path, what)

    return report


def same_tensors(one, other):
    assert one.keys() == other.keys()
    return [name for name in one if not torch.equal(one[name], other[name])] == []


def same_end(run, other):
    """Whether two runs have measured the same and end with the same state, bit for bit."""
    assert numbers(run.path) == numbers(other.path)
    last, others_last = run.checkpoints()[-1], other.checkpoints()[-1]
    assert last.name == others_last.name
    return all(
        same_tensors(load_file(last / name), load_file(others_last / name))
        for name in ("model.safetensors", "trainer.safetensors")
    )


# A run from start to end


def test_a_run_leaves_all_that_its_directory_should_have(run, data):
    told = []
    status = train_here(run, report=told.append)
    assert (status.state, status.step, status.steps) == ("finished", 24, 24)
    assert (status.message, status.checkpoint, status.remaining_seconds) == ("", "step_24", None)
    assert read_status(run.path) == status
    assert RunDirectory.open(run.path) == run
    assert run.saved_steps() == [16, 24]
    rows = read_metrics(run.path / "metrics.jsonl")
    assert rows == told
    trained = [row["step"] for row in rows if "train/loss" in row]
    evaluated = [row["step"] for row in rows if "held_out/exact_accuracy" in row]
    assert (trained, evaluated) == ([4, 8, 12, 16, 20, 24], [8, 16, 24])
    assert all(isinstance(number, float | int) for row in rows for number in row.values())
    left = {path.name for path in run.path.iterdir() if "tfevents" not in path.name}
    assert left == {
        *("config.json", "status.json", "metrics.jsonl", "checkpoints"),
        *(".lock", ".reserve"),
    }
    assert len(list((run.path / "checkpoints").iterdir())) == 2


def test_tensorboard_reads_what_the_metrics_say(run):
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    train_here(run)
    (file,) = run.path.glob("events.out.*")
    found = {
        (event.step, value.tag): value.tensor.float_val[0]
        for event in EventFileLoader(str(file)).Load()
        for value in event.summary.value
    }
    expected = {
        (row["step"], name): pytest.approx(number)
        for row in read_metrics(run.path / "metrics.jsonl")
        for name, number in row.items()
        if name not in ("step", "time")
    }
    assert found == expected


def test_the_last_checkpoint_is_a_model_that_says_how_well_it_does(run, data):
    train_here(run)
    checkpoint = run.checkpoint(24)
    model = trm_core.load_model(checkpoint, "cpu", "float32")
    info = read_info(checkpoint)
    assert info.config == model.config
    held_out = read_dataset(data, "test").puzzles()
    (result,) = info.results
    last = read_metrics(run.path / "metrics.jsonl")[-1]
    assert (result.data, result.puzzles) == (data.name, len(held_out))
    assert result.exact == last["held_out/exact_accuracy"]
    card = (checkpoint / "README.md").read_text()
    assert "after 24 of 24 optimizer steps of 8 samples (192 supervision steps" in card
    assert f"| {source_in_words(result.source)} | {len(held_out)} | {result.exact:.1%} |" in card
    solver = Solver(model, info)
    *_, frame = solver.frames(solver.start(held_out[0], SolveSettings()))
    assert 0 <= frame.halt_probability <= 1


def test_a_run_that_has_finished_goes_on_only_if_given_more_steps(run, preset):
    train_here(run)
    before = numbers(run.path)
    assert train_here(RunDirectory.open(run.path)).state == "finished"
    assert numbers(run.path) == before
    assert train_here(with_steps(run, 30)).step == 30
    assert numbers(run.path)[: len(before)] == before
    assert run.saved_steps()[-2:] == [24, 30]


def test_a_run_starts_from_a_model_and_goes_on_without_it(run, tmp_path, preset):
    train_here(run)
    model = tmp_path / "model"
    shutil.copytree(run.checkpoint(24), model)
    trained = load_file(model / "model.safetensors")
    next_run = new_run(tmp_path / "next", preset, f"start_from={model}", "steps=4")
    train_here(next_run)
    start = load_file(next_run.checkpoint(0) / "model.safetensors")
    assert start.keys() == trained.keys()
    assert all(tensor.equal(trained[name]) for name, tensor in start.items())
    shutil.rmtree(model)
    assert train_here(with_steps(next_run, 8)).state == "finished"


def test_the_newest_and_the_most_accurate_checkpoint_are_kept(tmp_path, preset):
    run = new_run(tmp_path / "run", preset, "keep_checkpoints=1", "steps=8")
    train_here(run)
    config = run.checkpoint(8) / "config.json"
    told = json.loads(config.read_text())
    told["results"][0]["exact"] = 1.0
    config.write_text(json.dumps(told))
    train_here(with_steps(run, 24))
    assert run.saved_steps() == [8, 24]


def test_without_an_evaluation_only_the_newest_checkpoints_are_kept(tmp_path, preset):
    run = new_run(tmp_path / "run", preset, "evaluate_every=100", "steps=100")
    train_here(run, report=asking(run, "stop", after=20))
    assert run.saved_steps() == [16, 20]


# In pieces


def test_a_killed_run_that_is_resumed_gives_what_it_would_have(tmp_path, preset):
    killed = RunDirectory(tmp_path / "killed", {})
    command = trm_command("train", preset, "--out", killed.path, "--set=steps=1000000")
    process = start(command, tmp_path)
    try:
        deadline = time.monotonic() + 90
        while last_step(killed.path) < 12:
            assert process.poll() is None, (tmp_path / "log.txt").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.005)
    finally:
        end_group(process)
    with TrmTrain(tmp_path, "--resume", killed.path) as process:
        process.wait_until(lambda: last_step(killed.path) >= 30)
        process.send(signal.SIGKILL)
        assert process.outcome()[0] == -signal.SIGKILL
    steps = last_step(killed.path) + 10
    with TrmTrain(tmp_path, "--resume", killed.path, "--set", f"steps={steps}") as process:
        code, out, err = process.outcome()
    assert (code, err) == (0, "")
    assert out.endswith(f"\nfinished at step {steps} of {steps}: {killed.path}\n")
    whole = new_run(tmp_path / "whole", preset, f"steps={steps}")
    train_here(whole)
    assert same_end(killed, whole)


@pytest.mark.parametrize(
    "changes",
    [
        ["optimizer=adamw"],
        ["optimizer=adam_atan2", "dtype=bfloat16", "micro_batch_size=4"],
    ],
    ids=["float32", "bfloat16"],
)
def test_a_run_that_is_stopped_anywhere_gives_what_it_would_have(tmp_path, preset, changes):
    whole = new_run(tmp_path / "whole", preset, "log_every=3", *changes)
    train_here(whole)
    run = new_run(tmp_path / "run", preset, "log_every=3", *changes)
    status = train_here(run, time_limit=0)
    assert (status.state, status.message) == ("stopped", "the time limit was reached")
    assert status.reason == read_status(run.path).reason == "time limit"
    assert run.saved_steps() == [0]
    for step in (3, 9, 15, 24):
        status = train_here(run, report=asking(run, "stop", after=step))
        assert (status.state, status.step) == ("stopped", step)
        assert (status.reason, status.message) == ("asked", "stopped on request")
    assert not read_info(run.checkpoint(24)).results, "the last evaluation was not cut short"
    finished = train_here(run)
    assert (finished.state, finished.reason) == ("finished", "")
    assert same_end(run, whole)
    results = [read_info(each.checkpoint(24)).results for each in (run, whole)]
    assert results[0] == results[1] != ()
    assert "16" in (run.checkpoint(24) / "README.md").read_text()


KINDS = {
    "sudoku": (None, ["extra_givens=6", "micro_batch_size=4"]),
    "maze": (MazeBuild(generate=12, held_out=1, style="perfect", rows=7, cols=7), []),
    "arc": (
        ArcBuild(generate=3, canvas=8, augmentations=3, materialise=False),
        ["puzzle_embedding_size=16", "puzzle_positions=1"],
    ),
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=["float32", "bfloat16"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_trainer_goes_on_from_its_checkpoint_as_if_it_had_never_stopped(
    tmp_path, data, preset, kind, dtype
):
    spec, changes = KINDS[kind]
    if spec:
        data = tmp_path / "data"
        build(spec, data, lambda done, total: None)
    config = load_preset(str(preset)).changed(changes)
    dataset = read_dataset(data, "train")

    def trainer():
        return Trainer(config, dataset, CPU, dtype, Group())

    whole, before = trainer(), trainer()
    for _ in range(7):
        whole.take_step()
    for _ in range(3):
        before.take_step()
    directory = tmp_path / "checkpoints" / "step_3"
    info = ModelInfo("trm", dataset.shape, before.config, directory=directory)
    progress = Progress(3, 0, "float32", compiled=False)
    save_checkpoint(info, "", progress, before.averaged_weights(), before.tensors())

    found, after = read_checkpoint(directory), trainer()
    assert found.progress == progress
    after.restore(3, 0, found.tensors, found.averaged)
    for _ in range(4):
        after.take_step()
    assert same_tensors(after.tensors(), whole.tensors())
    assert same_tensors(after.averaged_weights(), whole.averaged_weights())
    assert after.take_metrics() == pytest.approx(whole.take_metrics(), rel=0, abs=0, nan_ok=True)
    moved = after.averaged_weights().get("puzzle_embedding.weight", torch.ones(1))
    assert moved.any(), "the puzzle embedding was not trained"


# Signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_and_ends_within_seconds(tmp_path, preset, number):
    run = RunDirectory(tmp_path / "run", {})
    with TrmTrain(tmp_path, preset, "--out", run.path, *ENDLESS) as process:
        process.wait_until(lambda: last_step(run.path) >= 4)
        process.send(number)
        code, out, err = process.outcome(SOON)
    status = read_status(run.path)
    assert (code, err) == (0, "")
    why = f"stopped by {number.name}"
    assert out == (
        f"training in {run.path}\nstopped at step {status.step} of 1,000,000 ({why}): {run.path}\n"
    )
    assert (status.state, status.reason, status.message) == ("stopped", "signal", why)
    assert run.saved_steps()[-1] == status.step > 0
    assert status.checkpoint == f"step_{status.step}"


BEFORE = {
    "data": ("path=", "making puzzles"),
    "compiling": ("compile=on", "compiling the networks, 0 s so far"),
}


@pytest.mark.parametrize(
    ("moment", "requested"), [("data", False), ("data", True), ("compiling", False)]
)
def test_a_signal_before_training_ends_that_within_seconds(tmp_path, preset, moment, requested):
    """Which may come with a request, by which it is told who has stopped it."""
    if moment == "data":
        with_data_to_make(preset)
    change, message = BEFORE[moment]
    run = RunDirectory(tmp_path / "run", {})
    with TrmTrain(tmp_path, preset, "--out", run.path, *ENDLESS, "--set", change) as process:
        process.wait_until(
            lambda: (status_of(run.path) or "") and message in status_of(run.path).message
        )
        if requested:
            request(run.path, "stop")
        process.send(signal.SIGTERM)
        code, _, err = process.outcome(SOON)
    status = read_status(run.path)
    assert (code, err) == (0, "")
    by = "on request" if requested else "by SIGTERM"
    assert (status.state, status.message) == ("stopped", f"stopped {by} before training began")
    assert status.reason == ("asked" if requested else "signal")
    assert read_request(run.path) is None
    assert not list(run.path.glob("*data*"))
    assert not list(run.path.glob(".*-*"))


def test_a_time_limit_ends_the_making_of_data_and_is_named(tmp_path, preset):
    run = new_run(tmp_path / "run", with_data_to_make(preset), "path=")
    status = train_here(run, time_limit=0.2)
    assert (status.state, status.reason) == ("stopped", "time limit")
    assert status.message == "the time limit was reached before training began"


def test_a_signal_cuts_an_evaluation_short(tmp_path, preset):
    run = RunDirectory(tmp_path / "run", {})
    slow = "--set", "max_supervision_steps=100000"
    with TrmTrain(tmp_path, preset, "--out", run.path, *slow) as process:
        process.wait_until(lambda: last_step(run.path) == 8)
        process.send(signal.SIGINT)
        assert process.outcome(SOON)[0] == 0
    status = read_status(run.path)
    assert (status.state, status.step) == ("stopped", 8)
    assert run.saved_steps() == [0, 8]
    assert not any("held_out/valid" in row for row in numbers(run.path))


def test_a_later_signal_ends_at_once(tmp_path, preset):
    run = RunDirectory(tmp_path / "run", {})
    slow = "--set=batch_size=60000", "--set=micro_batch_size=10"
    with TrmTrain(tmp_path, preset, "--out", run.path, *slow) as process:
        process.wait_until(in_state(run.path, "running"))
        assert process.running_after(0.5)  # it is in its first step then
        process.send(signal.SIGINT)
        while process.running_after(0.1):
            process.send(signal.SIGTERM)  # within a second it may be the first, forwarded
        assert process.outcome()[0] == -signal.SIGTERM
    assert read_status(run.path).state == "running"
    assert run.saved_steps() == [0]


# Watched from outside


def test_a_run_is_paused_resumed_and_stopped_on_request(tmp_path, preset):
    run = RunDirectory(tmp_path / "run", {})

    def says(text):
        return lambda: text in read_status(run.path).message

    with TrmTrain(tmp_path, preset, "--out", run.path, *ENDLESS) as process:
        process.wait_until(lambda: last_step(run.path) >= 4)
        (run.path / "control.json").write_text("pause!")
        process.wait_until(says("control.json, line 1, column 1: not JSON"))
        assert says("; expected a request, one of pause, resume, stop")()
        request(run.path, "pause")
        process.wait_until(in_state(run.path, "paused"))
        paused = read_status(run.path)
        assert run.saved_steps()[-1] == paused.step
        (run.path / "control.json").write_text("[]")
        process.wait_until(says("control.json: found [], expected a request, one of pause"))
        assert read_status(run.path).state == "paused"
        request(run.path, "resume")
        process.wait_until(lambda: last_step(run.path) > paused.step + 4)
        assert read_status(run.path).state == "running"
        request(run.path, "stop")
        assert process.outcome()[0] == 0
    status = read_status(run.path)
    assert (status.state, status.message) == ("stopped", "stopped on request")
    assert run.saved_steps()[-1] == status.step


def test_a_paused_run_can_be_stopped(tmp_path, preset):
    run = RunDirectory(tmp_path / "run", {})
    with TrmTrain(tmp_path, preset, "--out", run.path, *ENDLESS) as process:
        process.wait_until(in_state(run.path, "running"))
        request(run.path, "pause")
        process.wait_until(in_state(run.path, "paused"))
        process.send(signal.SIGTERM)
        assert process.outcome(SOON)[0] == 0
    assert read_status(run.path).message == "stopped by SIGTERM"


def test_a_request_from_before_the_start_is_not_obeyed(run):
    request(run.path, "stop")
    assert train_here(run).state == "finished"


def test_what_a_killed_process_left_of_a_data_set_is_removed(run):
    (run.path / ".data-killed" / "train").mkdir(parents=True)
    train_here(run, time_limit=0)
    assert not list(run.path.glob(".data-*"))


def test_another_program_reads_the_directory_while_it_is_written(tmp_path, preset):
    run = RunDirectory(tmp_path / "run", {})
    reader = MetricsReader(run.path / "metrics.jsonl")
    rows, states, steps = [], [], [0]
    changes = "--set=steps=80", "--set=log_every=1", "--set=checkpoint_every=5"
    with TrmTrain(tmp_path, preset, "--out", run.path, *changes) as process:
        while not process.ended:
            if (run.path / "status.json").exists():
                status = read_status(run.path)
                states.append(status.state)
                steps.append(status.step)
                assert status.pid == process.pid
            new = reader.new_rows()
            assert all(row["step"] > 0 and row["time"] > 0 for row in new)
            rows += new
        assert process.outcome()[0] == 0
    rows += reader.new_rows()
    assert reader.skipped == 0
    assert steps == sorted(steps)
    assert [row["step"] for row in rows] == sorted(row["step"] for row in rows)
    assert list(dict.fromkeys(states))[-2:] in (["running", "finished"], ["starting", "running"])
    assert rows_that_count(rows) == read_metrics(run.path / "metrics.jsonl")
    assert read_status(run.path).state in ENDED


def test_a_resumed_run_says_from_its_start_how_far_it_is(run, preset):
    train_here(run)
    seen = []
    train_here(with_steps(run, 32), report=lambda row: seen.append(read_status(run.path)))
    assert {status.step >= 24 for status in seen} == {True}
    assert seen[0].checkpoint == "step_24"
