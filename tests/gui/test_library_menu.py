"""The menu of bundled puzzles."""

from __future__ import annotations

import pytest

from trm_core.puzzles.library import read_library
from trm_gui.library_menu import LibraryMenu


@pytest.fixture
def submenus(window):
    menu = window.findChild(LibraryMenu)
    menu.aboutToShow.emit()
    return {action.text(): action.menu() for action in menu.actions() if action.menu()}


def test_every_puzzle_of_the_library_is_in_a_submenu_of_its_size(submenus):
    sizes = ("4×4", "6×6", "9×9")
    assert list(submenus)[:3] == [f"Sudoku {size}" for size in sizes]
    assert list(submenus)[-1] == "ARC-AGI-1"
    assert sum(len(menu.actions()) for menu in submenus.values()) == len(read_library())


def test_the_menu_is_filled_once(window, submenus):
    menu = window.findChild(LibraryMenu)
    before = len(menu.actions())
    menu.aboutToShow.emit()
    assert len(menu.actions()) == before


@pytest.mark.parametrize(
    ("title", "first"),
    [("Sudoku 6×6", "sudoku-6x6-easy-01"), ("Maze 15×15", "maze-15x15-01"), ("ARC-AGI-1", None)],
)
def test_choosing_a_puzzle_shows_it(qtbot, session, submenus, title, first):
    action = submenus[title].actions()[0]
    with qtbot.waitSignal(session.puzzle_changed):
        action.trigger()
    if first is None:
        assert session.puzzle.task.id == action.text()
    else:
        assert session.puzzle.name == first


def test_puzzles_that_defeated_a_model_say_so(submenus):
    defeats = [entry for entry in read_library() if entry.kind == "sudoku" and entry.not_solved_by]
    texts = [a.text() for menu in submenus.values() for a in menu.actions()]
    assert defeats
    for entry in defeats:
        number = int(entry.id.rpartition("-")[2])
        assert any(
            text.startswith(f"{entry.difficulty.capitalize()} {number} (defeats ")
            and all(model in text for model in entry.not_solved_by)
            for text in texts
        )
