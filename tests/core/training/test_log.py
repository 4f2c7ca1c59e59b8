"""A run's log has what its training says, wherever that was started, and ends nothing."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from runs_to_try import ROOT, TrmTrain, in_state, last_step, new_run, start, trm_command

from trm_core.training.log import LOG, RunLog
from trm_core.training.metrics import read_metrics
from trm_core.training.run_directory import request
from trm_core.training.status import read_status

START = rf"\[\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d, process (\d+) on {re.escape(socket.gethostname())}\]"


def starts(path):
    """What the log of the run in `path` has of each start, without the line that begins it."""
    found = []
    for line in (path / LOG).read_text().splitlines():
        if re.fullmatch(START, line):
            found.append([])
        else:
            found[-1].append(line)
    return found


def test_what_is_printed_in_a_terminal_is_in_the_log_start_after_start(tmp_path, preset):
    path = tmp_path / "run"
    with TrmTrain(tmp_path, preset, "--out", path, "--set", "steps=16") as process:
        code, out, err = process.outcome()
    assert (code, err) == (0, "")
    assert out.startswith(f"training in {path}\nstep 8: ")
    assert starts(path) == [out.splitlines()]
    assert f"process {process.pid} on" in (path / LOG).read_text()
    with TrmTrain(tmp_path, "--resume", path, "--set", "steps=24") as process:
        assert process.outcome()[0] == 0
    assert starts(path)[0] == out.splitlines()
    assert starts(path)[1][-1] == f"finished at step 24 of 24: {path}"


def test_nothing_is_in_the_log_twice_where_it_is_what_stdout_is(tmp_path, preset):
    run = new_run(tmp_path / "run", preset)
    assert start(trm_command("train", "--resume", run.path), run.path).wait() == 0
    (said,) = starts(run.path)
    assert said[0] == f"training in {run.path}"
    assert [line.partition(":")[0] for line in said[1:]] == [
        *("step 8", "step 16", "step 24"),
        "finished at step 24 of 24",
    ]
    command = trm_command("train", "--resume", run.path, "--set", "steps=8")
    with (run.path / LOG).open("ab") as log:
        assert subprocess.run(command, stdout=log, stderr=log, cwd=ROOT).returncode == 1
    assert len(starts(run.path)) == 2
    failed = read_status(run.path).message
    assert (run.path / LOG).read_text().count(failed) == 1


def test_requests_and_the_error_that_ends_it_are_in_the_log(tmp_path, preset):
    path = tmp_path / "run"
    with TrmTrain(tmp_path, preset, "--out", path, "--set", "steps=1000000") as process:
        process.wait_until(lambda: last_step(path) > 0)
        request(path, "pause")
        process.wait_until(in_state(path, "paused"))
        step = read_status(path).step
        request(path, "resume")
        process.wait_until(in_state(path, "running"))
        request(path, "stop")
        process.outcome()
    (said,) = starts(path)
    assert f"paused at step {step:,}" in said
    assert said[said.index(f"paused at step {step:,}") + 1] == "going on"
    assert said[-1].endswith(f"of 1,000,000 (stopped on request): {path}")
    with TrmTrain(tmp_path, "--resume", path, "--set", "steps=1") as process:
        code, _, err = process.outcome()
    assert code == 1
    assert starts(path)[1][-1] == err.rstrip("\n")
    assert err.startswith("trm: training.steps is 1, but ")


def test_a_loss_that_is_no_number_is_told_in_the_log(tmp_path, preset):
    path = tmp_path / "run"
    changes = "learning_rate=1", "weight_decay=1e6", "warmup_steps=0", "checkpoint_every=100"
    settings = (word for change in changes for word in ("--set", change))
    with TrmTrain(tmp_path, preset, "--out", path, *settings) as process:
        code, _, err = process.outcome()
    assert code == 1
    (said,) = starts(path)
    assert sum("went back to step 0" in line for line in said) == 3
    assert said[-1] == err.rstrip("\n")


def test_json_rows_are_not_in_the_log_but_evaluations_are(tmp_path, preset):
    path = tmp_path / "run"
    with TrmTrain(tmp_path, preset, "--json", "--out", path, "--set", "steps=8") as process:
        code, out, _ = process.outcome()
    assert code == 0
    assert len(out.splitlines()) == len(read_metrics(path / "metrics.jsonl"))
    (said,) = starts(path)
    assert [line.partition(":")[0] for line in said] == [
        *("training in " + str(path), "step 8", "finished at step 8 of 8"),
    ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no file that is always full")
@pytest.mark.parametrize("as_stdout", [False, True])
def test_a_log_that_cannot_be_written_ends_no_training(tmp_path, preset, as_stdout):
    run = new_run(tmp_path / "run", preset)
    (run.path / LOG).symlink_to("/dev/full")
    command = trm_command("train", "--resume", run.path)
    folder = run.path if as_stdout else tmp_path
    assert start(command, folder).wait() == 0
    assert read_status(run.path).state == "finished"
    if not as_stdout:
        assert f"finished at step 24 of 24: {run.path}" in (tmp_path / LOG).read_text()


def test_warnings_are_in_the_log_and_on_stderr(tmp_path):
    code = (
        "import sys, warnings\n"
        "from pathlib import Path\n"
        "from trm_core.training.log import RunLog\n"
        "with RunLog(Path(sys.argv[1])):\n"
        "    warnings.warn('odd but no end', stacklevel=1)\n"
        "warnings.warn('after it', stacklevel=1)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "odd but no end" in done.stderr
    assert "after it" in done.stderr
    assert starts(tmp_path)[-1] == ["UserWarning: odd but no end"]


def test_only_the_first_process_of_a_group_writes_the_log(tmp_path, capsys):
    with RunLog(tmp_path, leads=False) as log:
        log.say("here")
    assert not (tmp_path / LOG).exists()
    assert capsys.readouterr().out == ""


def test_a_killed_training_leaves_a_whole_log(tmp_path, preset):
    path = tmp_path / "run"
    with TrmTrain(tmp_path, preset, "--out", path, "--set", "steps=1000000") as process:
        process.wait_until(lambda: last_step(path) > 16)
        process.send(signal.SIGKILL)
        process.outcome()
    with TrmTrain(
        tmp_path, "--resume", path, "--set", "steps=1000000", "--time-limit", "0"
    ) as again:
        assert again.outcome()[0] == 0
    first, second = starts(path)
    assert first[0] == second[0] == f"training in {path}"
    assert any(line.startswith("step 16: ") for line in first)
