"""A maze smaller than the model's board is shown in its own size."""

import numpy as np
import pytest
import torch
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QWidget

from trm_core.checkpoints.directory import build_model, save_model
from trm_core.checkpoints.info import ModelInfo, read_info
from trm_core.model.config import TRMConfig
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.maze_generators import generate_perfect
from trm_gui.board.overlays import OverlaySet
from trm_gui.board.panes import AnswerPane, InputPane, SolutionPane
from trm_gui.commands import Commands
from trm_gui.settings import open_settings
from trm_gui.solve_bar import SolveBar
from trm_gui.status import Status


@pytest.fixture
def session(session_of, tmp_path):
    """A session with untrained models for mazes, that for the largest first."""
    models = []
    for side in (17, 15, 7):
        torch.manual_seed(1)
        config = TRMConfig(cells=side * side, vocab_size=6, hidden_size=16, heads=2)
        directory = tmp_path / f"maze-{side}x{side}"
        info = ModelInfo("trm", PuzzleShape("maze", side, side), config, directory=directory)
        save_model(build_model(config), info, "# Tiny\n")
        models.append(read_info(directory))
    return session_of(*models)


@pytest.fixture
def shown(qtbot, session):
    """A function: the widget of a class, on the session."""

    def shown(kind, *arguments):
        widget = kind(session, *arguments)
        qtbot.addWidget(widget)
        widget.show()
        return widget

    return shown


@pytest.mark.parametrize(("side", "name"), [(5, "maze-7x7"), (9, "maze-15x15")])
def test_a_puzzle_gets_the_model_with_the_smallest_board_that_fits(session, side, name):
    session.set_puzzle(generate_perfect(1, side, side))
    assert session.model_name == name


def test_a_model_that_fits_stays_in_use(session):
    session.set_puzzle(generate_perfect(1, 15, 15))
    session.set_puzzle(generate_perfect(1, 5, 5))
    assert session.model_name == "maze-15x15"


def test_only_models_whose_board_holds_the_maze_can_be_chosen(session, shown):
    bar = shown(SolveBar)
    session.set_puzzle(generate_perfect(1, 9, 9))
    items = bar.model.model()
    assert isinstance(items, QStandardItemModel)
    assert [items.item(row).isEnabled() for row in range(3)] == [True, True, False]


def test_without_a_puzzle_no_board_names_a_model(shown, tmp_path):
    overlays, commands = OverlaySet(open_settings(tmp_path)), Commands(QWidget())
    for pane in (shown(InputPane), shown(AnswerPane, overlays, commands), shown(SolutionPane)):
        assert pane.board.accessibleDescription().startswith("No puzzle yet")


def test_puzzle_answer_and_status_are_those_of_a_smaller_maze(qtbot, session, shown, tmp_path):
    maze = generate_perfect(1, 9, 9)
    overlays, commands = OverlaySet(open_settings(tmp_path)), Commands(QWidget())
    posed, answer = shown(InputPane), shown(AnswerPane, overlays, commands)
    status = shown(Status, QWidget())
    session.set_puzzle(maze)
    assert posed.board.shown_grid() == maze.json_rows(maze.grid)
    assert status.line.text() == "Maze 9×9, not solved yet"
    with qtbot.waitSignal(session.solve_finished):
        session.solve()
    trace = session.trace
    assert not session.focus.failure
    for frame in range(len(trace)):
        session.move_to(frame)
        content = answer.board.content
        assert np.shape(answer.board.shown_grid()) == (9, 9)
        assert answer.board.shown_grid() == maze.json_rows(trace.grid(frame))
        assert np.array_equal(content.changed, trace.changed(frame))
        assert status.line.text() == trace.sentence(frame)
        assert answer.board.accessibleDescription().startswith("Maze 9×9")
