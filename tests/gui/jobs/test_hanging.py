"""Folders that do not answer, as a shared one that is cut off: here, files whose reading hangs."""

import os
import threading
from contextlib import suppress

import pytest
from jobs_to_try import condition

from trm_core.training.run_directory import RunDirectory
from trm_gui.jobs import jobs, new_jobs, watching

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """A second is long; a look on a busy machine may take it, and comes back."""
    for module in (watching, jobs, new_jobs):
        monkeypatch.setattr(module, "OVERDUE", 1.0)


@pytest.fixture
def hanging():
    """Make a file hang whoever reads it, until the test ends or `answer` is called."""
    pipes = []

    def hang(file):
        file.unlink(missing_ok=True)
        os.mkfifo(file)
        pipes.append(file)

    yield hang
    for file in pipes:
        answer(file)


def answer(file):
    """Let go of those who wait for the pipe, and put an empty file in its place."""
    with suppress(FileNotFoundError):
        writer = os.open(file, os.O_RDWR | os.O_NONBLOCK)
        file.unlink()
        file.touch()
        os.close(writer)


def sentence(window, path):
    return window.jobs.jobs.reports[path].sentence


def test_a_folder_that_does_not_answer_is_told_and_holds_up_no_other_job(
    window, attached, hanging, begin, until
):
    hanging(attached / "metrics.jsonl")
    until(lambda: condition(window, attached) == "unreadable")
    assert sentence(window, attached).startswith("Its folder does not answer:")
    for what in ("pause", "stop"):  # nothing of which comes to pass, nor holds up anything
        window.jobs.jobs.ask(attached, what)
    other = begin(window, **{"training.steps": "3"})
    until(lambda: condition(window, other) == "finished")
    assert condition(window, attached) == "unreadable"
    answer(attached / "metrics.jsonl")
    until(lambda: condition(window, attached) == "new")
    until((attached / "control.json").exists)


def test_as_many_as_are_looked_at_at_once_may_hang(window, tmp_path, run, hanging, until):
    paths = [run.with_name(f"hung-{number}") for number in range(watching.AT_ONCE)]
    for path in paths:
        RunDirectory.create(path, RunDirectory.open(run).config)
        window.jobs.jobs.attach(path)
        until(lambda path=path: condition(window, path) == "new")
        hanging(path / "metrics.jsonl")
    until(lambda: all(condition(window, path) == "unreadable" for path in paths))
    window.jobs.jobs.attach(run)
    until(lambda: condition(window, run) == "new")
    assert [condition(window, path) for path in paths] == ["unreadable"] * len(paths)


def test_a_window_closes_while_a_folder_does_not_answer(window, attached, hanging, until):
    hanging(attached / "metrics.jsonl")
    until(lambda: condition(window, attached) == "unreadable")
    window.close()
    (stuck,) = [each for each in threading.enumerate() if each.name == f"job {attached.name}"]
    answer(attached / "metrics.jsonl")
    stuck.join(10)
    assert not stuck.is_alive()


def test_opening_a_folder_that_does_not_answer_is_told(window, run, hanging, qtbot, until):
    hanging(run / "config.json")
    with qtbot.waitSignal(window.jobs.jobs.failed) as failed:
        window.jobs.jobs.attach(run)
    assert failed.args[0].startswith(f"{run} does not answer:")
    assert condition(window, run) is None


def test_a_folder_that_a_new_job_needs_and_does_not_answer_is_told(
    window, dialog_of, hanging, tmp_path, until
):
    model = tmp_path / "model"
    model.mkdir()
    hanging(model / "config.json")
    window.actions_by_name["new_job"].trigger()
    dialog = dialog_of(window)
    until(dialog.ok.isEnabled)
    dialog.field("training.start_from").set_text(str(model))
    until(lambda: dialog.missing.text().startswith("⚠ A folder named here does not answer:"))
    assert not dialog.ok.isEnabled()
    dialog.field("training.start_from").set_text("sudoku-4x4")
    until(dialog.ok.isEnabled)
    dialog.reject()
