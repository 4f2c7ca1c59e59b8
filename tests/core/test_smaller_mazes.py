"""Mazes smaller than a model's board: solved, watched and measured in their own size."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from trm_core.checkpoints import info as infos
from trm_core.checkpoints.directory import build_model, save_model
from trm_core.checkpoints.info import ModelInfo, read_info
from trm_core.data.build import MazeBuild, build
from trm_core.model.config import TRMConfig
from trm_core.puzzles.base import PuzzleError, PuzzleShape
from trm_core.puzzles.maze import PATH, WALL, Maze
from trm_core.puzzles.maze_generators import generate_perfect, generate_with_loops
from trm_core.solver import Solver
from trm_core.trace import SolveSettings, Trace

BOARD = PuzzleShape("maze", 15, 15)


def save_maze_model(directory, side):
    """An untrained model for mazes up to this side."""
    torch.manual_seed(1)
    config = TRMConfig(cells=side * side, vocab_size=6, hidden_size=16, heads=2)
    info = ModelInfo("trm", PuzzleShape("maze", side, side), config, directory=directory)
    save_model(build_model(config), info, "# Tiny\n")
    return directory


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return save_maze_model(tmp_path_factory.mktemp("models") / "maze-15x15", 15)


@pytest.fixture(scope="module")
def maze_solver(directory):
    return Solver.load(read_info(directory), "cpu", "float32")


def solved(solver, maze):
    settings = SolveSettings(max_supervision_steps=3, halt_threshold=None, every_latent_step=True)
    trace = solver.start(maze, settings)
    for frame in solver.frames(trace):
        trace.append(frame)
    return trace


@pytest.fixture(scope="module", params=[(9, 9), (7, 15), (6, 5)], ids=str)
def maze(request):
    return generate_with_loops(3, *request.param, loops=1)


@pytest.fixture(scope="module")
def trace(maze_solver, maze):
    return solved(maze_solver, maze)


@pytest.fixture(scope="module")
def with_walls(maze_solver, maze):
    """The trace of the same maze with walls up to the model's size."""
    grids = np.full((2, BOARD.rows, BOARD.cols), WALL, np.int8)
    grids[:, : maze.rows, : maze.cols] = maze.grid, maze.solution
    return solved(maze_solver, Maze(*grids))


def test_a_model_sees_a_smaller_maze_as_the_maze_with_walls_around_it(trace, with_walls):
    assert len(trace) == len(with_walls) > 0
    for frame, other in zip(trace.frames, with_walls.frames, strict=True):
        assert np.array_equal(frame.tokens, other.tokens)
        assert np.array_equal(frame.probabilities, other.probabilities)
        assert frame.halt_probability == other.halt_probability


def test_all_measures_of_a_frame_are_those_of_the_cells_of_the_maze(trace, with_walls, maze):
    inside = np.s_[: maze.rows, : maze.cols]
    for index in range(len(trace)):
        assert np.array_equal(trace.grid(index), with_walls.grid(index)[inside])
        assert np.array_equal(trace.changed(index), with_walls.changed(index)[inside])
        since = with_walls.frames_since_change(index)[inside]
        assert np.array_equal(trace.frames_since_change(index), since)
        assert np.array_equal(trace.entropy(index), with_walls.entropy(index)[inside])
        assert trace.conflicts(index) == maze.conflicts(trace.grid(index))
        assert trace.right_cells(index) == with_walls.right_cells(index)
        assert trace.solved(index) is maze.is_solved_by(trace.grid(index))
        assert f"{trace.changed(index).sum()} changed" in trace.sentence(index)
    assert any(trace.conflicts(index) for index in range(len(trace)))
    assert any(
        with_walls.changed(index).sum() > trace.changed(index).sum() for index in range(len(trace))
    )


def test_a_right_answer_solves_a_smaller_maze_whatever_stands_around_it(trace, maze):
    tokens = maze.encode(maze.solution, BOARD).reshape(BOARD.rows, BOARD.cols)
    tokens[maze.rows :] = PATH + 1
    again = Trace(maze, BOARD, "any", 1, 1, trace.settings)
    again.append(dataclasses.replace(trace[0], tokens=tokens.ravel()))
    assert again.solved(0) is True
    assert again.conflicts(0) == []
    right, of = again.right_cells(0)
    assert right == of


def test_a_larger_maze_is_refused_in_a_sentence(maze_solver):
    with pytest.raises(
        PuzzleError, match=r"^maze-15x15 is made for Maze up to 15×15, this is Maze 9×17$"
    ):
        maze_solver.start(generate_perfect(1, 9, 17), SolveSettings())


def test_solve_shows_a_smaller_maze_in_its_own_size(trm, directory, maze, tmp_path):
    file = tmp_path / "maze.txt"
    file.write_text(maze.format())
    start, *events, end = trm(
        "solve", file, "--model", directory, "--max-steps=2", "--all-steps", "--json"
    ).events
    assert (start["puzzle"]["rows"], start["puzzle"]["cols"]) == (maze.rows, maze.cols)
    for event in (*events, end):
        assert np.shape(event["grid"]) == (maze.rows, maze.cols)
        assert event.get("changed_cells", 0) <= maze.grid.size
    shown = trm("solve", file, "--model", directory, "--max-steps=1").out
    assert "olved.\n" in shown


@pytest.mark.parametrize(("side", "name"), [(5, "c-7x7"), (9, "b-15x15"), (17, "a-17x17")])
def test_solve_takes_the_smallest_board_that_fits(trm, tmp_path, monkeypatch, side, name):
    for model in ("a-17x17", "b-15x15", "c-7x7"):
        save_maze_model(tmp_path / "models" / model, int(model.partition("x")[2]))
    monkeypatch.setattr(infos, "RESOURCES", tmp_path)
    file = tmp_path / "maze.txt"
    file.write_text(generate_perfect(1, side, side).format())
    assert trm("solve", file, "--max-steps=1", "--json").events[0]["model"] == name


def test_eval_measures_a_data_set_of_several_sizes_size_by_size(trm, directory, tmp_path):
    spec = MazeBuild(generate=4, held_out=12, style="perfect", rows=11, cols=11, smallest=7)
    build(spec, tmp_path / "set", lambda done, total: None, processes=1)
    *scores, _, _ = trm("eval", directory, tmp_path / "set", "--max-steps=1", "--json").events
    sources = json.loads((tmp_path / "set" / "sources.json").read_text(encoding="utf-8"))
    assert len(scores) == 3
    assert {score["source"] for score in scores} == {f"perfect {n}×{n}" for n in (7, 9, 11)}
    assert {score["source"] for score in scores} <= set(sources)
    assert sum(score["puzzles"] for score in scores) == 12
