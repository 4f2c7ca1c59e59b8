"""Training jobs from the window: real processes, begun, steered, left alone and found again."""

import json
import platform
import re
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from filelock import FileLock
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QDialog, QMenu, QMessageBox, QToolButton

from trm_core.checkpoints.info import find_model
from trm_core.puzzles.files import load_puzzles, parse_puzzles
from trm_core.resources import RESOURCES
from trm_core.training.config import load_preset
from trm_core.training.metrics import read_metrics
from trm_core.training.run import train
from trm_core.training.run_directory import RunDirectory
from trm_core.training.run_files import RunError
from trm_core.training.status import read_status
from trm_gui.app import make_window
from trm_gui.jobs import joblist
from trm_gui.jobs.curve_data import Curves, View
from trm_gui.jobs.curves import plotted
from trm_gui.jobs.joblist import Job, JobList
from trm_gui.jobs.load import Load, parsed
from trm_gui.jobs.strip import STEP

PATIENCE = 120_000

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

MEASURED = r"About \d+ (s|min.*|h.*) on CPU, [\d.,]+ ms a step, in \d\.\d GiB of memory\."


@pytest.fixture(autouse=True)
def no_process_is_left(tmp_path):
    """End whatever still works in the test's folder."""
    yield
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if any(str(tmp_path) in argument for argument in process.cmdline()):
                process.kill()


@pytest.fixture
def until(qtbot):
    return lambda condition: qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)


@pytest.fixture
def dialog_of(until):
    """The dialog for a new job, once it is open and filled."""

    def open_dialogs(window):
        dialogs = window.findChildren(QDialog, "new_job_dialog")
        return [each for each in dialogs if each.isVisible() and each.preset.count()]

    def dialog_of(window):
        until(lambda: open_dialogs(window))
        return open_dialogs(window)[0]

    return dialog_of


@pytest.fixture
def begin(until, dialog_of):
    """Start a tiny job from the dialog; gives its path."""

    def begin(window, name="tiny", **changes):
        window.actions_by_name["new_job"].trigger()
        dialog = dialog_of(window)
        dialog.preset.setCurrentText("sudoku-4x4")
        dialog.name.setText(name)
        for key, text in {**TINY, **changes}.items():
            dialog.field(key).set_text(text)
        assert dialog.missing.text() == ""
        until(dialog.ok.isEnabled)
        path = Path(dialog.folder.text(), name)
        dialog.ok.click()
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
    line = window.jobs.dock.pane.curves.lines.get((path, name))
    return np.empty((0, 2)) if line is None else plotted(line)


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


def test_what_cannot_be_trained_is_told_while_typing(window, until, dialog_of):
    window.actions_by_name["new_job"].trigger()
    dialog = dialog_of(window)
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
    for key, text in TINY.items():
        dialog.field(key).set_text(text)
    until(dialog.estimate.button.isEnabled)
    dialog.estimate.button.click()
    until(lambda: dialog.estimate.told.text() not in ("", "Training a few steps…"))
    assert re.match(MEASURED, dialog.estimate.told.text()), dialog.estimate.told.text()
    steps.set_text("6")
    assert dialog.estimate.told.text() == ""
    dialog.minutes.setValue(2)
    dialog.device.setCurrentIndex(dialog.device.findData("cpu"))
    until(dialog.ok.isEnabled)
    assert (dialog.new_job.job.time_limit, dialog.new_job.job.device) == (120, "cpu")
    dialog.advanced.button.click()
    dialog.advanced.find.setText("gradient that")
    shown = [key for key in dialog._fields if dialog.field(key).isVisibleTo(dialog)]
    assert "training.clip_norm" not in shown
    dialog.advanced.find.setText("shortened")
    assert dialog.field("training.clip_norm").isVisible()
    assert not dialog.field("training.optimizer").isVisible()
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


@pytest.fixture
def run(tmp_path):
    """A run directory that nobody trains."""
    config = load_preset("sudoku-4x4").changed(["steps=7", "learning_rate=0.5"])
    path = tmp_path / "elsewhere" / "mine"
    RunDirectory.create(path, config.to_json())
    (path / "metrics.jsonl").write_text(
        "".join(
            json.dumps({"step": step, "train/loss": 1 / step, "train/cell_accuracy": None}) + "\n"
            for step in range(1, 1001)
        )
    )
    return path


@pytest.fixture
def attached(window, run, until):
    window.jobs.jobs.attach(run)
    until(lambda: condition(window, run) == "new")
    return run


def names(window):
    return [job.name for job in window.jobs.jobs.list.jobs]


def choose(window, path, words):
    """Choose an item of a job's menu."""
    menu = QMenu(window)
    window.jobs.fill_menu(menu, [path])
    item = next(each for each in menu.actions() if each.text().replace("&", "") == words)
    assert item.isEnabled()
    item.trigger()


def drop(widget, place, content, action):
    """Let go of something over a widget."""
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    widget.dropEvent(QDropEvent(QPointF(place), action, content, buttons, keys))


def test_one_job_runs_at_a_time_in_an_order_that_can_be_changed(
    window, open_window, begin, until, qtbot
):
    first = begin(window, "first", **{"training.steps": "1000000"})
    until(lambda: condition(window, first) == "starting")
    other = open_window()
    until(lambda: condition(other, first) == "starting")
    second, third = begin(window, "second"), begin(window, "third", **{"training.steps": "3"})
    until(lambda: condition(window, third) == condition(other, third) == "waiting")
    listing = window.jobs.dock.pane.listing
    listing.select(third)
    qtbot.keyClick(listing, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    until(lambda: names(window) == ["first", "third", "second"])
    assert listing.paths == [third]
    choose(window, second, "Stop and save")
    until(lambda: condition(window, second) == "new")
    choose(window, second, "Start when there is room")
    until(lambda: condition(window, second) == "waiting")
    until(lambda: condition(window, first) == "running")
    until(lambda: condition(other, first) == "running")
    assert [condition(window, path) for path in (third, second)] == ["waiting"] * 2
    other.close()
    answer(other, "Keep training")
    button(window, "Stop first").click()
    until(lambda: condition(window, third) in ("starting", "running", "finished"))
    assert condition(window, first) == "stopped"
    until(lambda: condition(window, third) == "finished")
    until(lambda: condition(window, second) == "starting")
    until(lambda: window.jobs.jobs.list.job(second).pid)
    process = window.jobs.jobs._watches[second].process
    window.close()
    answer(window, "Stop and save")
    until(lambda: not window.isVisible())
    assert process.wait(60) in (0, -signal.SIGTERM)


def test_a_folder_that_is_dropped_is_attached_and_its_curve_is_whole(window, run, until, qtbot):
    window.actions_by_name["show_jobs"].trigger()
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(run))])
    drop(window.jobs.dock, QPoint(5, 5), content, Qt.DropAction.CopyAction)
    until(lambda: condition(window, run) == "new")
    until(lambda: len(curve(window, run)))
    points = curve(window, run)
    assert (points[0] == [1, 1]).all()
    assert points[-1] == pytest.approx([1000, 1 / 1000], rel=1e-6)
    curves = window.jobs.dock.pane.curves
    curves.bar.smoothing.setCurrentIndex(curves.bar.smoothing.findData(5))
    until(lambda: curve(window, run)[0][1] == pytest.approx((1 + 1 / 2 + 1 / 3) / 3, rel=1e-6))
    plot = next(iter(curves.plots.values()))
    plot.setXRange(100, 110, padding=0)
    until(lambda: 10 < len(curve(window, run)) < 30)
    curves.bar.logarithmic.setChecked(True)
    place = plot.mapRectToScene(plot.vb.geometry()).center()
    curves.canvas.scene().sigMouseMoved.emit(place)
    until(lambda: curves.reading.text().startswith("Step 105 · loss 0.00952"))
    curves.bar.whole.click()
    until(lambda: len(curve(window, run)) > 100)


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
    jobs = window.jobs.jobs
    with qtbot.waitSignal(window.destroyed):
        window.deleteLater()
    assert jobs._closing.is_set()


def test_a_folder_that_is_no_run_is_refused_in_a_sentence(window, tmp_path, qtbot, widget):
    with qtbot.waitSignal(window.session.failed):
        window.jobs.jobs.attach(tmp_path)
    said = widget("status_line").text()
    assert said == f"⚠ {tmp_path} is no run directory (no config.json in it)"
    assert names(window) == []


def test_several_runs_are_numbered_and_plotted_together(window, run, attached, until, tmp_path):
    other = RunDirectory.create(tmp_path / "other", RunDirectory.open(run).config).path
    (other / "metrics.jsonl").write_text('{"step": 1, "train/loss": 3}\n')
    window.jobs.jobs.attach(other)
    until(lambda: condition(window, other) == "new")
    listing = window.jobs.dock.pane.listing
    listing.selectAll()
    until(lambda: len(curve(window, run)) and len(curve(window, other)))
    assert curve(window, other).tolist() == [[1, 3]]
    assert [listing.job_row(path)._mark for path in (run, other)] == [1, 2]
    listing.select(other)
    place = listing.visualItemRect(listing.item(0)).center()
    drop(listing, place, QMimeData(), Qt.DropAction.MoveAction)
    until(lambda: names(window) == ["other", "mine"])
    assert listing.paths == [other]


def test_a_job_goes_to_the_trash_after_a_question(
    window, attached, until, tmp_path, monkeypatch, qtbot
):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    listing = window.jobs.dock.pane.listing
    qtbot.keyClick(listing, Qt.Key.Key_Delete)
    answer(window, "Cancel")
    assert names(window) == ["mine"]
    qtbot.keyClick(listing, Qt.Key.Key_Delete)
    answer(window, "Move to the trash")
    until(lambda: names(window) == [])
    assert not attached.exists()
    assert (tmp_path / "data" / "Trash" / "files" / "mine" / "config.json").exists()


def test_a_job_that_is_only_taken_off_the_list_keeps_its_folder(window, attached, until):
    choose(window, attached, "Take off the list")
    until(lambda: names(window) == [])
    assert (attached / "config.json").exists()


def test_a_duplicate_begins_with_the_same_settings(window, attached, until, dialog_of):
    choose(window, attached, "Duplicate with changes…")
    dialog = dialog_of(window)
    assert dialog.name.text() == "mine-2"
    dialog.field("training.steps").set_text("9")
    until(dialog.ok.isEnabled)
    config = dialog.new_job.config
    assert (config.training.steps, config.training.learning_rate) == (9, 0.5)
    dialog.reject()


def test_a_resume_takes_back_later_rows_and_many_rows_are_few_points_with_all_extremes():
    curves, random = Curves(), np.random.default_rng(1)
    values = random.random(100_000)
    rows = [{"step": n, "train/loss": v} for n, v in enumerate(values.tolist())]
    curves.add([*rows, {"event": "resume", "step": 89_999}])
    line = curves.line("train/loss", View(width=500))
    assert len(line.steps) <= 1003
    assert line.steps[-1] == 89_999
    part = values[:90_000].astype(np.float32)
    assert (line.values.min(), line.values.max()) == (part.min(), part.max())
    curves.add(rows[90_000:])
    assert curves.line("train/loss", View(500, 95_000, 95_010)).steps.tolist() == list(
        range(94_998, 95_013)
    )
    smooth = curves.line("train/loss", View(2**31, smoothing=100)).values
    assert smooth[50_000] == pytest.approx(values[49_951:50_051].mean(), rel=1e-5)
    assert curves.near("train/loss", 7.4) == (7, pytest.approx(values[7]))


def test_what_is_no_number_leaves_a_gap():
    curves = Curves()
    curves.add(
        [
            {"step": 1, "train/loss": "much", "train/cell_accuracy": 0.5},
            {"step": 2, "train/loss": 10**400, "train/cell_accuracy": None},
            {"step": 10**400, "train/loss": 1.0},
            {"step": 3, "train/loss": 1.5},
        ]
    )
    assert curves.line("train/loss", View()).steps.tolist() == [3]
    assert curves.line("train/cell_accuracy", View()).steps.tolist() == [1]


def test_a_pinned_puzzle_is_tried_on_each_checkpoint_and_any_answer_opens(
    window, until, tmp_path, qtbot, open_window
):
    """The bundled model stands for three checkpoints of a run; one is not there to be read."""
    run = RunDirectory.create(tmp_path / "mine", load_preset("sudoku-4x4").to_json())
    model = find_model("sudoku-4x4").directory
    for step in (100, 250):
        shutil.copytree(model, run.checkpoint(step))
    window.session.set_puzzle(parse_puzzles("1..4\n..1.\n.1..\n4..1\n")[0])
    window.jobs.jobs.attach(run.path)
    until(lambda: condition(window, run.path) == "new")
    pane = window.jobs.dock.pane
    pane.tabs.setCurrentWidget(pane.learning)
    pane.learning.pin.click()

    def steps(pane):
        strip = pane.learning.strip
        return [strip.item(row).data(STEP) for row in range(strip.count())]

    until(lambda: steps(pane) == [100, 250])
    shutil.copytree(model, tmp_path / "step")
    (tmp_path / "step").rename(run.checkpoint(300))
    until(lambda: steps(pane) == [100, 250, 300])
    assert pane.learning.strip.item(2).text() == "step 300\nsolved"
    shutil.rmtree(run.checkpoint(100))
    window.session.set_puzzle(load_puzzles(RESOURCES / "puzzles" / "sudoku-9x9.sdm")[0])
    with qtbot.waitSignal(window.session.trace_changed):
        pane.learning.strip.itemClicked.emit(pane.learning.strip.item(0))
    until(lambda: window.session.trace is not None)
    trace = window.session.trace
    assert trace.model_name == "mine-step_100"
    assert trace.solved(len(trace) - 1)
    assert window.session.puzzle.rows == 4
    window.close()
    later = open_window()
    until(lambda: condition(later, run.path) == "new")
    until(lambda: steps(later.jobs.dock.pane) == [100, 250, 300])


def test_a_pinned_puzzle_that_does_not_fit_is_told(window, until, tmp_path):
    run = RunDirectory.create(tmp_path / "mine", load_preset("sudoku-4x4").to_json())
    shutil.copytree(find_model("sudoku-4x4").directory, run.checkpoint(5))
    window.jobs.jobs.attach(run.path)
    until(lambda: condition(window, run.path) == "new")
    pane = window.jobs.dock.pane
    pane.learning.pin.click()
    until(lambda: pane.learning.told.text().startswith("⚠ step_5 is made for Sudoku 4×4"))
    assert pane.learning.strip.count() == 0


def notices(window):
    return [notice.told.text() for notice in window.jobs.notices.shown]


def test_what_ended_is_told_with_the_reason_also_when_no_window_was_there(
    window, open_window, run, until
):
    def write(**changes):
        status = {"state": "running", "pid": psutil.Process().pid, "host": platform.node()}
        status |= {"heartbeat": time.time(), "started": 0.0, "step": 3, "steps": 7, **changes}
        (run / "new").write_text(json.dumps(status))
        (run / "new").replace(run / "status.json")

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


def test_a_model_is_measured_and_saved_with_a_card(window, until, tmp_path, patience):
    """Of a run that has been trained here, for a step."""
    changes = [f"{key.partition('.')[2]}={text}" for key, text in TINY.items()]
    config = load_preset("sudoku-4x4").changed([*changes, "steps=1"])
    run = RunDirectory.create(tmp_path / "mine", config.to_json())
    train(run, torch.device("cpu"))
    window.session.set_puzzle(parse_puzzles("1..4\n..1.\n.1..\n4..1\n")[0])
    window.jobs.jobs.attach(run.path)
    until(lambda: condition(window, run.path) == "finished")
    choose(window, run.path, "Save its model, measured…")
    dialog = window.findChild(QDialog, "publish_dialog")
    dialog.name.setText("sudoku-4x4")
    assert dialog.missing.text() == "⚠ Name: there is a model sudoku-4x4 already."
    dialog.name.setText("published")
    dialog.ok.click()
    until(lambda: window.session.model.name == "published")
    card = window.session.model.directory / "README.md"
    assert "`trm eval published` measures all of this again." in card.read_text()
    assert notices(window)[0].startswith("published is among the models now. ")
    assert "0.0" in notices(window)[0]


def test_a_pinned_puzzle_waits_for_the_user_s_own_solve(
    window, until, tmp_path, solve_for_long, qtbot
):
    run = RunDirectory.create(tmp_path / "mine", load_preset("sudoku-4x4").to_json())
    shutil.copytree(find_model("sudoku-4x4").directory, run.checkpoint(5))
    puzzle = parse_puzzles("1..4\n..1.\n.1..\n4..1\n")[0]
    window.jobs.jobs.attach(run.path)
    until(lambda: condition(window, run.path) == "new")
    solve_for_long()
    window.jobs.learning.pin(run.path, puzzle)
    until(lambda: run.path in window.jobs.learning.pinned)
    frames = len(window.session.trace)
    until(lambda: len(window.session.trace) > frames + 30)
    assert window.jobs.learning.boards[run.path] == {}
    window.session.cancel()
    until(lambda: 5 in window.jobs.learning.boards[run.path])


def test_a_job_that_cannot_be_made_is_told_in_the_dialog_which_stays(
    window, until, dialog_of, tmp_path
):
    (tmp_path / "file").write_text("")
    window.actions_by_name["new_job"].trigger()
    dialog = dialog_of(window)
    dialog.folder.setText(str(tmp_path / "file"))
    until(dialog.ok.isEnabled)
    dialog.ok.click()
    until(lambda: dialog.missing.text() != "")
    assert dialog.missing.text() == f"⚠ {tmp_path / 'file'}: File exists"
    assert dialog.isVisible()
    dialog.reject()


def test_the_load_of_the_machine_is_measured_and_told_in_words(window, until):
    window.actions_by_name["show_jobs"].trigger()
    told = window.jobs.dock.pane.load
    until(lambda: re.match(r"Processor \d+% · memory [\d.]+ of [\d.]+ GiB", told.text()))
    load = Load(0.5, (2**30, 2**33), **parsed("40, 1024, 81559\n60, 1024, 81559\n"))
    assert load.words == "Processor 50% · memory 1.0 of 8.0 GiB · GPU 50%, 2.0 of 159.3 GiB"
    with pytest.raises(ValueError, match="N/A"):
        parsed("[N/A], 12, 13\n")


def test_a_damaged_or_locked_list_costs_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(joblist, "LOCK_SECONDS", 0.1)
    file = joblist.JobFile(tmp_path / "jobs.json")
    file.change(lambda jobs: jobs.with_job(Job("/runs/a")))
    with (
        FileLock(tmp_path / "jobs.lock"),
        pytest.raises(RunError, match="is being written by another window"),
    ):
        file.change(lambda jobs: jobs.with_job(Job("/runs/b")))
    assert [job.name for job in file.read().jobs] == ["a"]
