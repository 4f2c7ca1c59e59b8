"""New puzzles by recipe."""

from dataclasses import replace

import pytest

from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.difficulty import grade_maze
from trm_core.puzzles.library import read_library, write_library
from trm_core.puzzles.recipes import SIZES, Recipe, make, styles
from trm_core.puzzles.sudoku_grade import grade_sudoku

QUICK = [
    Recipe("sudoku", 4, "easy", 0),
    Recipe("sudoku", 9, "easy", 1),
    Recipe("sudoku", 9, "hard", 2),
    *(Recipe("maze", 15, style, 3) for style in styles("maze", 15)),
    *(Recipe("arc", 10, family, 4) for family in styles("arc", 10)),
]


@pytest.mark.parametrize("recipe", QUICK, ids=lambda recipe: recipe.id)
def test_a_recipe_makes_the_same_puzzle_as_it_asks_for_every_time(recipe, tmp_path):
    entry = make(recipe)
    assert make(recipe) == entry
    assert entry.id == recipe.id
    (puzzle,) = entry.puzzles()
    assert puzzle.kind == recipe.kind
    assert puzzle.problems() == []
    assert puzzle.is_solved_by(puzzle.solution)
    if recipe.kind == "sudoku":
        assert grade_sudoku(puzzle) == recipe.style == entry.difficulty
    if recipe.kind == "maze":
        assert grade_maze(puzzle) == entry.difficulty
    write_library([entry], tmp_path / "library.json")
    assert read_library(tmp_path / "library.json") == (entry,)


@pytest.mark.parametrize("recipe", QUICK, ids=lambda recipe: recipe.id)
def test_another_seed_makes_another_puzzle(recipe):
    first, second = (make(replace(recipe, seed=seed)).puzzles()[0] for seed in (10, 11))
    assert first != second


@pytest.mark.parametrize("side", SIZES["maze"])
def test_mazes_of_every_size_and_style_are_found(side):
    for style in styles("maze", side):
        for seed in range(3):
            (maze,) = make(Recipe("maze", side, style, seed)).puzzles()
            assert (maze.rows, maze.cols) == (side, side)


def test_corridors_with_loops_have_loops_and_corridors_none():
    def loops(style):
        (maze,) = make(Recipe("maze", 21, style, 0)).puzzles()
        graph = maze.graph()
        return graph.number_of_edges() - graph.number_of_nodes() + 1

    assert loops("corridors") == 0
    assert loops("corridors with loops") > 0


def test_a_search_ends_when_it_is_cancelled():
    asked = []

    def cancelled():
        asked.append(None)
        return len(asked) == 3

    rare = Recipe("sudoku", 6, "hard", 1)
    assert make(rare, cancelled) is None
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("sudoku", 7, "easy", 0), "new sudoku 7×7: found 'easy', expected another size"),
        (("sudoku", 4, "hard", 0), "new sudoku 4×4: found 'hard', expected easy"),
        (("maze", 5, "obstacles", 0), "new maze 5×5: found 'obstacles', expected corridors"),
        (("arc", 31, "mirror", 0), "new arc 31×31: found 'mirror', expected another size"),
        (("maze", 5, "corridors", -1), "found the seed -1, expected 0 to 4294967295"),
    ],
)
def test_a_recipe_that_cannot_be_is_refused(arguments, sentence):
    with pytest.raises(PuzzleError, match=f"^{sentence}"):
        Recipe(*arguments)
