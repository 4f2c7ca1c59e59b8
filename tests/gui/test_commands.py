"""The commands of the window: keys, menus, the sheet of keys, what is copied, the title."""

import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QWidget

from trm_core.puzzles.files import parse_puzzles
from trm_core.puzzles.library import read_library
from trm_core.trace import SolveSettings
from trm_gui.app import show_number_once_opened
from trm_gui.board.overlays import FLIPS, OVERLAYS, Overlay, key_words
from trm_gui.hints import WIDTH
from trm_gui.key_sheet import KeySheet, readme_table
from trm_gui.menu_bar import places

README = Path(__file__).parents[2] / "README.md"


def mnemonic(text):
    found = QKeySequence.mnemonic(text)
    return found.toString() if not found.isEmpty() else None


def test_no_key_of_the_window_means_two_things(window):
    owners = defaultdict(set)
    for action in window.findChildren(QAction):
        for keys in action.shortcuts():
            owners[keys.toString()].add(action)
    for shortcut in window.findChildren(QShortcut):
        owners[shortcut.key().toString()].add(shortcut)
    for title in window.menuBar().actions():
        owners[mnemonic(title.text())].add(title)
    assert len(owners) > 45
    double = {keys: owner for keys, owner in owners.items() if len(owner) > 1 or not keys}
    assert not double


def test_no_two_entries_of_a_menu_have_the_same_letter(window):
    for menu in (title.menu() for title in window.menuBar().actions()):
        letters = Counter(mnemonic(action.text()) for action in menu.actions())
        del letters[None]
        assert not [letter for letter, count in letters.items() if count > 1], menu.title()


def test_an_overlay_has_the_key_that_it_names_or_none(action):
    assert Overlay("ninth", "ninth", "Show it").key == ""
    for overlay in OVERLAYS:
        keys = [keys.toString() for keys in action(f"overlay_{overlay.name}").shortcuts()]
        assert keys == ([overlay.key] if overlay.key else [])


def test_the_readme_and_the_button_tell_the_keys_as_they_are(window, control):
    assert readme_table(window.commands) in README.read_text(encoding="utf-8")
    assert f"keys {key_words()}" in control("Overlays").toolTip()


def test_every_command_stands_in_the_menus_once(window):
    there = Counter(place.action.objectName() for place in places(window.menuBar()))
    assert {name: there[name] for name in names(window)} == dict.fromkeys(names(window), 1)


def names(window):
    found = [command.name for command in window.commands]
    assert len(found) > 60
    return found


def test_what_cannot_be_done_is_off_and_what_is_on_has_a_tick(window, session, action, solve):
    assert not action("first").isEnabled()
    assert not action("mark").isEnabled()
    solve()
    assert action("first").isEnabled()
    assert not action("last").isEnabled()
    action("first").trigger()
    assert action("last").isEnabled()
    assert not action("first").isEnabled()
    for name in ("mark", "loop", "overlay_flips", "edit"):
        for on in (True, False):
            action(name).trigger()
            assert action(name).isChecked() == on
    window.boards.overlays.set_on(FLIPS, True)
    assert action("overlay_flips").isChecked()


def test_every_command_with_a_key_is_on_the_sheet_which_is_read_without_scrolling(window, action):
    window.resize(1440, 900)
    action("keys").trigger()
    sheet = window.findChild(KeySheet)
    sheet.resize(1200, 800)
    sheet.grab()
    words = sheet.sheet.toPlainText()
    for command in window.commands:
        if action(command.name).shortcuts():
            assert command.hint in words
    for heading in ("File", "Step", "While the puzzle is edited"):
        assert heading in words
    assert sheet.sheet.verticalScrollBar().maximum() == 0
    assert sheet.sheet.horizontalScrollBar().maximum() == 0
    sheet.search.setText("latent step")
    assert "Back by one latent step" in sheet.sheet.toPlainText()
    assert "Have a puzzle made" not in sheet.sheet.toPlainText()
    sheet.search.setText("loop")  # as the menu calls it
    assert "Play again from the start at the end" in sheet.sheet.toPlainText()
    sheet.close()


def test_menus_are_divided_and_have_no_icons_here_and_there(window):
    for title in window.menuBar().actions():
        actions = title.menu().actions()
        if len(actions) > 4:
            assert any(action.isSeparator() for action in actions), title.text()
        assert not [a for a in actions if not a.icon().isNull() and a.isIconVisibleInMenu()]


def test_the_model_menu_chooses_the_model(window, session):
    menu = window.findChild(QMenu, "choose_model")
    menu.aboutToShow.emit()
    small = next(a for a in menu.actions() if a.text().startswith("sudoku-9x9-small"))
    assert not next(a for a in menu.actions() if a.text().startswith("maze")).isEnabled()
    small.trigger()
    assert session.model_name == "sudoku-9x9-small"


def test_full_screen_is_left_to_what_was_before(qtbot, window, action):
    action("full_screen").trigger()
    qtbot.waitUntil(window.isFullScreen)
    assert action("full_screen").isChecked()
    action("full_screen").trigger()
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert not action("full_screen").isChecked()


@pytest.mark.parametrize("kind", ["sudoku-9x9-hard-01", "maze-15x15-02", "arc-agi-1/d511f180"])
def test_the_answer_is_copied_as_text_of_its_kind(qtbot, session, action, solve, kind):
    assert not action("copy_answer").isEnabled()
    entry = next(entry for entry in read_library() if entry.id == kind)
    with qtbot.waitSignal(session.another_puzzle):
        session.open(entry)
    trace = solve()
    action("copy_answer").trigger()
    text, grid = QGuiApplication.clipboard().text(), trace.grid(len(trace) - 1)
    if session.puzzle.kind == "arc":
        assert json.loads(text) == grid.tolist()
    else:
        assert text == session.puzzle.format(grid)
        if session.puzzle.kind == "sudoku":
            assert parse_puzzles(text, "")[0].grid.tolist() == grid.tolist()


def test_each_board_has_a_menu_that_copies_it(qtbot, window, session, solve, widget):
    solve()
    for name in ("input_board", "answer_board"):
        board = widget(name)
        board.customContextMenuRequested.emit(QPoint(20, 20))
        menu = QGuiApplication.instance().activePopupWidget()
        assert isinstance(menu, QMenu)
        QGuiApplication.clipboard().clear()
        next(a for a in menu.actions() if a.objectName() == "copy_picture").trigger()
        menu.close()
        image = QGuiApplication.clipboard().image()
        assert image.width() >= 960
        assert image.height() == image.width()


def test_an_editor_keeps_the_right_button(window, widget):
    window.editor.start()
    widget("input_board").customContextMenuRequested.emit(QPoint(20, 20))
    assert QGuiApplication.instance().activePopupWidget() is None


def test_the_title_names_puzzle_and_model_and_marks_what_was_edited(
    window, session, press, puzzles
):
    assert session.puzzle.name in window.windowTitle()
    assert session.model_name in window.windowTitle()
    assert not window.isWindowModified()
    session.set_model("sudoku-9x9-small")
    assert "sudoku-9x9-small" in window.windowTitle()
    window.editor.start()
    window.findChild(QWidget, "input_board").select((0, 1))
    press(Qt.Key.Key_1)
    assert window.isWindowModified()
    session.set_puzzle(puzzles[1])
    assert puzzles[1].name in window.windowTitle()
    assert not window.isWindowModified()


def test_a_file_is_opened_at_the_puzzle_of_a_number(qtbot, session, widget, control, tmp_path):
    file = tmp_path / "three.sdm"
    file.write_text("\n".join(f"{n}{'.' * 80}" for n in (1, 2, 3)))
    show_number_once_opened(session, 2)
    with qtbot.waitSignal(session.opened):
        session.open(file)
    assert session.puzzle.grid[0, 0] == 2
    assert control("Puzzle of the file").text() == "puzzle 2 of 3"
    show_number_once_opened(session, 4)
    with qtbot.waitSignal(session.failed):
        session.open(file)
    assert "no puzzle 4" in widget("status_line").text()


def test_as_many_steps_are_added_as_the_key_was_pressed(qtbot, session, solve, press):
    session.solves.set_settings(SolveSettings(2, None))
    solve()
    for _ in range(4):
        press(Qt.Key.Key_M)
    qtbot.waitUntil(lambda: session.trace.supervision_steps == 6 and not session.solving)


def test_cancelling_forgets_the_steps_that_were_still_to_be_added(qtbot, session, solve, press):
    session.solves.set_settings(SolveSettings(2, None))
    solve()
    for _ in range(9):
        press(Qt.Key.Key_M)
    session.cancel()
    qtbot.waitUntil(lambda: not session.solving)
    assert session.trace.supervision_steps <= 3


def test_a_button_under_the_mouse_does_not_hide_what_the_status_line_says(
    qtbot, window, widget, control, action
):
    window.session.fail("It did not work.", "Line 3 of it.")
    for command in window.commands:
        action(command.name).hover()
    qtbot.mouseMove(control("Solve"))
    assert widget("status_line").isVisible()
    assert control("Details of what went wrong").isVisible()
    assert not window.statusBar().currentMessage()


def test_no_line_of_a_hint_is_too_long(window):
    hints = [each.toolTip() for each in window.findChildren(QAction)]
    hints += [each.toolTip() for each in window.findChildren(QWidget)]
    assert len(hints) > 100
    assert not {line for hint in hints for line in hint.splitlines() if len(line) > WIDTH}
