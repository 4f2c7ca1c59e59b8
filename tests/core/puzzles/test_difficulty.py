"""Mazes are harder the longer the way is for their size."""

import pytest

from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.difficulty import grade_maze
from trm_core.puzzles.maze_files import parse


def snake(side):
    """A square maze of one corridor that goes to and fro."""
    rows = [" " * side if row % 2 == 0 else "#" * side for row in range(side)]
    for row in range(1, side, 2):
        rows[row] = "#" * (side - 1) + " " if row % 4 == 1 else " " + "#" * (side - 1)
    rows[0] = "S" + rows[0][1:]
    rows[-1] = rows[-1][:-1] + "G" if side % 4 == 1 else "G" + rows[-1][1:]
    return parse("\n".join(rows))[0]


@pytest.mark.parametrize(
    ("side", "steps", "difficulty"), [(3, 6, "easy"), (5, 16, "medium"), (7, 30, "hard")]
)
def test_the_way_per_row_and_column_is_the_difficulty(side, steps, difficulty):
    assert snake(side).shortest_length == steps
    assert grade_maze(snake(side)) == difficulty


def test_the_straight_way_is_easy_in_a_maze_of_any_size():
    rows = ["S" + " " * 19] + [" " * 20] * 18 + [" " * 19 + "G"]
    assert grade_maze(parse("\n".join(rows))[0]) == "easy"


def test_a_maze_without_a_way_has_no_grade():
    with pytest.raises(
        PuzzleError, match=r"^found a maze without a path from S to G, expected one"
    ):
        grade_maze(parse("S#G\n ##")[0])
