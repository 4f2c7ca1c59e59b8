"""New mazes, the same for the same seed, each with its solution: one, or very many at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import numpy.typing as npt

from trm_core.errors import Key
from trm_core.puzzles import maze_paths
from trm_core.puzzles.base import NO_SYMBOL, Grid, PuzzleError
from trm_core.puzzles.maze import (
    FLOOR,
    GOAL,
    MAX_SIDE,
    PATH,
    START,
    WALL,
    Cell,
    Maze,
    cells_of,
    check_size,
    layers,
)
from trm_core.puzzles.maze_paths import Bits, beside, packed, unpacked
from trm_core.puzzles.maze_walls import OBSTACLE_DENSITY, WALLS

STYLES = tuple(WALLS)
"""What mazes can look like: the list of all styles, wherever one can be chosen.

"corridors" are those of a depth-first search, "scattered" are 15 to 42 % of walls by chance, and
"obstacles" the hard ones, as in Maze-Hard.
"""

LEAST_SIDE = 5
"""Every style has a place in mazes so large."""

HARD_ATTEMPTS = 2000

DRAWS_OF_OBSTACLES = 32
"""Of so many mazes of random obstacles the one with the longest way is kept: at 30×30 nearly half
of them have one of more than 110 steps, as Maze-Hard wants, and there are some at every size."""

MOST_AT_ONCE = 1024
"""Mazes that are worked on together: with more, a processor's cache does not hold them."""

FAR_APART, IN_THE_WALL = 0.25, 0.25
"""Shares of mazes whose S and G are as far apart as they can be, or openings in the outer wall; in
all others they are any two cells with a way between them."""


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
        f"whose shortest path takes more than {min_length} steps, expected a smaller ",
        Key("min_length"),
        key="min_length",
    )


@dataclass(frozen=True, eq=False)
class Mazes:
    """Many mazes of one size.

    grids, answers: (mazes, rows, cols) codes as in `Maze`, as posed and with a shortest path marked
    (which one: see `maze_paths.shortest_paths`). Where no way leads from S to G, nothing is an
    answer: it is NO_SYMBOL everywhere.
    styles: (mazes,) indices into those that were asked for.
    """

    grids: npt.NDArray[np.int8]
    answers: npt.NDArray[np.int8]
    styles: npt.NDArray[np.int64]


def generate_mazes(
    rng: np.random.Generator,
    count: int,
    rows: int,
    cols: int,
    styles: Sequence[str] = STYLES,
    unreachable: float = 0.0,
) -> Mazes:
    """`count` mazes, in each of `styles` alike, in random order.

    unreachable: probability with which the way from S to G is cut off, by walls on it.
    Raises PuzzleError for another style, or a size that not every style has a place in.
    """
    check_styles(styles, rows, cols)
    which = rng.integers(len(styles), size=count)
    grids = np.empty((count, rows, cols), np.int8)
    answers = np.empty_like(grids)
    for number, style in enumerate(styles):
        places = np.flatnonzero(which == number)
        while len(places):
            made = _some_mazes(rng, len(places), rows, cols, style, unreachable)
            filled, places = np.split(places, [len(made[0])])
            grids[filled], answers[filled] = made
    return Mazes(grids, answers, which)


def generate(seed: int, style: str, rows: int, cols: int) -> Maze:
    """One maze of a style. Raises PuzzleError as `generate_mazes`."""
    made = generate_mazes(np.random.default_rng(seed), 1, rows, cols, (style,))
    name = f"Maze {rows}×{cols}, {style}, seed {seed}"
    return Maze(made.grids[0], made.answers[0], name=name, source="generated")


def check_styles(styles: Sequence[str], rows: int, cols: int) -> None:
    """Raise PuzzleError unless mazes of these styles, one at least, are made in this size."""
    for style in styles or ("",):
        if style not in STYLES:
            raise PuzzleError(f"found the style {style!r}, expected one of {', '.join(STYLES)}")
    if min(rows, cols) < LEAST_SIDE or max(rows, cols) > MAX_SIDE:
        raise PuzzleError(
            f"found {rows}×{cols} cells for mazes of all styles, "
            f"expected {LEAST_SIDE} to {MAX_SIDE} rows and columns"
        )


def _some_mazes(
    rng: np.random.Generator, count: int, rows: int, cols: int, style: str, unreachable: float
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """Grids and answers of up to `count` mazes: those that did not come out well are left out."""
    hard = style == "obstacles"
    draws = DRAWS_OF_OBSTACLES if hard else 1
    count = min(count, MOST_AT_ONCE // draws)
    drawn = count * draws
    floor = packed(~WALLS[style](rng, drawn, rows, cols))
    turn = rng.random(drawn)
    far = hard | (turn < FAR_APART)
    ends = _Ends(rng, floor, (rows, cols), far, ~far & (turn > 1 - IN_THE_WALL))
    floor, start, goal = ends.floor, ends.start, ends.goal
    if hard:
        longest = np.argsort(-ends.steps, kind="stable")[:count]
        floor, start, goal = floor[:, longest], start[:, longest], goal[:, longest]
    cut_off = rng.random(floor.shape[1]) < unreachable
    floor[:, cut_off] = _cut(rng, floor[:, cut_off], start[:, cut_off], goal[:, cut_off], cols)
    path = maze_paths.shortest_paths(floor, start, goal)
    good = goal.any(axis=0)

    grids = np.where(unpacked(floor, cols), FLOOR, WALL).astype(np.int8)
    grids[unpacked(start, cols)] = START
    grids[unpacked(goal, cols)] = GOAL
    answers = np.where(unpacked(path, cols), np.int8(PATH), grids)
    answers[cut_off] = NO_SYMBOL
    return grids[good], answers[good]


class _Ends:
    """Start and goal for mazes with `floor`, one cell each with a way of two steps at least.

    far, opening: (mazes,) bool, which of these the ends are; else they are any cells. An opening is
    a new cell of the floor where it lies in a wall. Where there is no place, `goal` has no cell.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        floor: Bits,
        size: tuple[int, int],
        far: npt.NDArray[np.bool_],
        opening: npt.NDArray[np.bool_],
    ) -> None:
        cols = size[1]
        side = np.zeros((1, *size), np.bool_)
        side[:, [0, -1], 1:-1] = side[:, 1:-1, [0, -1]] = True
        outside = packed(side)
        start = _any_of(rng, np.where(opening, outside & (floor | beside(floor)), floor), cols)
        if far.any():
            reached = maze_paths.layers(floor[:, far], start[:, far])
            start[:, far] = _any_of(rng, maze_paths.farthest(reached), cols)
        self.floor = floor | start
        reached = maze_paths.layers(self.floor, start)
        around = maze_paths.union(reached)
        last = maze_paths.farthest(reached)
        openings = outside & (around | beside(around))
        goals = np.where(far, last, np.where(opening, openings, around)) & ~(start | beside(start))
        self.start, self.goal = start, _any_of(rng, goals, cols)
        self.floor |= self.goal
        self.steps = sum(layer.any(axis=0).astype(int) for layer in reached) - 1


def _any_of(rng: np.random.Generator, bits: Bits, cols: int) -> Bits:
    """One cell of each maze by chance, none where there is none."""
    cells = unpacked(bits, cols).reshape(bits.shape[1], -1)
    turn = rng.random(cells.shape, np.float32) + 1
    chosen = np.zeros_like(cells)
    first = (turn * cells).argmax(axis=1)[:, np.newaxis]
    np.put_along_axis(chosen, first, np.take_along_axis(cells, first, axis=1), axis=1)
    return packed(chosen.reshape(len(cells), -1, cols)).astype(bits.dtype)


def _cut(rng: np.random.Generator, floor: Bits, start: Bits, goal: Bits, cols: int) -> Bits:
    """The floor that is left where walls are put on shortest paths until there is none; half of
    them beside S or G, where few are enough."""
    ends = beside(start | goal)
    while (path := maze_paths.shortest_paths(floor, start, goal)).any():
        nearby = rng.random(path.shape[1]) < 0.5
        floor = floor & ~_any_of(rng, np.where(nearby, path & ends, path), cols)
    return floor


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
