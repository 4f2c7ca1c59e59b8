"""Mazes for tests, drawn by hypothesis."""

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from trm_core.puzzles.maze import FLOOR, GOAL, START, WALL, Maze


@st.composite
def mazes(draw: Callable) -> Maze:
    """Mazes of any size and shape, solvable or not."""
    sides = st.integers(2, 9)
    shape = (draw(sides), draw(sides))
    grid = draw(hnp.arrays(np.int8, shape, elements=st.sampled_from([FLOOR, FLOOR, WALL])))
    cells = st.integers(0, grid.size - 1)
    start, goal = draw(st.lists(cells, min_size=2, max_size=2, unique=True))
    grid.flat[start], grid.flat[goal] = START, GOAL
    maze = Maze(grid)
    return Maze(grid, maze.solve())


def same(one: Maze, other: Maze) -> bool:
    """Whether puzzle and solution are."""
    solutions = (one.solution, other.solution)
    return one == other and (
        solutions[0] is solutions[1] is None or np.array_equal(solutions[0], solutions[1])
    )
