"""Seeing a job learn, and what becomes of its model."""

import shutil
from dataclasses import replace

import pytest
import torch
from jobs_to_try import TINY, answer, choose, condition, notices
from PySide6.QtWidgets import QDialog

from trm_core.checkpoints.info import find_model
from trm_core.puzzles.files import load_puzzles, parse_puzzles
from trm_core.resources import RESOURCES
from trm_core.training.config import load_preset
from trm_core.training.run import train
from trm_core.training.run_directory import RunDirectory
from trm_gui import theme as themes
from trm_gui.jobs.strip import STEP
from trm_gui.preferences import stored_preferences, use


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


def test_a_pinned_puzzle_that_does_not_fit_is_told(window, until, tmp_path, qapp):
    run = RunDirectory.create(tmp_path / "mine", load_preset("sudoku-4x4").to_json())
    shutil.copytree(find_model("sudoku-4x4").directory, run.checkpoint(5))
    window.jobs.jobs.attach(run.path)
    until(lambda: condition(window, run.path) == "new")
    pane = window.jobs.dock.pane
    pane.learning.pin.click()
    told = pane.learning.told
    until(lambda: told.text().startswith("⚠ step_5 is made for Sudoku 4×4"))
    for theme in (themes.DARK, themes.LIGHT):
        themes.apply(qapp, theme)
        shown = told.palette().color(told.foregroundRole()).name().upper()
        assert shown == theme.conflict_text
    assert pane.learning.strip.count() == 0


def test_what_was_seen_of_a_job_goes_with_its_directory(window, until, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    run = RunDirectory.create(tmp_path / "mine", load_preset("sudoku-4x4").to_json())
    shutil.copytree(find_model("sudoku-4x4").directory, run.checkpoint(5))
    seen = tmp_path / "settings" / "learning"
    window.session.set_puzzle(parse_puzzles("1..4\n..1.\n.1..\n4..1\n")[0])
    window.jobs.jobs.attach(run.path)
    until(lambda: condition(window, run.path) == "new")
    window.jobs.dock.pane.learning.pin.click()
    until(lambda: list(seen.rglob("*.trmrec")))
    choose(window, run.path, "Delete…")
    answer(window, "Move to the trash")
    until(lambda: list(seen.iterdir()) == [])
    assert window.jobs.learning.pinned == set()


@pytest.fixture
def pinned_job(window, until, tmp_path):
    """A run with one checkpoint, a puzzle that was tried on it, and the folder of what was seen."""
    run = RunDirectory.create(tmp_path / "mine", load_preset("sudoku-4x4").to_json())
    shutil.copytree(find_model("sudoku-4x4").directory, run.checkpoint(5))
    seen = tmp_path / "settings" / "learning"
    window.jobs.jobs.attach(run.path)
    until(lambda: condition(window, run.path) == "new")
    window.jobs.learning.pin(run.path, parse_puzzles("1..4\n..1.\n.1..\n4..1\n")[0])
    until(lambda: list(seen.rglob("*.trmrec")))
    return run.path, seen


def test_what_was_seen_of_a_job_goes_as_it_is_taken_off_the_list(window, until, pinned_job):
    path, seen = pinned_job
    choose(window, path, "Take off the list")
    until(lambda: list(seen.iterdir()) == [])
    assert path.is_dir()


def test_what_was_seen_on_one_puzzle_goes_as_another_one_is_pinned(window, until, pinned_job):
    path, seen = pinned_job
    (before,) = seen.rglob("*.trmrec")
    window.jobs.learning.pin(path, parse_puzzles("1...\n..1.\n.1..\n...1\n")[0])
    until(lambda: before not in (files := list(seen.rglob("*.trmrec"))) and len(files) == 1)
    assert len(list(next(seen.iterdir()).iterdir())) == 1


def test_a_model_is_measured_and_saved_with_a_card(window, until, tmp_path):
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


def test_models_of_jobs_go_to_the_folder_for_models_that_is_set(
    window, until, run, attached, tmp_path
):
    shutil.copytree(find_model("sudoku-4x4").directory, RunDirectory.open(run).checkpoint(10))
    until(lambda: window.jobs.jobs.reports[run].saved)
    own = tmp_path / "own"
    own.mkdir()
    chosen = replace(stored_preferences(window.settings), models=own)
    use(chosen, window.session, window.settings, window.user_models)
    choose(window, run, "Use its model")
    until(lambda: window.session.models.all[-1].directory == own / "mine-step_10")
    (own / "mine").mkdir()
    choose(window, run, "Save its model, measured…")
    dialog = window.findChild(QDialog, "publish_dialog")
    until(lambda: dialog.name.text() == "mine-2")
