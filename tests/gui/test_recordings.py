"""Solves are saved, opened and played, with the model that made them or without."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QLabel

from trm_core.checkpoints.info import find_model
from trm_core.puzzles.files import load_puzzles
from trm_core.recordings import Recording, read_header, read_recording, write_recording
from trm_core.resources import RESOURCES
from trm_core.solver import Solver
from trm_core.trace import SolveSettings, Trace

PARTS = "puzzle", "shape", "model_name", "cycles", "latent_steps", "settings", "weights_hash"


@pytest.fixture(scope="module")
def recording():
    """Four supervision steps of a model that comes with the program."""
    solver = Solver.load(find_model("sudoku-9x9-small"), "cpu", "float32")
    puzzle = load_puzzles(RESOURCES / "puzzles" / "sudoku-9x9.sdm")[3]
    trace = solver.start(puzzle, SolveSettings(4, None))
    for frame in solver.frames(trace, with_latents=True):
        trace.append(frame)
    return solver.recording(trace)


def copy(trace, frames, **changes):
    """A trace of these frames, with some changes."""
    parts = {name: getattr(trace, name) for name in PARTS} | changes
    copied = Trace(**parts)
    for frame in frames:
        copied.append(frame)
    return copied


def of_another_model(recording):
    """The same recording by a model that is not here."""
    trace = recording.trace
    settings = replace(trace.settings, max_supervision_steps=16)
    renamed = copy(
        trace, trace.frames, model_name="theirs", settings=settings, weights_hash="0" * 64
    )
    return replace(recording, trace=renamed)


@pytest.fixture
def file(recording, tmp_path):
    write_recording(tmp_path / "solve.trmrec", recording)
    return tmp_path / "solve.trmrec"


@pytest.fixture
def foreign_file(recording, tmp_path):
    write_recording(tmp_path / "foreign.trmrec", of_another_model(recording))
    return tmp_path / "foreign.trmrec"


@pytest.fixture
def open_file(qtbot, session):
    def open_file(file):
        with qtbot.waitSignal(session.opened):
            session.open(file)
        return session.trace

    return open_file


def test_a_recording_is_opened_and_every_frame_of_it_can_be_seen(
    session, widget, press, open_file, recording, file
):
    trace = open_file(file)
    assert session.puzzle == recording.trace.puzzle
    assert len(trace) == len(recording.trace)
    assert session.model_name == "sudoku-9x9-small"
    assert session.cursor == len(trace) - 1
    assert not session.solving
    for index in reversed(range(len(trace))):
        session.move_to(index)
        grid = recording.trace.grid(index)
        assert widget("answer_board").shown_grid() == recording.trace.puzzle.json_rows(grid)
        assert widget("status_line").text() == recording.trace.sentence(index)
    press(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert session.cursor == 1


def test_a_recording_opens_and_plays_where_there_is_no_torch(file, tmp_path):
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from pathlib import Path\n"
        "from PySide6.QtCore import QEventLoop\n"
        "from trm_gui.app import launch\n"
        "app, window = launch(sys.argv[1])\n"
        "loop = QEventLoop()\n"
        "window.session.opened.connect(loop.quit)\n"
        "window.session.open(Path(sys.argv[2]))\n"
        "loop.exec()\n"
        "window.plots.docks['plot_latent_path'].raise_()\n"
        "for frame in range(len(window.session.trace)):\n"
        "    window.session.move_to(frame)\n"
        "    window.grab()\n"
        "print(window.session.trace.sentence(-1))\n"
        "window.close()"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "s"), str(file)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{read_recording(file).trace.sentence(-1)}\n"
    assert "Traceback" not in done.stderr


def test_what_is_saved_is_what_was_solved(
    qtbot, window, session, action, solve, open_file, file_dialog, tmp_path
):
    assert not action("save_recording").isEnabled()
    session.solves.set_settings(SolveSettings(2, None))
    trace = solve()
    action("save_recording").trigger()
    dialog = file_dialog()
    assert dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    assert not dialog.testOption(QFileDialog.Option.DontConfirmOverwrite)
    assert dialog.defaultSuffix() == "trmrec"
    (name,) = dialog.selectedFiles()
    assert "sudoku-extreme" in name
    assert name.endswith(".trmrec")
    assert str(tmp_path / "settings" / "recordings") in name
    with qtbot.waitSignal(session.recording_saved) as saved:
        dialog.fileSelected.emit(str(tmp_path / "mine.trmrec"))
    dialog.reject()
    assert saved.args == [tmp_path / "mine.trmrec"]
    assert window.windowTitle().startswith("mine")
    read = read_recording(tmp_path / "mine.trmrec")
    assert read.weights_hash == session.model.weights_hash()
    assert read.device == "cpu"
    assert [frame.halt_probability for frame in read.trace.frames] == [
        frame.halt_probability for frame in trace.frames
    ]
    again = open_file(tmp_path / "mine.trmrec")
    assert again is not trace
    assert again.curves.latent_path("y") is not None
    assert window.windowTitle().startswith("mine")
    action("save_recording").trigger()
    dialog = file_dialog()
    assert dialog.directory().path() == str(tmp_path)  # as last time
    dialog.reject()
    session.set_puzzle(session.puzzle)
    assert "mine" not in window.windowTitle()
    assert not action("save_recording").isEnabled()


def test_what_cannot_be_saved_is_told_in_a_sentence(qtbot, session, solve, widget, tmp_path):
    session.solves.set_settings(SolveSettings(1, None))
    solve()
    with qtbot.waitSignal(session.failed):
        session.save_recording(tmp_path / "gone" / "a.trmrec")
    assert "a.trmrec cannot be written" in widget("status_line").text()


def test_saving_goes_on_when_the_window_is_closed(window, session, solve, tmp_path):
    session.solves.set_settings(SolveSettings(1, None))
    trace = solve()
    session.save_recording(tmp_path / "last.trmrec")
    window.close()
    assert read_header(tmp_path / "last.trmrec").frames == len(trace)


def test_the_dialog_opens_a_recording(qtbot, window, session, action, file, file_dialog):
    action("open_recording").trigger()
    dialog = file_dialog()
    assert dialog.fileMode() == QFileDialog.FileMode.ExistingFile
    with qtbot.waitSignal(session.opened):
        dialog.fileSelected.emit(str(file))
    dialog.reject()
    assert len(session.trace) == 8
    assert window.windowTitle().startswith("solve")


def test_open_takes_recordings_too(qtbot, window, session, action, file):
    action("open").trigger()
    dialog = window.findChild(QFileDialog)
    assert "*.trmrec" in dialog.nameFilters()[0]
    with qtbot.waitSignal(session.opened):
        dialog.filesSelected.emit([str(file)])
    dialog.reject()
    assert len(session.trace) == 8


def test_a_dropped_recording_is_opened_and_becomes_recent(qtbot, window, session, file):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file.with_name("puzzle.sdm"))), QUrl.fromLocalFile(file)])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    place, none = QPoint(5, 5), Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, copy, data, left, none)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    with qtbot.waitSignal(session.opened):
        window.dropEvent(QDropEvent(place, copy, data, left, none))
    assert len(session.trace) == 8
    assert window.library.catalogue.recent_files()[0] == file


def test_a_damaged_recording_is_told_and_changes_nothing(qtbot, session, solve, widget, file):
    session.solves.set_settings(SolveSettings(1, None))
    trace = solve()
    file.write_bytes(file.read_bytes()[:-5])
    with qtbot.waitSignal(session.failed) as failed:
        session.open(file)
    assert "solve.trmrec: cut short" in failed.args[0]
    assert failed.args[0] in widget("status_line").text()
    assert session.trace is trace
    assert session.opening is None


def test_a_recording_by_a_model_that_is_not_here_plays_and_says_what_it_cannot(
    qtbot, session, open_file, press, action, foreign_file
):
    trace = open_file(foreign_file)
    assert trace.model_name == "theirs"
    assert session.model is not None  # one that can solve it again
    for ask in (action("solve_further").trigger, action("previous_latent_step").trigger):
        with qtbot.waitSignal(session.failed) as failed:
            ask()
        assert "theirs is needed" in failed.args[0]
        assert session.trace is trace
        assert not session.solving
        assert not session.settings.every_latent_step
        assert not action("latent_steps").isChecked()
    session.solves.set_extent("stepping")
    with qtbot.waitSignal(session.failed) as failed:
        press(Qt.Key.Key_Right)
    assert session.trace is trace
    session.solves.set_extent("halting")
    with qtbot.waitSignal(session.solve_finished):
        action("solve").trigger()
    assert session.trace.model_name == session.model_name


def test_a_recording_where_no_model_fits_plays(session_of, qtbot, foreign_file):
    session = session_of()
    with qtbot.waitSignal(session.opened):
        session.open(foreign_file)
    assert session.model is None
    assert session.cursor == 7
    with qtbot.waitSignal(session.failed) as failed:
        session.solves.solve_further()
    assert "theirs is needed" in failed.args[0]


def test_the_model_that_made_a_recording_goes_on_where_it_ended(
    qtbot, session, open_file, file, recording
):
    session.models.compute = type(session.models.compute)("cpu", "float32")
    open_file(file)
    with qtbot.waitSignal(session.solve_finished):
        session.solves.solve_further()
    assert len(session.trace) == 10
    solver = Solver.load(find_model("sudoku-9x9-small"), "cpu", "float32")
    whole = solver.start(recording.trace.puzzle, SolveSettings(5, None))
    frames = list(solver.frames(whole, with_latents=True))
    for went_on, at_once in zip(session.trace.frames, frames, strict=True):
        assert np.array_equal(went_on.tokens, at_once.tokens)
        assert went_on.supervision_step == at_once.supervision_step
        np.testing.assert_allclose(went_on.y_change, at_once.y_change, rtol=1e-4)


def test_a_recording_that_ended_within_a_supervision_step_goes_on_in_it(
    qtbot, session, open_file, recording, tmp_path
):
    trace = recording.trace
    part = copy(trace, trace.frames[:5])
    write_recording(tmp_path / "part.trmrec", replace(recording, trace=part))
    session.models.compute = type(session.models.compute)("cpu", "float32")
    open_file(tmp_path / "part.trmrec")
    with qtbot.waitSignal(session.solve_finished):
        session.solves.solve_further()
    assert len(session.trace) == 6
    assert np.array_equal(session.trace[5].tokens, trace[5].tokens)


def test_other_weights_under_the_same_name_do_not_go_on(
    qtbot, session, open_file, recording, tmp_path
):
    other = copy(recording.trace, recording.trace.frames, weights_hash="1" * 64)
    write_recording(tmp_path / "a.trmrec", replace(recording, trace=other))
    trace = open_file(tmp_path / "a.trmrec")
    with qtbot.waitSignals([session.failed, session.solve_finished]):
        session.solves.solve_further()
    assert "weights of sudoku-9x9-small are not those" in session.focus.failure
    assert session.trace is trace
    assert len(trace) == 8


def test_the_attention_plot_says_that_a_recording_has_none(qtbot, window, session, open_file, file):
    from trm_gui.plots.mixing import NO_MODEL, MixingPane

    open_file(file)
    window.plots.docks["plot_attention"].raise_()
    qtbot.waitUntil(lambda: window.findChild(MixingPane) is not None)
    pane = window.findChild(MixingPane)
    session.moment.look_at((0, 0))
    qtbot.waitUntil(lambda: NO_MODEL in [each.text() for each in pane.findChildren(QLabel)])
    assert "recording" in NO_MODEL


def test_a_puzzle_alone_is_opened_unsolved(session, open_file, puzzles, tmp_path):
    write_recording(tmp_path / "a.trmrec", Recording.of_puzzle(puzzles[5]))
    assert open_file(tmp_path / "a.trmrec") is None
    assert session.puzzle == puzzles[5]
    assert session.recording is None
