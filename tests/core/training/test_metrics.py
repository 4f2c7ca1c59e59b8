"""Metrics are appended whole, read as they come, and say what counts after a resume."""

import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trm_core.training.metrics import (
    METRICS,
    MetricsReader,
    MetricsWriter,
    read_metrics,
    rows_that_count,
)
from trm_core.training.run_files import RunError, append, to_json
from trm_core.training.status import STATUS, read_status

ROOT = Path(__file__).parents[3]


@pytest.fixture
def file(tmp_path):
    return tmp_path / METRICS


@pytest.fixture
def writer(tmp_path):
    return MetricsWriter(tmp_path)


def add(writer, *steps, **values):
    for step in steps:
        writer.append({"step": step, "loss": step / 2, **values})


def steps(rows):
    return [row["step"] for row in rows]


def test_a_row_is_read_as_it_was_written(file, writer):
    row = {"step": 1, "loss": 1 / 3, "exact": 0, "event": "evaluation", "data": "Prüfung\n\u2028"}
    writer.append(row)
    writer.flush()
    assert read_metrics(file) == [row]
    assert file.read_bytes().count(b"\n") == 1


def test_what_json_does_not_know_is_null(file, writer):
    writer.append({"step": 1, "loss": math.nan, "norm": math.inf, "rate": -math.inf})
    json.loads(file.read_text(), parse_constant=pytest.fail)
    assert read_metrics(file) == [{"step": 1, "loss": None, "norm": None, "rate": None}]


def test_rows_after_a_resume_replace_those_of_later_steps(file, writer):
    add(writer, 10, 20, 30)
    writer.resume(20)
    add(writer, 25, 30, 40, again="yes")
    writer.resume(25)
    rows = read_metrics(file)
    assert steps(rows) == [10, 20, 25]
    assert [row.get("again") for row in rows] == [None, None, "yes"]


def test_a_line_cut_off_in_a_crash_is_ended_and_skipped(tmp_path, file, writer):
    add(writer, 1, 2)
    whole = file.read_bytes()
    file.write_bytes(whole[:-5])
    reader = MetricsReader(file)
    assert steps(reader.new_rows()) == [1]
    assert reader.skipped == 0
    writer = MetricsWriter(tmp_path)
    assert file.read_bytes() == whole[:-5] + b"\n"
    writer.resume(1)
    add(writer, 2)
    assert steps(reader.new_rows()) == [1, 2]
    assert reader.skipped == 1
    assert steps(read_metrics(file)) == [1, 2]


FOREIGN = [
    b"",
    b"null",
    b"{}",
    b'{"step": 1}, {"step": 2}',
    b"[1]",
    b'{"step": null}',
    b'{"step": true}',
    b'{"step": 1.5}',
]
BROKEN = [b"\0" * 9, b'{"step": 1, ', b"\xff", b"[" * 100_000, b'{"step": ' + b"9" * 5000 + b"}"]


@pytest.mark.parametrize("line", FOREIGN + BROKEN)
def test_lines_that_are_no_rows_are_skipped_and_counted(file, writer, line):
    add(writer, 1)
    append(file, line + b"\n")
    add(writer, 2)
    reader = MetricsReader(file)
    assert steps(reader.new_rows()) == [1, 2]
    assert reader.skipped == 1


def test_a_reader_reads_only_what_is_new(file):
    reader = MetricsReader(file)
    assert reader.new_rows() == []
    writer = MetricsWriter(file.parent)
    assert reader.new_rows() == []
    add(writer, 1, 2)
    assert steps(reader.new_rows()) == [1, 2]
    assert reader.new_rows() == []
    writer.resume(1)
    add(writer, 2)
    assert reader.new_rows() == [{"event": "resume", "step": 1}, {"step": 2, "loss": 1.0}]


def test_a_reader_starts_over_when_the_file_was_cut_or_replaced(file, writer):
    add(writer, 1, 2, 3)
    whole = file.read_bytes()
    reader = MetricsReader(file)
    shown = reader.new_rows()
    for content in (whole[: whole.index(b"\n") + 1], whole.replace(b"0.5", b"9.5"), b""):
        file.write_bytes(content)
        new = reader.new_rows()
        assert new[0] == {"event": "resume", "step": -1}
        shown = rows_that_count(shown + new)
        assert shown == read_metrics(file)
    file.unlink()
    assert reader.new_rows() == []


@pytest.mark.parametrize("zeros", [slice(20, 47), slice(30, 60), slice(0, 5), slice(45, -1)])
def test_zero_bytes_that_rows_take_the_place_of_later_lose_none(file, writer, zeros):
    """As over a network: the file has grown, but what is in it has not arrived yet."""
    add(writer, 1, 2, 3, 4, 5)
    whole = file.read_bytes()
    incomplete = bytearray(whole)
    incomplete[zeros] = bytes(len(incomplete[zeros]))
    file.write_bytes(incomplete)
    reader = MetricsReader(file)
    shown = reader.new_rows()
    add(writer, *range(6, 99))  # so that the zeros are far behind
    shown = rows_that_count(shown + reader.new_rows())
    assert reader.skipped == 1
    assert reader.new_rows() == []
    with file.open("r+b") as stream:
        stream.write(whole)
    shown = rows_that_count(shown + reader.new_rows())
    assert steps(shown) == list(range(1, 99))
    assert reader.skipped == 0
    assert reader.new_rows() == []


values = st.floats() | st.integers(-(2**63), 2**63) | st.text(max_size=8)
names = st.text(max_size=5).filter(lambda name: name not in ("step", "event"))
measured = st.builds(
    lambda step, values: values | {"step": step},
    st.integers(0, 20),
    st.dictionaries(names, values, max_size=3),
)
resumed = st.builds(lambda step: {"event": "resume", "step": step}, st.integers(0, 20))


@given(rows=st.lists(measured | resumed, max_size=12), cuts=st.lists(st.integers(0, 2000)))
def test_rows_come_once_and_whole_however_their_bytes_arrive(tmp_path_factory, rows, cuts):
    file = tmp_path_factory.getbasetemp() / METRICS
    file.write_bytes(b"")
    content = "".join(f"{to_json(row)}\n" for row in rows).encode()
    reader, read, at = MetricsReader(file), [], 0
    for cut in sorted({min(cut, len(content)) for cut in cuts} | {len(content)}):
        append(file, content[at:cut])
        at = cut
        read += reader.new_rows()
    known = [
        {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}
        for row in rows
    ]
    assert read == known
    assert reader.skipped == 0
    assert rows_that_count(read) == read_metrics(file)


@given(rows=st.lists(measured | resumed, max_size=12), cut=st.integers(0, 12))
def test_what_counts_is_the_same_read_at_once_or_bit_by_bit(rows, cut):
    counting = [
        row
        for at, row in enumerate(rows)
        if "event" not in row
        and all("event" not in later or later["step"] >= row["step"] for later in rows[at:])
    ]
    assert rows_that_count(rows) == counting
    assert rows_that_count(rows_that_count(rows[:cut]) + rows[cut:]) == counting


@given(content=st.binary(max_size=100))
def test_any_bytes_are_read(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / METRICS
    file.write_bytes(content)
    reader = MetricsReader(file)
    assert len(reader.new_rows()) + reader.skipped == content.count(b"\n")


def test_many_rows_are_read_in_several_parts(file):
    lines = [f'{{"step": {step}, "loss": 0.123456789}}\n' for step in range(60_000)]
    file.write_text("".join(lines) + lines[0][:5])
    reader = MetricsReader(file)
    assert steps(reader.new_rows()) == list(range(60_000))
    assert reader.new_rows() == []


# Two processes

TRAINER = """
import itertools, sys
from pathlib import Path
from trm_core.training.metrics import MetricsWriter
from trm_core.training.status import StatusWriter
run = Path(sys.argv[1])
status, metrics = StatusWriter(run, 10**9, interval=0.001), MetricsWriter(run)
for step in itertools.count(1):
    metrics.append({"step": step, "loss": 1 / step, "note": "x" * (step % 3000)})
    status.update(step=step)
    if step % 50 == 0:
        status.update(state="running", message=f"step {step}")
"""


@pytest.fixture
def trainer(tmp_path):
    """A process that writes rows and statuses as fast as it can."""
    command = [sys.executable, "-c", TRAINER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        yield process
        process.kill()


def test_what_a_trainer_is_writing_is_always_whole_also_when_it_is_killed(tmp_path, file, trainer):
    reader, rows, statuses = MetricsReader(file), [], set()
    while len(rows) < 1000:
        assert trainer.poll() is None
        rows += reader.new_rows()
        if (tmp_path / STATUS).exists():
            statuses.add(read_status(tmp_path))
    assert len(statuses) > 5
    trainer.kill()
    trainer.wait()
    rows += reader.new_rows()
    assert reader.skipped == 0
    assert steps(rows) == list(range(1, len(rows) + 1))
    assert all(len(row["note"]) == row["step"] % 3000 for row in rows)
    assert read_status(tmp_path).step <= len(rows) + 1
    writer = MetricsWriter(tmp_path)
    writer.resume(900)
    add(writer, 901)
    assert steps(read_metrics(file)) == list(range(1, 902))


# When nothing can be written


def test_a_full_disk_and_a_vanished_directory_are_told(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    (run / METRICS).symlink_to("/dev/full")
    writer = MetricsWriter(run)
    with pytest.raises(RunError, match=f"^no space left on .+ for the run directory {run}$"):
        add(writer, 1)
    shutil.rmtree(run)
    for write in (writer.flush, lambda: add(writer, 1), lambda: MetricsWriter(run)):
        with pytest.raises(RunError, match=f"^the run directory {run} is gone$"):
            write()
    assert not run.exists()


def test_a_full_disk_under_the_event_file_is_told(tmp_path, writer):
    (events,) = tmp_path.glob("events.out.tfevents.*")
    events.unlink()
    events.symlink_to("/dev/full")
    with pytest.raises(RunError, match="no space left"):
        add(writer, 1)


def test_a_row_over_the_limit_of_a_file_is_refused_whole(tmp_path, file):
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from trm_core.training.run_files import RunError, append\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    while True: append(Path(sys.argv[1]), b'x' * 98 + b'\\n', on_new_line=True)\n"
        "except RunError as error: print(error)\n"
    )
    command = [sys.executable, "-c", code, str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"{file}: File too large\n"
    assert file.read_bytes() == (b"x" * 98 + b"\n") * 10


# TensorBoard


def tensorboard_scalars(directory):
    """What `tensorboard --logdir directory` shows: (step, value) pairs by name."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(directory), {"scalars": 0, "tensors": 0}).Reload()
    return {
        tag: [(event.step, event.value) for event in events.Scalars(tag)]
        for tag in events.Tags()["scalars"]
    }


def test_tensorboard_shows_the_numbers_that_count(tmp_path, writer):
    add(writer, 10, 20, 30, note="text is not shown", exact=1)
    assert tensorboard_scalars(tmp_path) == {
        "loss": [(10, 5), (20, 10), (30, 15)],
        "exact": [(10, 1), (20, 1), (30, 1)],
    }
    writer = MetricsWriter(tmp_path)
    writer.resume(20)
    assert tensorboard_scalars(tmp_path)["loss"] == [(10, 5), (20, 10)]
    add(writer, 25)
    writer.append({"step": 30, "loss": math.nan})
    *before, (step, value) = tensorboard_scalars(tmp_path)["loss"]
    assert before == [(10, 5), (20, 10), (25, 12.5)]
    assert step == 30
    assert math.isnan(value)


def test_event_files_are_named_in_the_order_of_their_writers(tmp_path):
    future = tmp_path / "events.out.tfevents.9000000000.host.1.0"
    future.touch()
    for _ in range(3):
        MetricsWriter(tmp_path)
    names = sorted(path.name for path in tmp_path.glob("events*"))
    assert [int(name.split(".")[3]) - 9_000_000_000 for name in names] == [0, 1, 2, 3]


def test_event_files_are_those_of_pytorchs_own_writer(tmp_path, writer):
    from torch.utils.tensorboard import SummaryWriter

    add(writer, 1, 2)
    with SummaryWriter(str(tmp_path / "other")) as other:
        for step in (1, 2):
            other.add_scalar("loss", step / 2, step)
    assert tensorboard_scalars(tmp_path) == tensorboard_scalars(tmp_path / "other")


def test_a_long_file_can_be_read_a_part_at_a_time(tmp_path):
    file = tmp_path / METRICS
    file.write_text("".join(f'{{"step": {step}, "loss": 0.5}}\n' for step in range(60_000)))
    reader, rows, parts = MetricsReader(file), [], 0
    while parts == 0 or reader.behind:
        rows += reader.new_rows(2**18)
        parts += 1
    assert parts > 4
    assert [row["step"] for row in rows] == list(range(60_000))
    assert reader.new_rows() == []
