"""A run directory with anything in it is told of, at once, and the window goes on."""

import dataclasses
import json
import os
import threading

import pytest
from fuzz_runs import run_in
from PySide6.QtGui import QTextCursor

from trm_core.training.status import STATUS, read_status
from trm_gui.jobs.curve_data import MOST_COLUMNS
from trm_gui.jobs.joblist import Job, JobFile, JobList
from trm_gui.jobs.jobs import Jobs
from trm_gui.jobs.log import LogPane
from trm_gui.jobs.watch import Watch
from trm_gui.work import Work

SECONDS = 5.0


@pytest.fixture
def run(tmp_path):
    """A run that trains, as it says of itself."""
    return run_in(tmp_path)


def look(run):
    """What a Watch says, within SECONDS: one that hangs is left behind."""
    came = []

    def work():
        try:
            came.append(Watch(run.path).look(Job(str(run.path))))
        except BaseException as error:
            came.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(SECONDS)
    assert came, "it does not come back"
    if isinstance(came[0], BaseException):
        raise came[0]
    return came[0]


@pytest.mark.skipif(os.name == "nt", reason="there are no pipes in folders")
@pytest.mark.parametrize("kind", ["pipe", "zeros"])
@pytest.mark.parametrize(
    ("name", "condition"),
    [
        (STATUS, "unreadable"),
        ("config.json", "unreadable"),
        ("control.json", "running"),
        ("metrics.jsonl", "running"),
        ("log.txt", "running"),
    ],
)
def test_a_pipe_or_a_device_in_a_run_is_told_at_once(run, kind, name, condition):
    (run.path / name).unlink()
    if kind == "pipe":
        os.mkfifo(run.path / name)
    else:
        (run.path / name).symlink_to("/dev/zero")
    report = look(run)
    assert report.condition == condition
    told = " ".join([report.sentence, *report.notes])
    assert (f"{name}: a pipe or a device, expected a file" in told) == (
        name not in ("control.json", "log.txt")
    )


@pytest.mark.parametrize(
    ("changes", "condition"),
    [
        ({"heartbeat": 10**310}, "unreadable"),
        ({"heartbeat": float("inf")}, "unreadable"),
        ({"heartbeat": 1e300}, "unreadable"),
        ({"started": -1}, "unreadable"),
        ({"step": 10**20}, "unreadable"),
        ({"step": 2.5}, "unreadable"),
        ({"pid": -1}, "unreadable"),
        ({"message": "   \n "}, "running"),
        ({"state": "failed", "message": " \t "}, "failed"),
        ({"state": "failed", "message": "a\nb" * 9000}, "failed"),
        ({"remaining_seconds": 1e14}, "running"),
        ({"host": "x" * 9000, "heartbeat": 0}, "silent"),
    ],
)
def test_a_status_with_any_values_is_told_in_a_sentence(run, changes, condition):
    status = dataclasses.asdict(read_status(run.path)) | changes
    (run.path / STATUS).write_text(json.dumps(status))
    report = look(run)
    assert report.condition in (condition, "running")
    assert len(report.sentence.replace(str(run.path), "")) < 600
    assert "\n" not in report.sentence


def test_events_and_columns_beyond_all_bounds_are_left_out(run):
    many = {f"train/{number}": 1 for number in range(3000)}
    rows = [
        {"event": "resume", "step": 10**310},
        {"event": "resume", "step": -5},
        {"step": 10**400, "train/loss": 1},
        {"step": 13, "train/loss": 10**400},
        {"step": 14, **many},
    ]
    with (run.path / "metrics.jsonl").open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    watch = Watch(run.path)
    report = watch.look(Job(str(run.path)))
    assert report.condition == "running"
    assert "3 lines of metrics are no row, and left out." in report.notes
    assert len(watch.curves.names()) <= MOST_COLUMNS
    assert watch.curves.last("train/loss") == pytest.approx(1 / 10)


def test_a_list_of_jobs_with_a_zero_byte_in_a_name_is_put_aside(tmp_path):
    file = JobFile(tmp_path / "jobs.json")
    file.change(lambda before: JobList((Job("/a"),)))
    text = (tmp_path / "jobs.json").read_text().replace('"/a"', '"/a\\u0000"')
    (tmp_path / "jobs.json").write_text(text)
    assert file.read() == JobList()
    assert "job 1.directory is no name of a directory" in file.trouble


# The log


@pytest.fixture
def log(qtbot, tmp_path):
    """The pane, on screen."""
    work = Work()
    pane = LogPane(Jobs(work, print, tmp_path))
    qtbot.addWidget(pane)
    pane.resize(500, 200)
    pane.show()
    yield pane
    work.close()


def test_a_selection_lasts_while_the_log_grows(log):
    lines = [f"step {number}" for number in range(3000)]

    def tell(first, last):
        log.show_text("\n".join(lines[first:last]) + "\n")

    tell(0, 50)
    assert not log.textCursor().hasSelection()
    tell(0, 51)
    assert not log.textCursor().hasSelection()
    cursor = log.textCursor()
    cursor.setPosition(5)
    cursor.setPosition(11, QTextCursor.MoveMode.KeepAnchor)
    log.setTextCursor(cursor)
    chosen = log.textCursor().selectedText()
    for first, last in ((0, 60), (0, 900), (100, 1900)):
        tell(first, last)
        assert log.textCursor().selectedText() == chosen
        assert log.toPlainText().endswith(f"step {last - 1}")
        assert log.toPlainText().count(f"step {last - 1}") == 1
    log.selectAll()
    everything = log.textCursor().selectedText()
    tell(100, 1950)
    assert log.textCursor().selectedText() == everything
    cursor.setPosition(log.document().findBlockByNumber(1000).position())
    cursor.movePosition(QTextCursor.MoveOperation.EndOfLine, QTextCursor.MoveMode.KeepAnchor)
    log.setTextCursor(cursor)
    tell(1000, 2400)  # the first lines make room
    assert log.textCursor().selectedText() == "step 1000"
    tell(2900, 3000)  # so much came at once that nothing is the same
    assert log.toPlainText().splitlines() == lines[2900:3000]


def test_a_log_that_begins_anew_is_shown_as_it_is_and_a_reader_above_stays(log):
    log.show_text("old\n" * 300)
    bar = log.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    bar.setValue(20)
    log.show_text("old\n" * 300 + "new\n" * 20)
    assert bar.value() == 20
    log.show_text("other\r3\r4\n")
    assert log.toPlainText() == "other\n3\n4"
