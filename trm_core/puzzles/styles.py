"""Which of the program's own puzzles a puzzle is like, in the words of whoever generates them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trm_core.puzzles.arc import Arc
from trm_core.puzzles.base import Puzzle
from trm_core.puzzles.maze import WALL, Maze, cells_of, layers
from trm_core.puzzles.maze_walls import OBSTACLE_DENSITY

CORRIDORS, LOOPS, OBSTACLES = "corridors", "corridors with loops", "obstacles"
"""Of `maze_generators.STYLES` those that a maze shows by its looks alone."""

MAZE_STYLE_WORDS = {
    CORRIDORS: "long corridors without loops, S and G as far apart as they can be",
    LOOPS: "long corridors with loops, S and G far apart",
    OBSTACLES: "obstacles at random, with a long way between S and G",
}

MOST_DEAD_ENDS = 0.25
"""Share of the rooms, but three of them at least, up to which corridors are long, as a depth-first
search makes them: it leaves about one in ten, Prim's and Kruskal's algorithms one in three."""

MOST_DIFFERENCE = 0.1
"""Between the share of walls in a maze of obstacles and that of the generator."""


def style_of(puzzle: Puzzle) -> str:
    """Of a maze one of `MAZE_STYLE_WORDS`, of an ARC task its id; "" where nothing tells.

    What is told of a maze is how it looks; another program's may look like it as well. How hard a
    Sudoku is takes longer to find out, so that it is left open here.
    """
    if isinstance(puzzle, Arc):
        return puzzle.task.id
    return _maze_style(puzzle) if isinstance(puzzle, Maze) else ""


def _maze_style(maze: Maze) -> str:
    steps = maze.shortest_length
    if maze.start is None or steps is None:
        return ""
    floor = maze.grid != WALL
    if _has_rooms(floor):
        edges = int((floor[1:] & floor[:-1]).sum() + (floor[:, 1:] & floor[:, :-1]).sum())
        loops = edges - int(floor.sum()) + 1
        if not _has_long_corridors(floor):
            return ""
        farthest = len(list(layers(set(cells_of(floor)), [maze.start]))) - 1
        if steps < farthest:
            return ""
        return LOOPS if loops else CORRIDORS
    walled_in = not any(side.any() for side in (floor[0], floor[-1], floor[:, 0], floor[:, -1]))
    usual = abs(1 - floor.mean() - OBSTACLE_DENSITY) <= MOST_DIFFERENCE
    return OBSTACLES if usual and not walled_in and steps > maze.rows + maze.cols else ""


def _has_rooms(floor: npt.NDArray[np.bool_]) -> bool:
    """Whether every second cell of every second row is a room, joined to others by doors alone."""
    rooms, posts = floor[1::2, 1::2], floor[::2, ::2]
    return bool(rooms.size > 1 and rooms.all() and not posts.any())


def _has_long_corridors(floor: npt.NDArray[np.bool_]) -> bool:
    """Whether few of the rooms have one door only."""
    padded = np.pad(floor, 1).astype(int)
    doors = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    in_rooms = doors[1::2, 1::2]
    return bool((in_rooms == 1).sum() <= max(3, MOST_DEAD_ENDS * in_rooms.size))
