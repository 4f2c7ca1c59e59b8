"""Training jobs from the window: real processes, begun, steered, left alone and found again."""

import json
import platform
import re
import time

import psutil
import pytest
from jobs_to_try import TINY, answer, button, condition, curve, notices, threads_of_jobs

from trm_core.puzzles.files import parse_puzzles
from trm_core.training.metrics import read_metrics
from trm_core.training.status import read_status
from trm_gui.app import make_window

MEASURED = r"About \d+ (s|min.*|h.*) on the CPU, [\d.,]+ ms a step, in \d\.\d GiB of memory\."


def test_a_job_is_begun_paused_resumed_left_found_stopped_and_its_model_solves(
    window, open_window, begin, until, qtbot
):
    path = begin(window, **{"training.steps": "1000000", "training.checkpoint_every": "50"})
    until(window.jobs.dock.isVisible)
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
    until(lambda: later.session.models.all[-1].name == f"tiny-step_{report.step}")
    later.session.set_puzzle(parse_puzzles("1..4\n..1.\n.1..\n4..1\n")[0])
    later.session.set_model(str(later.session.models.all[-1].directory))
    with qtbot.waitSignal(later.session.solve_finished):
        later.session.solve()
    assert later.session.trace.model_name == f"tiny-step_{report.step}"
    later.session.move_to(0)
    later.commands["next_supervision_step"].trigger()
    assert later.session.frame.supervision_step == 2
    assert later.close()


def test_what_cannot_be_trained_is_told_while_typing(window, until, dialog_of):
    window.commands["new_job"].trigger()
    dialog = dialog_of(window)
    until(dialog.ok.isEnabled)
    steps = dialog.field("training.steps")
    for text, sentence in (
        ("0", "Steps is 0, expected a whole number from 1 up."),
        ("many", "Steps is 'many', expected a whole number from 1 up."),
    ):
        steps.set_text(text)
        assert dialog.missing.text() == f"⚠ {sentence}"
        assert not dialog.ok.isEnabled()
    steps.set_text("5")
    until(dialog.ok.isEnabled)
    dialog.field("model.hidden_size").set_text("0")
    assert dialog.missing.text().startswith("⚠ Hidden size is 0, expected a whole number from 1")
    dialog.field("model.hidden_size").set_text("16")
    dialog.field("data.path").set_text("/nowhere")
    until(lambda: dialog.missing.text().startswith("⚠ Data: /nowhere is no data set"))
    assert not dialog.ok.isEnabled()
    dialog.field("data.path").set_text("")
    until(dialog.ok.isEnabled)
    for key, text in TINY.items():
        dialog.field(key).set_text(text)
    until(dialog.estimate.button.isEnabled)
    dialog.estimate.button.click()
    until(lambda: dialog.estimate.told.text() not in ("", "Training a few steps…"))
    assert re.match(MEASURED, dialog.estimate.told.text()), dialog.estimate.told.text()
    steps.set_text("6")
    assert dialog.estimate.told.text() == ""
    dialog.job.minutes.setValue(2)
    dialog.job.device.setCurrentIndex(dialog.job.device.findData("cpu"))
    until(dialog.ok.isEnabled)
    assert (dialog.new_job.job.time_limit, dialog.new_job.job.device) == (120, "cpu")
    dialog.settings.advanced.button.click()
    dialog.settings.advanced.find.setText("gradient that")
    shown = [key for key in dialog.settings.fields if dialog.field(key).isVisibleTo(dialog)]
    assert "training.clip_norm" not in shown
    dialog.settings.advanced.find.setText("shortened")
    assert dialog.field("training.clip_norm").isVisible()
    assert not dialog.field("training.optimizer").isVisible()
    dialog.job.name.setText("a/b")
    assert dialog.missing.text().startswith("⚠ Name has / in it")
    dialog.reject()


def test_a_window_that_is_deleted_while_it_asks_leaves_no_thread_behind(
    qapp, tmp_path, run, qtbot, until
):
    window = make_window(tmp_path / "settings")
    window.show()
    status = {"state": "running", "pid": psutil.Process().pid, "host": platform.node()}
    status |= {"heartbeat": time.time(), "started": 0.0, "step": 3, "steps": 5}
    (run / "status.json").write_text(json.dumps(status))
    window.jobs.jobs.attach(run)
    until(lambda: condition(window, run) == "running")
    window.close()
    assert window.isVisible()
    assert threads_of_jobs()
    with qtbot.waitSignal(window.destroyed):
        window.deleteLater()
    until(lambda: not threads_of_jobs())


@pytest.fixture
def write(run):
    """Writes the status of `run`, as a process that trains it would."""

    def write(**changes):
        status = {"state": "running", "pid": psutil.Process().pid, "host": platform.node()}
        status |= {"heartbeat": time.time(), "started": 0.0, "step": 3, "steps": 7, **changes}
        (run / "new").write_text(json.dumps(status))
        (run / "new").replace(run / "status.json")

    return write


def test_a_stop_is_told_by_its_reason_whatever_its_words(window, run, write, until):
    """Those that somebody asked for are no news; an earlier version wrote no reason."""
    write()
    window.jobs.jobs.attach(run)
    for stopped in (
        {"reason": "asked", "message": "asked, well before the time limit"},
        {"message": "the time limit was reached"},
        {"reason": "time limit", "message": "enough"},
    ):
        until(lambda: condition(window, run) == "running")
        write(state="stopped", **stopped)
        until(lambda: condition(window, run) == "stopped")
        told = notices(window)
        write()
    assert told == ["mine stopped. Enough."]


def test_what_ended_is_told_with_the_reason_also_when_no_window_was_there(
    window, open_window, run, until, write
):
    write()
    window.jobs.jobs.attach(run)
    until(lambda: condition(window, run) == "running")
    write(state="failed", message="the disk is on fire")
    until(lambda: notices(window) == ["⚠ mine: The disk is on fire."])
    write()
    until(lambda: condition(window, run) == "running")
    window.close()
    answer(window, "Keep training")
    until(lambda: not window.isVisible())
    write(state="finished", step=7)
    later = open_window()
    until(lambda: notices(later) == ["mine is done."])
    later.jobs.notices.shown[0].gone.emit()
    assert notices(later) == []
