"""Runs that no window has started: by torchrun, and on another machine through a shared folder."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import psutil
import pytest
from jobs_to_try import button, choose, condition, curve, notices
from PySide6.QtWidgets import QMenu, QTabWidget
from runs_to_try import ENDLESS, end_group, new_run, preset_with_data, start

from trm_core.training.run_files import RunError
from trm_core.training.status import read_status
from trm_gui.jobs import pulse
from trm_gui.jobs.ending import end_process
from trm_gui.jobs.log import LogPane
from trm_gui.jobs.menu import fill
from trm_gui.jobs.rows import JobRow


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    return preset_with_data(tmp_path_factory.mktemp("elsewhere"))


@pytest.fixture
def arguments(tmp_path, preset):
    """The run directory, and the arguments of `trm` that train into it without an end."""
    path = tmp_path / "shared" / "far"
    path.parent.mkdir()
    changes = (word for change in ENDLESS for word in ("--set", change))
    return path, ["train", str(preset), "--out", str(path), "--device", "cpu", *changes]


@pytest.fixture
def torchrun(tmp_path, arguments):
    """Start two processes that train together under torchrun; gives the run directory and it."""
    started = []

    def torchrun(*options):
        path, train = arguments
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        command += ["--nproc-per-node=2", "--monitor-interval=0.1", *options]
        started.append(start([*command, "-m", "trm_core.cli", *train], tmp_path))
        return path, started[-1]

    yield torchrun
    for process in started:
        if process.poll() is None:
            with suppress(psutil.Error):
                agent = psutil.Process(process.pid)
                for each in (agent, *agent.children(recursive=True)):
                    each.kill()
        end_group(process)


@pytest.fixture
def open_run(window, until):
    """Open a run directory in the window once there is one, and wait until it is running."""

    def open_run(path):
        until((path / "config.json").exists)
        window.jobs.jobs.attach(path)
        until(lambda: condition(window, path) == "running")

    return open_run


def grows(window, path, until):
    """Wait for the curve that is shown to grow."""
    until(lambda: len(curve(window, path)) >= 3)
    before = len(curve(window, path))
    until(lambda: len(curve(window, path)) > before)


def read_log(window):
    """What the log says that is shown of the selected run."""
    log = window.jobs.dock.findChild(LogPane)
    window.jobs.dock.findChild(QTabWidget).setCurrentWidget(log)
    return log.toPlainText()


def workers(process):
    return psutil.Process(process.pid).children()


def test_a_group_under_torchrun_is_watched_also_where_one_hangs_paused_resumed_and_stopped(
    window, torchrun, open_run, until, monkeypatch
):
    monkeypatch.setattr(pulse, "Patience", partial(pulse.Patience, step=3.0))
    path, process = torchrun()
    open_run(path)
    grows(window, path, until)
    trained = workers(process)
    assert len(trained) == read_status(path).world_size == 2

    other = another(path, process)
    other.suspend()
    report = window.jobs.jobs.reports
    until(lambda: any(re.fullmatch(r"No step for \d+ s\.", note) for note in report[path].notes))
    assert report[path].condition == "running"
    other.resume()
    until(lambda: report[path].notes == ())

    button(window, "Pause far").click()
    until(lambda: condition(window, path) == "paused")
    button(window, "Resume far").click()
    until(lambda: condition(window, path) == "running")
    grows(window, path, until)
    button(window, "Stop far").click()
    until(lambda: condition(window, path) == "stopped")
    assert report[path].sentence == "Stopped on request."
    assert report[path].saved[-1] == report[path].step > 0
    assert process.wait(30) == 0
    until(lambda: f"(stopped on request): {path}" in read_log(window))
    assert read_log(window).count(f"training in {path}\n") == 1
    assert not any(each.is_running() for each in trained)


def another(path, process):
    """The process of a group that is not the first."""
    leader = read_status(path).pid
    (other,) = [each for each in workers(process) if each.pid != leader]
    return other


PARTED = (
    "Another process of the group has ended, or cannot be reached; error-0.log in the run "
    "directory has more"
)
WORDLESS = r"The process ended without a word at step [\d,]+\."
"""Now and then gloo waits for the lost one until torchrun loses its patience, after 30 s."""


def test_a_process_of_a_group_that_is_killed_ends_it_and_is_told(window, torchrun, open_run, until):
    path, process = torchrun()
    open_run(path)
    grows(window, path, until)
    another(path, process).kill()
    until(lambda: condition(window, path) in ("failed", "killed"))
    report = window.jobs.jobs.reports[path]
    until(lambda: notices(window) == [f"⚠ far: {report.sentence}"])
    if report.condition == "failed":
        assert report.sentence == f"{PARTED}."
        assert "gloo" in (path / "error-0.log").read_text()
        last = f"trm: {PARTED[0].lower()}{PARTED[1:]}"
        until(lambda: read_log(window).endswith(f"\n{last}"))
    else:
        assert re.fullmatch(WORDLESS, report.sentence)
    assert process.wait(60) == 1


def test_the_first_process_of_a_group_that_is_killed_is_told(window, torchrun, open_run, until):
    path, process = torchrun()
    open_run(path)
    until(lambda: window.jobs.jobs.reports[path].step > 0)
    os.kill(read_status(path).pid, signal.SIGKILL)
    until(lambda: condition(window, path) == "killed")
    report = window.jobs.jobs.reports[path]
    assert report.sentence == f"The process ended without a word at step {report.step:,}."
    assert report.step > 0
    assert process.wait(30) == 1


def test_a_group_that_is_started_again_says_so_and_ends_with_who_would_start_it_once_more(
    window, torchrun, open_run, until
):
    path, process = torchrun("--max-restarts=3")
    open_run(path)
    grows(window, path, until)
    leader = read_status(path).pid
    another(path, process).kill()
    until(lambda: notices(window))
    said = notices(window)[0].removeprefix("⚠ far: ")
    assert said == f"{PARTED}; torchrun starts the group again." or re.fullmatch(WORDLESS, said)
    until(lambda: condition(window, path) == "running" and read_status(path).pid != leader)
    before = len(curve(window, path))
    until(lambda: len(curve(window, path)) > before)

    ended = workers(process)
    window.jobs.jobs.end(path)
    until(lambda: process.poll() is not None)
    assert process.returncode == -signal.SIGKILL
    assert all(each.wait(30) is None for each in ended)
    until(lambda: condition(window, path) == "killed")


def test_a_python_program_that_has_the_number_of_a_run_s_process_is_not_ended(tmp_path, preset):
    run = new_run(tmp_path / "run", preset)
    code = "import sys; print(flush=True); sys.stdin.read()"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe) as other:
        other.stdout.readline()
        status = {"state": "running", "pid": other.pid, "host": socket.gethostname()}
        status |= {"heartbeat": time.time(), "started": 0.0, "step": 3, "steps": 5}
        (run.path / "status.json").write_text(json.dumps(status))
        with pytest.raises(RunError, match=f"there is no process {other.pid} on this machine"):
            end_process(run.path)
        other.stdin.close()
        assert other.wait(30) == 0


FAR = "farbox"
TRAIN_FAR = """
import socket, subprocess, sys
from contextlib import suppress
socket.sethostname(sys.argv[1])
with suppress(OSError), open("/proc/sys/kernel/ns_last_pid", "w") as last:
    last.write(sys.argv[2])
sys.exit(subprocess.call([sys.executable, "-m", "trm_core.cli", *sys.argv[3:]]))
"""
"""Gives the machine a name and the trainer the number after another one, if the kernel lets it."""

NAMESPACES = ["--uts", "--pid", "--fork", "--mount-proc", "--kill-child"]


@pytest.fixture(scope="module")
def machine():
    """A command that runs another as if on a machine of its own: with names and numbers of its
    own for itself and its processes, and a clock and files that are shared."""
    command = ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
    command += NAMESPACES
    if not shutil.which("unshare") or subprocess.run([*command, "true"]).returncode:
        pytest.skip("unshare, which makes a machine of its own for this, is not permitted here")
    return command


@pytest.fixture
def far(tmp_path, arguments, machine):
    """A run on another machine; gives its directory, and its process as it is known here.

    Over there it has the number that this very process has here.
    """
    path, train = arguments
    with started_far(machine, FAR, train, tmp_path) as trainer:
        yield path, trainer


@contextmanager
def started_far(machine, host, train, folder):
    number = str(os.getpid() - 1)
    group = start([*machine, sys.executable, "-c", TRAIN_FAR, host, number, *train], folder)
    try:
        yield lambda: psutil.Process(group.pid).children(recursive=True)[-1]
    finally:
        end_group(group)


@pytest.fixture
def impatient(monkeypatch):
    """Windows that wait for a sign of life from elsewhere for seconds only."""
    monkeypatch.setattr(pulse, "Patience", partial(pulse.Patience, elsewhere=6.0))


def item(window, path, words):
    """Whether an item of a job's menu can be chosen."""
    menu = QMenu(window)
    fill(menu, [path], window.jobs)
    return next(each for each in menu.actions() if each.text().replace("&", "") == words)


def shown(window):
    """The lines about jobs in the list."""
    return [row.toolTip() for row in window.jobs.dock.findChildren(JobRow)]


def test_a_run_on_another_machine_is_watched_paused_resumed_and_stopped_through_its_folder(
    window, far, open_run, until
):
    path, trainer = far
    open_run(path)
    status = read_status(path)
    assert status.host == FAR
    assert trainer().pid != status.pid
    grows(window, path, until)
    assert f"on {FAR}" in shown(window)[0]
    assert not window.jobs.jobs.reports[path].here
    assert window.jobs.jobs.at_work == []  # nobody is asked about it when the window closes

    button(window, "Pause far").click()
    until(lambda: condition(window, path) == "paused")
    button(window, "Resume far").click()
    until(lambda: condition(window, path) == "running")
    grows(window, path, until)

    assert not item(window, path, "End the process, without saving").isEnabled()
    with pytest.raises(RunError, match=f"far is trained on {FAR}, where its process can be ended"):
        end_process(path)
    assert trainer().is_running()

    button(window, "Stop far").click()
    until(lambda: condition(window, path) == "stopped")
    report = window.jobs.jobs.reports[path]
    assert report.saved[-1] == report.step > 0
    assert notices(window) == []
    until(lambda: f"(stopped on request): {path}" in read_log(window))
    assert f"on {FAR}]\ntraining in {path}\n" in read_log(window)


def test_a_run_that_was_killed_on_another_machine_has_no_sign_of_life(
    impatient, window, far, open_run, until
):
    path, trainer = far
    open_run(path)
    grows(window, path, until)
    trainer().kill()
    until(lambda: condition(window, path) == "silent")
    sentence = window.jobs.jobs.reports[path].sentence
    assert re.fullmatch(
        rf"No sign of life from {FAR} for \d+ s: it is asleep, switched off, or the shared folder "
        r"is cut off\.",
        sentence,
    )
    assert notices(window)[0].startswith(f"⚠ far: No sign of life from {FAR} for ")
    steps = window.jobs.jobs.reports[path].saved[-1]
    choose(window, path, "Start now")  # here, from its last checkpoint
    until(lambda: condition(window, path) == "running")
    report = window.jobs.jobs.reports[path]
    assert (report.host, report.here) == (socket.gethostname(), True)
    until(lambda: window.jobs.jobs.reports[path].step > steps)
    window.jobs.jobs.end(path)
    until(lambda: condition(window, path) == "killed")


def test_a_machine_that_falls_asleep_has_no_sign_of_life_and_comes_back(
    impatient, window, far, open_run, until
):
    path, trainer = far
    open_run(path)
    grows(window, path, until)
    trainer().suspend()
    until(lambda: condition(window, path) == "silent")
    assert window.jobs.jobs.reports[path].sentence.startswith(f"No sign of life from {FAR} for ")
    assert os.getpid() == read_status(path).pid or not ns_last_pid()
    choose(window, path, "Start now")
    until(lambda: condition(window, path) == "failed")
    pid = read_status(path).pid
    assert window.jobs.jobs.reports[path].sentence == (
        f"{path} is being trained already, by process {pid} on {FAR}."
    )
    trainer().resume()
    until(lambda: condition(window, path) == "running")
    assert window.jobs.jobs.reports[path].sentence == ""
    grows(window, path, until)


def test_a_container_s_process_is_not_taken_for_the_one_that_has_its_number_here(
    window, machine, arguments, tmp_path, open_run, until
):
    path, train = arguments
    with started_far(machine, socket.gethostname(), train, tmp_path) as trainer:
        open_run(path)
        grows(window, path, until)
        pid = read_status(path).pid
        assert os.getpid() == pid or not ns_last_pid()
        with pytest.raises(RunError, match=f"there is no process {pid} on this machine to end"):
            end_process(path)
        assert trainer().is_running()
        trainer().kill()
        until(lambda: condition(window, path) == "killed")


def ns_last_pid():
    """Whether the kernel lets one choose the number of a process."""
    return Path("/proc/sys/kernel/ns_last_pid").exists()
