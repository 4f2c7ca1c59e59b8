"""A status is always there and whole, its heart beats while training is busy, and when nothing can
be written the trainer is told."""

import dataclasses
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trm_core.training.run_files import RunError
from trm_core.training.status import STATUS, Status, StatusWriter, read_status

ROOT = Path(__file__).parents[3]
STATUS_NOW = Status("running", os.getpid(), socket.gethostname(), 1e9, 1e9, 5, 100)
PATIENCE = 10


@pytest.fixture
def writer(tmp_path):
    """Of a run whose heart beats every 5 ms."""
    writer = StatusWriter(tmp_path / "run", 100, step=3, world_size=2, interval=0.005)
    yield writer
    writer.close()


@pytest.fixture(autouse=True)
def run(tmp_path):
    directory = tmp_path / "run"
    directory.mkdir()
    return directory


@pytest.fixture(autouse=True)
def thread_errors(monkeypatch):
    """Fails a test in which a thread ended with an error."""
    errors = []
    monkeypatch.setattr(threading, "excepthook", errors.append)
    yield
    assert errors == []


def until(condition):
    """Wait for another thread, without sleeping, and fail if it takes much too long."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end


def error_of(writer):
    """What the heartbeat of `writer` fails with."""
    errors = []

    def failed():
        try:
            writer.check()
        except RunError as error:
            errors.append(str(error))
        return errors

    until(failed)
    return errors[0]


def test_a_status_is_there_from_the_start(run, writer):
    status = read_status(run)
    assert (status.state, status.pid, status.host) == ("starting", os.getpid(), STATUS_NOW.host)
    assert (status.step, status.steps, status.world_size) == (3, 100, 2)
    assert status.started <= status.heartbeat <= time.time()
    assert (status.message, status.checkpoint, status.remaining_seconds) == ("", None, None)


def test_a_change_of_state_or_message_is_written_at_once(run):
    writer = StatusWriter(run, 100, interval=1000)
    writer.update(state="running", step=1)
    assert (read_status(run).state, read_status(run).step) == ("running", 1)
    writer.update(step=2, samples_per_second=3.5, remaining_seconds=60)
    assert read_status(run).step == 1
    writer.update(message="stepped back to step 1")
    assert read_status(run) == writer.status
    assert read_status(run).remaining_seconds == 60
    writer.close()


def test_the_heart_beats_while_the_training_thread_is_busy(run, writer):
    writer.update(state="running")
    first = read_status(run)
    writer.update(step=50)
    until(lambda: read_status(run).step == 50)
    assert read_status(run).heartbeat > first.heartbeat
    assert read_status(run).started == first.started


def test_the_heart_stops_after_the_last_words(run, writer):
    writer.update(state="finished", message="")
    writer._thread.join(PATIENCE)
    assert not writer._thread.is_alive()
    assert read_status(run).state == "finished"


def test_last_words_in_the_midst_of_something_are_not_replaced_by_how_long_that_has_taken(run):
    writer = StatusWriter(run, 100)
    with writer.doing("making the model"):
        assert read_status(run).message == "making the model, 0 s so far"
        writer.update(state="stopped", message="stopped on request")
        assert read_status(run).message == writer.status.message == "stopped on request"
    assert writer.status.message == "stopped on request"
    writer.close()


def test_many_threads_may_change_a_status(run, writer):
    def change(step):
        for _ in range(20):
            writer.update(step=step, message=f"at {step}")
            assert read_status(run).message.startswith("at ")

    threads = [threading.Thread(target=change, args=(step,)) for step in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read_status(run).message == f"at {read_status(run).step}"


def test_a_vanished_directory_is_told_to_the_training_thread(run, writer):
    run.rename(run.with_name("elsewhere"))  # at once: a heartbeat may come amid a removal
    sentence = f"the run directory {run} is gone"
    assert error_of(writer) == sentence
    until(lambda: writer._error is not None)
    with pytest.raises(RunError, match=sentence):
        writer.update(step=4)
    with pytest.raises(RunError, match=sentence):
        writer.update(state="failed", message=sentence)


def test_an_error_is_told_once_and_training_may_go_on_when_it_is_over(run, writer):
    (run / STATUS).unlink()
    (run / STATUS).mkdir()
    assert error_of(writer) == f"{run / STATUS}: Is a directory"
    (run / STATUS).rmdir()
    until((run / STATUS).exists)
    with suppress(RunError):  # of the last moment before
        writer.check()
    writer.update(state="running")
    assert read_status(run).state == "running"


def test_a_value_that_is_no_json_is_told_too(writer):
    writer.update(step=object())
    until(lambda: writer._error is not None)
    with pytest.raises(TypeError, match="not JSON serializable"):
        writer.check()
    writer.update(step=1)


# A full disk


def on_a_small_disk(code, run):
    """Output of `code` in a process for which `run` is a disk of 1 MiB; it starts with imports
    and a `fill` that leaves no byte free."""
    start = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from trm_core.training.metrics import MetricsWriter, read_metrics\n"
        "from trm_core.training.run_files import RunError\n"
        "from trm_core.training.status import StatusWriter, read_status\n"
        "run = Path(sys.argv[1])\n"
        "def fill():\n"
        "    with open(run / 'filler', 'ab', buffering=0) as file:\n"
        "        for size in (2**16, 1):\n"
        "            try:\n"
        "                while True: file.write(bytes(size))\n"
        "            except OSError: pass\n"
    )
    mounted = 'mount -t tmpfs -o size=1m none "$1" && shift && exec "$@"'
    inside = ["unshare", "-rm", "sh", "-c", mounted, "sh", str(run)]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*inside, "true"], capture_output=True).returncode
    ):
        pytest.skip("no disk of a chosen size can be mounted here")
    command = [*inside, sys.executable, "-c", start + code, str(run)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_the_last_words_get_through_when_the_disk_is_full(run):
    lines = on_a_small_disk(
        "writer = StatusWriter(run, 100, interval=0.005)\n"
        "writer.update(state='running')\n"
        "fill()\n"
        "while True:\n"
        "    try: writer.update(step=7)\n"
        "    except RunError as error:\n"
        "        message = str(error)\n"
        "        break\n"
        "print(message)\n"
        "print((run / '.reserve').exists())\n"
        "writer.update(state='failed', message=message)\n"
        "print(read_status(run).message, read_status(run).step)\n"
        "writer.close()\n"
        "print(*sorted(path.name for path in run.iterdir()))\n"
        "try: StatusWriter(run, 100)\n"
        "except RunError as error: print(error)\n"
        "(run / 'filler').unlink()\n"
        "StatusWriter(run, 100).close()\n"
        "print(read_status(run).state, (run / '.reserve').stat().st_size)\n",
        run,
    )
    sentence = f"no space left on {run} for the run directory {run}"
    *told, refused, restarted = lines
    assert told == [sentence, "True", f"{sentence} 7", "filler status.json"]
    assert refused == sentence
    assert restarted == f"starting {2**17}"


def test_a_row_that_does_not_fit_leaves_nothing_of_itself(run):
    lines = on_a_small_disk(
        "writer = MetricsWriter(run)\n"
        "status = StatusWriter(run, 100)\n"
        "step = 0\n"
        "try:\n"
        "    while True:\n"
        "        writer.append({'step': step + 1, 'loss': 1 / 3, 'note': 'x' * 1000})\n"
        "        step += 1\n"
        "except RunError as error: status.update(state='failed', message=str(error))\n"
        "print(status.status.message)\n"
        "rows = read_metrics(run / 'metrics.jsonl')\n"
        "print((run / 'metrics.jsonl').read_bytes().endswith(b'\\n'))\n"
        "print(len(rows) >= step, rows[-1]['step'] == len(rows) > 500, read_status(run).state)\n",
        run,
    )
    sentence = f"no space left on {run} for the run directory {run}"
    assert lines == [sentence, "True", "True True failed"]


# Reading


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (None, "No such file or directory"),
        ("", "not JSON"),
        ([], "expected an object"),
        ({"step": "5"}, "step is '5', expected a whole number from 0 up"),
        ({"pid": True}, "pid is true, expected a whole number from 0 up"),
        ({"heartbeat": None}, "heartbeat is null, expected a number from 0 up"),
        ({"heartbeat": float("inf")}, "heartbeat is inf, expected a finite number"),
        ({"heartbeat": 10**310}, "expected a smaller number"),
        ({"started": 1e30}, "started is 1e+30, expected a number of at most 1,0"),
        ({"checkpoint": 5}, "checkpoint is 5, expected a text"),
        ({"state": "dreaming"}, "state is 'dreaming', expected one of starting, running, paused"),
        ({"state": None}, "state is null, expected one of starting, running, paused"),
        ({"message": "x" * 10**5}, "more than 64 KiB, too large"),
    ],
)
def test_what_is_no_status_is_refused_in_a_sentence(run, change, sentence):
    status = dataclasses.asdict(STATUS_NOW)
    if change is not None:
        whole = json.dumps(status | change if isinstance(change, dict) else change)
        (run / STATUS).write_text(whole if change != "" else "")
    with pytest.raises(RunError) as refused:
        read_status(run)
    assert str(refused.value).startswith(str(run / STATUS))
    assert sentence in str(refused.value)


def test_a_status_without_a_needed_field_is_refused(run):
    (run / STATUS).write_text('{"state": "running"}')
    with pytest.raises(RunError, match="pid is missing"):
        read_status(run)


def test_a_status_of_a_newer_program_is_read(run):
    newer = dataclasses.asdict(STATUS_NOW) | {"mood": "good", "heartbeat": 10**9}
    (run / STATUS).write_text(json.dumps(newer))
    assert read_status(run) == STATUS_NOW


@given(content=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_content_is_a_status_or_refused(tmp_path_factory, content):
    directory = tmp_path_factory.getbasetemp()
    (directory / STATUS).write_bytes(content)
    with pytest.raises(RunError):
        read_status(directory)
