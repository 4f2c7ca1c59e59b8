"""New puzzles as people ask for them: a kind, a size, how it is to be, and a seed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from trm_core.puzzles import arc_tasks, maze_generators
from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.difficulty import DIFFICULTIES, grade_maze
from trm_core.puzzles.library import Entry
from trm_core.puzzles.library_contents import SUDOKUS
from trm_core.puzzles.maze import Maze
from trm_core.puzzles.maze_generators import STYLES
from trm_core.puzzles.sudoku import generate, usual_box_rows
from trm_core.puzzles.sudoku_grade import grade_sudoku

GIVENS = {(side, difficulty): givens for side, difficulty, _, givens in SUDOKUS}
"""How many givens to draw Sudokus with, by side and by the difficulty that is wanted."""

FEWEST_ROWS_OF_OBSTACLES = 9
"""In smaller mazes of random obstacles hardly any way is long."""

OBSTACLE_DETOUR = 1.5
"""Steps of the way between obstacles, divided by rows + columns: all seeds come that far."""

SIZES = {
    "sudoku": tuple(dict.fromkeys(side for side, _ in GIVENS)),
    "maze": tuple(range(5, 41)),
    "arc": tuple(range(6, arc_tasks.MAX_SIZE + 1)),
}
"""Rows, which are as many as columns; for ARC the most that a grid may have."""

MOST_SEED = 2**32 - 1
"""Each seed stands for all that are a multiple of 2**32 apart: for one Sudoku many are tried."""


@dataclass(frozen=True)
class Recipe:
    """Which puzzle to make: the same one for the same recipe.

    style: for a Sudoku its difficulty, for a maze one of `maze_generators.STYLES`, for ARC the
        family of rule. In mazes of "corridors", "corridors with loops" and "obstacles" the way is
        long, in others S and G are anywhere.
    """

    kind: str
    side: int
    style: str
    seed: int

    def __post_init__(self) -> None:
        expected = styles(self.kind, self.side)
        if self.style not in expected:
            size = f"{self.side}×{self.side}"
            raise PuzzleError(
                f"new {self.kind} {size}: found {self.style!r}, "
                f"expected {', '.join(expected) or 'another size'}"
            )
        if not 0 <= self.seed <= MOST_SEED:
            raise PuzzleError(f"found the seed {self.seed}, expected 0 to {MOST_SEED}")

    @property
    def id(self) -> str:
        words = "-".join(self.style.split())
        return f"{self.kind}-{self.side}x{self.side}-{words}-seed-{self.seed}"


def styles(kind: str, side: int) -> tuple[str, ...]:
    """What a puzzle of that size can be asked to be; nothing where there is no such size."""
    if side not in SIZES[kind]:
        return ()
    if kind == "sudoku":
        return tuple(each for each in DIFFICULTIES if (side, each) in GIVENS)
    if kind == "maze":
        small = side < FEWEST_ROWS_OF_OBSTACLES
        return tuple(style for style in STYLES if not (small and style == "obstacles"))
    return tuple(arc_tasks.RULES)


def make(recipe: Recipe, cancelled: Callable[[], bool] = lambda: False) -> Entry | None:
    """The puzzle as an entry of a library, with its solution; None once `cancelled()` says so.

    A Sudoku takes from a tenth of a second to a minute, for the difficulty is found by trying.
    Raises PuzzleError where there is no such puzzle.
    """
    if recipe.kind == "sudoku":
        return _sudoku(recipe, cancelled)
    if recipe.kind == "maze":
        maze = _maze(recipe)
        drawing = tuple(maze.format(maze.solution).split("\n"))
        return _entry(recipe, grade_maze(maze), drawing, maze.rows, maze.cols)
    arc = arc_tasks.generate(recipe.seed, family=recipe.style, rows=recipe.side, cols=recipe.side)
    return _entry(recipe, "", (arc.format(),), *arc.task.canvas)


def _sudoku(recipe: Recipe, cancelled: Callable[[], bool]) -> Entry | None:
    """The first of the wanted difficulty among random ones."""
    side, box_rows = recipe.side, usual_box_rows(recipe.side) or 0
    givens = GIVENS[side, recipe.style]
    for attempt in count():
        if cancelled():
            return None
        # Far apart, so that recipes with seeds next to each other share no attempts.
        seed = recipe.seed + attempt * (MOST_SEED + 1)
        try:
            puzzle = generate(seed, box_rows=box_rows, box_cols=side // box_rows, givens=givens)
        except PuzzleError:
            continue  # none with so few givens was found in time
        if grade_sudoku(puzzle) == recipe.style:
            break
    drawing = puzzle.format(), puzzle.format(puzzle.solution)
    return _entry(recipe, recipe.style, drawing, side, side)


def _maze(recipe: Recipe) -> Maze:
    side, seed = recipe.side, recipe.seed
    if recipe.style == "obstacles":
        steps = math.ceil(2 * side * OBSTACLE_DETOUR)
        return maze_generators.generate_hard(seed, side, side, min_length=steps - 1)
    if recipe.style == "corridors":
        return maze_generators.generate_perfect(seed, side, side)
    if recipe.style == "corridors with loops":
        loops = max(1, side * side // 40)
        return maze_generators.generate_with_loops(seed, side, side, loops)
    return maze_generators.generate(seed, recipe.style, side, side)


def _entry(
    recipe: Recipe, difficulty: str, drawing: tuple[str, ...], rows: int, cols: int
) -> Entry:
    return Entry(recipe.id, recipe.kind, rows, cols, difficulty, recipe.seed, drawing)
