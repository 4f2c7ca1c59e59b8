"""New mazes, the same for the same seed, each with its solution."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from random import Random

import numpy as np

from trm_core.puzzles.base import Grid, PuzzleError
from trm_core.puzzles.maze import (
    FLOOR,
    GOAL,
    START,
    WALL,
    Cell,
    Maze,
    cells_of,
    check_size,
    layers,
)

OBSTACLE_DENSITY = 0.37
"""Share of walls in hard mazes: at 30×30 one draw in 65 is kept, at 0.3 or 0.45 hardly any."""

HARD_ATTEMPTS = 2000


def generate_perfect(seed: int, rows: int, cols: int) -> Maze:
    """A maze of corridors with exactly one way from any floor cell to any other.

    S and G are as far apart as two of its cells can be. Rooms lie at every second cell of every
    second row, from row 2 and column 2 on; with an even number of rows or columns the far edge
    has no outer wall. Raises PuzzleError where fewer than two rooms find place.
    """
    return generate_with_loops(seed, rows, cols, loops=0)


def generate_with_loops(seed: int, rows: int, cols: int, loops: int = 10) -> Maze:
    """A maze of corridors like a perfect one, with `loops` more walls opened between rooms.

    Each of them closes one more loop; where there are fewer such walls, all are opened. S and G
    are far apart. Raises PuzzleError as `generate_perfect`.
    """
    import networkx as nx

    check_size(rows, cols)
    if (rows // 2) * (cols // 2) < 2:
        raise PuzzleError(f"found {rows}×{cols} cells for a maze of corridors, expected 2×4 or 4×2")
    rng = Random(seed)
    doors = nx.grid_2d_graph(rows // 2, cols // 2)

    def shuffled(rooms: Iterable[Cell]) -> list[Cell]:
        order = list(rooms)
        rng.shuffle(order)
        return order

    tree = list(nx.dfs_edges(doors, (0, 0), sort_neighbors=shuffled))
    doors.remove_edges_from(tree)
    walls = list(doors.edges)
    grid = np.full((rows, cols), WALL, np.int8)
    grid[1::2, 1::2] = FLOOR
    for (row, col), (other_row, other_col) in tree + rng.sample(walls, min(loops, len(walls))):
        grid[row + other_row + 1, col + other_col + 1] = FLOOR
    start, goal, _ = _far_apart(grid, (1, 1))
    return _with_ends(grid, start, goal, f"Maze {rows}×{cols}, seed {seed}")


def generate_hard(seed: int, rows: int = 30, cols: int = 30, min_length: int = 110) -> Maze:
    """A maze of random obstacles whose shortest path takes more than `min_length` steps.

    The procedure of Maze-Hard (HRM paper, section 3.1): draw until one is hard enough. S and G are
    far apart in the part of the maze around a random cell. Raises PuzzleError where
    `HARD_ATTEMPTS` draws held none.
    """
    check_size(rows, cols)
    rng = Random(seed)
    cells = [(row, col) for row in range(rows) for col in range(cols)]
    for _ in range(HARD_ATTEMPTS):
        rng.shuffle(cells)
        grid = np.full((rows, cols), FLOOR, np.int8)
        grid[tuple(zip(*cells[: round(OBSTACLE_DENSITY * len(cells))], strict=True))] = WALL
        start, goal, steps = _far_apart(grid, cells[-1])
        if steps > min_length:
            return _with_ends(grid, start, goal, f"Hard maze {rows}×{cols}, seed {seed}")
    raise PuzzleError(
        f"found no {rows}×{cols} maze in {HARD_ATTEMPTS} draws "
        f"whose shortest path takes more than {min_length} steps, expected a smaller min_length"
    )


def _far_apart(grid: Grid, near: Cell) -> tuple[Cell, Cell, int]:
    """Two far cells of the part of `grid` around `near`, and the steps between them.

    The second is a farthest one from the first, which is a farthest one from `near`; without loops
    no two cells are farther apart.
    """
    floor = set(cells_of(grid == FLOOR))
    *_, farthest = layers(floor, [near])
    start = min(farthest)
    *between, farthest = layers(floor, [start])
    return start, min(farthest), len(between)


def _with_ends(grid: Grid, start: Cell, goal: Cell, name: str) -> Maze:
    grid[start], grid[goal] = START, GOAL
    maze = Maze(grid, name=name, source="generated")
    return replace(maze, solution=maze.solve())
