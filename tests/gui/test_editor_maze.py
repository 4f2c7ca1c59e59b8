import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from trm_core.puzzles.maze import FLOOR, GOAL, PATH, START, WALL
from trm_core.puzzles.maze_files import parse

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
Ctrl = Qt.KeyboardModifier.ControlModifier
RIGHT = Qt.MouseButton.RightButton

MAZE = """\
#########
#S      #
#       #
#       #
#       #
#      G#
#########"""


@pytest.fixture
def maze():
    return parse(MAZE)[0]


@pytest.fixture
def words(window):
    return window.boards.input.words.text


def walls_in(puzzle, maze):
    """The cells that are wall in one and not in the other."""
    return set(map(tuple, np.argwhere((puzzle.grid == WALL) != (maze.grid == WALL)).tolist()))


def test_a_drag_draws_walls_without_gaps_in_one_step(session, edit, maze, drag, assert_one_step):
    edit(maze)
    drag((2, 1), (2, 6), (5, 6))
    across = {(2, col) for col in range(1, 7)}
    down = {(row, 6) for row in range(2, 6)}
    assert walls_in(session.puzzle, maze) == across | down
    assert_one_step(maze)


def test_what_is_drawn_is_shown_before_the_mouse_is_let_go(session, edit, maze, drag, press):
    board = edit(maze)
    drag((2, 2), (2, 4), release=False)
    assert [row[2:5] for row in board.shown_grid()[2:3]] == [["#"] * 3]
    assert session.puzzle is maze
    press(Key.Key_Escape)  # gives up the drag, not editing
    assert board.shown_grid() == maze.json_rows(maze.grid)
    assert board.input is not None
    assert session.puzzle is maze


@pytest.mark.parametrize("way", ["tool", "key", "right button"])
def test_walls_are_erased(session, edit, maze, drag, press, click, assert_one_step, way):
    edit(maze)
    if way == "tool":
        click("Floor")
    elif way == "key":
        press(Key.Key_F)
    drag((0, 2), (0, 4), button=RIGHT if way == "right button" else Qt.MouseButton.LeftButton)
    assert walls_in(session.puzzle, maze) == {(0, 2), (0, 3), (0, 4)}
    assert_one_step(maze)


def test_a_brush_goes_around_start_and_goal(session, edit, maze, drag):
    edit(maze)
    drag((1, 2), (1, 1), (5, 1), (5, 7))
    assert (session.puzzle.start, session.puzzle.goal) == (maze.start, maze.goal)
    assert session.puzzle.grid[3, 1] == WALL


@pytest.mark.parametrize(("from_cell", "code"), [((1, 1), START), ((5, 7), GOAL)])
def test_start_and_goal_are_dragged_with_any_tool(
    session, edit, maze, drag, assert_one_step, from_cell, code
):
    edit(maze)
    drag(from_cell, (3, 3), (4, 2))
    assert session.puzzle.grid[4, 2] == code
    assert session.puzzle.grid[from_cell] == FLOOR
    assert (session.puzzle.grid != maze.grid).sum() == 2
    assert_one_step(maze)


@pytest.mark.parametrize(("key", "name", "code"), [("S", "Start", START), ("G", "Goal", GOAL)])
@pytest.mark.parametrize("by_key", [True, False])
def test_start_and_goal_are_put_where_one_clicks(
    session, edit, maze, drag, press, control, click, assert_one_step, key, name, code, by_key
):
    edit(maze)
    press(getattr(Key, f"Key_{key}")) if by_key else click(name)
    assert control(name).isChecked()
    drag((3, 4))
    assert session.puzzle.grid[3, 4] == code
    assert_one_step(maze)


def test_a_start_on_the_goal_is_no_step(session, edit, maze, drag, action):
    edit(maze)
    drag((1, 1), (5, 7))
    assert session.puzzle is maze
    assert not action("undo").isEnabled()


def test_the_keys_draw_at_the_selected_cell_and_on_from_it(
    qtbot, session, edit, maze, press, assert_one_step
):
    board = edit(maze)
    board.select((3, 2))
    press(Key.Key_Space)
    assert walls_in(session.puzzle, maze) == {(3, 2)}
    assert_one_step(maze)
    one_wall = session.puzzle
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Down):
        qtbot.keyPress(board, key, Shift)
    assert session.puzzle is one_wall
    qtbot.keyRelease(board, Key.Key_Shift)
    assert walls_in(session.puzzle, maze) == {(3, 2), (3, 3), (3, 4), (4, 4)}
    assert board.selected_cell == (4, 4)
    assert_one_step(one_wall)
    press(Key.Key_Delete)
    assert walls_in(session.puzzle, maze) == {(3, 2), (3, 3), (3, 4)}


def test_another_key_ends_what_the_keys_draw(qtbot, session, edit, maze):
    board = edit(maze)
    board.select((3, 2))
    qtbot.keyPress(board, Key.Key_Right, Shift)
    qtbot.keyPress(board, Key.Key_Down)
    assert walls_in(session.puzzle, maze) == {(3, 2), (3, 3)}


def test_undo_while_drawing_gives_up_what_is_drawn(session, edit, maze, drag, action):
    edit(maze)
    drag((2, 2), (2, 4))
    drag((3, 2), (3, 4), release=False)
    action("undo").trigger()
    assert session.puzzle is maze
    drag((4, 2))
    assert walls_in(session.puzzle, maze) == {(4, 2)}


def test_the_size_is_changed_and_what_there_was_is_kept(
    session, edit, maze, control, assert_one_step
):
    edit(maze)
    assert (control("Rows").value(), control("Columns").value()) == (7, 9)
    control("Rows").setValue(10)
    assert session.puzzle.grid.shape == (10, 9)
    assert np.array_equal(session.puzzle.grid[:7], maze.grid)
    assert_one_step(maze)
    tall = session.puzzle
    control("Columns").setValue(4)
    assert session.puzzle.grid.shape == (10, 4)
    assert session.puzzle.start == (1, 1)
    assert session.puzzle.goal is not None
    assert_one_step(tall)
    session_sizes = control("Rows").value(), control("Columns").value()
    assert session_sizes == (10, 4)


def test_enter_in_a_size_goes_back_to_the_board(qtbot, session, edit, maze, control):
    board = edit(maze)
    rows = control("Rows")
    rows.setFocus()
    rows.selectAll()
    qtbot.keyClicks(rows, "5")
    qtbot.keyClick(rows, Key.Key_Return)
    assert session.puzzle.rows == 5
    assert board.hasFocus()


@pytest.mark.parametrize("by_key", [True, False])
def test_a_shortest_path_is_shown_on_request(edit, maze, press, click, words, drag, by_key):
    board = edit(maze)

    def toggle():
        press(Key.Key_P) if by_key else click("Shortest path")

    assert words() == ""
    toggle()
    assert words() == "Shortest path: 10 steps"
    assert (board.content.grid == PATH).sum() == 9
    drag((2, 1), (2, 6), release=False)  # the path makes way at once
    assert words() == "Shortest path: 10 steps"
    assert board.content.grid[1, 7] == PATH
    toggle()
    assert (board.content.grid == PATH).sum() == 0


def test_that_there_is_no_path_is_said_while_it_is_cut(edit, maze, drag, words, session):
    board = edit(maze)
    drag((3, 1), (3, 6))
    assert words() == ""
    drag((3, 6), (3, 7), release=False)
    assert words() == "⚠ No path leads from S to G"
    assert board.content.conflict_cells == {maze.start, maze.goal}


def test_a_maze_without_path_can_be_solved_by_the_model(session, edit, maze, drag, solve):
    edit(maze)
    drag((3, 1), (3, 7))
    trace = solve()
    assert trace.puzzle is session.puzzle
    assert trace.solved(len(trace) - 1) is False


def test_clear_erases_all_walls_in_one_step(session, edit, maze, press, assert_one_step):
    edit(maze)
    press(Key.Key_Delete, Ctrl)
    assert not (session.puzzle.grid == WALL).any()
    assert (session.puzzle.start, session.puzzle.goal) == (maze.start, maze.goal)
    assert_one_step(maze)


def test_a_maze_is_copied_as_drawn_and_pasted(session, edit, maze, press, assert_one_step):
    edit(maze)
    press(Key.Key_C, Ctrl)
    assert QGuiApplication.clipboard().text() == MAZE
    QGuiApplication.clipboard().setText("S  \n## \nG  ")
    press(Key.Key_V, Ctrl)
    assert session.puzzle.format() == "S  \n## \nG  "
    assert_one_step(maze)


def test_a_click_outside_editing_draws_nothing(session, maze, drag, widget):
    session.set_puzzle(maze)
    drag((2, 2), (2, 5))
    assert session.puzzle is maze
    assert widget("input_board").selected_cell == (2, 2)


def test_random_strokes_are_undone_to_the_maze_that_there_was(session, edit, maze, drag, action):
    edit(maze)
    rng, shown = np.random.default_rng(1), [maze]
    for _ in range(25):
        cells = rng.integers(0, (7, 9), (3, 2)).tolist()
        drag(*map(tuple, cells), button=RIGHT if rng.random() < 0.4 else Qt.MouseButton.LeftButton)
        if session.puzzle is not shown[-1]:
            shown.append(session.puzzle)
        assert session.puzzle.start is not None
        assert session.puzzle.goal is not None
    assert len(shown) > 15
    for puzzle in reversed(shown[:-1]):
        action("undo").trigger()
        assert session.puzzle is puzzle
