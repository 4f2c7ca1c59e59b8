"""The dialog for a new job, used with keys and mouse; the processes that it starts are real."""

from contextlib import suppress
from dataclasses import replace

import psutil
import pytest
from jobs_to_try import TINY, choose, names
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFont, QWheelEvent
from PySide6.QtWidgets import QApplication, QDialog

from trm_core.model.config import TRMConfig
from trm_core.puzzles.blank import blank
from trm_core.records import words_of
from trm_gui.jobs.estimate_row import sentence
from trm_gui.jobs.marks import MISTAKE

ENTER, ESCAPE, TAB = Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab


@pytest.fixture
def dialog(window, dialog_of, until):
    """Open, filled and checked."""
    window.commands["new_job"].trigger()
    dialog = dialog_of(window)
    until(dialog.ok.isEnabled)
    dialog.activateWindow()
    until(dialog.isActiveWindow)
    yield dialog
    for each in open_dialogs(window):
        each.reject()


@pytest.fixture
def retype(qtbot):
    """Type into a field in the place of what it says."""

    def retype(edit, text):
        edit.setFocus()
        edit.selectAll()
        qtbot.keyClick(edit, Qt.Key.Key_Delete)
        qtbot.keyClicks(edit, text)

    return retype


def open_dialogs(window):
    return [each for each in window.findChildren(QDialog, "new_job_dialog") if each.isVisible()]


def sign(edit):
    """What marks a mistake in a field; None if nothing does."""
    return next((action for action in edit.actions() if action.objectName() == MISTAKE), None)


def estimators():
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has ended
            if any("training.estimate" in part for part in child.cmdline()):
                found.append(child)
    return found


def test_enter_starts_also_what_was_typed_a_moment_ago(dialog, window, retype, qtbot, until):
    for key, text in TINY.items():
        dialog.field(key).set_text(text)
    retype(dialog.field("training.steps").edit, "3")
    retype(dialog.job.name, "quick")
    qtbot.keyClick(dialog.job.name, ENTER)
    until(lambda: names(window) == ["quick"])
    assert open_dialogs(window) == []


def test_enter_does_not_start_what_is_wrong_and_escape_leaves_nothing(
    dialog, window, retype, qtbot, until
):
    retype(dialog.field("training.steps").edit, "0")
    qtbot.keyClick(dialog.field("training.steps").edit, ENTER)
    dialog.field("training.steps").set_text("2")
    until(dialog.ok.isEnabled)
    assert dialog.isVisible()
    qtbot.keyClick(dialog, ESCAPE)
    assert open_dialogs(window) == []
    assert names(window) == []


def test_a_mistake_is_marked_at_its_field_until_it_is_mended(dialog, retype, until):
    rate = dialog.field("training.learning_rate")
    retype(rate.edit, "fast")
    told = "Learning rate is 'fast', expected a number from 1e-12 to 1."
    assert dialog.missing.text() == f"⚠ {told}"
    assert sign(rate.edit).toolTip() == told
    assert rate.edit.accessibleDescription() == told
    retype(rate.edit, "")
    assert dialog.missing.text() == "⚠ Learning rate is empty, expected a number from 1e-12 to 1."
    retype(rate.edit, "0.01")
    assert (dialog.missing.text(), sign(rate.edit)) == ("", None)
    for text, what in (("con", "keeps for a device"), ("../up", "has / in it"), (" x", "a space")):
        retype(dialog.job.name, text)
        assert what in dialog.missing.text()
        assert sign(dialog.job.name) is not None
    retype(dialog.job.name, "good")
    retype(dialog.job.folder, "here")
    assert dialog.missing.text() == ("⚠ Folder is no whole path, expected one from the root on.")
    assert (sign(dialog.job.name), sign(dialog.job.folder) is None) == (None, False)


def test_a_field_tells_what_its_setting_means(dialog):
    words = words_of(TRMConfig)
    for name in ("hidden_size", "mixer", "positions"):
        assert " ".join(dialog.field(f"model.{name}").edit.toolTip().split()) == words[name]
    assert "Optimizer steps" in dialog.field("training.steps").edit.toolTip()


def test_what_was_changed_is_blamed_also_where_the_sentence_begins_with_another(dialog):
    dialog.field("model.mixer").set_text("attention")
    dialog.field("model.heads").set_text("7")
    assert dialog.missing.text() == (
        "⚠ Hidden size is 64, expected a multiple of heads (7). See Heads under Advanced."
    )
    assert sign(dialog.field("model.heads").edit) is not None
    assert sign(dialog.field("model.hidden_size").edit) is None
    dialog.field("model.heads").set_text("4")
    dialog.field("data.box_cols").set_text("20")
    assert "make a side of 40" in dialog.missing.text()
    assert sign(dialog.field("data.box_cols").edit) is not None


def test_folders_and_models_that_are_not_there_are_told_while_typing(
    dialog, tmp_path, retype, until
):
    (tmp_path / "file").write_text("")
    retype(dialog.job.folder, str(tmp_path / "file" / "runs"))
    until(dialog.missing.text)
    assert dialog.missing.text() == f"⚠ Folder: {tmp_path / 'file'} is a file, expected a folder."
    (tmp_path / "runs" / "Tiny").mkdir(parents=True)
    retype(dialog.job.folder, str(tmp_path / "runs"))
    retype(dialog.job.name, "tiny")
    until(dialog.missing.text)
    assert "there is a folder Tiny already; only upper and lower case" in dialog.missing.text()
    assert dialog.job.name.text() == "tiny", "what somebody typed stays"
    retype(dialog.job.name, "other")
    until(dialog.ok.isEnabled)
    dialog.field("training.start_from").set_text("nobody")
    until(dialog.missing.text)
    assert dialog.missing.text().startswith("⚠ No model called 'nobody'; expected")
    assert sign(dialog.field("training.start_from").edit) is not None


def test_a_name_that_is_suggested_is_free(window, dialog_of, until, tmp_path):
    (tmp_path / "settings" / "runs" / "sudoku-4x4").mkdir(parents=True)
    (tmp_path / "settings" / "runs" / "Sudoku-4x4-2").mkdir(parents=True)
    window.commands["new_job"].trigger()
    dialog = dialog_of(window)
    until(dialog.ok.isEnabled)
    assert dialog.job.name.text() == "sudoku-4x4-3"
    dialog.reject()


def test_a_job_that_cannot_be_made_is_told_in_the_dialog_which_stays(dialog, until, tmp_path):
    path = dialog.new_job.job.path
    path.mkdir(parents=True)
    (path / "something").write_text("")
    dialog.ok.click()
    until(dialog.missing.text)
    assert dialog.missing.text().startswith(f"⚠ {path} is there already")
    assert dialog.isVisible()


def test_tab_goes_through_the_fields_as_they_stand_on_screen(dialog, qtbot, until):
    dialog.preset.setCurrentText("maze-11x11")
    dialog.settings.advanced.button.click()
    until(lambda: dialog.settings.advanced.find.isVisible())
    dialog.preset.setFocus()
    passed = []
    while True:
        passed.append(QApplication.focusWidget())
        qtbot.keyClick(passed[-1], TAB)
        if QApplication.focusWidget() in passed:
            break
    found = [widget.accessibleName() or widget.text() for widget in passed]
    assert found[:8] == [
        "Preset", "Name", "Folder", "Browse for Folder", "Steps", "Batch size", "Learning rate",
        "Data",
    ]  # fmt: skip
    assert found[8:13] == [
        "Browse for Data", "Time limit", "Device", "Advanced: all settings", "Find a setting",
    ]  # fmt: skip
    assert found[-1] == "Cancel"
    assert "Puzzles to hold out (data)" in found[13:-2]


def test_enter_in_the_search_goes_to_what_is_found_and_starts_nothing(dialog, window, qtbot, until):
    advanced = dialog.settings.advanced
    qtbot.keyClick(advanced.button, ENTER)
    until(advanced.find.isVisible)
    qtbot.keyClicks(advanced.find, "clip_norm")
    qtbot.keyClick(advanced.find, ENTER)
    assert QApplication.focusWidget() is dialog.field("training.clip_norm").edit
    qtbot.keyClicks(advanced.find, "xyz")
    assert not any(dialog.field(key).isVisible() for key in ("training.clip_norm", "model.heads"))
    assert advanced._none.isVisible()
    qtbot.keyClick(advanced.find, ESCAPE)
    assert advanced.find.text() == ""
    assert dialog.isVisible()
    assert names(window) == []


def test_advanced_that_is_closed_keeps_the_focus_and_says_where_the_mistake_is(
    dialog, retype, qtbot
):
    advanced = dialog.settings.advanced
    advanced.button.setChecked(True)
    retype(dialog.field("model.hidden_size").edit, "x")
    assert "under Advanced" not in dialog.missing.text()
    retype(advanced.find, "nothing")
    assert dialog.missing.text().endswith("See Hidden size under Advanced.")
    advanced.find.clear()
    assert "under Advanced" not in dialog.missing.text()
    assert advanced.find.hasFocus()
    advanced.button.click()  # which does not take the focus, as Alt+V does not
    assert dialog.missing.text().endswith("See Hidden size under Advanced.")
    assert QApplication.focusWidget() is advanced.button
    qtbot.keyClick(QApplication.focusWidget(), ENTER)
    assert dialog.isVisible()


def test_an_estimate_stays_until_something_is_changed(dialog, until):
    dialog.estimate.button.click()
    until(dialog.estimate.button.isEnabled)
    told = dialog.estimate.told.text()
    assert told.startswith("About ")
    dialog.settings.advanced.button.setChecked(True)
    assert dialog.estimate.told.text() == told
    dialog.field("model.hidden_size").set_text("32")
    assert dialog.estimate.told.text() == ""


def test_the_dialog_is_as_small_as_before_once_advanced_is_closed(dialog, until):
    opener, height = dialog.settings.advanced.button, dialog.height()
    opener.click()
    until(lambda: dialog.height() > height)
    opener.click()
    until(lambda: dialog.height() <= height)


def test_the_wheel_passes_over_choices_that_do_not_have_the_focus(dialog):
    dialog.job.name.setFocus()
    before = dialog.preset.currentText()
    wheel = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(dialog.preset, wheel)
    assert dialog.preset.currentText() == before
    dialog.preset.setFocus()
    QApplication.sendEvent(dialog.preset, wheel)
    assert dialog.preset.currentText() != before


def test_the_dialog_fits_on_a_small_screen_with_everything_shown(dialog, until):
    advanced = dialog.settings.advanced
    for preset in range(dialog.preset.count()):
        dialog.preset.setCurrentIndex(preset)
        advanced.button.setChecked(True)
        until(advanced.find.isVisible)
        dialog.field("training.steps").set_text("0")
        assert dialog.minimumSizeHint().height() <= 700 - 40, dialog.preset.currentText()
    on_screen = dialog.screen().availableGeometry()
    until(lambda: dialog.height() <= on_screen.height())


def test_a_dialog_that_is_left_while_it_estimates_leaves_no_process(dialog, qtbot, until):
    dialog.estimate.button.click()
    until(estimators)
    qtbot.keyClick(dialog, ESCAPE)
    assert not dialog.isVisible()
    until(lambda: not estimators())


def test_a_dialog_that_is_changed_while_its_job_is_made_closes_with_it(dialog, qtbot, until):
    until(dialog.ok.isEnabled)
    with qtbot.waitSignal(dialog.accepted):
        dialog.ok.click()
        dialog.job.name.setText("another")


def test_a_duplicate_keeps_limit_and_device_and_shows_what_is_changed(
    window, attached, until, dialog_of
):
    jobs = window.jobs.jobs
    job = replace(jobs.list.job(attached), device="cpu", time_limit=100.0)
    jobs.tasks.start(jobs.put(job))
    until(lambda: window.jobs.jobs.list.job(attached).time_limit == 100)
    choose(window, attached, "Duplicate with changes…")
    dialog = dialog_of(window)
    until(dialog.ok.isEnabled)
    assert (dialog.new_job.job.time_limit, dialog.new_job.job.device) == (100, "cpu")
    assert not dialog.changes.isVisible()
    steps = dialog.field("training.steps")
    steps.set_text("9")
    dialog.job.minutes.setValue(0)
    assert dialog.changes.text() == "Changed: Steps (was 7), Time limit (was 1.7 min)."
    assert steps.label.font().weight() == QFont.Weight.Bold
    assert steps.edit.toolTip().endswith("Changed; it was 7.")
    until(dialog.ok.isEnabled)
    assert dialog.new_job.job.time_limit is None
    steps.set_text("7")
    assert steps.label.font().weight() == QFont.Weight.Normal
    dialog.reject()


def test_an_estimate_is_told_with_what_it_leaves_out():
    estimate = {"seconds": 7300.0, "seconds_per_step": 1.5, "memory": 2**31, "free": 2**30}
    estimate |= {"device": "cuda", "compiling": "tried"}
    assert sentence(estimate, 600) == (
        "About 2 h 1 min on the GPU, 1.50 s a step, in 2.0 GiB of memory. ⚠ Only 1.0 GiB are free. "
        "The time limit stops it after 10 min. Before that, a minute or more goes into trying "
        "whether compiled networks are quicker; if so, its steps take less."
    )
    estimate |= {"seconds_per_step": 0.0123, "free": 2**33, "device": "cpu", "compiling": "no"}
    assert sentence(estimate, None) == (
        "About 2 h 1 min on the CPU, 12.3 ms a step, in 2.0 GiB of memory."
    )


@pytest.mark.parametrize(
    ("puzzle", "preset"),
    [
        (blank("sudoku", 6, 6), "sudoku-6x6"),
        (blank("maze", 13, 13), "maze-15x15"),
        (blank("maze", 20, 28), "maze-hard"),
        (blank("arc", 5, 5), "arc-7x7"),
        (blank("arc", 12, 12), "arc-agi-1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_job_for_the_puzzle_begins_with_the_nearest_preset(
    window, dialog_of, until, puzzle, preset
):
    window.session.set_puzzle(puzzle)
    window.commands["train_on_this"].trigger()
    dialog = dialog_of(window)
    until(lambda: dialog.preset.chosen is not None)
    assert dialog.preset.currentText() == preset
    dialog.reject()
