"""Finding commands, models and puzzles by a few letters."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from trm_gui import theme as themes
from trm_gui.model_card import CardDialog
from trm_gui.palette import FOUND, MOST, Palette, _score, _words

MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def opened(qtbot, window, press):
    """Open it by its key, with a text in its field; gives the palette."""

    def opened(text=""):
        press(Qt.Key.Key_P, MODIFIERS)
        palette = window.findChild(Palette)
        assert palette.search.hasFocus()
        qtbot.keyClicks(QApplication.focusWidget(), text)
        return palette

    return opened


def titles(palette):
    return [palette.model.item(row).data(FOUND).title for row in range(palette.model.rowCount())]


def gone(qtbot, window):
    qtbot.waitUntil(lambda: window.findChild(Palette) is None)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("gen", "Generate a puzzle…"),
        ("nxt latnt", "Next latent step"),
        ("supervison next", "Next supervision step"),
        ("dark", "Dark"),
        ("plots correct", "Correctness"),
        ("train new", "New job…"),
        ("maze-15x15-02", "maze-15x15-02"),
        ("small", "sudoku-9x9-small (TRM-MLP, Sudoku 9×9)"),
        ("SIDE", "Mark for side by side"),
        ("fs", "Full screen"),
        ("fulscr", "Full screen"),
        ("speed", "Slower"),
        ("suduko small", "sudoku-9x9-small (TRM-MLP, Sudoku 9×9)"),
        ("sdk 4x4 easy 01", "sudoku-4x4-easy-01"),
    ],
)
def test_the_likeliest_is_on_top(qtbot, opened, typed, first):
    palette = opened(typed)
    qtbot.waitUntil(lambda: titles(palette)[:1] == [first])


def test_enter_does_it_and_it_is_on_top_the_next_time_in_another_window_too(
    qtbot, window, opened, press, open_window
):
    opened("dark theme")
    press(Qt.Key.Key_Return)
    gone(qtbot, window)
    assert themes.current(window).name == "dark"
    palette = opened()
    assert titles(palette)[:2] == ["Dark", "New…"]
    window.close()
    another = open_window()
    another.commands["palette"].trigger()
    assert titles(another.findChild(Palette))[0] == "Dark"


def test_a_model_is_chosen(qtbot, window, session, opened, press):
    opened("solve with 9x9 small")
    press(Qt.Key.Key_Return)
    gone(qtbot, window)
    assert session.model_name == "sudoku-9x9-small"


def test_a_puzzle_of_the_library_is_opened_and_tasks_are_found_once_they_are_read(
    qtbot, window, session, opened, press
):
    palette = opened("arc-agi-2")
    qtbot.waitUntil(lambda: palette.model.rowCount() == MOST)
    palette.search.setText("sudoku 6x6 hard")
    assert titles(palette)[:2] == ["sudoku-6x6-hard-01", "sudoku-6x6-hard-02"]
    press(Qt.Key.Key_Down)
    with qtbot.waitSignal(session.opened):
        press(Qt.Key.Key_Return)
    assert session.puzzle.name == "sudoku-6x6-hard-02"


def test_what_cannot_be_done_is_shown_and_not_chosen(qtbot, window, session, opened, press):
    palette = opened("save recording")
    (item,) = (
        palette.model.item(row)
        for row in range(palette.model.rowCount())
        if palette.model.item(row).text() == "Save recording…"
    )
    assert not item.isEnabled()
    assert "Ctrl+S" in item.data(Qt.ItemDataRole.AccessibleTextRole)
    palette.list.clicked.emit(item.index())
    assert palette.isVisible()
    press(Qt.Key.Key_Escape)
    gone(qtbot, window)


def test_nothing_found_is_said(opened):
    palette = opened("qqqqq")
    assert titles(palette) == []
    assert palette.none.isVisible()
    palette.search.clear()
    assert "New…" in titles(palette)
    assert palette.list.isVisible()


def test_a_menu_that_is_filled_anew_meanwhile_does_no_harm(qtbot, window, session, opened, press):
    opened("read a card small")
    session.models.changed.emit()
    press(Qt.Key.Key_Return)
    gone(qtbot, window)
    assert window.findChild(CardDialog) is None


def test_every_word_that_was_typed_must_be_there(opened):
    palette = opened()
    commands = {found.title: found for found in palette._commands}
    play = commands["Play"]
    assert _score(_words("play"), play) > _score(_words("pla"), play) > 0
    assert _score(_words("play step"), play) > 0
    assert _score(_words("play sudoku"), play) == 0
    assert _score(_words("x"), play) == 0


@pytest.mark.parametrize("way", ["escape", "chosen", "elsewhere", "another field"])
def test_the_window_has_mouse_and_keys_again_once_it_is_closed(
    qtbot, window, session, opened, press, widget, control, way
):
    board = widget("input_board")
    board.setFocus()
    opened("full screen" if way == "escape" else "loop")
    if way == "escape":
        press(Qt.Key.Key_Escape)
    elif way == "chosen":
        press(Qt.Key.Key_Return)
        assert window.playback.loops
    elif way == "elsewhere":
        qtbot.mouseClick(window.findChild(Palette), Qt.MouseButton.LeftButton, pos=QPoint(9, 700))
    else:
        control("Playing speed").setFocus()
    gone(qtbot, window)
    assert not window.isFullScreen()
    assert board.hasFocus() == (way != "another field")
    qtbot.mouseClick(control("Solve"), Qt.MouseButton.LeftButton)
    assert session.solving
    with qtbot.waitSignal(session.solve_finished):
        session.cancel()


def test_what_is_edited_is_edited_on(qtbot, window, session, opened, press, edit, puzzles):
    edit(puzzles[0])
    before = session.puzzle
    opened("1 e 9")
    assert session.puzzle is before, "what is typed goes into the field"
    press(Qt.Key.Key_Escape)
    gone(qtbot, window)
    assert window.editor.editing
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_1)
    assert session.puzzle is not before


@pytest.mark.parametrize("theme", [themes.LIGHT, themes.DARK], ids=lambda theme: theme.name)
def test_nothing_of_the_window_is_seen_through_it(qapp, window, opened, theme):
    themes.apply(qapp, theme)
    palette = opened("qqqqq")  # no list
    image = window.grab(palette.panel.geometry()).toImage()
    inner = [image.pixelColor(x, 80).name().upper() for x in range(4, image.width() - 4, 4)]
    assert set(inner) == {theme.background}
