"""The window with the bundled model and real puzzles, and how to reach into it."""

import gc
import shutil
import threading
from functools import partial

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from trm_core.checkpoints.info import find_model, read_info
from trm_core.puzzles.files import load_puzzles
from trm_core.resources import RESOURCES
from trm_core.trace import SolveSettings
from trm_gui import theme as themes
from trm_gui.app import make_window
from trm_gui.session import Session
from trm_gui.work import Work

PATIENCE = 60_000
"""Milliseconds."""


@pytest.fixture(autouse=True)
def _windows_end_with_their_test(qapp):
    """Else a thread of a later test may free their widgets as garbage, which Qt does not stand.
    Their threads end with them."""
    before = set(threading.enumerate())
    yield
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    gc.freeze()  # what is left, torch's 160,000 objects among it, is not looked through each time
    begun = set(threading.enumerate()) - before
    for thread in begun:
        thread.join(PATIENCE / 1000)
    assert [thread.name for thread in begun if thread.is_alive()] == []


@pytest.fixture
def qtbot(qtbot):
    """Waits as long as anything may take on a busy machine, torch's import included."""
    for name in ("waitSignal", "waitSignals", "waitUntil"):
        setattr(qtbot, name, partial(getattr(qtbot, name), timeout=PATIENCE))
    return qtbot


@pytest.fixture
def work(qapp):
    work = Work()
    yield work
    work.close()


@pytest.fixture
def look(qapp):
    """The light theme; whatever a test puts on in its place comes off again."""
    before = qapp.palette(), qapp.styleSheet(), qapp.style().objectName()
    themes.apply(qapp, themes.LIGHT)
    yield
    qapp.setStyle(before[2])
    qapp.setPalette(before[0])
    qapp.setStyleSheet(before[1])


@pytest.fixture
def open_window(qtbot, qapp, look, tmp_path):
    """Open another window on the same settings folder; it is closed with the test."""
    opened = []  # until Qt has ended them, so that no thread can

    def open_window():
        window = make_window(tmp_path / "settings")
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        opened.append(window)
        return window

    yield open_window
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def window(open_window):
    return open_window()


@pytest.fixture
def session(window):
    return window.session


@pytest.fixture
def widget(window):
    """The widget of the window with an objectName."""
    return lambda name: window.findChild(QWidget, name)


@pytest.fixture
def action(window):
    """The action of the window with an objectName."""
    return lambda name: window.findChild(QAction, name)


@pytest.fixture
def control(window):
    """The control of the window with an accessible name."""
    return lambda name: next(w for w in window.findChildren(QWidget) if w.accessibleName() == name)


@pytest.fixture
def press(qtbot, window):
    """Send a key to whatever has the focus."""

    def press(key, modifier=Qt.KeyboardModifier.NoModifier):
        qtbot.keyClick(QApplication.focusWidget() or window, key, modifier)

    return press


@pytest.fixture
def edit(window, session, widget):
    """Begin to edit a puzzle; gives the board that shows it."""

    def edit(puzzle):
        session.set_puzzle(puzzle)
        window.undo_stack.clear()
        window.editor.start()
        return widget("input_board")

    return edit


@pytest.fixture
def drag(qtbot, widget):
    """Drag the mouse over cells of the puzzle's board, from 0, and perhaps do not let go."""

    def drag(*cells, button=Qt.MouseButton.LeftButton, release=True):
        board = widget("input_board")
        places = [board.geometry_of_cells().center(*cell).toPoint() for cell in cells]
        qtbot.mousePress(board, button, pos=places[0])
        for place in places[1:]:
            qtbot.mouseMove(board, place)
        if release:
            qtbot.mouseRelease(board, button, pos=places[-1])

    return drag


@pytest.fixture
def click(qtbot, control):
    """Click a control with an accessible name."""
    return lambda name: qtbot.mouseClick(control(name), Qt.MouseButton.LeftButton)


@pytest.fixture
def file_dialog(qtbot, window):
    """The dialog that asks for a file or a folder, once it is open."""

    def opened():
        return [dialog for dialog in window.findChildren(QFileDialog) if dialog.isVisible()]

    def file_dialog():
        qtbot.waitUntil(lambda: opened() != [])
        return opened()[-1]

    return file_dialog


@pytest.fixture
def assert_one_step(session, action):
    """Check that what was done since `before` can be undone in one step, and made again."""

    def assert_one_step(before):
        after = session.puzzle
        assert after is not before
        action("undo").trigger()
        assert session.puzzle is before
        action("redo").trigger()
        assert session.puzzle is after

    return assert_one_step


@pytest.fixture
def puzzles():
    """The bundled Sudokus; the first takes the model several supervision steps."""
    return load_puzzles(RESOURCES / "puzzles" / "sudoku-9x9.sdm")


@pytest.fixture
def solve(qtbot, session):
    """Solve what the window shows, to the end."""

    def solve():
        with qtbot.waitSignal(session.solve_finished):
            session.solve()
        return session.trace

    return solve


@pytest.fixture
def solve_for_long(qtbot, session):
    """Start a solve that takes minutes, and wait for its first frames."""

    def solve_for_long():
        before = session.trace
        session.solves.set_settings(SolveSettings(max_supervision_steps=256, halt_threshold=None))
        session.solve()
        qtbot.waitUntil(lambda: session.trace is not before and len(session.trace) >= 4)

    return solve_for_long


@pytest.fixture
def damaged_model(tmp_path):
    """A copy of a 9×9 Sudoku model whose weights are cut off."""
    copy = shutil.copytree(find_model("sudoku-9x9-small").directory, tmp_path / "damaged")
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    return read_info(copy)


@pytest.fixture
def session_of(qapp):
    """A session without a window, with other models than the bundled ones."""
    sessions = []

    def session_of(*models):
        sessions.append(Session(models))
        return sessions[-1]

    yield session_of
    for session in sessions:
        session.close()


@pytest.fixture
def failed_session(qtbot, session_of, damaged_model, puzzles):
    """A session whose solve has failed because its model is damaged."""
    session = session_of(damaged_model)
    session.set_puzzle(puzzles[0])
    with qtbot.waitSignals([session.failed, session.solve_finished]):
        session.solve()
    return session


@pytest.fixture
def files(tmp_path):
    """One small file of each kind of puzzle, by kind; there is no model for that of ARC."""
    contents = {
        "maze": ("maze.txt", "S" + " " * 19 + ("\n" + "#" * 19 + " ") * 18 + "\n" + " " * 19 + "G"),
        "arc": (
            "task.json",
            '{"train": [{"input": [[0, 1]], "output": [[1, 0]]}],'
            ' "test": [{"input": [[0, 2]], "output": [[2, 0]]}]}',
        ),
        "sudoku": (
            "eight.sdk",
            "1.345678\n56781234\n21436.87\n65872143\n34127856\n7856.412\n43218765\n8765432.\n",
        ),
    }
    for name, text in contents.values():
        (tmp_path / name).write_text(text)
    return {kind: tmp_path / name for kind, (name, _) in contents.items()}
