"""What goes wrong with training jobs, with real processes: each told as what it is."""

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest
import torch
from runs_to_try import ENDLESS, IMPORTED_FIRST, TrmTrain, new_run, preset_with_data

from trm_core.cli import main
from trm_core.training.run_directory import read_failure, request
from trm_core.training.run_files import RunError
from trm_core.training.status import read_status
from trm_gui.jobs import launching, pulse
from trm_gui.jobs.curve_data import View
from trm_gui.jobs.ending import end_process
from trm_gui.jobs.joblist import Job
from trm_gui.jobs.pulse import Patience
from trm_gui.jobs.watch import Watch

PATIENCE = 60


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    return preset_with_data(tmp_path_factory.mktemp("jobs"))


@pytest.fixture
def launch(tmp_path, preset):
    """Start the process of a job, as the window does; it ends with the test."""
    processes = []

    def launch(path, device="cpu"):
        processes.append(launching.launch(Job(str(path), device)))
        return processes[-1]

    yield launch
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture
def train(tmp_path, preset):
    """Start a process that trains, as in a terminal; it ends with the test."""
    path = new_run(tmp_path / "run", preset, *ENDLESS).path
    with ExitStack() as stack:
        yield lambda: (path, stack.enter_context(TrmTrain(tmp_path, "--resume", path)))


@pytest.fixture
def watch(tmp_path):
    """Look at a run until it is in one of some conditions; the last report."""

    def watch(watching, *conditions):
        job, deadline = Job(str(watching.path)), time.monotonic() + PATIENCE
        while (report := watching.look(job)).condition not in conditions:
            assert time.monotonic() < deadline, report
            time.sleep(0.05)
        return report

    return watch


def quick(path, **patience):
    return Watch(path, Patience(**{"here": 8, "elsewhere": 3, "absent": 1, **patience}))


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_killed_process_is_told_by_who_started_it_and_by_who_only_watches(
    tmp_path, preset, launch, watch
):
    path = new_run(tmp_path / "run", preset, *ENDLESS).path
    own, other = quick(path), quick(path)
    own.process = process = launch(path)
    running = watch(own, "running")
    assert (running.pid, running.sentence) == (process.pid, "")
    watch(other, "running")
    process.kill()
    killed = watch(own, "killed")
    assert killed.sentence == f"The process was ended by SIGKILL. At step {killed.step:,}."
    killed = watch(other, "killed")
    assert killed.sentence == f"The process ended without a word at step {killed.step:,}."


def test_a_suspended_process_has_no_sign_of_life_and_comes_back(train, watch):
    path, process = train()
    watching = quick(path)
    watch(watching, "running")
    process.send(signal.SIGSTOP)
    silent = watch(watching, "silent")
    assert silent.sentence == f"Process {process.pid} is suspended."
    process.send(signal.SIGCONT)
    assert watch(watching, "running").sentence == ""


def test_a_host_that_falls_asleep_is_told_by_its_heartbeat_alone(train, watch, monkeypatch):
    path, process = train()
    there = read_host(path)
    monkeypatch.setattr(pulse.socket, "gethostname", lambda: "another-machine")
    watching = quick(path)
    running = watch(watching, "running")
    assert (running.here, running.host) == (False, there)
    process.send(signal.SIGSTOP)
    silent = watch(watching, "silent")
    assert silent.sentence.startswith(f"No sign of life from {there} for ")
    process.send(signal.SIGCONT)
    watch(watching, "running")


def read_host(path):
    wait_for((path / "status.json").exists)
    return read_status(path).host


def train_with_a_clock(path, offset):
    """A process whose clock is off by the seconds in a file."""
    true = time.time
    time.time = lambda: true() + float(offset.read_text())
    torch.set_num_threads(1)
    sys.argv = ["trm", "train", "--resume", str(path), "--device", "cpu"]
    main()


def test_a_clock_that_is_set_neither_ends_a_run_nor_passes_unseen(
    tmp_path, preset, watch, monkeypatch
):
    run, offset = new_run(tmp_path / "run", preset, *ENDLESS), tmp_path / "offset"
    offset.write_text("0")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED_FIRST)
    process = context.Process(target=train_with_a_clock, args=(run.path, offset))
    process.start()
    try:
        watching = quick(run.path)
        watch(watching, "running")
        rows = len(curve(watching))
        for seconds, way in ((7200, "forwards"), (-7200, "back")):
            (tmp_path / "new").write_text(str(seconds))
            (tmp_path / "new").replace(offset)
            wait_for(lambda way=way: any(way in note for note in look(watching).notes))
            report = look(watching)
            assert report.condition == "running"
            hours = 2 if seconds > 0 else 4
            note = f"The clock of {report.host} was set {way} by {hours} h 0 min."
            assert report.notes == (note,)
        assert len(curve(watching)) > rows
        monkeypatch.setattr(time, "time", lambda: 0.0)  # the clock here
        assert look(watching).condition == "running"
        assert look(quick(run.path)).condition == "running"
    finally:
        process.kill()
        process.join()


def look(watching):
    return watching.look(Job(str(watching.path)))


def curve(watching):
    return watching.curves.line("train/loss", View()).values


def test_a_directory_that_is_removed_is_gone_and_its_curves_are_kept(train, watch):
    path, _ = train()
    watching = quick(path)
    watch(watching, "running")
    wait_for(lambda: look(watching).version > 0)
    before = len(curve(watching))
    path.rename(path.with_name("elsewhere"))
    gone = watch(watching, "gone")
    assert gone.sentence == f"The run directory {path} is gone."
    assert len(curve(watching)) == before
    path.with_name("elsewhere").rename(path)
    assert look(watching).condition != "gone"


def test_malformed_lines_of_metrics_are_counted_and_left_out(train, watch):
    path, _ = train()
    watching = quick(path)
    watch(watching, "running")
    with (path / "metrics.jsonl").open("ab") as metrics:
        metrics.write(b'{"step": 12, "train/lo\n\xff\xfe\x00 no JSON\n[1, 2]\n')
        metrics.write(b'{"step": 13, "train/loss": "much", "train/exact_accuracy": 1e999}\n')
    wait_for(lambda: look(watching).notes)
    report = look(watching)
    assert report.condition == "running"
    assert report.notes == ("3 lines of metrics are no row, and left out.",)
    rows = len(curve(watching))
    wait_for(lambda: look(watching) and len(curve(watching)) > rows)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"state": "thinking"}', "\x00" * 100])
def test_a_status_that_cannot_be_read_is_told(tmp_path, preset, content):
    run = new_run(tmp_path / "run", preset)
    (run.path / "status.json").write_text(content)
    report = look(Watch(run.path))
    assert report.condition == "unreadable"
    assert str(run.path / "status.json") in report.sentence


def test_a_full_disk_is_told_with_what_it_is(tmp_path, preset, watch):
    disk = tmp_path / "disk"
    disk.mkdir()
    script = (
        f"mount -t tmpfs -o size=1500k tmpfs {disk} || exit 77\n"
        f"{sys.executable} -m trm_core.cli train {preset} --out {disk}/run --device cpu "
        "--set steps=2000 --set checkpoint_every=2 --set keep_checkpoints=1000\n"
        f"cp -a {disk}/run {tmp_path}/run"
    )
    if not shutil.which("unshare"):
        pytest.skip("no unshare, which makes a small disk for this")
    subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, timeout=120)
    if not (tmp_path / "run").exists():
        pytest.skip("no small disk could be made")
    report = look(Watch(tmp_path / "run"))
    assert report.condition == "failed"
    assert report.sentence == f"No space left on {disk} for the run directory {disk}/run."


def test_a_job_of_which_nothing_is_heard_yet_is_loading(tmp_path, preset):
    watching = Watch(new_run(tmp_path / "run", preset).path)
    with subprocess.Popen(["sleep", "60"]) as watching.process:
        report = look(watching)
        watching.process.kill()
    assert (report.condition, report.sentence) == ("starting", "Loading PyTorch.")


def test_a_job_that_cannot_start_is_told_by_why_whatever_its_log_ends_with(
    tmp_path, preset, launch, watch
):
    run = new_run(tmp_path / "run", preset)
    watching = Watch(run.path)
    watching.process = launch(run.path, "abacus")
    assert watching.process.wait(PATIENCE) == 1
    with (run.path / "log.txt").open("a") as log:
        log.write("trm: goodbye\n")
    assert look(watching).sentence.startswith("Device 'abacus' is not available here")
    watching.process = launch(run.path)
    watch(watching, "finished")
    assert read_failure(run.path, watching.process.pid) == ""
    assert not (run.path / "failure.json").exists()


def test_a_job_that_ends_without_saying_why_is_told_by_its_status(tmp_path, preset):
    watching = Watch(new_run(tmp_path / "run", preset).path)
    (watching.path / "failure.json").write_text('{"pid": 1, "message": "of another process"}')
    with subprocess.Popen(["sh", "-c", "exit 3"]) as watching.process:
        pass
    report = look(watching)
    assert (report.condition, report.sentence) == ("failed", "The process ended with status 3.")


def test_two_watchers_see_the_same_and_a_second_trainer_changes_nothing(train, launch, watch):
    path, _ = train()
    one, other = quick(path), quick(path)
    watch(one, "running")
    watch(other, "running")
    other.process = second = launch(path)
    assert second.wait(PATIENCE) == 1
    assert look(other).condition == "running"
    assert other.process is None
    request(path, "pause")
    watch(one, "paused")
    watch(other, "paused")
    request(path, "resume")
    request(path, "stop")
    assert watch(one, "stopped").sentence == watch(other, "stopped").sentence
    assert len(curve(one)) == len(curve(other)) > 0


def test_a_stopped_run_s_number_given_to_another_program_is_not_taken_for_it(tmp_path, preset):
    run = new_run(tmp_path / "run", preset)
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        status = {"state": "running", "pid": sleeper.pid, "host": os.uname().nodename}
        status |= {"heartbeat": time.time() - 100, "started": 0.0, "step": 3, "steps": 5}
        (run.path / "status.json").write_text(json.dumps(status))
        watching = Watch(run.path, Patience(here=10.5, absent=1))
        wait_for(lambda: look(watching).condition == "killed")
        assert look(watching).condition == "killed"
        assert sleeper.poll() is None  # which is nobody's to end
    finally:
        sleeper.kill()
        sleeper.wait()


def test_only_a_process_that_trains_here_can_be_ended(train, watch):
    path, process = train()
    watching = quick(path)
    watch(watching, "running")
    end_process(path)
    assert process.outcome()[0] == -signal.SIGKILL
    watch(watching, "killed")
    with pytest.raises(RunError, match="there is no process"):
        end_process(path)
