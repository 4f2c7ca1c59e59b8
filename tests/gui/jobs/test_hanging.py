"""Folders that do not answer, as a share that is cut off: files that hang whoever opens them."""

import threading

import pytest
from jobs_to_try import condition, threads_of_jobs

from trm_core import documents
from trm_core.training.run_directory import RunDirectory
from trm_gui import work as works
from trm_gui.jobs import watching


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """A second is long; a look on a busy machine may take it, and comes back."""
    monkeypatch.setattr(watching, "OVERDUE", 1.0)
    monkeypatch.setattr(works, "ANSWERS_WITHIN", 1.0)


class Share:
    """Some files are on a share that is cut off: who opens one of them waits until it answers."""

    def __init__(self):
        self._answers = {}
        self._open = documents._opened

    def cut_off(self, file):
        file.touch()
        self._answers[str(file)] = threading.Event()

    def answer(self, file):
        self._answers[str(file)].set()

    def close(self):
        for answer in self._answers.values():
            answer.set()

    def open(self, file, flags):
        if answer := self._answers.get(str(file)):
            answer.wait()
        return self._open(file, flags)


@pytest.fixture
def share(monkeypatch):
    """Pipes and devices, which would hang as well, are refused at once."""
    share = Share()
    monkeypatch.setattr(documents, "_opened", share.open)
    yield share
    share.close()


def sentence(window, path):
    return window.jobs.jobs.reports[path].sentence


def test_a_folder_that_does_not_answer_is_told_and_holds_up_no_other_job(
    window, attached, share, begin, until
):
    share.cut_off(attached / "metrics.jsonl")
    until(lambda: condition(window, attached) == "unreadable")
    assert sentence(window, attached).startswith("Its folder does not answer:")
    for what in ("pause", "stop"):  # nothing of which comes to pass, nor holds up anything
        window.jobs.jobs.ask(attached, what)
    other = begin(window, **{"training.steps": "3"})
    until(lambda: condition(window, other) == "finished")
    assert condition(window, attached) == "unreadable"
    share.answer(attached / "metrics.jsonl")
    until(lambda: condition(window, attached) == "new")
    until((attached / "control.json").exists)


def test_as_many_as_are_looked_at_at_once_may_hang(window, tmp_path, run, share, until):
    paths = [run.with_name(f"hung-{number}") for number in range(watching.AT_ONCE)]
    for path in paths:
        RunDirectory.create(path, RunDirectory.open(run).config)
        window.jobs.jobs.attach(path)
        until(lambda path=path: condition(window, path) == "new")
        share.cut_off(path / "metrics.jsonl")
    until(lambda: all(condition(window, path) == "unreadable" for path in paths))
    window.jobs.jobs.attach(run)
    until(lambda: condition(window, run) == "new")
    assert [condition(window, path) for path in paths] == ["unreadable"] * len(paths)


def test_a_window_closes_while_a_folder_does_not_answer(window, attached, share, until):
    share.cut_off(attached / "metrics.jsonl")
    until(lambda: condition(window, attached) == "unreadable")
    window.close()
    (stuck,) = threads_of_jobs()
    share.answer(attached / "metrics.jsonl")
    stuck.join(10)
    assert not stuck.is_alive()


def test_opening_a_folder_that_does_not_answer_is_told(window, run, share, qtbot, until):
    share.cut_off(run / "config.json")
    with qtbot.waitSignal(window.session.failed) as failed:
        window.jobs.jobs.attach(run)
    assert failed.args[0].startswith(f"{run} does not answer:")
    assert condition(window, run) is None


def test_a_folder_that_answers_after_the_window_has_closed_begins_nothing(
    window, run, share, monkeypatch, qapp
):
    monkeypatch.setattr(works, "CLOSES_WITHIN", 0.1)
    share.cut_off(run / "config.json")
    window.jobs.jobs.attach(run)
    window.close()
    share.answer(run / "config.json")
    for each in threads_of_jobs():
        each.join(10)
    qapp.processEvents()  # among them, that there is one more job
    assert threads_of_jobs() == []
    assert window.jobs.dock.isHidden()


def test_a_folder_that_a_new_job_needs_and_does_not_answer_is_told(
    window, dialog_of, share, tmp_path, until
):
    model = tmp_path / "model"
    model.mkdir()
    share.cut_off(model / "config.json")
    window.commands["new_job"].trigger()
    dialog = dialog_of(window)
    until(dialog.ok.isEnabled)
    dialog.field("training.start_from").set_text(str(model))
    until(lambda: dialog.missing.text().startswith("⚠ A folder named here does not answer:"))
    assert not dialog.ok.isEnabled()
    dialog.field("training.start_from").set_text("sudoku-4x4")
    until(dialog.ok.isEnabled)
    dialog.reject()
