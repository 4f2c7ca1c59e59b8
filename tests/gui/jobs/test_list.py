"""The list of jobs: order, what is attached, taken off and thrown away."""

import json
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from jobs_to_try import answer, button, choose, condition, curve, drop, names
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl

from trm_core.training.config import load_preset
from trm_core.training.run_directory import RunDirectory
from trm_core.training.run_files import RunError
from trm_gui import theme as themes
from trm_gui.jobs import joblist
from trm_gui.jobs.joblist import Job, JobList


def test_the_list_outlives_windows_and_is_put_aside_where_it_is_damaged(
    tmp_path, open_window, until, widget
):
    file = tmp_path / "settings" / "jobs.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"format": "trm-studio-jobs"}))
    window = open_window()
    until(lambda: file.with_suffix(".damaged").exists())
    assert window.jobs.jobs.list == JobList()


def test_each_damaged_list_is_kept_beside_those_before(tmp_path):
    file = joblist.JobFile(tmp_path / "jobs.json")
    for text in ("{", "["):
        (tmp_path / "jobs.json").write_text(text)
        assert file.read() == JobList()
    assert (tmp_path / "jobs.damaged").read_text() == "{"
    assert (tmp_path / "jobs.damaged1").read_text() == "["
    assert "jobs.damaged1" in file.trouble


def test_the_order_of_jobs_is_kept_with_their_settings():
    jobs = JobList(tuple(Job(f"/runs/{name}") for name in "abc"))
    moved = jobs.moved(Path("/runs/c"), 0)
    assert [job.name for job in moved.jobs] == ["c", "a", "b"]
    assert moved.changed(Path("/runs/a"), waiting=True).job(Path("/runs/a")).waiting
    assert [job.name for job in moved.without(Path("/runs/a")).jobs] == ["c", "b"]


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
    process = window.jobs.jobs._watching.watch(second).process
    window.close()
    answer(window, "Stop and save")
    until(lambda: not window.isVisible())
    assert process.wait(60) in (0, -signal.SIGTERM)


@pytest.fixture
def three(window, tmp_path, until):
    """Runs in the list that nobody trains, by name."""
    for name in "abc":
        RunDirectory.create(tmp_path / name, load_preset("sudoku-4x4").to_json())
        window.jobs.jobs.attach(tmp_path / name)
        until(lambda name=name: name in names(window))
    return {name: tmp_path / name for name in "abc"}


@pytest.mark.parametrize(
    ("name", "over", "height", "order"),
    [
        ("a", 1, 0.8, "bac"),
        ("a", 2, 0.2, "bac"),
        ("a", 2, 0.8, "bca"),
        ("a", None, 0, "bca"),
        ("c", 0, 0.2, "cab"),
        ("c", 0, 0.8, "acb"),
        ("b", 0, 0.8, "abc"),
        ("b", 2, 0.2, "abc"),
    ],
)
def test_a_row_that_is_let_go_of_is_where_the_line_between_the_rows_was(
    window, three, until, name, over, height, order
):
    until(lambda: window.jobs.dock.pane is not None)
    listing = window.jobs.dock.pane.listing
    until(lambda: listing.count() == 3 and listing.isVisible())
    listing.select(three[name])
    place = QPoint(9, listing.viewport().height() - 1)
    if over is not None:
        row = listing.visualItemRect(listing.item(over))
        place = QPoint(row.center().x(), row.top() + round(height * row.height()))
    moved = []
    listing.moved.connect(lambda *what: moved.append(what))
    drop(listing, place, QMimeData(), Qt.DropAction.MoveAction)
    assert len(moved) == (order != "abc")
    until(lambda: names(window) == list(order))


def test_a_job_that_is_new_has_the_focus(window, three, begin, until):
    until(lambda: window.jobs.dock.isVisible())
    listing = window.jobs.dock.pane.listing
    listing.select(three["a"])
    window.jobs.dock.pane.at_once.setFocus()
    path = begin(window, "fresh", **{"training.steps": "3"})
    until(lambda: listing.paths == [path])
    until(listing.hasFocus)


def test_a_folder_that_is_dropped_is_attached_and_its_curve_is_whole(window, run, until, qtbot):
    window.commands["show_jobs"].trigger()
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


def test_what_a_job_says_of_its_start_is_told_once(window, attached):
    jobs, pane = window.jobs.jobs, window.jobs.dock.pane
    starting = replace(
        jobs.reports[attached], condition="starting", sentence="Making puzzles: 3 of 7."
    )
    jobs.reported.emit(starting)
    assert pane.told.text() == "mine: starting · Making puzzles: 3 of 7 · step 0 of 7."


@pytest.mark.parametrize(("state", "colour"), [("finished", "text"), ("failed", "conflict_text")])
def test_what_is_told_of_a_job_can_be_read_in_another_theme(window, attached, qapp, state, colour):
    jobs, told = window.jobs.jobs, window.jobs.dock.pane.told
    jobs.reports[attached] = replace(jobs.reports[attached], condition=state)
    jobs.reported.emit(jobs.reports[attached])
    for theme in (themes.DARK, themes.LIGHT):
        themes.apply(qapp, theme)
        shown = told.palette().color(told.foregroundRole()).name().upper()
        assert shown == getattr(theme, colour)


def test_a_folder_that_is_no_run_is_refused_in_a_sentence(window, tmp_path, qtbot, widget):
    with qtbot.waitSignal(window.session.failed):
        window.jobs.jobs.attach(tmp_path)
    said = widget("status_line").text()
    assert said == f"⚠ {tmp_path} is no run directory (no config.json in it)"
    assert names(window) == []


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
    assert dialog.job.name.text() == "mine-2"
    dialog.field("training.steps").set_text("9")
    until(dialog.ok.isEnabled)
    config = dialog.new_job.config
    assert (config.training.steps, config.training.learning_rate) == (9, 0.5)
    dialog.reject()


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
