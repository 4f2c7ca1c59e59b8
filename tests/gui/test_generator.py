"""New puzzles, made in the background and kept in the library."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction

from trm_core.puzzles.blank import blank
from trm_core.puzzles.library import read_library, write_library
from trm_core.puzzles.maze_generators import STYLES
from trm_core.puzzles.recipes import Recipe, make, styles
from trm_core.puzzles.sudoku_grade import grade_sudoku
from trm_gui.editor.new_puzzle import NewPuzzleDialog
from trm_gui.library.generator import GeneratorDialog
from trm_gui.library.items import GENERATED


@pytest.fixture
def catalogue(window):
    return window.library.catalogue


@pytest.fixture
def reopened(open_window):
    """A window on the settings of the first one, wide enough for the library."""

    def reopened():
        window = open_window()
        window.resize(1280, 800)
        return window

    return reopened


@pytest.fixture
def dialog(window, action):
    action("generate").trigger()
    dialog = window.findChild(GeneratorDialog)
    assert dialog.isVisible()
    yield dialog
    dialog.close()


def choose(box, data):
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def ask_for(dialog, kind, side, style, seed):
    choose(dialog.kind, kind)
    choose(dialog.side, side)
    choose(dialog.style_choice, style)
    dialog.seed.setText(str(seed))


def ask_for_what_takes_long(dialog):
    """Of a thousand seeds like these few come soon upon a Sudoku that is hard enough."""
    ask_for(dialog, "sudoku", 6, "hard", 1)


@pytest.mark.parametrize(
    "wanted",
    [("sudoku", 9, "medium", 2), ("maze", 11, "corridors with loops", 4), ("arc", 8, "mirror", 5)],
)
def test_what_is_asked_for_is_made_opened_and_kept(
    qtbot, window, session, catalogue, dialog, reopened, wanted
):
    ask_for(dialog, *wanted)
    with qtbot.waitSignal(session.opened):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    entry = make(Recipe(*wanted))
    assert session.puzzle == entry.puzzles()[0]
    assert session.puzzle.solution is not None
    if wanted[0] == "sudoku":
        assert grade_sudoku(session.puzzle) == "medium"
    assert GENERATED in catalogue.items[entry.id].collections
    assert catalogue.recent[0] == entry.id

    window.close()
    second = reopened().library.catalogue
    qtbot.waitUntil(lambda: entry.id in second.items)
    assert second.items[entry.id].source == entry


def test_only_what_can_be_made_is_offered(dialog):
    def offered(box):
        return [box.itemData(index) for index in range(box.count())]

    choose(dialog.kind, "sudoku")
    assert offered(dialog.side)[:3] == [4, 6, 9]
    choose(dialog.side, 4)
    assert offered(dialog.style_choice) == ["easy"]
    choose(dialog.kind, "maze")
    choose(dialog.side, 8)
    assert offered(dialog.style_choice) == [style for style in STYLES if style != "obstacles"]
    choose(dialog.kind, "arc")
    assert "gravity" in offered(dialog.style_choice)
    assert dialog.style_choice.accessibleName() == "Rule"


def test_a_sudoku_has_the_sizes_that_new_offers_and_says_which_are_to_be_typed(
    window, dialog, action
):
    choose(dialog.kind, "sudoku")
    action("new").trigger()
    new = window.findChild(NewPuzzleDialog)
    box, other = dialog.side, new.side
    sides = {box.itemData(row) for row in range(box.count())}
    assert sides == {other.itemData(row) for row in range(other.count())}
    for row in range(box.count()):
        typed_only = box.itemText(row).endswith(", to be typed with New")
        assert box.model().item(row).isEnabled() != typed_only
        assert typed_only == (styles("sudoku", box.itemData(row)) == ())
    new.close()


def test_enter_creates_whenever_the_dialog_opens(qtbot, window, session, dialog, action):
    for seed in (1, 2, 3):
        action("generate").trigger()
        ask_for(dialog, "maze", 7, "corridors", seed)
        with qtbot.waitSignal(session.opened):
            qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
        assert not dialog.isVisible()


def test_after_a_puzzle_was_cancelled_enter_creates(qtbot, catalogue, session, dialog):
    ask_for_what_takes_long(dialog)
    dialog.create.click()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    ask_for(dialog, "maze", 5, "corridors", 0)
    with qtbot.waitSignal(session.opened):
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)


def test_a_long_name_is_cut_in_its_middle_and_keeps_its_number(qtbot, window, session, dialog):
    ask_for(dialog, "sudoku", 4, "easy", 729000)
    with qtbot.waitSignal(session.opened):
        dialog.create.click()
    heading = window.boards.input.heading
    heading.resize(heading.fontMetrics().horizontalAdvance("sudoku-4x4…d-729000"), 32)
    assert heading.text() == "sudoku-4x4-easy-seed-729000"
    assert "…" in heading.shown_text
    assert heading.shown_text.endswith("-729000")
    assert heading.text() in heading.toolTip()


def test_the_button_beside_the_seed_draws_another(qtbot, dialog):
    seeds = set()
    for _ in range(5):
        qtbot.mouseClick(dialog.another, Qt.MouseButton.LeftButton)
        seeds.add(dialog.seed.text())
    assert len(seeds) > 1


def test_while_a_puzzle_is_made_it_can_be_cancelled_and_another_asked_for(
    qtbot, session, catalogue, dialog
):
    ask_for_what_takes_long(dialog)
    dialog.create.click()
    assert dialog.bar.isVisible()
    assert not dialog.create.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert not dialog.bar.isVisible()
    assert dialog.words.text() == "Cancelled."
    ask_for(dialog, "maze", 5, "corridors", 0)
    with qtbot.waitSignal(session.opened):
        dialog.create.click()
    assert (session.puzzle.kind, session.puzzle.rows) == ("maze", 5)


def test_a_window_that_is_closed_does_not_wait_for_a_puzzle_to_be_found(qtbot, window, dialog):
    ask_for_what_takes_long(dialog)
    dialog.create.click()
    window.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("library")]


def test_a_generated_puzzle_is_deleted_for_good(
    qtbot, window, session, catalogue, dialog, reopened
):
    ask_for(dialog, "maze", 9, "corridors", 0)
    with qtbot.waitSignal(session.opened):
        dialog.create.click()
    (item,) = (each for each in catalogue.items.values() if GENERATED in each.collections)
    catalogue.toggle_favourite(item)
    dock = window.library.dock
    dock.filters.show_collection(GENERATED)
    dock.view.enter()
    qtbot.keyClick(dock.view, Qt.Key.Key_Delete)
    assert item.key not in catalogue.items
    assert catalogue.favourites == []
    assert dock.items.rowCount() == 0
    window.close()
    second = reopened().library.catalogue
    qtbot.waitUntil(lambda: len(second.items) > 0 and not second.reading)
    assert item.key not in second.items


def test_a_damaged_file_of_generated_puzzles_is_told_and_set_aside(qtbot, tmp_path, open_window):
    folder = tmp_path / "settings"
    folder.mkdir()
    (folder / "generated.json").write_text("{")
    window = open_window()
    catalogue = window.library.catalogue
    qtbot.waitUntil(lambda: len(catalogue.items) > 0 and not catalogue.reading)
    note = window.library.dock._note
    assert note.isVisible()
    assert "generated.json, line 1, column 2: not JSON" in note.text()
    assert (folder / "generated.damaged").read_text() == "{"


def test_each_damaged_file_of_generated_puzzles_is_kept_beside_those_before(
    qtbot, tmp_path, open_window
):
    file = tmp_path / "settings" / "generated.json"
    file.parent.mkdir()
    for text in ("{", "["):
        file.write_text(text)
        window = open_window()
        window.library.catalogue.read_all()  # which a narrow window does not by itself
        qtbot.waitUntil(lambda: not file.exists())
        window.close()
    assert file.with_suffix(".damaged").read_text() == "{"
    assert file.with_suffix(".damaged1").read_text() == "["


def test_a_puzzle_made_while_the_library_is_closed_stands_beside_those_made_before(
    qtbot, window, open_window, tmp_path
):
    first, second = (make(Recipe("maze", 7, "corridors", seed)) for seed in (1, 2))
    window.library.dock.hide()
    window.library.catalogue.read_all()
    window.library.catalogue.add_generated(first)
    qtbot.waitUntil(lambda: not window.library.catalogue.reading)
    window.close()
    later = open_window()
    assert not later.library.dock.isVisible()
    later.findChild(QAction, "generate").trigger()
    dialog = later.findChild(GeneratorDialog)
    ask_for(dialog, "maze", 7, "corridors", 2)
    with qtbot.waitSignal(later.session.opened):
        dialog.create.click()
    qtbot.waitUntil(lambda: not later.library.catalogue.reading)
    later.close()
    kept = read_library(tmp_path / "settings" / "generated.json")
    assert {entry.id for entry in kept} == {first.id, second.id}


@pytest.mark.parametrize("before", ["file", "damage", "nothing"])
def test_a_puzzle_is_kept_though_the_window_closes_before_the_library_is_read(
    window, tmp_path, before
):
    """The first one was made in another window."""
    file = tmp_path / "settings" / "generated.json"
    first, second = (make(Recipe("maze", 7, "corridors", seed)) for seed in (1, 2))
    catalogue = window.library.catalogue
    catalogue._generated_read = False  # as if that were still to come
    file.parent.mkdir(exist_ok=True)
    if before == "file":
        write_library([first], file)
    elif before == "damage":
        file.write_text("{")
    catalogue.add_generated(second)
    window.close()
    kept = [first, second] if before == "file" else [second]
    assert [entry.id for entry in read_library(file)] == [entry.id for entry in kept]
    assert file.with_suffix(".damaged").exists() == (before == "damage")


def test_it_says_how_often_the_model_that_would_be_taken_is_right(dialog, session):
    info = next(model for model in session.models.all if model.name == "maze-relations")
    for style in ("corridors", "corridors with loops", "obstacles"):
        ask_for(dialog, "maze", 15, style, 1)
        (known,) = (each for each in info.by_style if (each.style, each.side) == (style, 15))
        assert f"gets {known.right} of {known.puzzles} made-up ones right" in dialog.outlook.text()
    ask_for(dialog, "maze", 40, "corridors", 1)
    assert "31×31" in dialog.outlook.text()  # the nearest size that it was measured on
    ask_for(dialog, "arc", 7, "mirror", 1)
    assert "has learned a new task" in dialog.outlook.text()


def test_a_seed_may_have_ten_digits(qtbot, session, dialog):
    ask_for(dialog, "maze", 5, "corridors", "")
    qtbot.keyClicks(dialog.seed, "4294967295")
    assert dialog.seed.text() == "4294967295"
    with qtbot.waitSignal(session.opened):
        qtbot.keyClick(dialog.seed, Qt.Key.Key_Return)
    assert session.puzzle == make(Recipe("maze", 5, "corridors", 2**32 - 1)).puzzles()[0]


@pytest.mark.parametrize("typed", ["4294967296", "-1", "7.5", "seven", ""])
def test_what_is_no_seed_is_said_and_not_made(qtbot, dialog, typed):
    ask_for(dialog, "maze", 5, "corridors", "")
    qtbot.keyClicks(dialog.seed, typed)
    assert dialog.seed.text() == typed
    assert f"Found {repr(typed) if typed else 'no seed'}, expected a seed" in dialog.words.text()
    assert not dialog.create.isEnabled()
    qtbot.keyClick(dialog.seed, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert not dialog.bar.isVisible()
    dialog.another.click()
    assert dialog.words.text() == ""
    assert dialog.create.isEnabled()


def test_it_opens_on_the_kind_and_size_of_the_puzzle_on_screen(session, dialog, action):
    dialog.close()
    for kind, side in (("maze", 11), ("sudoku", 6), ("arc", 10)):
        session.set_puzzle(blank(kind, side, side))
        action("generate").trigger()
        assert (dialog.kind.currentData(), dialog.side.currentData()) == (kind, side)
        dialog.close()
    session.set_puzzle(blank("maze", 9, 12))
    action("generate").trigger()
    assert (dialog.kind.currentData(), dialog.side.currentData()) == ("maze", 15)


def test_each_kind_stays_as_it_was_chosen(session, dialog, action):
    ask_for(dialog, "maze", 21, "obstacles", 1)
    ask_for(dialog, "sudoku", 6, "medium", 1)
    dialog.close()
    session.set_puzzle(blank("maze", 11, 11))
    action("generate").trigger()
    assert (dialog.side.currentData(), dialog.style_choice.currentData()) == (21, "obstacles")
    choose(dialog.kind, "sudoku")
    assert (dialog.side.currentData(), dialog.style_choice.currentData()) == (6, "medium")
