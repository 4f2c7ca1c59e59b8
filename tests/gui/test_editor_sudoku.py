import threading
from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QSpinBox

from trm_core.puzzles.blank import blank
from trm_core.puzzles.sudoku_files import parse
from trm_gui import solution_count
from trm_gui.board.overlays import OVERLAYS
from trm_gui.editor.new_puzzle import NewPuzzleDialog
from trm_gui.editor.tool_button import ToolButton
from trm_gui.editor.tool_strip import ToolStrip

Key, Ctrl = Qt.Key, Qt.KeyboardModifier.ControlModifier
ONE_WAY = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79"


@pytest.fixture
def words(window):
    """What is said beside the heading of the puzzle."""
    return lambda: window.boards.input.words.text() if window.boards.input.words.isVisible() else ""


@pytest.fixture
def strip(window):
    return lambda: next((s for s in window.findChildren(ToolStrip) if s.isVisible()), None)


def test_a_click_on_a_cell_begins_editing_and_escape_ends_it(
    qtbot, widget, action, press, strip, drag
):
    assert strip() is None
    drag((4, 4))
    board = widget("input_board")
    assert strip() is not None
    assert board.selected_cell == (4, 4)
    assert action("edit").isChecked()
    press(Key.Key_Escape)
    qtbot.waitUntil(lambda: strip() is None)
    assert board.selected_cell is None
    assert not action("edit").isChecked()


def test_e_begins_at_the_first_cell_and_ends_editing(widget, press, action, strip):
    press(Key.Key_E)
    assert widget("input_board").selected_cell == (0, 0)
    assert widget("input_board").hasFocus()
    press(Key.Key_E)
    assert not action("edit").isChecked()
    assert strip() is None


@pytest.mark.parametrize(
    ("key", "digit"),
    [
        (Key.Key_7, 7),
        (Key.Key_0, 0),
        (Key.Key_Delete, 0),
        (Key.Key_Backspace, 0),
        (Key.Key_Period, 0),
    ],
)
def test_keys_put_a_digit_into_the_selected_cell_or_empty_it(
    session, edit, puzzles, press, assert_one_step, key, digit
):
    board = edit(puzzles[0])
    cell = tuple(np.argwhere(puzzles[0].grid == 3)[0].tolist())
    board.select(cell)
    before = session.puzzle
    press(key)
    assert session.puzzle.grid[cell] == digit
    assert (session.puzzle.grid != before.grid).sum() == 1
    assert_one_step(before)


def test_arrows_move_the_selection_and_stop_at_the_edge(edit, puzzles, press):
    board = edit(puzzles[0])
    board.select((0, 7))
    for key in (Key.Key_Down, Key.Key_Right, Key.Key_Right):
        press(key)
    assert board.selected_cell == (1, 8)


def test_letters_are_digits_only_where_the_side_is_that_long(session, edit, press):
    board = edit(blank("sudoku", 16, 16))
    board.select((2, 3))
    press(Key.Key_E)
    assert session.puzzle.grid[2, 3] == 14
    edit(blank("sudoku", 9, 9))
    board.select((2, 3))
    press(Key.Key_A)
    assert not session.puzzle.grid.any()


def test_the_pad_has_every_digit_and_a_key_to_empty_the_cell(session, edit, click, assert_one_step):
    board = edit(blank("sudoku", 6, 6))
    board.select((1, 2))
    for digit in range(1, 7):
        before = session.puzzle
        click(f"Digit {digit}")
        assert session.puzzle.grid[1, 2] == digit
        assert_one_step(before)
    click("Empty the cell")
    assert not session.puzzle.grid.any()
    assert board.hasFocus()  # so that keys go on


def test_the_same_digit_again_is_no_step(edit, puzzles, press, action):
    board = edit(puzzles[0])
    cell = tuple(np.argwhere(puzzles[0].grid == 3)[0].tolist())
    board.select(cell)
    press(Key.Key_3)
    assert not action("undo").isEnabled()


def test_solutions_are_counted_while_typing(qtbot, edit, words, press):
    board = edit(parse(ONE_WAY[:27] + "." * 54)[0])
    assert words() == "Solutions: …"
    qtbot.waitUntil(lambda: words() == "Solutions: many")
    edit(parse(ONE_WAY)[0])
    qtbot.waitUntil(lambda: words() == "Solutions: one")
    board.select((0, 2))
    press(Key.Key_2)
    qtbot.waitUntil(lambda: words() == "⚠ No solution exists")
    press(Key.Key_4)
    qtbot.waitUntil(lambda: words() == "Solutions: one")
    press(Key.Key_5)
    assert words() == "⚠ No solution exists"  # there are two 5s in the row: nothing to count
    assert {(0, 0), (0, 2)} <= board.content.conflict_cells


def test_few_solutions_are_told_by_their_number_in_the_editor_and_after(qtbot, window, edit, words):
    edit(parse(".2.4.4.221434321")[0])
    qtbot.waitUntil(lambda: words() == "Solutions: 2")
    window.editor.stop()
    assert words() == "Solutions: 2"


def test_a_count_of_a_puzzle_that_was_changed_meanwhile_is_dropped(
    qtbot, monkeypatch, window, edit, words, press
):
    counting, go_on = threading.Event(), threading.Event()

    def count(grid, box_rows, limit, cancelled):
        if not grid.any():
            counting.set()
            go_on.wait(10)
            assert cancelled()
            return 0  # as if it had ended just then
        return 1

    monkeypatch.setattr(solution_count, "count_solutions", count)
    edit(blank("sudoku", 9, 9))
    qtbot.waitUntil(counting.is_set)
    press(Key.Key_1)
    heard = []
    solutions = window.findChild(solution_count.SolutionCount)
    solutions.changed.connect(lambda: heard.append(solutions.count))
    go_on.set()
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [1]
    assert words() == "Solutions: one"


def test_counting_a_large_sudoku_keeps_the_window_awake(qtbot, edit, words):
    edit(blank("sudoku", 25, 25))
    ticks = [perf_counter()]
    timer = QTimer(interval=0)
    timer.timeout.connect(lambda: ticks.append(perf_counter()))
    timer.start()
    qtbot.waitUntil(lambda: words() == "Solutions: many")
    assert np.diff(ticks).max() < 0.5  # a second, were the clauses made in one go


def test_the_puzzle_is_copied_as_one_line_and_pasted_from_it(
    session, edit, puzzles, press, assert_one_step
):
    edit(puzzles[0])
    press(Key.Key_C, Ctrl)
    text = QGuiApplication.clipboard().text()
    assert text == puzzles[0].format()
    assert len(text) == 81
    press(Key.Key_Delete, Ctrl)
    cleared = session.puzzle
    assert not cleared.grid.any()
    press(Key.Key_V, Ctrl)
    assert session.puzzle == puzzles[0]
    assert_one_step(cleared)


def test_a_puzzle_of_another_kind_is_pasted_with_its_tools(
    window, session, edit, puzzles, press, assert_one_step
):
    edit(puzzles[0])
    QGuiApplication.clipboard().setText("#####\n#S G#\n#####\n")
    before = session.puzzle
    press(Key.Key_V, Ctrl)
    assert session.puzzle.kind == "maze"
    tools = [tool for tool in window.findChildren(ToolButton) if tool.accessibleName() == "Wall"]
    assert any(tool.isVisible() for tool in tools)
    assert_one_step(before)


@pytest.mark.parametrize("text", ["", "53..7", "hello there", '{"train": [', "." * 81_000])
def test_text_that_is_no_puzzle_is_told_in_a_sentence_and_changes_nothing(
    qtbot, session, widget, edit, puzzles, press, text
):
    edit(puzzles[0])
    QGuiApplication.clipboard().setText(text)
    with qtbot.waitSignal(session.failed) as failed:
        press(Key.Key_V, Ctrl)
    assert failed.args[0].startswith(("the pasted text", "The clipboard"))
    assert failed.args[0] in widget("status_line").text()
    assert session.puzzle is puzzles[0]


def test_clear_empties_the_sudoku_in_one_step(session, edit, puzzles, click, assert_one_step):
    edit(puzzles[0])
    click("Clear")
    assert not session.puzzle.grid.any()
    assert_one_step(puzzles[0])


def test_undo_and_redo_have_buttons(session, edit, puzzles, press, control, click):
    board = edit(puzzles[0])
    board.select((0, 1))
    assert not control("Undo").isEnabled()
    press(Key.Key_8)
    changed = session.puzzle
    click("Undo")
    assert session.puzzle is puzzles[0]
    click("Redo")
    assert session.puzzle is changed


def test_any_edits_are_undone_to_the_puzzle_that_there_was(session, edit, puzzles, press, action):
    board, rng = edit(puzzles[0]), np.random.default_rng(0)
    shown = [session.puzzle]
    for row, col, digit in rng.integers(0, 9, (40, 3)).tolist():
        board.select((row, col))
        press(Key(Key.Key_0 + digit))
        if session.puzzle is not shown[-1]:
            shown.append(session.puzzle)
    assert len(shown) > 20
    for puzzle in [*reversed(shown[:-1])]:
        action("undo").trigger()
        assert session.puzzle is puzzle
    for puzzle in shown[1:]:
        action("redo").trigger()
        assert session.puzzle is puzzle


def test_a_change_cancels_a_solve_that_runs(session, edit, press, solve_for_long, puzzles):
    board = edit(puzzles[0])
    board.select((0, 1))
    solve_for_long()
    press(Key.Key_8)
    assert not session.solving
    assert session.trace is None


def test_the_keys_stay_with_the_board_when_its_tools_are_replaced(qtbot, edit, puzzles, window):
    board = edit(puzzles[0])
    edit(blank("maze", 9, 9))
    qtbot.waitUntil(lambda: len(window.findChildren(ToolStrip)) == 2)  # beside and below
    assert board.hasFocus()


def test_another_puzzle_ends_editing(session, edit, puzzles, action, strip):
    edit(puzzles[0])
    session.set_puzzle(puzzles[1])
    assert not action("edit").isChecked()
    assert strip() is None


def test_keys_of_the_window_work_again_after_editing(session, edit, press, solve, action, puzzles):
    overlay = action(f"overlay_{OVERLAYS[0].name}")
    before = overlay.isChecked()
    board = edit(puzzles[0])
    solve()
    cursor = session.cursor
    press(Key.Key_Right)
    assert board.selected_cell == (0, 1)
    assert session.cursor == cursor
    press(Key.Key_1)
    assert session.puzzle.grid[0, 1] == 1
    assert overlay.isChecked() == before
    press(Key.Key_Escape)
    press(Key.Key_1)
    assert overlay.isChecked() != before


def test_a_new_puzzle_of_a_kind_and_size_is_begun_and_can_be_undone(
    qtbot, window, session, action, assert_one_step
):
    before = session.puzzle
    for kind, rows, cols in (("maze", 8, 11), ("arc", 3, 5)):
        before = session.puzzle
        action("new").trigger()
        dialog = window.findChildren(NewPuzzleDialog)[-1]
        dialog.kind.setCurrentIndex(dialog.kind.findData(kind))
        dialog.rows.setValue(rows)
        dialog.cols.setValue(cols)
        assert not dialog.side.isVisible()
        dialog.accept()
        assert session.puzzle.kind == kind
        assert session.puzzle.grid.shape == (rows, cols)
        assert action("edit").isChecked()
        assert_one_step(before)


def test_the_dialog_begins_with_the_puzzle_at_hand_and_says_what_models_learned(
    qtbot, window, session, action
):
    session.set_puzzle(blank("sudoku", 6, 6))
    action("new").trigger()
    dialog = window.findChildren(NewPuzzleDialog)[-1]
    assert dialog.puzzle() == blank("sudoku", 6, 6)
    assert dialog.solver.text().startswith("sudoku-6x6 learned from made-up Sudokus 6×6 with ")
    assert "is right on " in dialog.solver.text()
    dialog.side.setCurrentIndex(dialog.side.findData(16))
    assert dialog.solver.text().startswith("sudoku-sizes learned from ")
    assert "Maze" not in dialog.solver.text()
    dialog.kind.setCurrentIndex(dialog.kind.findData("maze"))
    assert "made-up mazes 15×15 and 21×21 of all kinds" in dialog.solver.text()
    dialog.kind.setCurrentIndex(dialog.kind.findData("arc"))
    dialog.rows.setValue(3)
    dialog.cols.setValue(3)
    assert dialog.solver.text() == (
        "No model here has learned a new task: each knows its own tasks by id."
    )
    controls = dialog.findChildren(QComboBox) + dialog.findChildren(QSpinBox)
    assert all(control.accessibleName() and control.toolTip() for control in controls)
    dialog.findChild(QDialogButtonBox).rejected.emit()
    assert session.puzzle == blank("sudoku", 6, 6)


@pytest.mark.parametrize(
    ("kind", "rows", "words"),
    [
        ("maze", "45", "Found 45 rows, expected 2 to 40."),
        ("arc", "31", "Found 31 rows, expected 1 to 30."),
    ],
)
def test_a_size_that_there_is_not_is_told_and_not_changed(
    qtbot, window, session, action, kind, rows, words
):
    before = session.puzzle
    action("new").trigger()
    dialog = window.findChildren(NewPuzzleDialog)[-1]
    dialog.kind.setCurrentIndex(dialog.kind.findData(kind))
    dialog.rows.selectAll()
    qtbot.keyClicks(dialog.rows, rows)
    assert dialog.rows.text() == rows
    assert words in dialog.solver.text()
    assert not dialog.begin.isEnabled()
    qtbot.keyClick(dialog.rows, Key.Key_Return)
    assert session.puzzle is before
    assert dialog.isVisible()
    dialog.rows.selectAll()
    qtbot.keyClicks(dialog.rows, "12")
    assert dialog.begin.isEnabled()
    dialog.close()


def test_every_tool_is_large_enough_has_a_name_and_a_tooltip(edit, puzzles, files, window, strip):
    from trm_core.puzzles.files import load_puzzles

    for puzzle in (puzzles[0], *(load_puzzles(files[kind])[0] for kind in ("maze", "arc"))):
        edit(replace(puzzle))
        tools = strip().findChildren(ToolButton) + strip().findChildren(QSpinBox)
        assert len(tools) > 10
        for tool in tools:
            assert min(tool.width(), tool.height()) >= 32, tool.accessibleName()
            assert tool.accessibleName()
            assert tool.toolTip()
            assert tool.visibleRegion().boundingRect() == tool.rect()


@pytest.mark.parametrize("kind", ["sudoku", "maze", "arc"])
def test_the_tools_take_no_room_from_the_board_at_the_smallest_supported_size(
    qtbot, window, session, widget, kind
):
    window.resize(1024, 700)
    session.set_puzzle(blank(kind, 9, 9))
    board = widget("input_board")
    qtbot.waitUntil(lambda: board.geometry_of_cells() is not None)
    before = board.geometry_of_cells().size
    window.editor.start()
    qtbot.waitUntil(lambda: board.geometry_of_cells().size >= before)
    tools = window.boards.findChildren(ToolButton)
    assert len(tools) > 8
    for tool in tools:
        assert tool.visibleRegion().boundingRect() == tool.rect(), tool.accessibleName()
