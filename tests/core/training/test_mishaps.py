"""What goes wrong in a run is survived or told in a sentence, and costs no work that was saved."""

import os
import re
import shutil
import signal
import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from runs_to_try import (
    ROOT,
    TrmTrain,
    in_state,
    last_step,
    new_run,
    numbers,
    train_here,
    write_preset,
)
from safetensors.torch import load_file

from trm_core.checkpoints.info import CheckpointError
from trm_core.data.layout import DatasetError
from trm_core.training import run as run_module
from trm_core.training.checkpoint import read_checkpoint
from trm_core.training.failures import TrainingError
from trm_core.training.run import MOST_REWINDS
from trm_core.training.run_directory import RunDirectory, request
from trm_core.training.run_files import RunError
from trm_core.training.status import read_status
from trm_core.training.trainer import Trainer

ENDLESS = "--set", "steps=1000000", "--set", "evaluate_every=1000000"
FILES = "model.safetensors", "trainer.safetensors", "config.json"


class StruckTrainer(Trainer):
    """A trainer of which a weight is hit in step 13, until it has stepped back."""

    def take_step(self):
        super().take_step()
        if (self.step, self.rewinds) == (13, 0):
            next(reversed(self._weights.values())).data[0] = float("inf")


def stop_after(run, step, what="train/loss"):
    """A report function that stops the run once it has measured `what` at `step`."""

    def report(row):
        if row["step"] == step and what in row:
            request(run.path, "stop")

    return report


# A loss that is no number


def test_a_run_steps_back_from_a_loss_that_is_no_number_and_goes_on(run, monkeypatch):
    monkeypatch.setattr(run_module, "Trainer", StruckTrainer)
    told = []
    status = train_here(run, report=lambda row: told.append(read_status(run.path).message))
    said = (
        "the loss was not a number at step 16; went back to step 8 and takes the puzzles in "
        "another order"
    )
    assert status.state == "finished"
    assert said in told
    trained = [row["step"] for row in numbers(run.path) if "train/loss" in row]
    assert trained == [4, 8, 12, 16, 20, 24]
    assert all(row["train/loss"] is not None for row in numbers(run.path) if "train/loss" in row)
    assert all(
        tensor.isfinite().all() for tensor in load_file(run.checkpoint(24) / FILES[0]).values()
    )


def test_a_run_that_stepped_back_and_is_stopped_gives_what_it_would_have(
    tmp_path, preset, monkeypatch
):
    whole, pieces = (new_run(tmp_path / name, preset) for name in ("whole", "pieces"))
    with monkeypatch.context() as patched:
        patched.setattr(run_module, "Trainer", StruckTrainer)
        train_here(whole)
        assert train_here(pieces, report=stop_after(pieces, 20)).step == 20
    train_here(pieces)
    assert numbers(pieces.path) == numbers(whole.path)
    for file in FILES[:2]:
        one, other = (load_file(run.checkpoint(24) / file) for run in (whole, pieces))
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_run_whose_loss_is_never_a_number_fails_in_a_sentence(tmp_path, preset):
    changes = "learning_rate=1", "weight_decay=1e6", "warmup_steps=0", "checkpoint_every=100"
    run = new_run(tmp_path / "run", preset, *changes)
    with pytest.raises(TrainingError) as failed:
        train_here(run)
    assert re.fullmatch(
        rf"the loss was not a number at step \d+, as {MOST_REWINDS} times before since the last "
        "checkpoint; a lower learning_rate or a clip_norm may help",
        str(failed.value),
    )
    status = read_status(run.path)
    assert (status.state, status.message) == ("failed", str(failed.value))
    text = (run.path / "metrics.jsonl").read_text()
    assert text.count('"resume"') == MOST_REWINDS
    assert run.saved_steps() == [0]


def test_a_run_that_was_killed_says_from_where_it_goes_on_and_what_is_dropped(tmp_path, preset):
    class KilledError(Exception):
        pass

    def kill(row):
        if row["step"] == 12:
            raise KilledError

    run = new_run(tmp_path / "run", preset, "checkpoint_every=100", "evaluate_every=100")
    with pytest.raises(TrainingError, match="Killed"):
        train_here(run, report=kill)
    told, said = [], []
    train_here(run, report=lambda row: told.append(read_status(run.path).message), say=said.append)
    lost = (
        "goes on from step 0; what came after it, up to step 12, was not saved and is dropped "
        "from the curves"
    )
    assert (told[0], said[0]) == (lost, lost)
    said.clear()
    train_here(run, say=said.append)
    assert said == []


# Damaged checkpoints


def truncate(file):
    os.truncate(file, file.stat().st_size // 2)


def flip(file):
    content = bytearray(file.read_bytes())
    content[-9] ^= 1
    file.write_bytes(content)


def test_a_damaged_checkpoint_is_told_also_where_the_start_that_finds_it_is_stopped(
    run, two_checkpoints
):
    truncate(run.checkpoint(16) / "model.safetensors")
    said = []

    def stop(what):
        if what == "making the model":
            signal.raise_signal(signal.SIGTERM)

    status = train_here(run, on_doing=stop, say=said.append)
    found = f"went back to step 8: {run.checkpoint(16)}"
    assert status.state == "stopped"
    assert status.message.startswith(f"stopped by SIGTERM before training began; {found}")
    assert said[0].startswith(found)


@pytest.mark.parametrize("damage", [truncate, flip, os.unlink])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_checkpoint_is_put_aside_and_the_one_before_is_used(
    run, two_checkpoints, name, damage
):
    if (name, damage) == ("config.json", flip):
        damage = truncate
    damage(run.checkpoint(16) / name)
    told = []
    status = train_here(run, report=lambda row: told.append(read_status(run.path).message))
    assert (status.state, status.step) == ("finished", 24)
    assert told[0].startswith(f"went back to step 8: {run.checkpoint(16)}")
    assert (run.path / "checkpoints" / "step_16.damaged").is_dir()
    assert numbers(run.path) == two_checkpoints
    assert run.saved_steps() == [16, 24]


def test_a_checkpoint_damaged_twice_is_put_aside_twice(run, two_checkpoints):
    for _ in range(2):
        flip(run.checkpoint(16) / FILES[1])
        assert train_here(run, report=stop_after(run, 16)).step == 16
    aside = {path.name for path in (run.path / "checkpoints").glob("*.damaged*")}
    assert aside == {"step_16.damaged", "step_16.damaged1"}


def test_where_all_checkpoints_are_damaged_the_run_fails_and_nothing_is_lost(run, two_checkpoints):
    for step in (8, 16):
        truncate(run.checkpoint(step) / FILES[1])
    before = sorted(path.name for path in (run.path / "checkpoints").iterdir())
    with pytest.raises(CheckpointError) as failed:
        train_here(run)
    told = str(failed.value)
    assert told.startswith(f"no checkpoint can be read: {run.checkpoint(16) / FILES[1]}: not a rea")
    assert "\n" not in told
    status = read_status(run.path)
    assert (status.state, status.message, status.step) == ("failed", told, 16)
    assert sorted(path.name for path in (run.path / "checkpoints").iterdir()) == before


def test_a_damaged_older_checkpoint_does_not_disturb_training(run, two_checkpoints):
    (run.checkpoint(8) / "config.json").write_text("{")
    assert train_here(run).state == "finished"


@pytest.fixture
def two_checkpoints(run, finished):
    """`run` stopped with the checkpoints 8 and 16; the metrics that it will have at the end."""
    shutil.rmtree(run.path)
    shutil.copytree(finished[0], run.path)
    return finished[1]


@pytest.fixture(scope="session")
def finished(tmp_path_factory, data):
    """The directory of a run stopped at 16, and the metrics of one that was not."""
    folder = tmp_path_factory.mktemp("finished")
    preset = write_preset(folder / "tiny.toml", data)
    whole, stopped = (new_run(folder / name, preset) for name in ("whole", "stopped"))
    train_here(whole)
    train_here(stopped, report=stop_after(stopped, 16, "held_out/exact_accuracy"))
    return stopped.path, numbers(whole.path)


@given(data=st.data())
def test_no_flipped_bit_of_a_checkpoint_goes_unnoticed(tmp_path_factory, finished, data):
    checkpoint = RunDirectory(finished[0], {}).checkpoint(16)
    right = read_checkpoint(checkpoint)
    name = data.draw(st.sampled_from(FILES[:2]))
    content = bytearray((checkpoint / name).read_bytes())
    in_header = int.from_bytes(content[:8], "little") + 8
    place = data.draw(
        st.integers(0, in_header - 1) | st.integers(0, len(content) - 1), label="place"
    )
    content[place] ^= 1 << data.draw(st.integers(0, 7), label="bit")
    copy = tmp_path_factory.getbasetemp() / "flipped"
    shutil.copytree(checkpoint, copy, dirs_exist_ok=True)
    (copy / name).write_bytes(content)
    try:
        found = read_checkpoint(copy)
    except CheckpointError:
        return
    assert found.progress == right.progress
    for tensors, expected in ((found.averaged, right.averaged), (found.tensors, right.tensors)):
        assert tensors.keys() == expected.keys()
        assert all(torch.equal(tensors[name], expected[name]) for name in expected)


# Disks and directories


def test_a_checkpoint_that_cannot_be_written_ends_the_run_and_leaves_the_others_whole(
    tmp_path, preset
):
    first = new_run(tmp_path / "first", preset, "steps=1", "checkpoint_every=1", "hidden_size=32")
    train_here(first)
    small, large = ((first.checkpoint(n) / FILES[1]).stat().st_size for n in (0, 1))
    assert small > 150_000, "too small: the reserve would not fit either"
    run = RunDirectory(tmp_path / "run", {})
    arguments = preset, "--out", run.path, "--set=hidden_size=32"
    with TrmTrain(tmp_path, *arguments, largest_file=(small + large) // 2) as process:
        code, _, err = process.outcome()
    status = read_status(run.path)
    assert code == 1
    assert err == f"trm: {status.message}\n"
    assert status.state == "failed"
    assert status.message == f"{run.checkpoint(8)}: File too large"
    assert [path.name for path in (run.path / "checkpoints").iterdir()] == ["step_0"]
    assert train_here(RunDirectory.open(run.path)).state == "finished"


def test_a_full_disk_ends_the_run_and_leaves_the_others_whole(tmp_path, preset):
    disk = tmp_path / "disk"
    disk.mkdir()
    script = (
        f"mount -t tmpfs -o size=4m tmpfs {disk} || exit 77\n"
        f"{sys.executable} -m trm_core.cli train {preset} --out {disk}/run --device cpu "
        "--set steps=200 --set keep_checkpoints=1000\n"
        f"status=$?; cp -a {disk}/run {tmp_path}/run; exit $status"
    )
    if not shutil.which("unshare"):
        pytest.skip("no unshare, which makes a small disk for this")
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    run = RunDirectory(tmp_path / "run", {})
    if not run.path.exists():
        pytest.skip(f"no small disk could be made: {done.stderr.strip()}")
    status = read_status(run.path)
    told = f"no space left on {disk} for the run directory {disk}/run"
    assert (done.returncode, done.stderr) == (1, f"trm: {told}\n")
    assert (status.state, status.message) == ("failed", told)
    names = [path.name for path in (run.path / "checkpoints").iterdir()]
    assert sorted(names) == sorted(path.name for path in run.checkpoints())
    assert len(names) > 1
    for checkpoint in run.checkpoints():
        read_checkpoint(checkpoint)


def test_a_run_whose_directory_is_removed_ends_in_a_sentence_and_does_not_make_it_anew(
    tmp_path, preset
):
    path = tmp_path / "runs" / "run"
    with TrmTrain(tmp_path, preset, "--out", path, *ENDLESS) as process:
        process.wait_until(lambda: last_step(path) >= 4)
        path.rename(tmp_path / "elsewhere")
        code, out, err = process.outcome()
    assert (code, out) == (1, f"training in {path}\n")
    assert err == f"trm: the run directory {path} is gone\n"
    assert not path.exists()


def test_a_second_trainer_is_refused_and_leaves_the_first_alone(tmp_path, preset):
    path = tmp_path / "run"
    with TrmTrain(tmp_path, preset, "--out", path, *ENDLESS) as process:
        process.wait_until(in_state(path, "running"))
        with pytest.raises(RunError, match=f"is being trained already, by process {process.pid}"):
            train_here(RunDirectory.open(path))
        request(path, "stop")
        assert process.outcome()[0] == 0
    assert read_status(path).state == "stopped"


def test_a_run_whose_data_are_gone_fails_in_a_sentence(tmp_path, preset):
    run = new_run(tmp_path / "run", preset, f"path={tmp_path / 'gone'}")
    with pytest.raises(DatasetError) as failed:
        train_here(run)
    status = read_status(run.path)
    assert (status.state, status.message) == ("failed", str(failed.value))
    assert str(tmp_path / "gone") in status.message
    assert "\n" not in status.message
