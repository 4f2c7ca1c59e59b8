"""Puzzles that come into the window by file, drop and clipboard, and go out again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox, QPushButton

from trm_core.puzzles.files import load_puzzles
from trm_core.puzzles.library import read_library
from trm_gui.library.items import RECENT
from trm_gui.library.recent_menu import RecentMenu

Key, Ctrl = Qt.Key, Qt.KeyboardModifier.ControlModifier
SUDOKU = "1..." + "." * 8 + "...2"


@pytest.fixture
def catalogue(window):
    return window.library.catalogue


@pytest.fixture
def clipboard(qapp):
    clipboard = qapp.clipboard()
    yield clipboard
    clipboard.clear()


@pytest.fixture
def drop(widget):
    """Drop data on a widget; whether it was taken."""

    def drop(data, target):
        under, buttons = widget(target), Qt.MouseButton.LeftButton
        place, rest = under.rect().center(), Qt.KeyboardModifier.NoModifier
        entered = QDragEnterEvent(place, Qt.DropAction.CopyAction, data, buttons, rest)
        entered.ignore()
        QApplication.sendEvent(under, entered)
        if entered.isAccepted():
            dropped = QDropEvent(QPointF(place), Qt.DropAction.CopyAction, data, buttons, rest)
            QApplication.sendEvent(under, dropped)
        return entered.isAccepted()

    return drop


def as_urls(*files):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(file) for file in files])
    return data


@pytest.fixture
def text_of():
    """A puzzle of each kind as text that people paste."""
    return {
        "sudoku": SUDOKU,
        "maze": "S #\n  #\n# G\n",
        "arc": '{"train": [{"input": [[0, 1]], "output": [[1, 0]]}], "test": [{"input": [[2]]}]}',
    }


@pytest.mark.parametrize("kind", ["sudoku", "maze", "arc"])
def test_pasted_text_is_opened_and_remembered(
    qtbot, window, session, catalogue, clipboard, press, open_window, text_of, kind
):
    clipboard.setText(text_of[kind])
    with qtbot.waitSignal(session.puzzle_changed):
        press(Key.Key_V, Ctrl)
    assert session.puzzle.kind == kind
    puzzle = session.puzzle
    (key,) = catalogue.recent
    window.close()
    second = open_window()
    item = second.library.catalogue.items[key]
    assert item.puzzle() == puzzle
    with qtbot.waitSignal(second.session.puzzle_changed):
        second.library.exchange.open_item(item)
    assert second.session.puzzle == puzzle


def test_a_pasted_task_is_called_this_task(qtbot, session, clipboard, press, text_of):
    clipboard.setText(text_of["arc"])
    with qtbot.waitSignal(session.puzzle_changed):
        press(Key.Key_V, Ctrl)
    assert "was not trained on this task" in session.models.why_none_fits(session.puzzle)


def test_the_size_of_a_task_is_the_same_in_the_library_and_below(
    qtbot, session, catalogue, clipboard, press, widget
):
    """Its examples are larger than its test; so are those of a task of the library."""
    pair = '{"input": [[1, 2, 3], [4, 5, 6]], "output": [[1]]}'
    clipboard.setText(f'{{"train": [{pair}], "test": [{{"input": [[2]]}}]}}')
    with qtbot.waitSignal(session.puzzle_changed):
        press(Key.Key_V, Ctrl)
    line = widget("status_line")
    assert line.text() == "ARC up to 2×3, not solved yet"
    assert catalogue.items[catalogue.recent[0]].line == "ARC up to 2×3"
    entry = next(
        entry
        for entry in read_library()
        if entry.kind == "arc" and entry.puzzles()[0].shape.rows < entry.rows
    )
    with qtbot.waitSignal(session.another_puzzle):
        session.open(entry)
    assert f"up to {entry.rows}×{entry.cols}, not solved yet" in line.text()


def test_text_is_pasted_into_the_search_while_that_has_the_focus(
    qtbot, window, session, clipboard, press, action
):
    clipboard.setText("maze hard")
    action("find_puzzle").trigger()
    with qtbot.assertNotEmitted(session.opening_changed):
        press(Key.Key_V, Ctrl)
    assert window.library.dock.search.text() == "maze hard"
    assert isinstance(QApplication.focusWidget(), QLineEdit)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no puzzle at all", "the pasted text, line 1"),
        ("", "There is no puzzle in the clipboard; copy the text of one, or its file."),
        ("{", "the pasted text: line 1, column 2: found no JSON"),
    ],
)
def test_pasted_text_that_is_no_puzzle_is_told_in_a_sentence(
    qtbot, session, clipboard, action, catalogue, text, sentence
):
    before = session.puzzle
    clipboard.setText(text)
    with qtbot.waitSignal(session.failed) as failed:
        action("paste_puzzle").trigger()
    assert failed.args[0].startswith(sentence)
    assert session.puzzle is before
    assert catalogue.recent == []


def test_a_copied_file_is_pasted(qtbot, session, clipboard, action, files):
    clipboard.setMimeData(as_urls(files["maze"]))
    with qtbot.waitSignal(session.opened) as opened:
        action("paste_puzzle").trigger()
    assert opened.args == [files["maze"]]


@pytest.mark.parametrize("kind", ["sudoku", "maze", "arc"])
def test_what_is_copied_as_text_is_pasted_as_the_same_puzzle(
    qtbot, session, clipboard, press, files, kind
):
    with qtbot.waitSignal(session.opened):
        session.open(files[kind])
    puzzle = session.puzzle
    press(Key.Key_C, Ctrl | Qt.KeyboardModifier.ShiftModifier)
    assert clipboard.text() == puzzle.format()
    session.set_puzzle(load_puzzles(files["maze" if kind == "sudoku" else "sudoku"])[0])
    with qtbot.waitSignal(session.opened):
        press(Key.Key_V, Ctrl)
    assert session.puzzle == puzzle


@pytest.mark.parametrize("kind", ["sudoku", "maze", "arc"])
def test_a_saved_puzzle_is_the_same_when_it_is_opened_and_is_recent(
    qtbot, window, session, catalogue, action, files, tmp_path, kind
):
    with qtbot.waitSignal(session.opened):
        session.open(files[kind])
    action("save_puzzle").trigger()
    dialog = window.findChild(QFileDialog)
    suffix = {"sudoku": "sdm", "maze": "txt", "arc": "json"}[kind]
    assert dialog.defaultSuffix() == suffix
    file = tmp_path / f"saved.{suffix}"
    dialog.fileSelected.emit(str(file))
    dialog.close()
    qtbot.waitUntil(lambda: catalogue.recent[0] == str(file))
    assert load_puzzles(file)[0] == session.puzzle


def test_what_is_saved_is_what_the_dialog_was_opened_for(
    qtbot, window, session, action, puzzles, tmp_path, catalogue
):
    session.set_puzzle(puzzles[0])
    action("save_puzzle").trigger()
    dialog = window.findChild(QFileDialog)
    session.set_puzzle(puzzles[1])  # by a drop onto the window
    file = tmp_path / "first.sdm"
    dialog.fileSelected.emit(str(file))
    dialog.close()
    qtbot.waitUntil(lambda: catalogue.recent[:1] == [str(file)])
    assert load_puzzles(file)[0].grid.tolist() == puzzles[0].grid.tolist()


def test_a_puzzle_that_cannot_be_saved_is_told_in_a_sentence(qtbot, window, session, action):
    action("save_puzzle").trigger()
    with qtbot.waitSignal(session.failed) as failed:
        window.findChild(QFileDialog).fileSelected.emit("/proc/absent/puzzle.sdm")
    assert failed.args == ["/proc/absent/puzzle.sdm cannot be written: No such file or directory"]


def test_several_files_are_all_remembered_and_the_first_is_shown(
    qtbot, window, session, catalogue, drop, files, tmp_path
):
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    data = as_urls(files["maze"], broken, files["sudoku"])
    told = []
    session.failed.connect(told.append)
    with qtbot.waitSignals([session.opened, session.failed]):
        assert drop(data, "library")
    assert catalogue.recent == [str(files["maze"]), str(files["sudoku"])]
    assert session.puzzle.kind == "maze"
    (sentence,) = told
    assert sentence.startswith(f"{broken}: line 1, column 2: found no JSON")
    assert window.library.dock.filters.filter.collection == RECENT


def test_several_files_can_be_chosen_in_the_dialog(
    qtbot, window, session, catalogue, action, files
):
    action("open").trigger()
    dialog = window.findChild(QFileDialog)
    assert dialog.fileMode() == QFileDialog.FileMode.ExistingFiles
    with qtbot.waitSignal(session.opened):
        dialog.filesSelected.emit([str(files["arc"]), str(files["sudoku"])])
    assert set(catalogue.recent) == {str(files["arc"]), str(files["sudoku"])}


def test_text_dropped_on_the_library_is_opened(qtbot, session, drop):
    data = QMimeData()
    data.setText(SUDOKU)
    with qtbot.waitSignal(session.puzzle_changed):
        assert drop(data, "library")
    assert session.puzzle.format() == SUDOKU


@pytest.mark.parametrize("target", ["input_board", "answer_board"])
def test_a_puzzle_dragged_from_the_list_onto_a_board_is_opened(
    qtbot, window, session, catalogue, drop, target
):
    qtbot.waitUntil(lambda: "maze-9x9-01" in catalogue.items)
    view = window.library.dock.view
    items = view.model()
    row = next(r for r in range(items.rowCount()) if items.index(r, 0).data() == "maze-9x9-01")
    with qtbot.waitSignal(session.puzzle_changed):
        assert drop(items.mimeData([items.index(row, 0)]), target)
    assert session.puzzle.name == "maze-9x9-01"


def test_a_puzzle_dropped_back_on_the_list_is_not_opened(qtbot, window, session, catalogue, drop):
    qtbot.waitUntil(lambda: "maze-9x9-01" in catalogue.items)
    items = window.library.dock.view.model()
    with qtbot.assertNotEmitted(session.opening_changed):
        drop(items.mimeData([items.index(0, 0)]), "library")


@pytest.fixture
def recent_menu(window):
    """The actions of File > Open recent."""
    menu = window.findChild(RecentMenu)

    def recent_menu():
        menu.aboutToShow.emit()
        return menu.actions()

    return recent_menu


def test_the_menu_of_recent_files_opens_them_last_first(
    qtbot, session, recent_menu, files, catalogue
):
    (nothing,) = recent_menu()
    assert not nothing.isEnabled()
    for kind in ("maze", "arc"):
        with qtbot.waitSignal(session.opened):
            session.open(files[kind])
    assert [action.text() for action in recent_menu()] == ["&1 task.json", "&2 maze.txt"]
    with qtbot.waitSignal(session.opened):
        recent_menu()[1].trigger()
    assert session.puzzle.kind == "maze"
    assert [action.text() for action in recent_menu()] == ["&1 maze.txt", "&2 task.json"]


@pytest.mark.parametrize("answer", ["Remove", "Keep"])
def test_a_recent_file_that_is_gone_is_told_and_can_be_removed(
    qtbot, window, session, catalogue, recent_menu, files, answer
):
    file = files["maze"]
    with qtbot.waitSignal(session.opened):
        session.open(file)
    catalogue.toggle_favourite(catalogue.items[str(file)])
    file.unlink()
    recent_menu()[0].trigger()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox) is not None)
    box = window.findChild(QMessageBox)
    assert box.isVisible()
    assert str(file) in box.text()
    next(b for b in box.findChildren(QPushButton) if b.text() == answer).click()
    kept = answer == "Keep"
    assert (str(file) in catalogue.items) == kept
    assert (str(file) in catalogue.favourites) == kept
    assert session.puzzle.kind == "maze"
