"""Themes, settings, the command line, and what happens when something goes wrong."""

import sys
import threading

import pytest
import shiboken6
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QMessageBox, QToolButton

from trm_core.checkpoints.info import find_model
from trm_gui import app as application
from trm_gui import theme as themes
from trm_gui.failure import FailureDialog, Unforeseen
from trm_gui.manual import HOW_IT_THINKS, PAGES, PageDialog
from trm_gui.session.engine import Compute
from trm_gui.theme_menu import stored_theme


def test_a_chosen_theme_is_worn_at_once_and_at_the_next_start(window, action, qapp, open_window):
    for choice, theme in (("dark", themes.DARK), ("light", themes.LIGHT)):
        action(f"theme_{choice}").trigger()
        assert themes.current(qapp) == themes.current(window) == theme
        assert stored_theme(window.settings) == theme
    action("theme_dark").trigger()
    window.close()
    later = open_window()
    assert stored_theme(later.settings) == themes.DARK
    assert later.findChild(type(action("theme_dark")), "theme_dark").isChecked()


def test_the_system_s_theme_can_be_chosen_again(window, action, qapp):
    action("theme_dark").trigger()
    action("theme_system").trigger()
    assert themes.current(qapp) == themes.system_theme()


def test_another_format_is_used_from_the_next_solve_on(window, solve):
    solve()
    first = window.session.solves.computed_on
    other = "float32" if "bfloat16" in first else "bfloat16"
    window.session.models.compute = Compute(dtype=other)
    solve()
    assert window.session.solves.computed_on == first.replace("bfloat16", "float32").replace(
        "float32", other
    )


def test_a_device_that_is_not_there_is_told_of(qtbot, window, widget):
    window.session.models.compute = Compute(device="mps" if sys.platform != "darwin" else "cuda")
    with qtbot.waitSignal(window.session.solve_finished):
        window.session.solve()
    assert "is not available here" in widget("status_line").text()
    assert window.session.trace is None


def test_settings_that_make_no_sense_are_as_if_not_there(open_window, tmp_path):
    folder = tmp_path / "settings"
    folder.mkdir()
    (folder / "window.ini").write_text(
        "[General]\ndevice=toaster\ndtype=7\nthreads=many\ntheme=1\n"
    )
    window = open_window()
    assert window.session.models.compute == Compute()
    assert stored_theme(window.settings) == themes.system_theme()


def test_about_names_the_versions_and_what_was_computed_on(window, action, solve):
    solve()
    action("about").trigger()
    text = window.findChild(QMessageBox).text()
    assert "torch 2." in text
    assert f"computed on {window.session.solves.computed_on}." in text
    assert "MIT licence" in text
    assert "https://arxiv.org/abs/2510.04871" in text


def test_about_leads_to_the_manual(window, action):
    action("about").trigger()
    window.findChild(QMessageBox).findChild(QLabel, "qt_msgbox_label").linkActivated.emit(
        HOW_IT_THINKS
    )
    assert window.findChild(PageDialog).windowTitle() == PAGES[HOW_IT_THINKS]


def test_the_details_of_a_failure_can_be_copied(window, control, failed_session):
    window.session.fail("The cat sat on it.", "line 1 of the cat")
    button = control("Details of what went wrong")
    assert isinstance(button, QToolButton)
    assert button.isVisible()
    button.click()
    dialog = window.findChild(FailureDialog)
    dialog.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("The cat sat on it.\n\nline 1 of the cat\n\ntrm-studio ")
    window.session.set_puzzle(window.session.puzzle)
    assert not button.isVisible()


@pytest.fixture
def unforeseen(window, monkeypatch):
    """Watching, with the hooks of before back in place afterwards."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    watching = Unforeseen(window)
    watching.happened.connect(window.session.fail)
    watching.watch()
    return watching


def test_a_defect_beside_the_window_is_told_with_all_that_is_known(qtbot, window, session):
    with qtbot.waitSignal(session.failed) as told:
        window.library.catalogue._write(lambda: 1 / 0)
    why = "could not go on (ZeroDivisionError: division by zero)."
    assert told.args == [f"The library {why}"]
    assert "Traceback" in session.details


@pytest.mark.parametrize("in_a_thread", [False, True])
def test_an_unforeseen_exception_is_told_and_loses_nothing(
    qtbot, window, unforeseen, solve, widget, capsys, in_a_thread
):
    trace = solve()

    def burst():
        raise ZeroDivisionError("a defect")

    with qtbot.waitSignal(window.session.failed):
        if in_a_thread:
            thread = threading.Thread(target=burst)
            thread.start()
            thread.join()
        else:
            try:
                burst()
            except ZeroDivisionError as error:
                sys.excepthook(type(error), error, error.__traceback__)
    assert "Something unforeseen happened (ZeroDivisionError)" in widget("status_line").text()
    assert "in burst" in window.session.details
    assert window.session.trace is trace
    assert shiboken6.isValid(window)


def test_the_command_line_names_file_and_model(qtbot, monkeypatch, look, tmp_path, files):
    """The real `main`, whose event loop a timer would end; here it is not run at all."""
    windows = []
    launch = application.launch

    class NoLoop:
        @staticmethod
        def exec():
            return 0

    def launch_here(settings_dir=None):
        windows.append(application.make_window(tmp_path / "settings"))
        qtbot.addWidget(windows[-1])
        return NoLoop, windows[-1]

    monkeypatch.setattr(application, "launch", launch_here)
    monkeypatch.setattr(application, "_watch_for_the_unforeseen", lambda window: None)
    maze = find_model("maze-15x15")
    for arguments in (
        ["--model", "maze-15x15"],
        [str(files["maze"]), "--model", str(maze.directory)],
    ):
        monkeypatch.setattr(sys, "argv", ["trm-gui", *arguments])
        with pytest.raises(SystemExit) as ended:
            application.main()
        assert ended.value.code == 0
        session = windows[-1].session
        assert session.model.name == "maze-15x15"
        qtbot.waitUntil(lambda session=session: session.puzzle.kind == "maze")
    assert launch is not application.launch


def test_an_unknown_model_on_the_command_line_is_refused(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["trm-gui", "--model", "sudoku-10x10"])
    with pytest.raises(SystemExit) as ended:
        application.main()
    assert str(ended.value.code).startswith("trm-gui: no model called 'sudoku-10x10'; expected")


def test_a_failure_does_not_move_the_boards(window, widget):
    before = widget("input_board").height()
    window.session.fail("The cat sat on it.")
    assert not window.grab().isNull()  # lays out
    assert widget("input_board").height() == before
