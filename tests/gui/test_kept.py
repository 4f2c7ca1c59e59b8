"""Nothing that was typed, drawn or opened is lost: not by another puzzle, not by an end."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from trm_core.puzzles.blank import blank
from trm_core.puzzles.files import load_puzzles
from trm_core.recordings import Recording
from trm_core.resources import RESOURCES
from trm_gui.app import make_window
from trm_gui.board.overlays import OVERLAYS
from trm_gui.library.items import YOURS
from trm_gui.library.yours import NAME
from trm_gui.preferences import Preferences, Start, keep
from trm_gui.session.shown import Kept, Shown, read_kept, write_kept

Key, Ctrl = Qt.Key, Qt.KeyboardModifier.ControlModifier
MAZE = "S #\n  #\n# G"


@pytest.fixture
def typed(session, window, press):
    """Begin an empty Sudoku and type digits into its first cell, one after another."""

    def typed(*digits):
        window.editor.new(blank("sudoku", 9, 9))
        for digit in digits:
            press(Key.Key_0 + digit)
        return session.puzzle

    return typed


def yours(window):
    """What is listed as the user's own."""
    items = window.library.catalogue.items.values()
    return [item for item in items if YOURS in item.collections]


@pytest.fixture
def leave(qtbot, window, session, action, files, puzzles):
    """Have another puzzle take the place of the one on screen, in one of all ways."""

    def opened(source):
        with qtbot.waitSignal(session.opened):
            session.open(source)

    def pasted():
        QGuiApplication.clipboard().setText(MAZE)
        if window.editor.editing:
            window.editor.paste()
        else:
            with qtbot.waitSignal(session.opened):
                action("paste_puzzle").trigger()

    def from_library():
        catalogue = window.library.catalogue
        catalogue.read_all()
        qtbot.waitUntil(lambda: "maze-9x9-01" in catalogue.items)
        opened(catalogue.items["maze-9x9-01"].source)

    return {
        "file": lambda: opened(files["maze"]),
        "library": from_library,
        "paste": lambda: (window.editor.stop(), pasted()),
        "paste in the editor": pasted,
        "new": lambda: window.editor.new(blank("maze", 9, 9)),
        "recording": lambda: session.show_recording(Recording.of_puzzle(puzzles[3])),
        "close": window.close,
    }


WAYS = ["file", "library", "paste", "paste in the editor", "new", "recording", "close"]


@pytest.mark.parametrize("way", WAYS)
def test_what_was_typed_stays_in_the_library_as_your_puzzle(
    qtbot, window, typed, leave, open_window, way
):
    puzzle = typed(7)
    leave[way]()
    (item,) = yours(window)
    assert item.title == NAME
    assert item.kind == "sudoku"
    assert item.note, "the date"
    assert item.puzzle() == puzzle
    window.close()
    again = open_window()
    again.library.catalogue.read_all()
    qtbot.waitUntil(lambda: bool(yours(again)))
    (kept,) = yours(again)
    with qtbot.waitSignal(again.session.opened):
        again.library.exchange.open_item(kept)
    assert again.session.puzzle == puzzle
    assert again.session.puzzle.name == NAME
    again.session.set_puzzle(blank("maze", 9, 9))
    assert len(yours(again)) == 1, "nothing was done to it"


@pytest.mark.parametrize("way", [way for way in WAYS if way != "close"])
def test_opening_can_be_undone_and_leads_back_to_the_puzzle_with_its_edits(
    session, typed, leave, action, way
):
    before = session.puzzle
    typed(7, 8)
    leave[way]()
    after = session.puzzle
    assert after.kind != "sudoku" or way == "recording"
    steps = []
    while action("undo").isEnabled():
        action("undo").trigger()
        steps.append(session.puzzle)
    assert [int(step.grid[0, 0]) for step in steps[:3]] == [8, 7, 0]
    assert steps[3] is before
    assert len(steps) == 4
    while action("redo").isEnabled():
        action("redo").trigger()
    assert session.puzzle is after


def test_undo_of_an_opening_goes_on_where_the_file_was(qtbot, session, action, files, control):
    control("Puzzle of the file").setValue(3)
    third, puzzles = session.puzzle, session.puzzles
    with qtbot.waitSignal(session.opened):
        session.open(files["maze"])
    action("undo").trigger()
    assert session.puzzle is third
    assert session.puzzles is puzzles
    assert control("Puzzle of the file").value() == 3
    action("undo").trigger()
    assert session.puzzle is puzzles[0]


def test_undo_while_editing_goes_on_with_editing(window, session, typed, press):
    typed(7)
    QGuiApplication.clipboard().setText(MAZE)
    press(Key.Key_V, Ctrl)
    assert session.puzzle.kind == "maze"
    assert window.editor.editing
    press(Key.Key_Z, Ctrl)
    assert session.puzzle.grid[0, 0] == 7
    assert window.editor.editing
    press(Key.Key_5)
    assert session.puzzle.grid[0, 0] == 5


def test_an_edited_puzzle_is_kept_beside_the_one_it_was(window, session, edit, press, puzzles):
    edit(puzzles[0]).select((0, 1))
    press(Key.Key_8)
    changed = session.puzzle
    session.set_puzzle(puzzles[1])
    assert [item.puzzle() for item in yours(window)] == [changed]


def test_what_was_drawn_for_arc_is_kept_with_its_identity(
    qtbot, window, session, edit, press, files
):
    puzzle = load_puzzles(files["arc"])[0]
    edit(puzzle)
    press(Key.Key_5)
    press(Key.Key_F)
    board = window.boards.input.board
    qtbot.mouseClick(
        board, Qt.MouseButton.LeftButton, pos=board.geometry_of_cells().center(0, 0).toPoint()
    )
    drawn = session.puzzle
    assert drawn != puzzle
    session.set_puzzle(blank("maze", 9, 9))
    (item,) = yours(window)
    (again,) = item.source.puzzles()
    assert again.task == drawn.task


def test_empty_boards_and_what_was_taken_back_are_not_kept(
    window, session, typed, edit, press, puzzles, action, click
):
    for size in (("sudoku", 9, 9), ("maze", 9, 9), ("arc", 3, 3)):
        window.editor.new(blank(*size))
    edit(puzzles[0]).select((0, 1))
    press(Key.Key_8)
    action("undo").trigger()
    session.set_puzzle(puzzles[1])
    window.editor.start()
    click("Clear")
    session.set_puzzle(puzzles[2])
    assert yours(window) == []


def test_the_same_puzzle_is_kept_once(window, session, typed, puzzles, tmp_path):
    for _ in range(2):
        typed(7)
        session.set_puzzle(puzzles[1])
    typed(8)
    session.set_puzzle(puzzles[1])
    assert len(yours(window)) == 2
    window.close()
    assert len(list((tmp_path / "settings" / "puzzles").iterdir())) == 2


def test_a_kept_puzzle_can_be_deleted_for_good(window, session, typed, puzzles, tmp_path):
    typed(7)
    session.set_puzzle(puzzles[1])
    window.library.catalogue.forget(yours(window)[0])
    assert yours(window) == []
    window.close()
    assert list((tmp_path / "settings" / "puzzles").iterdir()) == []


def test_a_damaged_file_of_a_kept_puzzle_is_put_aside_and_told(qtbot, tmp_path, open_window):
    folder = tmp_path / "settings" / "puzzles"
    folder.mkdir(parents=True)
    (folder / "mine.json").write_text("{")
    window = open_window()
    catalogue = window.library.catalogue
    with qtbot.waitSignal(catalogue.trouble) as told:
        catalogue.read_all()
    assert "mine.json" in told.args[0]
    assert (folder / "mine.damaged").read_text() == "{"


def test_the_next_window_shows_the_puzzle_and_the_model_that_were_used_last(
    session, window, control, open_window
):
    session.set_model("sudoku-9x9-hrm")
    control("Puzzle of the file").setValue(3)
    window.close()
    again = open_window().session
    assert again.puzzle == session.puzzle
    assert again.puzzle is again.puzzles[2]
    assert len(again.puzzles) == len(session.puzzles)
    assert again.model_name == "sudoku-9x9-hrm"


def test_a_window_that_is_to_start_with_something_else_shows_the_first_puzzle(
    session, window, puzzles, open_window
):
    session.set_puzzle(puzzles[4])
    keep(Preferences(start=Start(0.5, 16)), window.settings)
    window.close()
    (first,) = load_puzzles(RESOURCES / "puzzles" / "sudoku-extreme.sdm")
    assert open_window().session.puzzle == first


def test_only_what_was_solved_is_solved_at_the_start(qtbot, window, session, solve, open_window):
    assert window.begins_solved
    window.close()
    second = open_window()
    assert not second.begins_solved
    with qtbot.waitSignal(second.session.solve_finished):
        second.session.solve()
    second.close()
    assert open_window().begins_solved


def test_the_model_that_was_chosen_for_a_size_is_taken_for_it_again(session, puzzles):
    session.set_model("sudoku-9x9-att")
    session.set_puzzle(blank("sudoku", 4, 4))
    assert session.model_name == "sudoku-4x4"
    session.set_puzzle(puzzles[2])
    assert session.model_name == "sudoku-9x9-att"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": "trm-studio-shown"}', "\0" * 9])
def test_a_senseless_file_of_what_was_shown_does_not_keep_the_window_from_opening(
    tmp_path, qtbot, look, content
):
    (tmp_path / "shown.json").write_text(content)
    window = make_window(tmp_path)
    qtbot.addWidget(window)
    assert window.session.puzzle is not None


def test_of_a_large_file_only_the_puzzle_on_screen_is_kept(tmp_path, puzzles):
    many = [*puzzles, *(blank("sudoku", 4, 4) for _ in range(600))]
    write_kept(Kept(Shown(many[2], many, "key", many[2])), tmp_path / "shown.json")
    kept = read_kept(tmp_path / "shown.json")
    assert kept.shown.puzzles == [puzzles[2]]
    assert kept.shown.origin == "key"


# Keys go to the puzzle


def test_after_a_puzzle_is_opened_from_the_library_keys_are_commands(
    qtbot, window, session, press, action, control
):
    dock = window.library.dock
    qtbot.waitUntil(lambda: "maze-9x9-01" in window.library.catalogue.items)
    action("find_puzzle").trigger()
    qtbot.keyClicks(dock.search, "maze-9x9-02")
    for key in (Key.Key_Return, Key.Key_Down):
        dock.search.setFocus()
        with qtbot.waitSignal(session.opened):
            press(key)
            if key == Key.Key_Down:
                press(Key.Key_Return)
        overlay = action(f"overlay_{OVERLAYS[1].name}")
        before = overlay.isChecked()
        press(Key(ord(overlay.shortcut().toString())))
        assert overlay.isChecked() != before
        assert dock.search.text() == "maze-9x9-02"
        assert window.boards.input.board.hasFocus()
    press(Key.Key_E)
    assert window.editor.editing


def test_letters_in_a_list_are_commands_of_the_window(qtbot, window, press, action):
    dock = window.library.dock
    qtbot.waitUntil(lambda: dock.items.rowCount() > 0)
    dock.view.enter()
    press(Key.Key_9)
    assert action("solution").isChecked()
    assert dock.search.text() == ""
    press(Key.Key_E)
    assert window.editor.editing


def test_who_goes_to_the_search_while_something_is_opened_stays_there(
    qtbot, window, session, action, files, press
):
    with qtbot.waitSignal(session.opened):
        session.open(files["maze"])
        action("find_puzzle").trigger()
    assert window.library.dock.search.hasFocus()


# The list shows what is on screen


def current(window):
    item = window.library.dock.view.currentIndex().data(Qt.ItemDataRole.UserRole)
    return None if item is None else item.key


@pytest.fixture
def read_library(qtbot, window):
    catalogue = window.library.catalogue
    qtbot.waitUntil(lambda: "maze-9x9-01" in catalogue.items)
    return catalogue


def test_the_puzzle_on_screen_is_selected_in_the_library(
    qtbot, window, session, read_library, leave, action, typed, files
):
    view = window.library.dock.view
    leave["library"]()
    assert current(window) == "maze-9x9-01"
    assert view.viewport().rect().intersects(view.visualRect(view.currentIndex()))
    leave["file"]()
    assert current(window) == str(files["maze"])
    leave["paste"]()
    assert current(window).startswith("pasted/")
    action("undo").trigger()
    assert current(window) == str(files["maze"])
    typed(7)
    leave["library"]()
    action("undo").trigger()
    assert current(window) == yours(window)[0].key
    window.library.dock.search.setText("nothing like it")
    assert current(window) is None
    window.library.dock.search.clear()
    assert current(window) == yours(window)[0].key


def test_what_was_opened_keeps_its_place_in_the_list_over_a_restart(
    qtbot, window, session, read_library, leave, typed, open_window
):
    for way in ("file", "paste"):
        leave[way]()
    typed(7)
    leave["library"]()

    def own_keys(window):
        items = window.library.dock.items
        keys = [items.index(row, 0).data(Qt.ItemDataRole.UserRole).key for row in range(5)]
        assert not keys[3].startswith(("pasted/", "yours/", "/"))
        return keys[:3]

    before = own_keys(window)
    window.close()
    again = open_window()
    again.library.catalogue.read_all()
    qtbot.waitUntil(lambda: not again.library.catalogue.reading)
    assert own_keys(again) == before


@pytest.mark.parametrize("editing", [False, True])
def test_a_pasted_collection_says_which_puzzle_is_shown_and_of_how_many(
    qtbot, window, session, puzzles, control, leave, editing
):
    if editing:
        window.editor.start()
    QGuiApplication.clipboard().setText(f"{puzzles[1].format()}\n{puzzles[2].format()}\n")
    if editing:
        window.editor.paste()
    else:
        with qtbot.waitSignal(session.opened):
            window.library.exchange.paste()
    number = control("Puzzle of the file")
    assert number.isVisible()
    assert number.text().endswith("1 of 2")
    assert window.boards.input.heading.text() == "Pasted puzzle"
    assert session.puzzle == puzzles[1]
    assert window.editor.editing == editing
