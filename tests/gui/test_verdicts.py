"""What the window says of right and wrong, and of puzzles without one solution."""

import numpy as np
import pytest
from judgements_to_try import OVER, TWO_WAYS, other_way, recorded

from trm_core.puzzles.arc import Pair, Task
from trm_core.puzzles.maze import Maze
from trm_core.puzzles.maze_files import parse
from trm_core.puzzles.sudoku import Sudoku, generate
from trm_core.recordings import write_recording
from trm_gui.board.overlays import FIRST_RIGHT, WRONG
from trm_gui.board.panes import AnswerPane, InputPane, SolutionPane

ONE = generate(3)
NONE = Sudoku(np.where(np.arange(81).reshape(9, 9) == 0, 7, ONE.grid))
"""No digit stands twice, but 7 in the first cell leaves no solution."""
SEVERAL = Sudoku(np.where(np.arange(81).reshape(9, 9) < 27, 0, ONE.grid))
TOO_MANY = Sudoku(np.zeros((9, 9)))
CUT_OFF = parse("S#G\n # \n # ")[0]


@pytest.fixture
def verdict(window):
    """The words beside the answer, and why."""
    label = window.findChild(AnswerPane).verdict
    return lambda: (label.text(), label.accessibleDescription())


@pytest.fixture
def warning(window):
    """The words beside the puzzle."""
    return lambda: window.findChild(InputPane).words.text()


@pytest.fixture
def solution(widget, window, action):
    """The board of the solution, its heading, and the words where there is none."""
    action("solution").trigger()
    board, heading = widget("solution_board"), window.findChild(SolutionPane).heading
    return lambda: (board.shown_grid(), heading.text(), board.accessibleDescription())


def test_another_path_than_the_known_one_is_right_in_every_word(
    window, session, widget, verdict, solution
):
    session.show_recording(other_way())
    assert verdict() == ("✓ right, one of several", "It is one of several solutions.")
    assert "6 of 6 open cells right" in widget("status_line").text()
    for overlay in (WRONG, FIRST_RIGHT):
        window.boards.overlays.set_on(overlay, True)
    content = widget("answer_board").content
    assert not content.wrong.any()
    assert np.isfinite(content.heat[TWO_WAYS.open_cells]).all()
    under = session.trace.puzzle.json_rows(session.trace.grid(1))
    assert solution()[:2] == (under, "Solution, of several the nearest")


def test_the_solution_follows_the_answer_that_it_is_compared_with(session, solution):
    maze = Maze(TWO_WAYS.grid, OVER)
    under = np.array([[2, 1, 1], [4, 0, 1], [4, 1, 3]], np.int8)
    session.show_recording(recorded(maze, under, OVER))
    session.move_to(0)
    assert solution()[0] == [list("S  "), list("o# "), list("ooG")]
    session.move_to(1)
    assert solution()[0] == [list("Soo"), list(" #o"), list("  G")]


def test_a_maze_without_a_path_is_warned_about_and_cannot_be_solved(
    session, warning, verdict, solution
):
    session.set_puzzle(CUT_OFF)
    assert warning() == "⚠ No path leads from S to G"
    session.show_recording(recorded(CUT_OFF, CUT_OFF.grid))
    assert verdict() == (
        "no solution exists",
        "No answer can be right: no path leads from S to G.",
    )
    assert solution()[0] == []
    assert solution()[2] == "No solution exists. No path leads from S to G."
    session.set_puzzle(parse("S G\n###")[0])
    assert warning() == ""


def test_a_sudoku_without_one_solution_is_told_outside_the_editor_too(
    qtbot, window, session, warning
):
    session.set_puzzle(SEVERAL)
    qtbot.waitUntil(lambda: warning() == "Solutions: many")
    window.editor.start()
    assert warning() == "Solutions: many"
    window.editor.stop()
    assert warning() == "Solutions: many"
    session.set_puzzle(NONE)
    assert warning() == ""
    qtbot.waitUntil(lambda: warning() == "⚠ No solution exists")
    window.editor.start()
    assert warning() == "⚠ No solution exists"
    window.editor.stop()
    session.set_puzzle(ONE)
    window.editor.start()
    qtbot.waitUntil(lambda: warning() == "Solutions: one")
    window.editor.stop()
    assert warning() == ""


@pytest.mark.parametrize(
    ("puzzle", "words", "because", "board"),
    [
        (
            NONE,
            "no solution exists",
            "No answer can be right: the puzzle has no solution.",
            "No solution exists. The puzzle has no solution.",
        ),
        (
            TOO_MANY,
            "not right",
            "The puzzle has too many solutions to count cells against the nearest. "
            "243 rules are broken, first: 1 stands 9 times in row 1.",
            "Several solutions. There are too many of them to find the nearest one.",
        ),
    ],
)
def test_an_answer_that_cannot_be_right_is_not_blamed_on_the_model(
    session, verdict, solution, puzzle, words, because, board
):
    session.show_recording(recorded(puzzle, np.ones((9, 9), np.int8)))
    assert verdict()[0] == words
    assert verdict()[1].startswith(because.split(" 243")[0])
    assert solution()[2] == board


def test_a_right_answer_to_an_ambiguous_sudoku_is_one_of_several(session, verdict):
    session.show_recording(recorded(SEVERAL, ONE.solution))
    assert verdict() == ("✓ right, one of several", "It is one of several solutions.")


def test_one_test_of_a_task_with_two_is_not_the_whole_task(session, verdict):
    pair = Pair(np.zeros((2, 2)), np.ones((2, 2)))
    first = Task("t", (pair,), (pair, pair)).puzzles()[0]
    session.show_recording(recorded(first, first.solution))
    assert verdict()[0] == "✓ right, test 1 of 2"
    assert "A task counts as solved when all its tests are." in verdict()[1]


def test_words_and_marks_of_a_recording_opened_from_a_file_are_the_same(
    qtbot, session, verdict, tmp_path
):
    write_recording(tmp_path / "a.trmrec", other_way())
    with qtbot.waitSignal(session.opened):
        session.open(tmp_path / "a.trmrec")
    assert verdict()[0] == "✓ right, one of several"
