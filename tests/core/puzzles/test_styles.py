"""Mazes are told apart by the styles in which the program makes them."""

import networkx as nx
import numpy as np
import pytest

from trm_core.puzzles import arc_tasks, maze_files, sudoku_files
from trm_core.puzzles.maze import FLOOR, GOAL, START, WALL, Maze, cells_of, layers
from trm_core.puzzles.recipes import Recipe, make, styles
from trm_core.puzzles.styles import MAZE_STYLE_WORDS, style_of

TASK = '{"train": [{"input": [[1]], "output": [[2]]}], "test": [{"input": [[3]]}]}'


@pytest.mark.parametrize("side", [9, 15, 20])
@pytest.mark.parametrize("style", MAZE_STYLE_WORDS)
def test_mazes_that_the_program_makes_are_of_the_style_that_was_asked_for(style, side):
    made = [make(Recipe("maze", side, style, seed)).puzzles()[0] for seed in range(20)]
    assert {style_of(maze) for maze in made} == {style}
    assert style in styles("maze", side)


def kruskal(seed):
    """A maze of corridors 15×15 with one way through that a minimum spanning tree makes."""
    rng = np.random.default_rng(seed)
    rooms = nx.grid_2d_graph(7, 7)
    for edge in rooms.edges:
        rooms.edges[edge]["weight"] = rng.random()
    grid = np.full((15, 15), WALL, np.int8)
    grid[1::2, 1::2] = FLOOR
    for (row, col), (other_row, other_col) in nx.minimum_spanning_edges(rooms, data=False):
        grid[row + other_row + 1, col + other_col + 1] = FLOOR
    return grid


def test_corridors_of_another_algorithm_are_not_taken_for_the_programs_own():
    styles = []
    for seed in range(40):
        grid = kruskal(seed)
        floor = set(cells_of(grid == FLOOR))
        *_, (start, *_) = layers(floor, [(1, 1)])
        *_, (goal, *_) = layers(floor, [start])
        grid[start], grid[goal] = START, GOAL
        styles.append(style_of(Maze(grid)))
    assert styles.count("") >= 34


@pytest.mark.parametrize(
    "drawing",
    [
        "#####\n#SG #\n# # #\n#   #\n#####",
        "#########\n#S      #\n#       #\n#      G#\n#########",
        "#####\n#S#G#\n#####",
    ],
)
def test_a_maze_like_none_of_them_is_of_no_style(drawing):
    (maze,) = maze_files.parse(drawing)
    assert style_of(maze) == ""


def test_an_arc_task_is_its_own_style_and_a_sudoku_has_none():
    (task,) = arc_tasks.parse(TASK, "mine.json", "mine")
    assert style_of(task) == "mine"
    assert style_of(sudoku_files.parse("1.3.....4.....2.")[0]) == ""
