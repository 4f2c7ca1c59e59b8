"""How hard puzzles are for people, in the same words for every kind."""

from __future__ import annotations

from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.maze import Maze

DIFFICULTIES = ("easy", "medium", "hard", "expert", "extreme")
"""From the easiest. Sudokus are graded by `sudoku_grade`; mazes have the first three."""

MAZE_DETOURS = (1.25, 1.75)
"""Steps of a shortest path, divided by rows + columns, from which mazes are medium, and hard."""


def grade_maze(maze: Maze) -> str:
    """One of `DIFFICULTIES`, by how much longer than from corner to corner the way is.

    Raises PuzzleError if no path leads from S to G.
    """
    if maze.shortest_length is None:
        raise PuzzleError("found a maze without a path from S to G, expected one to grade it by")
    detour = maze.shortest_length / (maze.rows + maze.cols)
    return DIFFICULTIES[sum(detour >= bound for bound in MAZE_DETOURS)]
