"""Jobs that are begun from the window or stand there already, and end with their test."""

import json
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from jobs_to_try import PATIENCE, TINY, condition
from PySide6.QtWidgets import QDialog

from trm_core.training.config import load_preset
from trm_core.training.run_directory import RunDirectory
from trm_gui.jobs import jobs


@pytest.fixture(autouse=True)
def no_process_is_left(tmp_path):
    """End whatever still works in the test's folder."""
    yield
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if any(str(tmp_path) in argument for argument in process.cmdline()):
                process.kill()


@pytest.fixture(autouse=True)
def a_window_that_looks_often(monkeypatch):
    """Else tests wait for the next look most of the time."""
    monkeypatch.setattr(jobs, "PERIOD", 100)


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
def begin(qtbot, until, dialog_of):
    """Start a tiny job from the dialog; gives its path."""

    def begin(window, name="tiny", **changes):
        window.commands["new_job"].trigger()
        dialog = dialog_of(window)
        dialog.preset.setCurrentText("sudoku-4x4")
        dialog.job.name.setText(name)
        for key, text in {**TINY, **changes}.items():
            dialog.field(key).set_text(text)
        assert dialog.missing.text() == ""
        until(dialog.ok.isEnabled)
        path = Path(dialog.job.folder.text(), name)
        with qtbot.waitSignal(dialog.accepted):
            dialog.ok.click()
        until(lambda: any(job.path == path for job in window.jobs.jobs.list.jobs))
        return path

    return begin


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
