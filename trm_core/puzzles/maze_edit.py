"""Changing mazes by hand, so that there is always exactly one start and one goal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trm_core.errors import counted
from trm_core.puzzles.base import Grid
from trm_core.puzzles.drawing import Cell, pencil, resized
from trm_core.puzzles.maze import (
    FLOOR,
    GOAL,
    START,
    WALL,
    Maze,
    cells_of,
    check_size,
)


def brush(grid: Grid, stroke: Sequence[Cell], code: int) -> Grid:
    """Every cell of the stroke but start and goal becomes wall or floor, as `code` says."""
    return np.where(np.isin(grid, (START, GOAL)), grid, pencil(grid, stroke, code))


def move_end(grid: Grid, stroke: Sequence[Cell], code: int) -> Grid:
    """The start or goal, as `code` says, moves to the cell of the grid nearest to the last one of
    the stroke, and leaves floor; where the other end is, it does not go."""
    rows, cols = grid.shape
    target = min(max(stroke[-1][0], 0), rows - 1), min(max(stroke[-1][1], 0), cols - 1)
    if grid[target] == START + GOAL - code:
        return grid.copy()
    moved = np.where(grid == code, np.int8(FLOOR), grid)
    moved[target] = code
    return moved


def resized_maze(grid: Grid, rows: int, cols: int) -> Grid:
    """(rows, cols) the upper left of the maze `grid`, with walls where it had no cells.

    A start or goal that is cut off moves to the nearest cell that is not the other one.
    Raises PuzzleError for a size that no maze has.
    """
    check_size(rows, cols)
    new = resized(grid, rows, cols, WALL)
    for code in (START, GOAL):
        if not (new == code).any():
            ((row, col),) = cells_of(grid == code)
            free = cells_of(~np.isin(new, (START, GOAL)))
            new[min(free, key=lambda cell: abs(cell[0] - row) + abs(cell[1] - col))] = code
    return new


def cleared(grid: Grid) -> Grid:
    """The maze without any wall."""
    return np.where(grid == WALL, np.int8(FLOOR), grid)


def blank_maze(rows: int, cols: int) -> Maze:
    """Floor with walls around it, S and G in opposite corners; where there is no room, no walls.

    Raises PuzzleError for a size that no maze has.
    """
    check_size(rows, cols)
    grid = np.full((rows, cols), FLOOR, np.int8)
    edge = 1 if min(rows, cols) >= 4 else 0
    if edge:
        grid[[0, -1]] = grid[:, [0, -1]] = WALL
    grid[edge, edge] = START
    grid[rows - 1 - edge, cols - 1 - edge] = GOAL
    return Maze(grid)


def describe_way(maze: Maze) -> str:
    """How long a shortest path is, in words, or that there is none."""
    steps = maze.shortest_length
    if steps is None:
        return "No path leads from S to G"
    return f"Shortest path: {counted(steps, 'step')}"
