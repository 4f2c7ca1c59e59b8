"""Changing mazes by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mazes_to_try import mazes

from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.drawing import Cell
from trm_core.puzzles.files import parse_puzzles
from trm_core.puzzles.maze import FLOOR, GOAL, START, WALL, Maze
from trm_core.puzzles.maze_edit import (
    blank_maze,
    brush,
    cleared,
    describe_way,
    move_end,
    resized_maze,
)
from trm_core.puzzles.maze_files import parse

strokes = st.lists(st.tuples(st.integers(-2, 10), st.integers(-2, 10)), min_size=1, max_size=6)
sides = st.integers(2, 40)
NO_PATH = "S#G\n## \n   "


def ends(grid: np.ndarray) -> list[int]:
    return [int((grid == code).sum()) for code in (START, GOAL)]


@given(mazes(), strokes, st.sampled_from([WALL, FLOOR]))
def test_the_brush_draws_everywhere_but_on_start_and_goal(
    maze: Maze, stroke: list[Cell], code: int
) -> None:
    drawn = brush(maze.grid, stroke, code)
    for cell in np.ndindex(maze.grid.shape):
        changes = cell in stroke and maze.grid[cell] not in (START, GOAL)
        assert drawn[cell] == (code if changes else maze.grid[cell])


@given(mazes(), strokes, st.sampled_from([START, GOAL]))
def test_an_end_that_is_moved_leaves_floor_and_never_replaces_the_other_one(
    maze: Maze, stroke: list[Cell], code: int
) -> None:
    moved = Maze(move_end(maze.grid, stroke, code))
    assert ends(moved.grid) == [1, 1]
    other = "goal" if code == START else "start"
    assert getattr(moved, other) == getattr(maze, other)
    here, before = (getattr(m, "start" if code == START else "goal") for m in (moved, maze))
    if here != before:
        assert moved.grid[before] == FLOOR
    target = tuple(np.clip(stroke[-1], 0, np.array(maze.grid.shape) - 1).tolist())
    assert here == (before if target == getattr(maze, other) else target)


@given(mazes(), sides, sides)
def test_another_size_keeps_what_there_was_and_one_start_and_goal(
    maze: Maze, rows: int, cols: int
) -> None:
    new = resized_maze(maze.grid, rows, cols)
    assert new.shape == (rows, cols)
    assert ends(new) == [1, 1]
    kept = maze.grid[:rows, :cols]
    same = new[: kept.shape[0], : kept.shape[1]] == kept
    assert (same | np.isin(new[: kept.shape[0], : kept.shape[1]], (START, GOAL))).all()
    if rows >= maze.rows and cols >= maze.cols:
        assert (new == WALL).sum() - (maze.grid == WALL).sum() == rows * cols - maze.grid.size
        assert Maze(new).shortest_length == maze.shortest_length


@pytest.mark.parametrize("size", [(1, 5), (5, 1), (41, 5), (5, 41)])
def test_a_size_that_no_maze_has_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(PuzzleError, match="expected 2 to 40 rows and columns"):
        resized_maze(blank_maze(5, 5).grid, *size)
    with pytest.raises(PuzzleError, match="expected 2 to 40 rows and columns"):
        blank_maze(*size)


def test_a_start_that_is_cut_off_goes_where_it_was_nearest() -> None:
    maze = parse("#####\n#G  #\n#  S#\n#####")[0]
    assert resized_maze(maze.grid, 4, 3)[2, 2] == START


def test_the_way_is_told_in_words() -> None:
    assert describe_way(parse(NO_PATH)[0]) == "No path leads from S to G"
    assert describe_way(parse("SG\n##")[0]) == "Shortest path: 1 step"
    assert describe_way(parse("S G\n###")[0]) == "Shortest path: 2 steps"


@given(mazes())
def test_a_cleared_maze_keeps_start_and_goal_and_no_wall(maze: Maze) -> None:
    open_maze = replace(maze, grid=cleared(maze.grid), solution=None)
    assert (open_maze.start, open_maze.goal) == (maze.start, maze.goal)
    assert not (open_maze.grid == WALL).any()


@given(sides, sides)
def test_a_blank_maze_can_be_solved_and_read_back_from_text(rows: int, cols: int) -> None:
    maze = blank_maze(rows, cols)
    assert maze.problems() == []
    assert parse_puzzles(maze.format(), "text") == [maze]
    open_maze = replace(maze, grid=cleared(maze.grid))
    assert parse_puzzles(open_maze.format(), "text") == [open_maze]


@given(mazes())
def test_a_maze_is_read_back_from_its_text_whatever_its_kind_is_guessed_from(maze: Maze) -> None:
    assert parse_puzzles(maze.format(), "text") == [maze]
