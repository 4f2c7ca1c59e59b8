import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QGuiApplication

from trm_core.puzzles.arc import Arc, Pair, Task
from trm_core.puzzles.arc_edit import Slot
from trm_core.puzzles.arc_tasks import parse
from trm_gui.board.task_strip import TaskStrip
from trm_gui.editor.tool_button import ToolButton

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
Ctrl = Qt.KeyboardModifier.ControlModifier
TRAIN_INPUT, TRAIN_OUTPUT = Slot("train", 0, "input"), Slot("train", 0, "output")
TEST_INPUT, TEST_OUTPUT = Slot("test", 0, "input"), Slot("test", 0, "output")


def full(colour, rows=5, cols=6):
    return np.full((rows, cols), colour, np.int8)


@pytest.fixture
def puzzle():
    """Two train pairs, and two test inputs of which the second has no output."""
    train = Pair(full(1), full(2)), Pair(full(3, 2, 3), full(4, 3, 3))
    test = Pair(full(0), full(5)), Pair(full(6, 4, 4))
    return Arc.of(Task("made", train, test))


@pytest.fixture
def choose(qtbot, window):
    """Click a grid in the strip of the task."""

    def choose(slot):
        strip = window.findChild(TaskStrip)
        qtbot.mouseClick(
            strip, Qt.MouseButton.LeftButton, pos=strip.area_of(slot).center().toPoint()
        )

    return choose


@pytest.fixture
def heading(window):
    return window.boards.input.heading.text


def cells_of(grid, colour):
    return set(map(tuple, np.argwhere(grid == colour).tolist()))


def test_the_pencil_draws_a_drag_without_gaps_in_one_step(
    session, edit, puzzle, drag, press, assert_one_step
):
    edit(puzzle)
    press(Key.Key_7)
    drag((1, 1), (1, 4), (3, 4))
    assert cells_of(session.puzzle.grid, 7) == {(1, 1), (1, 2), (1, 3), (1, 4), (2, 4), (3, 4)}
    assert_one_step(puzzle)


@pytest.mark.parametrize("colour", range(10))
@pytest.mark.parametrize("by_key", [True, False])
def test_every_colour_has_a_key_and_a_swatch(
    session, edit, puzzle, drag, press, click, choose, colour, by_key
):
    from trm_core.puzzles.arc import COLOUR_NAMES

    edit(puzzle)
    choose(Slot("train", 0, "input"))
    if by_key:
        press(Key(Key.Key_0 + colour))
    else:
        click(f"Colour {colour}, {COLOUR_NAMES[colour]}")
    drag((0, 0))
    assert session.puzzle.task.train[0].input[0, 0] == colour


def test_a_rectangle_is_previewed_and_drawn_in_one_step(
    session, edit, puzzle, drag, press, assert_one_step
):
    board = edit(puzzle)
    press(Key.Key_R)
    press(Key.Key_3)
    drag((3, 4), (0, 0), (1, 2), release=False)
    assert cells_of(np.array(board.shown_grid()), 3) == {
        (row, col) for row in (1, 2, 3) for col in (2, 3, 4)
    }
    assert session.puzzle is puzzle
    press(Key.Key_Escape)
    assert not np.array(board.shown_grid()).any()
    drag((3, 4), (1, 2))
    assert (session.puzzle.grid == 3).sum() == 9
    assert_one_step(puzzle)


def test_a_flood_fills_an_area_of_one_colour(
    session, edit, puzzle, drag, press, click, assert_one_step
):
    edit(puzzle)
    press(Key.Key_2)
    drag((0, 3), (4, 3))
    walled = session.puzzle
    click("Fill")
    press(Key.Key_8)
    drag((2, 1))
    assert cells_of(session.puzzle.grid, 8) == {(row, col) for row in range(5) for col in range(3)}
    assert_one_step(walled)


def test_the_right_button_draws_black(session, edit, puzzle, drag, choose):
    edit(puzzle)
    choose(TRAIN_INPUT)
    drag((1, 1), (1, 2), button=Qt.MouseButton.RightButton)
    assert cells_of(session.puzzle.task.train[0].input, 0) == {(1, 1), (1, 2)}


def test_the_keys_draw_too(qtbot, session, edit, puzzle, press, assert_one_step):
    board = edit(puzzle)
    board.select((1, 1))
    press(Key.Key_R)
    qtbot.keyPress(board, Key.Key_Right, Shift)
    qtbot.keyPress(board, Key.Key_Down, Shift)
    qtbot.keyRelease(board, Key.Key_Shift)
    assert cells_of(session.puzzle.grid, 1) == {(1, 1), (1, 2), (2, 1), (2, 2)}
    assert_one_step(puzzle)
    press(Key.Key_Backspace)
    assert session.puzzle.grid[2, 2] == 0
    press(Key.Key_P)
    press(Key.Key_4)
    press(Key.Key_Return)
    assert session.puzzle.grid[2, 2] == 4


@pytest.mark.parametrize("slot", [TRAIN_INPUT, TRAIN_OUTPUT, TEST_INPUT, TEST_OUTPUT])
def test_a_click_in_the_strip_chooses_what_is_edited(
    session, edit, puzzle, drag, choose, heading, assert_one_step, slot
):
    board = edit(puzzle)
    assert heading() == "Test pair 1, input"
    choose(slot)
    assert heading() == str(slot)
    pair = (puzzle.task.train if slot.part == "train" else puzzle.task.test)[0]
    assert board.shown_grid() == getattr(pair, slot.side).tolist()
    assert session.puzzle is puzzle
    drag((4, 4))
    part = session.puzzle.task.train if slot.part == "train" else session.puzzle.task.test
    assert getattr(part[0], slot.side)[4, 4] == 1
    if slot != TRAIN_INPUT:
        assert_one_step(puzzle)


def test_page_keys_go_through_all_grids_and_around(edit, puzzle, press, heading):
    edit(puzzle)
    seen = [heading()]
    for _ in range(8):
        press(Key.Key_PageDown)
        seen.append(heading())
    assert seen[8] == seen[0]
    assert len(set(seen)) == 8
    press(Key.Key_PageUp)
    assert heading() == seen[7]


def test_the_test_pair_that_is_chosen_is_the_one_that_is_solved(session, edit, puzzle, choose):
    edit(puzzle)
    choose(Slot("test", 1, "input"))
    assert session.puzzle.test_index == 1
    assert np.array_equal(session.puzzle.grid, full(6, 4, 4))
    choose(TRAIN_INPUT)
    assert session.puzzle.test_index == 1


def test_an_output_that_is_not_known_is_drawn_and_forgotten_again(
    session, edit, puzzle, choose, drag, press, heading, assert_one_step
):
    board = edit(puzzle)
    choose(Slot("test", 1, "output"))
    assert heading() == "Test pair 2, output, not known"
    assert (board.content.grid == -1).all()
    unknown = session.puzzle
    drag((1, 1))
    output = session.puzzle.task.test[1].output
    assert output[1, 1] == 1
    assert output.sum() == 1
    assert np.array_equal(session.puzzle.solution, output)
    assert_one_step(unknown)
    press(Key.Key_Delete, Ctrl)
    assert session.puzzle.task.test[1].output is None


def test_clear_makes_a_grid_black(session, edit, puzzle, choose, press, assert_one_step):
    edit(puzzle)
    choose(TRAIN_OUTPUT)
    press(Key.Key_Delete, Ctrl)
    assert not session.puzzle.task.train[0].output.any()
    assert_one_step(puzzle)


def test_a_grid_is_resized_and_keeps_what_it_had(
    session, edit, puzzle, choose, control, assert_one_step
):
    board = edit(puzzle)
    choose(TRAIN_OUTPUT)
    control("Rows").setValue(7)
    output = session.puzzle.task.train[0].output
    assert output.shape == (7, 6)
    assert (output[:5] == 2).all()
    assert not output[5:].any()
    assert board.shown_grid() == output.tolist()
    assert_one_step(puzzle)
    control("Columns").setValue(30)
    assert session.puzzle.task.train[0].output.shape == (7, 30)
    choose(Slot("train", 1, "input"))
    assert (control("Rows").value(), control("Columns").value()) == (2, 3)


@pytest.mark.parametrize("by_key", [True, False])
def test_the_input_is_copied_to_the_output_which_is_shown(
    session, edit, puzzle, choose, press, click, heading, assert_one_step, by_key
):
    edit(puzzle)
    choose(Slot("train", 1, "input"))
    press(Key.Key_O) if by_key else click("Input to output")
    pair = session.puzzle.task.train[1]
    assert np.array_equal(pair.output, pair.input)
    assert heading() == "Train pair 2, output"
    assert_one_step(puzzle)


@pytest.mark.parametrize("by_key", [True, False])
def test_pairs_are_added_duplicated_moved_and_removed(
    session, edit, puzzle, choose, press, click, heading, assert_one_step, by_key
):
    def do(key, name):
        press(key) if by_key else click(name)

    def inputs():
        return [int(pair.input[0, 0]) for pair in session.puzzle.task.train]

    edit(puzzle)
    choose(TRAIN_INPUT)
    for key, name, expected, place in (
        (Key.Key_A, "Add a pair", [1, 0, 3], 2),
        (Key.Key_Comma, "Move the pair left", [0, 1, 3], 1),
        (Key.Key_D, "Duplicate the pair", [0, 0, 1, 3], 2),
        (Key.Key_Period, "Move the pair right", [0, 1, 0, 3], 3),
        (Key.Key_X, "Remove the pair", [0, 0, 3], 2),
    ):
        before = session.puzzle
        do(key, name)
        assert inputs() == expected
        assert heading() == f"Train pair {place}, input"
        assert_one_step(before)


def test_the_last_pair_of_a_part_stays_and_pairs_at_an_end_do_not_move_on(
    edit, puzzle, choose, control, click, press, session
):
    edit(puzzle)
    choose(Slot("train", 1, "output"))
    assert control("Move the pair left").isEnabled()
    assert not control("Move the pair right").isEnabled()
    click("Remove the pair")
    assert len(session.puzzle.task.train) == 1
    assert not control("Remove the pair").isEnabled()
    press(Key.Key_X)
    assert len(session.puzzle.task.train) == 1


def test_test_inputs_are_added_and_removed_and_one_is_always_posed(
    session, edit, puzzle, press, assert_one_step
):
    edit(puzzle)
    press(Key.Key_A)
    assert len(session.puzzle.task.test) == 3
    assert session.puzzle.test_index == 1
    assert session.puzzle.solution is None
    assert_one_step(puzzle)
    for left in (2, 1):
        press(Key.Key_X)
        assert len(session.puzzle.task.test) == left
        assert session.puzzle.test_index < left


def test_undo_shows_the_grid_that_it_changes(edit, puzzle, choose, drag, action, heading):
    board = edit(puzzle)
    choose(TRAIN_OUTPUT)
    drag((2, 2))
    choose(TEST_INPUT)
    action("undo").trigger()
    assert heading() == "Train pair 1, output"
    assert board.shown_grid() == full(2).tolist()
    choose(TEST_INPUT)
    action("redo").trigger()
    assert heading() == "Train pair 1, output"


def test_the_task_is_copied_as_json_and_pasted(session, edit, puzzle, press, assert_one_step):
    edit(puzzle)
    press(Key.Key_C, Ctrl)
    text = QGuiApplication.clipboard().text()
    assert parse(text)[0].task.train == puzzle.task.train
    text = '{"train": [{"input": [[1]], "output": [[2]]}], "test": [{"input": [[3, 4]]}]}'
    QGuiApplication.clipboard().setText(text)
    press(Key.Key_V, Ctrl)
    assert session.puzzle.grid.tolist() == [[3, 4]]
    assert_one_step(puzzle)


def test_after_editing_the_test_input_and_the_examples_are_shown(
    window, edit, puzzle, choose, press, widget, heading
):
    board = edit(puzzle)
    examples = window.findChild(TaskStrip)
    choose(TRAIN_OUTPUT)
    while_editing = examples.sizeHint().width()
    press(Key.Key_Escape)
    assert board.shown_grid() == puzzle.grid.tolist()
    assert heading() == "made"
    assert examples.sizeHint().width() == while_editing // 2


def test_random_edits_are_undone_to_the_task_that_there_was(
    session, edit, puzzle, drag, press, action
):
    board = edit(puzzle)
    rng, shown = np.random.default_rng(2), [puzzle]
    keys = [*(Key(Key.Key_0 + n) for n in range(10))]
    keys += [Key.Key_P, Key.Key_R, Key.Key_F, Key.Key_A, Key.Key_D, Key.Key_X, Key.Key_O]
    keys += [Key.Key_Comma, Key.Key_Period]
    for _ in range(60):
        press(keys[rng.integers(len(keys))])
        if session.puzzle is not shown[-1]:
            shown.append(session.puzzle)
        rows, cols = np.array(board.shown_grid()).shape
        drag(*map(tuple, rng.integers(0, (rows, cols), (2, 2)).tolist()))
        if session.puzzle is not shown[-1]:
            shown.append(session.puzzle)
    assert len(shown) > 40
    for of in reversed(shown[:-1]):
        action("undo").trigger()
        assert session.puzzle is of
    for of in shown[1:]:
        action("redo").trigger()
        assert session.puzzle is of


def test_the_key_of_every_button_can_be_read(window, edit, puzzle):
    """A comma in the size of letters is a speck."""
    edit(puzzle)
    marked = [button for button in window.findChildren(ToolButton) if button.corner]
    assert {button.corner for button in marked} >= {"P", ",", "."}
    for button in marked:
        mark = QFontMetricsF(button.corner_font).tightBoundingRect(button.corner)
        assert mark.width() * mark.height() >= 12
