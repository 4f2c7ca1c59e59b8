"""Files that do not answer, as those of a share that is cut off: told, passed by, never waited for
where something else is asked."""

import builtins
import io
import os
import shutil
import sys
import threading
import time
from pathlib import Path

import pytest

from trm_core import documents
from trm_core.checkpoints.info import find_model, read_info
from trm_core.recordings import read_header
from trm_core.resources import RESOURCES
from trm_core.trace import SolveSettings
from trm_gui import work as works
from trm_gui.app import make_window
from trm_gui.checkpoint_dialog import CheckpointDialog
from trm_gui.plots.halting import HaltingPlot
from trm_gui.session import engine, models, solves
from trm_gui.session import session as sessions
from trm_gui.settings_dialog import SettingsDialog


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(works, "ANSWERS_WITHIN", 1.0)


class Share:
    """Whoever touches what is in its folder waits until it answers."""

    def __init__(self, folder):
        self.folder = folder
        self._answers = threading.Event()

    def hanging(self, function):
        """`function`, whose arguments have a path, as it is where that is on the share."""

        def hang(*arguments, **options):
            paths = (each for each in arguments if isinstance(each, str | Path))
            if any(self.folder in Path(path).parents for path in paths):
                self._answers.wait()
            return function(*arguments, **options)

        return hang

    def answer(self):
        self._answers.set()


@pytest.fixture
def share(tmp_path, monkeypatch):
    """A folder that is cut off once it has been filled."""
    share = Share(tmp_path / "share")
    share.folder.mkdir()
    yield share
    share.answer()


@pytest.fixture
def cut_off(share, monkeypatch):
    def cut_off():
        monkeypatch.setattr(documents, "_opened", share.hanging(documents._opened))
        for module in (models, solves):
            monkeypatch.setattr(module, "read_ahead", share.hanging(engine.read_ahead))
        monkeypatch.setattr(sessions, "write_recording", share.hanging(sessions.write_recording))
        monkeypatch.setattr(Path, "is_dir", share.hanging(Path.is_dir))
        monkeypatch.setattr(Path, "exists", share.hanging(Path.exists))

    return cut_off


@pytest.fixture
def hung_file(share, cut_off):
    file = share.folder / "puzzles.sdm"
    shutil.copy(RESOURCES / "puzzles" / "sudoku-9x9.sdm", file)
    cut_off()
    return file


def test_a_file_that_does_not_answer_is_told(qtbot, session, hung_file, impatient, widget):
    puzzle = session.puzzle
    with qtbot.waitSignal(session.failed) as failed:
        session.open(hung_file)
    assert failed.args == [f"{hung_file} {works.HANGS}"]
    assert session.opening is None
    assert session.puzzle is puzzle
    assert "does not answer" in widget("status_line").text()


def test_another_file_opens_while_one_hangs(qtbot, session, hung_file, files):
    session.open(hung_file)
    qtbot.waitUntil(lambda: session._reader._thread is not None)
    for kind in ("maze", "sudoku"):
        with qtbot.waitSignal(session.opened) as opened:
            session.open(files[kind])
        assert opened.args == [files[kind]]
        session.open(hung_file)


def test_a_recent_file_that_hangs_holds_up_no_other(qtbot, window, session, hung_file, files):
    exchange, catalogue = window.library.exchange, window.library.catalogue
    with qtbot.waitSignal(session.opened):
        session.open(files["maze"])
    maze = catalogue.items[str(files["maze"])]
    hung = type(maze)(**{**vars_of(maze), "key": str(hung_file), "source": hung_file})
    exchange.open_item(hung)
    with qtbot.waitSignal(session.opened) as opened:
        exchange.open_item(maze)
    assert opened.args == [files["maze"]]


def vars_of(item):
    return {name: getattr(item, name) for name in item.__dataclass_fields__ if name != "words"}


def test_what_cannot_be_saved_as_nothing_answers_is_told_and_the_next_is_saved(
    qtbot, session, share, cut_off, solve, impatient, tmp_path
):
    session.solves.set_settings(SolveSettings(1, None))
    trace = solve()
    cut_off()
    with qtbot.waitSignal(session.failed) as failed:
        session.save_recording(share.folder / "a.trmrec")
    assert failed.args == [f"{share.folder / 'a.trmrec'} {works.HANGS}"]
    with qtbot.waitSignal(session.recording_saved):
        session.save_recording(tmp_path / "b.trmrec")
    assert read_header(tmp_path / "b.trmrec").frames == len(trace)


def test_a_model_that_does_not_answer_is_told_and_others_solve(
    qtbot, session_of, puzzles, share, cut_off, impatient
):
    own = shutil.copytree(find_model("sudoku-9x9-small").directory, share.folder / "own")
    session = session_of(read_info(own), find_model("sudoku-9x9"))
    session.set_puzzle(puzzles[0])
    session.set_model("own")
    cut_off()
    with qtbot.waitSignals([session.failed, session.solve_finished]):
        session.solve()
    assert session.focus.failure == f"{own / 'model.safetensors'} {works.HANGS}"
    session.set_model("sudoku-9x9")
    with qtbot.waitSignal(session.solve_finished):
        session.solve()
    assert session.trace
    session.set_model("own")
    session.solve()
    with qtbot.waitSignal(session.solve_finished):  # another puzzle takes its place at once
        session.set_model("sudoku-9x9")
        session.solve()
    assert session.trace.model_name == "sudoku-9x9"


def test_user_models_that_do_not_answer_hold_up_nothing_and_are_not_forgotten(
    qtbot, window, open_window, share, cut_off, impatient, tmp_path
):
    own = shutil.copytree(find_model("sudoku-9x9-small").directory, share.folder / "own")
    here = shutil.copytree(find_model("sudoku-4x4").directory, tmp_path / "here")
    for each in (own, here):
        with qtbot.waitSignal(window.session.models.changed):
            window.session.add_model(each, use=False)
    window.close()
    cut_off()
    again = open_window()
    told = []
    again.session.failed.connect(told.append)
    with qtbot.waitSignal(again.session.solve_finished):
        again.session.solve()
    qtbot.waitUntil(lambda: f"{own} {works.HANGS}" in told)
    qtbot.waitUntil(lambda: "here" in [model.name for model in again.session.models.all])
    assert "own" not in [model.name for model in again.session.models.all]
    assert str(own) in again.settings.value("models")


def test_a_window_closes_in_time_while_all_hangs(
    qtbot, window, session, hung_file, share, solve_for_long, monkeypatch
):
    solve_for_long()
    session.open(hung_file)
    session.add_model(share.folder / "own")
    session.save_recording(share.folder / "a.trmrec")
    session.solves.mixing(session.trace, session.trace[0].call, 0)
    window.library.exchange.open_files([hung_file, hung_file])
    window.recordings.dock.show()
    qtbot.waitUntil(lambda: session.writer._thread is not None)
    begun = time.monotonic()
    window.close()
    assert time.monotonic() - begun < works.CLOSES_WITHIN + 2
    assert not window.isVisible()


def test_fifty_windows_in_one_process_leave_no_thread_and_no_window(qtbot, look, tmp_path, qapp):
    threads = set(threading.enumerate())
    for number in range(50):
        window = make_window(tmp_path / "settings")
        qtbot.addWidget(window)
        window.show()
        if number % 10 == 0:
            window.session.solve()
            window.recordings.dock.show()
            qapp.processEvents()
        window.close()
    assert [each for each in qapp.topLevelWidgets() if each.isVisible()] == []
    assert set(threading.enumerate()) - threads == set()


TOUCHES = ("stat", "lstat", "listdir", "scandir", "open", "mkdir", "unlink", "rename", "replace")


@pytest.fixture
def touched(tmp_path, monkeypatch):
    """What the GUI thread has Python do with files of the user, all of which are in `tmp_path`."""
    touched = []

    def watched(name, function):
        def touch(*arguments, **options):
            paths = [str(each) for each in arguments if isinstance(each, str | Path)]
            own = any(path.startswith(str(tmp_path)) for path in paths)
            if own and threading.current_thread() is threading.main_thread():
                caller = sys._getframe(1)
                if caller.f_code.co_filename != __file__:
                    touched.append((name, paths[0]))
            return function(*arguments, **options)

        return touch

    for name in TOUCHES:
        monkeypatch.setattr(os, name, watched(name, getattr(os, name)))
    for module in (builtins, io):
        monkeypatch.setattr(module, "open", watched("open", open))
    return touched


def test_no_file_of_the_user_is_touched_on_the_gui_thread(
    qtbot, window, session, action, files, file_dialog, tmp_path, touched, monkeypatch
):
    """Qt's own dialogs and settings apart."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    catalogue, exchange = window.library.catalogue, window.library.exchange
    with qtbot.waitSignal(session.opened):
        session.open(files["sudoku"])
    session.solves.set_settings(SolveSettings(1, None))
    with qtbot.waitSignal(session.solve_finished):
        session.solve()
    for save in window.findChild(HaltingPlot).export_menu.actions():
        save.trigger()
        with qtbot.waitSignal(session.plot_saved):
            file_dialog().fileSelected.emit(str(tmp_path / f"plot.{file_dialog().defaultSuffix()}"))
        file_dialog().reject()
    action("save_recording").trigger()
    with qtbot.waitSignal(session.recording_saved):
        file_dialog().fileSelected.emit(str(tmp_path / "settings" / "recordings" / "a.trmrec"))
    file_dialog().reject()
    dock = window.recordings.dock
    action("show_recordings").trigger()
    qtbot.waitUntil(lambda: len(dock.model.rows) == 1)
    dock.rename(dock.model.rows[0], "b")
    qtbot.waitUntil(lambda: [entry.title for entry in dock.model.rows] == ["b"])
    dock.trash(dock.model.rows)
    qtbot.waitUntil(lambda: dock.model.rows == [])
    exchange.open_files([files["maze"], files["sudoku"]])
    qtbot.waitUntil(lambda: session.puzzle.kind == "maze")
    with qtbot.waitSignal(session.opened):
        exchange.open_item(catalogue.items[str(files["sudoku"])])
    action("save_puzzle").trigger()
    file_dialog().fileSelected.emit(str(tmp_path / "c.sdm"))
    file_dialog().reject()
    qtbot.waitUntil(lambda: catalogue.recent[0] == str(tmp_path / "c.sdm"))
    action("add_model").trigger()
    with qtbot.waitSignal(session.models.tried):
        file_dialog().fileSelected.emit(str(tmp_path / "none"))
    file_dialog().reject()
    action("settings").trigger()
    settings = window.findChild(SettingsDialog)
    settings.models.path.setText(str(tmp_path))
    qtbot.waitUntil(lambda: settings.models.folder == tmp_path)
    settings.reject()
    action("import_model").trigger()
    checkpoint = window.findChild(CheckpointDialog)
    checkpoint.checkpoint.path.setText(str(tmp_path / "step_1"))
    qtbot.waitUntil(lambda: "there is no file" in checkpoint.missing.text())
    checkpoint.reject()
    with qtbot.waitSignal(session.failed):
        window.jobs.jobs.attach(tmp_path / "none")
    window.close()
    assert touched == []
