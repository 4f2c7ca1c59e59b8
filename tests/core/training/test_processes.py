"""Several processes train together as one would, also after one of them has been killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
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
    with_data_to_make,
)

from trm_core.training.run_directory import RunDirectory, request
from trm_core.training.status import read_status

PATIENCE = 120  # seconds for a group to start, be killed, start again and finish


TRAIN_AND_LIST_THREADS = """
import os, sys, torch
from pathlib import Path
from trm_core.training.run import train
from trm_core.training.run_directory import RunDirectory
torch.set_num_threads(1)
train(RunDirectory.open(Path(sys.argv[1])), torch.device("cpu"))
names = [path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")]
print([name for name in names if "gloo" in name])
"""


def assert_agree(rows, expected):
    """Whether two runs have measured the same but for rounding, which grows from step to step."""
    assert [row["step"] for row in rows] == [row["step"] for row in expected]
    for row, other in zip(rows, expected, strict=True):
        if row["step"] <= 24:
            assert row == pytest.approx(other, rel=1e-4, abs=1e-6, nan_ok=True)
        elif "train/loss" in row:
            assert row["train/loss"] == pytest.approx(other["train/loss"], rel=0.02)


def children(pid):
    """The processes that `pid` has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc to find workers in")
def test_two_processes_of_which_one_is_killed_give_the_metrics_of_one_process(tmp_path, preset):
    run = RunDirectory(tmp_path / "run", {})
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"),
        *("--max-restarts=1", "--monitor-interval=0.1", "-m", "trm_core.cli", "train"),
        *(preset, "--out", run.path, "--device=cpu", "--set=steps=60"),
    ]
    group = start(list(map(str, command)), tmp_path)
    deadline = time.monotonic() + PATIENCE

    def wait_until(condition):
        while not condition():
            log = (tmp_path / "log.txt").read_text()
            assert time.monotonic() < deadline, f"nothing happened:\n{log}"
            assert group.poll() in (None, 0), log
            time.sleep(0.01)

    try:
        wait_until(lambda: last_step(run.path) >= 12)
        leader = read_status(run.path).pid
        (other,) = [pid for pid in children(group.pid) if pid != leader]
        os.kill(other, signal.SIGKILL)
        wait_until(lambda: group.poll() is not None)
    finally:
        for worker in children(group.pid) if group.poll() is None else ():
            os.kill(worker, signal.SIGKILL)  # torchrun starts each in a session of its own
        end_group(group)
    assert group.returncode == 0, (tmp_path / "log.txt").read_text()
    status = read_status(run.path)
    assert (status.state, status.step, status.world_size) == ("finished", 60, 2)
    assert status.pid != leader, "the group was not started again"
    text = (run.path / "metrics.jsonl").read_text()
    assert '"event": "resume"' in text
    alone = new_run(tmp_path / "alone", preset, "steps=60")
    train_here(alone)
    assert_agree(numbers(run.path), numbers(alone.path))


@contextmanager
def two_processes(tmp_path, preset, *more):
    """That train together, as torchrun would start them, and their run."""
    run = RunDirectory(tmp_path / "run", {})
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
    together = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    folders = [tmp_path / "0", tmp_path / "1"]
    for folder in folders:
        folder.mkdir()
    changes = "--out", run.path, "--set=steps=1000000", "--set=evaluate_every=1000000", *more
    with (
        TrmTrain(folders[0], preset, *changes, environment={**together, "RANK": "0"}) as leader,
        TrmTrain(folders[1], preset, *changes, environment={**together, "RANK": "1"}) as other,
    ):
        yield leader, other, run


@pytest.fixture
def pair(tmp_path, preset):
    with two_processes(tmp_path, preset) as pair:
        yield pair


def test_requests_hold_for_all_processes(pair):
    leader, other, run = pair
    leader.wait_until(in_state(run.path, "running"))
    for _ in range(3):
        request(run.path, "pause")
        leader.wait_until(in_state(run.path, "paused"))
        request(run.path, "resume")
        leader.wait_until(in_state(run.path, "running"))
    request(run.path, "stop")
    assert leader.outcome()[::2] == other.outcome()[::2] == (0, "")
    assert read_status(run.path).message == "stopped on request"


def test_a_request_to_stop_while_data_are_made_ends_all_processes_in_order(tmp_path, preset):
    with_data_to_make(preset)
    with two_processes(tmp_path, preset, "--set=path=") as (leader, other, run):
        leader.wait_until(lambda: status_of(run.path) and "making" in status_of(run.path).message)
        request(run.path, "stop")
        assert leader.outcome()[::2] == other.outcome()[::2] == (0, "")
    assert read_status(run.path).message == "stopped on request before training began"


def test_a_process_whose_partner_is_gone_ends_in_a_sentence(pair):
    leader, other, run = pair
    leader.wait_until(lambda: last_step(run.path) >= 4)
    other.send(signal.SIGKILL)
    code, _, err = leader.outcome()
    status = read_status(run.path)
    assert (code, err) == (1, f"trm: {status.message}\n")
    assert status.state == "failed"
    assert status.message.startswith("another process of the group has ended")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc to list threads")
def test_no_thread_of_the_group_outlives_the_training(tmp_path, preset):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
    together = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    new_run(tmp_path / "run", preset, "steps=4")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TRAIN_AND_LIST_THREADS, tmp_path / "run"],
            env={**os.environ, **together, "RANK": rank},
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in "01"
    ]
    assert [process.communicate(timeout=PATIENCE)[0] for process in processes] == ["[]\n"] * 2


def test_a_restarted_group_does_not_take_another_run_for_its_own(tmp_path, preset):
    run = new_run(tmp_path / "run", preset)
    restarted = {"TORCHELASTIC_RESTART_COUNT": "1"}
    arguments = preset, "--out", run.path, "--set=steps=30"
    with TrmTrain(tmp_path, *arguments, environment=restarted) as process:
        assert process.outcome() == (
            1,
            "",
            f"trm: {run.path} is there already, with other settings\n",
        )


def test_a_group_restarted_before_it_made_its_run_makes_it(tmp_path, preset):
    run = RunDirectory(tmp_path / "run", {})
    restarted = {"TORCHELASTIC_RESTART_COUNT": "1"}
    with TrmTrain(tmp_path, preset, "--out", run.path, environment=restarted) as process:
        assert process.outcome()[0] == 0
    assert read_status(run.path).state == "finished"


def test_a_process_that_meets_no_others_ends_in_a_sentence(tmp_path, preset):
    lonely = {"WORLD_SIZE": "2", "RANK": "0", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "none"}
    run = RunDirectory(tmp_path / "run", {})
    with TrmTrain(tmp_path, preset, "--out", run.path, environment=lonely) as process:
        code, out, err = process.outcome()
    assert (code, out) == (1, f"training in {run.path}\n")
    assert err.startswith("trm: the processes of the group did not meet: ")
    assert err.count("\n") == 1
