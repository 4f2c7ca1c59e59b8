"""Training jobs from the window: real processes, begun, steered, left alone and found again."""

import json
import os
import signal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QMessageBox, QToolButton

from trm_core.puzzles.files import parse_puzzles
from trm_core.training.metrics import read_metrics
from trm_core.training.run_files import RunError
from trm_core.training.status import read_status
from trm_gui.jobs.curves import plotted
from trm_gui.jobs.joblist import Job, JobList

PATIENCE = 60_000

TINY = {
    "training.batch_size": "8",
    "model.hidden_size": "16",
    "model.heads": "2",
    "model.cycles": "1",
    "model.latent_steps": "1",
    "model.max_supervision_steps": "4",
    "data.generate": "40",
    "data.held_out": "8",
    "training.evaluate_puzzles": "8",
    "training.log_every": "5",
    "training.compile": "off",
}


@pytest.fixture(autouse=True)
def no_process_is_left(tmp_path):
    """End whatever still trains in the test's folder."""
    yield
    for file in tmp_path.rglob("status.json"):
        try:
            status = read_status(file.parent)
        except RunError:
            continue
        if status.state not in ("stopped", "finished", "failed"):
            try:
                os.kill(status.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


@pytest.fixture
def until(qtbot):
    return lambda condition: qtbot.waitUntil(condition, timeout=PATIENCE)


@pytest.fixture
def begin(until):
    """Start a tiny job from the dialog; gives its path."""

    def begin(window, name="tiny", **changes):
        window.actions_by_name["new_job"].trigger()
        dialog = window.findChild(QDialog, "new_job_dialog")
        until(lambda: dialog.preset.count() > 0)
        dialog.preset.setCurrentText("sudoku-4x4")
        dialog.name.setText(name)
        for key, text in {**TINY, **changes}.items():
            dialog.field(key).set_text(text)
        assert dialog.missing.text() == ""
        until(dialog.ok.isEnabled)
        dialog.ok.click()
        path = Path(dialog.folder.text(), name)
        until(lambda: any(job.path == path for job in window.jobs.jobs.list.jobs))
        return path

    return begin


def condition(window, path):
    report = window.jobs.jobs.reports.get(path)
    return None if report is None else report.condition


def button(window, name):
    buttons = window.jobs.dock.findChildren(QToolButton)
    return next(each for each in buttons if each.accessibleName() == name)


def curve(window, path, name="train/loss"):
    return plotted(window.jobs.dock.pane.curves.lines[path, name])


def answer(window, words):
    """Press the button of the question that the window asks."""
    (box,) = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    next(each for each in box.buttons() if each.text().replace("&", "") == words).click()


def test_a_job_is_begun_paused_resumed_left_found_stopped_and_its_model_solves(
    window, open_window, begin, until, patience, qtbot
):
    path = begin(window, **{"training.steps": "1000000", "training.checkpoint_every": "50"})
    assert window.jobs.dock.isVisible()
    until(lambda: condition(window, path) == "running")
    until(lambda: len(curve(window, path)) >= 3)
    first = len(curve(window, path))
    until(lambda: len(curve(window, path)) > first)
    rows = {row["step"]: row.get("train/loss") for row in read_metrics(path / "metrics.jsonl")}
    for step, loss in curve(window, path):
        assert loss == pytest.approx(rows[step], rel=1e-6)

    button(window, "Pause tiny").click()
    until(lambda: condition(window, path) == "paused")
    button(window, "Resume tiny").click()
    until(lambda: condition(window, path) == "running")

    window.close()
    assert window.isVisible()
    answer(window, "Keep training")
    until(lambda: not window.isVisible())
    step = read_status(path).step

    later = open_window()
    until(lambda: condition(later, path) == "running")
    assert later.jobs.dock.isVisible(), "as it was"
    until(lambda: len(curve(later, path)) and curve(later, path)[-1][0] > step)
    button(later, "Stop tiny").click()
    until(lambda: condition(later, path) == "stopped")
    report = later.jobs.jobs.reports[path]
    assert report.step == report.saved[-1] > step

    later.jobs.use_model(path)
    until(lambda: later.session.models[-1].name == f"tiny-step_{report.step}")
    later.session.set_puzzle(parse_puzzles("1..4\n..1.\n.1..\n4..1\n")[0])
    later.session.set_model(str(later.session.models[-1].directory))
    with qtbot.waitSignal(later.session.solve_finished, timeout=patience):
        later.session.solve()
    assert later.session.trace.model_name == f"tiny-step_{report.step}"
    later.session.move_to(0)
    later.actions_by_name["next_supervision_step"].trigger()
    assert later.session.frame.supervision_step == 2
    assert later.close()


def test_what_cannot_be_trained_is_told_while_typing(window, until):
    window.actions_by_name["new_job"].trigger()
    dialog = window.findChild(QDialog, "new_job_dialog")
    until(dialog.ok.isEnabled)
    steps = dialog.field("training.steps")
    for text, sentence in (
        ("0", "training.steps is 0, expected 1 or more"),
        ("many", "training.steps is 'many', expected a whole number"),
    ):
        steps.set_text(text)
        assert dialog.missing.text() == f"⚠ {sentence}"
        assert not dialog.ok.isEnabled()
    steps.set_text("5")
    until(dialog.ok.isEnabled)
    dialog.field("model.hidden_size").set_text("0")
    assert dialog.missing.text().startswith("⚠ hidden_size is 0, expected a whole number from 1")
    dialog.field("model.hidden_size").set_text("16")
    dialog.field("data.path").set_text("/nowhere")
    until(lambda: dialog.missing.text().startswith("⚠ data.path: /nowhere is no data set"))
    assert not dialog.ok.isEnabled()
    dialog.field("data.path").set_text("")
    until(dialog.ok.isEnabled)
    dialog.name.setText("a/b")
    assert dialog.missing.text() == "⚠ Name: expected one that can be a folder's."
    dialog.reject()


def test_the_list_outlives_windows_and_is_put_aside_where_it_is_damaged(
    tmp_path, open_window, until, widget
):
    file = tmp_path / "settings" / "jobs.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"format": "trm-studio-jobs"}))
    window = open_window()
    until(lambda: file.with_suffix(".damaged").exists())
    assert window.jobs.jobs.list == JobList()


def test_the_order_of_jobs_is_kept_with_their_settings():
    jobs = JobList(tuple(Job(f"/runs/{name}") for name in "abc"))
    moved = jobs.moved(Path("/runs/c"), 0)
    assert [job.name for job in moved.jobs] == ["c", "a", "b"]
    assert moved.changed(Path("/runs/a"), waiting=True).job(Path("/runs/a")).waiting
    assert [job.name for job in moved.without(Path("/runs/a")).jobs] == ["c", "b"]
