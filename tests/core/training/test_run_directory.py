"""The run directory links a training process and its watchers, also when either is killed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trm_core.files import whole_directory
from trm_core.training.run_directory import RunDirectory, failure_told, read_failure, request
from trm_core.training.run_files import RunError
from trm_core.training.status import StatusWriter

ROOT = Path(__file__).parents[3]
CONFIG = {"steps": 100, "data": "sudoku", "learning_rate": 1e-4}


@pytest.fixture
def run(tmp_path):
    return RunDirectory.create(tmp_path / "run", CONFIG)


@pytest.fixture
def trainer(run):
    """Another process, which holds the lock and is in the midst of writing when it is killed."""
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from trm_core.files import whole_directory, whole_file\n"
        "from trm_core.training.run_directory import RunDirectory\n"
        "from trm_core.training.status import STATUS, StatusWriter\n"
        "run = RunDirectory.open(Path(sys.argv[1]))\n"
        "with run.lock():\n"
        "    status = StatusWriter(run.path, 100)\n"
        "    checkpoint = whole_directory(run.checkpoint(7))\n"
        "    with checkpoint as checkpoint, whole_file(run.path / STATUS) as status:\n"
        "        (checkpoint / 'model.safetensors').write_bytes(b'a part')\n"
        "        status.write_text('{')\n"
        "        print('locked', flush=True)\n"
        "        signal.pause()\n"
    )
    command = [sys.executable, "-c", code, str(run.path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "locked\n"
        yield process
        process.kill()


def add_checkpoints(run, *steps):
    for step in steps:
        with whole_directory(run.checkpoint(step)) as directory:
            (directory / "config.json").write_text("{}")


def steps(run):
    return [int(path.name.removeprefix("step_")) for path in run.checkpoints()]


def test_a_run_has_its_config_from_the_first_moment(tmp_path):
    run = RunDirectory.create(tmp_path / "new" / "run", CONFIG)
    assert run.config == CONFIG
    assert RunDirectory.open(run.path) == run
    assert [path.name for path in run.path.iterdir()] == ["config.json"]
    assert [path.name for path in run.path.parent.iterdir()] == ["run"]


def test_an_empty_directory_can_become_a_run_and_another_can_not(tmp_path):
    (tmp_path / "empty").mkdir()
    assert RunDirectory.create(tmp_path / "empty", CONFIG).config == CONFIG
    for taken in (tmp_path, tmp_path / "empty" / "config.json"):
        with pytest.raises(RunError, match=f"^{taken} is there already, expected a new or empty"):
            RunDirectory.create(taken, {})
    file = tmp_path / "empty" / "config.json"
    with pytest.raises(RunError, match=f"^{file}/run cannot be made: File exists$"):
        RunDirectory.create(file / "run", {})
    assert RunDirectory.open(tmp_path / "empty").config == CONFIG


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "No such file or directory"),
        (b'{"format":', "not JSON"),
        (b"\xff\x00", "line 1: found the byte 0xff, expected text in UTF-8"),
        (b"[]", "expected a run's config with format 'trm-studio-run'"),
        (b'{"format": "trm-studio-model"}', "expected a run's config with format 'trm-studio-run'"),
        (b'{"format": "trm-studio-run", "format_version": 9}', "written by a newer TRM Studio"),
        (
            b'{"format": "trm-studio-run", "format_version": 1, "training": 3}',
            "training is 3, expected an object",
        ),
    ],
)
def test_what_is_no_run_is_refused_in_a_sentence(tmp_path, content, sentence):
    if content is not None:
        (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(RunError) as refused:
        RunDirectory.open(tmp_path)
    assert sentence in str(refused.value)
    assert str(tmp_path / "config.json") in str(refused.value)
    assert "\n" not in str(refused.value)


# The lock


def test_a_second_trainer_is_refused_and_told_who_trains(run, trainer):
    with pytest.raises(RunError, match=f"already, by process {trainer.pid} on ."), run.lock():
        pass


def test_a_trainer_that_has_no_status_yet_keeps_out_others_too(run):
    with run.lock(), pytest.raises(RunError, match="by a process that has not"), run.lock():
        pass
    with run.lock():
        pass


def test_the_lock_of_a_killed_trainer_is_free_and_its_leftovers_are_removed(run, trainer):
    add_checkpoints(run, 3)
    request(run.path, "pause")
    watchers = run.path / ".control-being-written.json"
    watchers.touch()
    assert len(list((run.path / "checkpoints").iterdir())) == 2
    assert run.checkpoints() == [run.checkpoint(3)]
    with pytest.raises(RunError), run.lock():
        pass
    assert len(list((run.path / "checkpoints").iterdir())) == 2
    trainer.kill()
    trainer.wait()
    with run.lock():
        assert list((run.path / "checkpoints").iterdir()) == [run.checkpoint(3)]
        left = {path.name for path in run.path.iterdir()}
    assert left == {
        *("config.json", "status.json", "control.json", "checkpoints"),
        *(".lock", ".reserve", watchers.name),
    }


def test_the_lock_of_a_vanished_run_is_refused(run):
    shutil.rmtree(run.path)
    with (
        pytest.raises(RunError, match=r"/run is no run directory \(.*No such file or directory\)$"),
        run.lock(),
    ):
        pass
    assert not run.path.exists()


# Requests


def test_a_request_is_taken_once_and_the_latest_counts(run):
    assert run.take_request() is None
    request(run.path, "pause")
    request(run.path, "stop")
    assert run.take_request() == "stop"
    assert run.take_request() is None
    assert [path.name for path in run.path.iterdir()] == ["config.json"]


def test_a_request_for_a_run_that_is_gone_is_refused(tmp_path):
    with pytest.raises(RunError, match=f"^the run directory {tmp_path / 'gone'} is gone$"):
        request(tmp_path / "gone", "pause")


def test_no_request_is_lost_while_another_process_asks_as_fast_as_it_can(run):
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from trm_core.training.run_directory import request\n"
        "for _ in range(200):\n"
        "    request(Path(sys.argv[1]), 'pause')\n"
        "request(Path(sys.argv[1]), 'stop')\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(run.path)], cwd=ROOT) as watcher:
        taken = []
        while watcher.poll() is None:
            taken.append(run.take_request())
        taken.append(run.take_request())
    assert watcher.returncode == 0
    asked = [each for each in taken if each is not None]
    assert asked[-1] == "stop"
    assert set(asked[:-1]) == {"pause"}
    assert not list(run.path.glob("*control*"))


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[]", b'"stop"', b'{"request": "halt"}', b'{"request": ["stop"]}', b"\xff"),
        b"9" * 2**20,
        b"[" * 1000,
    ],
)
def test_a_request_that_cannot_be_understood_is_told_once(run, content):
    (run.path / "control.json").write_bytes(content)
    with pytest.raises(RunError, match=r"/control\.json[:,] ."):
        run.take_request()
    assert run.take_request() is None


@given(content=st.binary(max_size=50) | st.just(b"[" * 100_000))
def test_any_content_is_a_request_or_refused(tmp_path_factory, content):
    run = RunDirectory(tmp_path_factory.getbasetemp(), {})
    (run.path / "control.json").write_bytes(content)
    with pytest.raises(RunError) as refused:
        run.take_request()
    assert len(str(refused.value)) < len(str(run.path)) + 300
    assert not (run.path / "control.json").exists()


# Checkpoints


def test_checkpoints_are_listed_by_step_and_only_whole_ones(run):
    assert run.checkpoints() == []
    add_checkpoints(run, 900, 1000, 20)
    (run.path / "checkpoints" / ".step_5-unfinished").mkdir()
    (run.path / "checkpoints" / "notes").mkdir()
    (run.path / "checkpoints" / "step_x").mkdir()
    (run.path / "checkpoints" / "step_007").mkdir()
    (run.path / "checkpoints" / "step_6").touch()
    assert steps(run) == [20, 900, 1000]


def test_the_newest_and_the_best_checkpoint_stay(run):
    add_checkpoints(run, 1, 2, 3, 4, 5)
    run.prune(keep=2, best=run.checkpoint(2))
    assert steps(run) == [2, 4, 5]
    run.prune(keep=4)
    assert steps(run) == [2, 4, 5]
    run.prune(keep=1)
    assert [path.name for path in (run.path / "checkpoints").iterdir()] == ["step_5"]


def test_the_module_is_imported_without_torch():
    modules = "run_directory", "status", "metrics", "event_file"
    code = (
        f"import sys, {', '.join(f'trm_core.training.{name}' for name in modules)}\n"
        "print([name for name in ('torch', 'tensorboard') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_all_json_of_a_run_is_read_by_other_programs(run):
    writer = StatusWriter(run.path, 100)
    writer.update(state="running", samples_per_second=float("inf"))
    writer.close()
    request(run.path, "pause")
    for file in run.path.glob("*.json"):
        assert json.loads(file.read_text(), parse_constant=pytest.fail)


def test_why_a_process_failed_is_kept_for_who_started_it(run):
    with pytest.raises(RunError), failure_told(run.path):
        raise RunError("no space left")
    assert read_failure(run.path, os.getpid()) == "no space left"
    assert read_failure(run.path, os.getpid() + 1) == ""
    with failure_told(run.path):
        assert read_failure(run.path, os.getpid()) == ""


def test_no_word_is_left_in_a_folder_that_is_no_run(tmp_path):
    with pytest.raises(RunError), failure_told(tmp_path):
        raise RunError("no run directory")
    assert list(tmp_path.iterdir()) == []
    assert read_failure(tmp_path, os.getpid()) == ""
