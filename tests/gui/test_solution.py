"""The board with the solution, beside the answer when it is asked for."""

import numpy as np
import pytest
from PySide6.QtWidgets import QDockWidget

from trm_core.puzzles.files import load_puzzles


@pytest.fixture
def board(widget):
    return widget("solution_board")


def test_it_stands_beside_the_answer_when_asked_for_and_at_the_next_start(
    qtbot, window, board, action, solve, open_window
):
    assert not board.isVisible()
    trace = solve()
    action("solution").trigger()
    assert board.isVisible()
    assert board.shown_grid() == trace.judgement(-1).solution.tolist()
    window.close()
    assert open_window().commands["solution"].isChecked()


def test_it_is_worked_out_as_a_solve_begins(board, action, solve, session, puzzles):
    session.set_puzzle(puzzles[1])
    action("solution").trigger()
    assert board.shown_grid() is None or not np.any(board.shown_grid())
    solve()
    assert board.shown_grid() == session.trace.judgement(-1).solution.tolist()


def test_the_output_of_an_arc_task_is_shown_in_its_own_size(session, board, action, tmp_path):
    file = tmp_path / "task.json"
    pair = '{"input": [[1, 2], [3, 4]], "output": [[5, 6, 7]]}'
    file.write_text(f'{{"train": [{pair}], "test": [{pair}]}}')
    session.set_puzzle(load_puzzles(file)[0])
    action("solution").trigger()
    assert board.shown_grid() == [[5, 6, 7]]


def test_three_boards_keep_their_room_and_the_docks_come_back(window, widget, action, solve):
    window.resize(1280, 800)
    solve()
    docks = [d for d in window.findChildren(QDockWidget) if not d.isHidden()]
    assert docks
    action("solution").trigger()
    for name in ("input_board", "answer_board", "solution_board"):
        assert widget(name).width() >= 320
    assert not all(dock.isVisible() for dock in docks)
    action("solution").trigger()
    assert not any(dock.isHidden() for dock in docks)
