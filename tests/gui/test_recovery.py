"""What is on screen survives the end of the program, however it ends."""

import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

from trm_core.puzzles.sudoku import Sudoku
from trm_core.recordings import Recording, read_recording, write_recording
from trm_gui.app import make_window
from trm_gui.board import Board

PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # shells start what runs behind without
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # as nohup does
from dataclasses import replace
from trm_gui.app import launch
from trm_core.trace import SolveSettings
app, window = launch(sys.argv[1])
session, recovery = window.session, window.recordings.recovery
if sys.argv[2] == "solve":
    session.solves.set_settings(SolveSettings(3, None))
    session.solve()
    solved = []
    session.solve_finished.connect(lambda: solved.append(True))
elif sys.argv[2] == "third":
    session.set_model("sudoku-9x9-hrm")
    session.set_puzzle(session.puzzles[2])
    solved = [True]
else:
    grid = session.puzzle.grid.copy()
    grid[:] = 0
    grid[0, 0] = 7
    session.edit_puzzle(replace(session.puzzle, grid=grid, solution=None, name="drawn"))
    solved = [True]
recovery.kept.connect(lambda: solved and print("kept", flush=True))
app.exec()
"""


def killed(folder, what):
    """Have a window on the settings of `folder` show something, and kill it."""
    command = [sys.executable, "-c", PROGRAM, str(folder), what]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout.readline() == "kept\n"
        program.send_signal(signal.SIGKILL)
    assert program.returncode == -signal.SIGKILL


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_to_end_closes_the_window_as_its_user_would(
    qtbot, open_offering, folder, kept, name
):
    command = [sys.executable, "-c", PROGRAM, str(folder), "draw"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout.readline() == "kept\n"
        program.send_signal(getattr(signal, name))
        try:
            assert program.wait(60) == 0
        finally:
            program.kill()  # where it has not ended, nothing else would end it
    assert kept() == []
    assert (folder / "window.ini").exists(), "the settings"
    assert len(list((folder / "puzzles").iterdir())) == 1, "what was typed"
    window, banner = open_offering()
    assert not banner.isVisible()
    assert window.session.puzzle.name == "drawn"


@pytest.fixture
def folder(tmp_path):
    """The settings folder of `open_window`."""
    return tmp_path / "settings"


@pytest.fixture
def kept(folder):
    """The files in which windows keep what they show."""
    return lambda: sorted((folder / "recovery").glob("*.trmrec"))


@pytest.fixture
def open_offering(qtbot, look, folder):
    """Open a window, and wait until it has looked for what there is to restore."""

    def open_offering():
        window = make_window(folder)
        qtbot.addWidget(window)
        with qtbot.waitSignal(window.recordings.recovery.offered):
            window.show()
        return window, window.recordings.banner

    return open_offering


def test_a_solve_survives_a_kill_and_is_restored(qtbot, open_offering, folder, kept):
    killed(folder, "solve")
    (file,) = kept()
    before = read_recording(file)
    window, banner = open_offering()
    assert banner.isVisible()
    assert banner.words.text() == (
        "TRM Studio did not close properly. Restore the 9×9 Sudoku and its 3 recorded steps?"
    )
    assert not banner.hasFocus()
    session = window.session
    assert session.trace is None
    with qtbot.waitSignal(window.recordings.recovery.offered) as offered:
        banner.restore.click()
    assert offered.args == [None]
    assert not banner.isVisible()
    assert session.puzzle == before.trace.puzzle
    assert len(session.trace) == len(before.trace) > 0
    for now, then in zip(session.trace.frames, before.trace.frames, strict=True):
        assert np.array_equal(now.probabilities, then.probabilities)
    (own,) = kept()  # what was restored is kept by this window now, until it closes
    assert own != file
    assert len(read_recording(own).trace) == len(before.trace)
    window.close()
    assert kept() == []
    assert list((folder / "recovery").iterdir()) == []


def test_a_drawn_puzzle_survives_a_kill_and_is_restored(qtbot, open_offering, folder, kept):
    killed(folder, "draw")
    window, banner = open_offering()
    assert banner.words.text() == ("TRM Studio did not close properly. Restore the 9×9 Sudoku?")
    with qtbot.waitSignal(window.recordings.recovery.offered):
        banner.restore.click()
    assert window.session.puzzle.name == "drawn"
    assert window.session.puzzle.grid.sum() == 7
    assert window.session.trace is None


def test_a_crash_brings_back_the_collection_the_model_and_what_was_typed(
    qtbot, open_offering, folder, kept
):
    killed(folder, "third")
    window, banner = open_offering()
    with qtbot.waitSignal(window.recordings.recovery.offered):
        banner.restore.click()
    session = window.session
    assert session.puzzle is session.puzzles[2]
    assert len(session.puzzles) > 3
    assert session.model_name == "sudoku-9x9-hrm"
    (own,) = kept()
    assert own.with_suffix(".json").exists()


def test_what_was_typed_before_a_crash_is_kept_as_another_puzzle_is_opened(
    qtbot, open_offering, folder, puzzles
):
    killed(folder, "draw")
    window, banner = open_offering()
    with qtbot.waitSignal(window.recordings.recovery.offered):
        banner.restore.click()
    window.session.set_puzzle(puzzles[1])
    window.close()
    assert len(list((folder / "puzzles").iterdir())) == 1


def test_what_is_discarded_is_gone(qtbot, open_offering, folder, kept):
    killed(folder, "draw")
    window, banner = open_offering()
    before = window.session.puzzle
    with qtbot.waitSignal(window.recordings.recovery.offered):
        banner.discard.click()
    assert kept() == []
    assert window.session.puzzle is before
    window.close()
    assert not open_offering()[1].isVisible()


def test_what_is_neither_restored_nor_discarded_is_offered_again(open_offering, folder, kept):
    killed(folder, "draw")
    for _ in range(2):
        window, banner = open_offering()
        assert banner.isVisible()
        window.close()
        assert len(kept()) == 1


def test_after_several_crashes_one_offer_follows_another(qtbot, open_offering, folder, kept):
    killed(folder, "draw")
    killed(folder, "solve")
    window, banner = open_offering()
    offered = window.recordings.recovery.offered
    assert "and its 3 recorded steps" in banner.words.text()  # the newest first
    with qtbot.waitSignal(offered):
        banner.discard.click()
    assert banner.isVisible()
    assert "recorded" not in banner.words.text()
    with qtbot.waitSignal(offered):
        banner.restore.click()
    assert window.session.puzzle.name == "drawn"
    assert len(kept()) == 1


def test_a_window_does_not_take_what_another_one_shows(
    qtbot, session, window, open_offering, kept, puzzles
):
    with qtbot.waitSignal(window.recordings.recovery.kept):
        session.set_puzzle(puzzles[4])
    (file,) = kept()
    other, banner = open_offering()
    assert not banner.isVisible()
    with qtbot.waitSignal(other.recordings.recovery.kept):
        other.session.set_puzzle(puzzles[5])
    assert len(kept()) == 2
    other.close()
    assert kept() == [file]
    assert read_recording(file).trace.puzzle == puzzles[4]


def test_an_offer_is_made_to_one_window_alone(open_offering, folder):
    killed(folder, "draw")
    _, first = open_offering()
    _, second = open_offering()
    assert first.isVisible()
    assert not second.isVisible()


def test_a_window_that_has_done_nothing_leaves_nothing(qtbot, open_offering, folder):
    window, _ = open_offering()
    assert window.session.puzzle is not None
    window.recordings.recovery.keep()
    window.close()  # which waits for what is written
    assert not (folder / "recovery").exists()


def test_the_solve_on_screen_is_kept_as_it_ends(qtbot, window, session, solve, kept):
    with qtbot.waitSignal(window.recordings.recovery.kept):
        trace = solve()
    (file,) = kept()
    qtbot.waitUntil(lambda: len(read_recording(file).trace) == len(trace))


def test_many_edits_are_written_once(qtbot, window, session, puzzles, kept):
    written = []
    window.recordings.recovery.kept.connect(lambda: written.append(True))
    with qtbot.waitSignal(window.recordings.recovery.kept):
        for puzzle in puzzles[1:6]:
            session.edit_puzzle(puzzle)
    assert len(written) == 1
    assert read_recording(kept()[0]).trace.puzzle == puzzles[5]


@pytest.mark.parametrize("damage", ["cut", "nonsense"])
def test_a_damaged_one_is_told_and_kept_aside(qtbot, look, folder, kept, damage):
    (folder / "recovery").mkdir(parents=True)
    file = folder / "recovery" / "1-abc.trmrec"
    write_recording(file, Recording.of_puzzle(Sudoku(np.zeros((9, 9)))))
    content = file.read_bytes()[:-2] if damage == "cut" else b"nonsense"
    file.write_bytes(content)
    window = make_window(folder)
    qtbot.addWidget(window)
    recovery, told = window.recordings.recovery, []
    window.session.failed.connect(told.append)
    with qtbot.waitSignal(recovery.offered):
        window.show()
    (sentence,) = told
    assert str(file) in sentence
    assert "1-abc.damaged" in sentence
    assert "\n" not in sentence
    assert file.with_suffix(".damaged").read_bytes() == content
    assert kept() == []
    assert not window.recordings.banner.isVisible()


def test_a_damaged_one_does_not_take_the_place_of_one_that_was_kept_aside(
    qtbot, open_offering, folder, kept
):
    (folder / "recovery").mkdir(parents=True)
    for content in (b"first", b"second"):
        (folder / "recovery" / "1-abc.trmrec").write_bytes(content)
        open_offering()[0].close()
    aside = sorted((folder / "recovery").glob("*.damaged*"))
    assert [path.read_bytes() for path in aside] == [b"first", b"second"]


def test_where_nothing_can_be_written_that_is_told_once(
    qtbot, window, session, folder, puzzles, qapp
):
    folder.mkdir()
    (folder / "recovery").write_text("a file in the way")
    told = []
    session.failed.connect(told.append)
    with qtbot.waitSignal(session.failed):
        session.set_puzzle(puzzles[3])
    session.set_puzzle(puzzles[4])
    window.recordings.recovery.keep()
    window.recordings.recovery.close()  # which waits for what is written
    qapp.processEvents()
    (sentence,) = told
    assert "would not survive a crash" in sentence


def test_no_thread_of_it_outlives_the_window(qtbot, open_offering, puzzles):
    window, _ = open_offering()
    with qtbot.waitSignal(window.recordings.recovery.kept):
        window.session.set_puzzle(puzzles[2])
    window.close()
    assert not [each for each in threading.enumerate() if each.name.startswith("recovery")]


def test_the_offer_fits_a_small_window(qtbot, open_offering, folder):
    killed(folder, "solve")
    window, banner = open_offering()
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: window.width() == 1024)
    for button in (banner.restore, banner.discard):
        assert button.visibleRegion().boundingRect() == button.rect()
        assert button.toolTip()
    for name in ("input_board", "answer_board"):
        board = window.findChild(Board, name)
        assert min(board.width(), board.height()) >= 320
