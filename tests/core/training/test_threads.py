"""A training takes its share of the cores, and gives PyTorch its threads back."""

import os
import subprocess
import sys

import pytest
import torch
from runs_to_try import ROOT, new_run, train_here

from trm_core.training import threads
from trm_core.training.threads import Threads, fair_share


@pytest.fixture
def several_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(8)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("most", "others", "trainings", "share"),
    [
        (8, 0.0, 1, 8),
        (8, 0.0, 2, 4),
        (2, 0.0, 2, 1),
        (2, 0.0, 5, 1),
        (8, 0.5, 1, 4),
        (8, 0.5, 2, 2),
        (2, 0.9, 1, 1),
        (8, 1.2, 1, 1),
    ],
)
def test_trainings_share_the_cores_that_other_work_leaves(most, others, trainings, share):
    assert fair_share(most, others, trainings) == share


def test_a_number_of_threads_that_is_asked_for_is_had_and_given_back(several_threads):
    with Threads(3) as held:
        assert torch.get_num_threads() == 3
        held.adapt()
        assert torch.get_num_threads() == 3
    assert torch.get_num_threads() == 8


@pytest.mark.parametrize(
    ("command", "share"),
    [("-m trm_core.cli train --resume x", 4), ("/usr/bin/trm train x", 4), ("trm eval train", 8)],
)
def test_another_training_on_this_machine_halves_the_threads(several_threads, command, share):
    """Told by its command line: it is a process that does nothing but wait to be ended."""
    waiting = [sys.executable, "-c", "input()", *command.split()]
    with subprocess.Popen(waiting, stdin=subprocess.PIPE) as process:
        assert (process.pid in threads._used_by_trainings()) == (share == 4)
        with Threads():
            assert torch.get_num_threads() <= share
        process.communicate(b"\n")
    assert torch.get_num_threads() == 8


def test_a_training_that_does_not_work_takes_no_cores(several_threads, monkeypatch):
    """It may be paused; whether it works is known from the second look on."""
    monkeypatch.setattr(threads, "PERIOD", 0.0)
    monkeypatch.setattr(threads, "_busy_seconds", lambda: 0.0)
    monkeypatch.setattr(threads, "_used_by_trainings", lambda: {os.getpid(): 1.0, 1: 2.0})
    with Threads() as held:
        assert torch.get_num_threads() == 4
        held.adapt()
        assert torch.get_num_threads() == 8


@pytest.mark.parametrize("own", [{}, {"OMP_WAIT_POLICY": "active"}, {"GOMP_SPINCOUNT": "7"}])
def test_threads_that_wait_sleep_soon_unless_the_user_has_said_how_they_wait(own):
    """OpenMP reads it as torch is imported, so that it must be there before."""
    code = """
import os, sys
import trm_core
assert "torch" not in sys.modules
print(os.environ.get("OMP_WAIT_POLICY"), os.environ.get("GOMP_SPINCOUNT"))
"""
    ours = {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"}
    environment = {name: value for name, value in os.environ.items() if name not in ours} | own
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    policy, spins = own.get("OMP_WAIT_POLICY", "None"), own.get("GOMP_SPINCOUNT", "None")
    assert found == [policy, "1000" if policy == spins == "None" else spins]


def test_threads_are_a_setting_of_a_run_that_can_change_in_the_course_of_it(
    tmp_path, preset, several_threads
):
    seen = []

    def note(row):
        seen.append(torch.get_num_threads())

    run = new_run(tmp_path / "run", preset, "steps=4", "threads=2", "log_every=2")
    assert train_here(run, report=note).state == "finished"
    assert set(seen) == {2}
    assert torch.get_num_threads() == 8
