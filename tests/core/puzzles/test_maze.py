"""Mazes: rules, tokens, transforms."""

import sys
from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from mazes_to_try import mazes

from trm_core.puzzles.base import NO_SYMBOL, Conflict, Grid, PuzzleError, PuzzleShape
from trm_core.puzzles.dihedral import DIHEDRAL, Dihedral
from trm_core.puzzles.maze import FLOOR, GOAL, PATH, START, WALL, Maze, layers
from trm_core.puzzles.maze_files import parse
from trm_core.puzzles.maze_generators import generate_perfect, generate_with_loops

RING = """\
#######
#S   ##
# # # #
#     #
#    G#
#######"""


def ring(*marked: tuple[int, int]) -> tuple[Maze, Grid]:
    """The maze RING with an answer that marks these cells."""
    maze = parse(RING)[0]
    answer = maze.grid.copy()
    for cell in marked:
        answer[cell] = PATH
    return maze, answer


OVER_THE_TOP = ((1, 2), (1, 3), (2, 3), (3, 3), (3, 4), (3, 5))
DOWN_THE_LEFT = ((2, 1), (3, 1), (4, 1), (4, 2), (4, 3), (4, 4))


@st.composite
def mazes_with_answers(draw: Callable) -> tuple[Maze, Grid]:
    """A maze and an answer that is right, nearly right, or nonsense."""
    maze = draw(mazes())
    if maze.solution is not None and draw(st.booleans()):
        answer = maze.solution.copy()
        answer.flat[draw(st.integers(0, answer.size - 1))] = draw(st.integers(NO_SYMBOL, PATH))
    else:
        answer = draw(hnp.arrays(np.int8, maze.grid.shape, elements=st.integers(NO_SYMBOL, PATH)))
    return maze, answer


# Answers


@pytest.mark.parametrize("path", [OVER_THE_TOP, DOWN_THE_LEFT])
def test_any_shortest_path_counts_as_solved(path: tuple) -> None:
    maze, answer = ring(*path)
    assert maze.is_solved_by(answer) is True
    assert maze.conflicts(answer) == []


def test_a_longer_path_does_not_count_as_solved() -> None:
    maze = parse("#####\n#S G#\n# # #\n#   #\n#####")[0]
    answer = maze.grid.copy()
    for cell in ((2, 1), (3, 1), (3, 2), (3, 3), (2, 3)):
        answer[cell] = PATH
    assert maze.is_solved_by(answer) is False
    assert [conflict.rule for conflict in maze.conflicts(answer)] == [
        "the marked path takes 6 steps, a shortest one 2"
    ]


@pytest.mark.parametrize("stray", [(2, 1), (1, 4), (4, 4), (3, 1)])
def test_a_shortest_path_with_one_stray_mark_does_not_count_as_solved(stray: tuple) -> None:
    maze, answer = ring(*OVER_THE_TOP, stray)
    assert maze.is_solved_by(answer) is False
    assert maze.conflicts(answer) != []


def test_a_shortest_path_with_a_gap_does_not_count_as_solved() -> None:
    maze, answer = ring(*OVER_THE_TOP[:-1])
    assert maze.is_solved_by(answer) is False


def test_a_path_through_a_wall_does_not_count_as_solved() -> None:
    maze = parse("###\nS#G\n   ")[0]
    assert maze.is_solved_by(np.array([[0, 0, 0], [2, 4, 3], [1, 1, 1]], np.int8)) is False


def test_start_and_goal_side_by_side_are_solved_without_a_mark() -> None:
    maze = parse("SG\n  ")[0]
    assert maze.shortest_length == 1
    assert maze.is_solved_by(maze.grid) is True


def test_a_maze_without_path_is_solved_by_nothing() -> None:
    maze = parse("S#G\n###")[0]
    assert maze.solve() is None
    assert maze.shortest_path() is None
    assert maze.shortest_length is None
    assert maze.is_solved_by(maze.grid) is False


@given(mazes())
@settings(max_examples=100)
def test_the_shortest_length_counts_the_steps_of_a_shortest_path(maze: Maze) -> None:
    path = maze.shortest_path()
    assert maze.shortest_length == (None if path is None else len(path) - 1)


def test_judging_answers_needs_no_networkx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "networkx", None)
    maze, answer = ring(*OVER_THE_TOP)
    assert maze.is_solved_by(answer) is True
    assert maze.conflicts(answer) == []
    assert maze.problems() == []


@given(mazes_with_answers())
@settings(max_examples=150)
def test_solved_means_a_shortest_path_of_the_marked_cells_and_nothing_else_changed(
    case: tuple[Maze, Grid],
) -> None:
    maze, answer = case
    paths = []
    if maze.shortest_length is not None:
        paths = nx.all_shortest_paths(maze.graph(), maze.start, maze.goal)
    answers = []
    for path in paths:
        expected = maze.grid.copy()
        for cell in path[1:-1]:
            expected[cell] = PATH
        answers.append(expected.tobytes())
        if len(answers) > 2000:
            return
    assert maze.is_solved_by(answer) == (answer.tobytes() in answers)


@given(mazes_with_answers())
@settings(max_examples=100)
def test_an_answer_that_marks_something_is_solved_exactly_if_it_has_no_conflicts(
    case: tuple[Maze, Grid],
) -> None:
    maze, answer = case
    if (answer == PATH).any() and not (answer == NO_SYMBOL).any() and not maze.problems():
        assert maze.is_solved_by(answer) == (maze.conflicts(answer) == [])


@given(mazes_with_answers())
@settings(max_examples=50)
def test_solved_stays_solved_under_every_transform(case: tuple[Maze, Grid]) -> None:
    maze, answer = case
    for symmetry in DIHEDRAL:
        other = maze.transformed(symmetry)
        assert other.is_solved_by(symmetry(answer)) == maze.is_solved_by(answer)
        assert other.solution is None or other.is_solved_by(other.solution)


# Problems and conflicts


@given(mazes())
@settings(max_examples=50)
def test_a_maze_has_a_problem_exactly_if_it_has_no_path(maze: Maze) -> None:
    assert (maze.problems() == []) == nx.has_path(maze.graph(), maze.start, maze.goal)


def test_problems_name_missing_and_doubled_ends_and_unreachable_goals() -> None:
    assert parse("S#G\n###")[0].problems()[0].cells == ((0, 0), (0, 2))
    doubled = Maze(np.array([[START, FLOOR], [FLOOR, START]]))
    assert [(problem.rule, problem.cells) for problem in doubled.problems()] == [
        ("found 2 starts, expected exactly one S", ((0, 0), (1, 1))),
        ("found no goal, expected exactly one G", ()),
    ]
    assert doubled.start is None
    assert doubled.solve() is None


def test_an_answer_that_marks_nothing_breaks_no_rule() -> None:
    maze, answer = ring()
    assert maze.conflicts(answer) == []
    assert maze.conflicts(np.full_like(answer, NO_SYMBOL)) == []


@pytest.mark.parametrize(
    ("changes", "rule", "cells"),
    [
        ({(0, 1): FLOOR}, "a wall was changed at row 1, column 2", ((0, 1),)),
        (
            {(0, 1): PATH, (5, 6): GOAL},
            "a wall was changed at row 1, column 2 and 1 more",
            ((0, 1), (5, 6)),
        ),
        ({(1, 1): FLOOR}, "the start was changed at row 2, column 2", ((1, 1),)),
        ({(4, 5): PATH}, "the goal was changed at row 5, column 6", ((4, 5),)),
        (
            {(3, 1): WALL},
            "floor became something other than path at row 4, column 2",
            ((3, 1),),
        ),
        (
            {(1, 3): FLOOR},
            "the marked path has a loose end at row 2, column 3 and 1 more",
            ((1, 2), (2, 3)),
        ),
        ({(2, 1): PATH}, "the marked path has a loose end at row 3, column 2", ((2, 1),)),
        ({(1, 4): PATH}, "the marked path branches at row 2, column 4", ((1, 3),)),
        (
            {(4, 1): PATH, (3, 1): PATH},
            "marked cells are not connected to S or G at row 4, column 2 and 1 more",
            ((3, 1), (4, 1)),
        ),
    ],
)
def test_each_broken_rule_is_named_with_its_cells(changes: dict, rule: str, cells: tuple) -> None:
    maze, answer = ring(*OVER_THE_TOP)
    for cell, code in changes.items():
        answer[cell] = code
    assert Conflict(rule, cells) in maze.conflicts(answer)


def test_open_cells_are_the_floor() -> None:
    maze, _ = ring()
    assert np.array_equal(maze.open_cells, maze.grid == FLOOR)


@pytest.mark.parametrize("shape", [(1, 5), (5, 41), (0, 0)])
def test_sizes_outside_2_to_40_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(PuzzleError, match=f"found a maze of {shape[0]}×{shape[1]} cells"):
        Maze(np.zeros(shape))


@pytest.mark.parametrize("grid", [[[0, 4], [2, 3]], [[-1, 1], [2, 3]]])
def test_a_puzzle_holds_walls_floor_start_and_goal_only(grid: list) -> None:
    with pytest.raises(PuzzleError, match="other codes"):
        Maze(np.array(grid))


# Tokens and transforms


def test_tokens_are_one_more_than_the_codes() -> None:
    maze, answer = ring((1, 2))
    shape = PuzzleShape("maze", 6, 7)
    tokens = maze.encode(answer, shape)
    assert tokens.dtype == np.int32
    assert tokens[7:14].tolist() == [1, 3, 5, 2, 2, 1, 1]
    assert shape.vocab_size == 6


@given(mazes_with_answers())
@settings(max_examples=30)
def test_decoding_gives_back_what_was_encoded(case: tuple[Maze, Grid]) -> None:
    maze, answer = case
    decoded = maze.decode(maze.encode(answer, maze.shape), maze.shape)
    assert decoded.dtype == np.int8
    assert np.array_equal(decoded, answer)


@given(mazes_with_answers(), st.integers(0, 7), st.integers(0, 7))
@settings(max_examples=50)
def test_decoding_gives_back_what_was_encoded_on_a_larger_board(
    case: tuple[Maze, Grid], more_rows: int, more_cols: int
) -> None:
    maze, answer = case
    shape = PuzzleShape("maze", maze.rows + more_rows, maze.cols + more_cols)
    assert maze.fits(shape)
    assert maze.largest_answer(shape) == answer.shape
    tokens = maze.encode(answer, shape)
    assert tokens.shape == (shape.cells,)
    assert np.array_equal(maze.decode(tokens, shape), answer)


def test_a_smaller_maze_stands_top_left_on_a_board_of_walls() -> None:
    maze = parse("SG\n  ")[0]
    tokens = maze.encode(maze.grid, PuzzleShape("maze", 3, 4))
    assert tokens.tolist() == [3, 4, 1, 1, 2, 2, 1, 1, 1, 1, 1, 1]


def test_what_a_model_marks_around_a_smaller_maze_is_no_part_of_its_answer() -> None:
    maze = parse("SG\n  ")[0]
    tokens = np.array([3, 4, 5, 2, 2, 0, 5, 5, 5], np.int32)
    decoded = maze.decode(tokens, PuzzleShape("maze", 3, 3))
    assert decoded.tolist() == [[START, GOAL], [FLOOR, FLOOR]]


def test_padding_and_unknown_tokens_stand_for_no_symbol() -> None:
    maze = parse("SG\n  ")[0]
    decoded = maze.decode(np.array([3, 0, 6, 200], np.int32), maze.shape)
    assert decoded.tolist() == [[START, NO_SYMBOL], [NO_SYMBOL, NO_SYMBOL]]


@pytest.mark.parametrize(
    "shape", [PuzzleShape("maze", 7, 6), PuzzleShape("maze", 5, 9), PuzzleShape("arc", 6, 7)]
)
def test_a_grid_that_does_not_fit_the_shape_is_refused(shape: PuzzleShape) -> None:
    maze, answer = ring()
    assert not maze.fits(shape)
    with pytest.raises(PuzzleError, match=r"found a maze of 6×7 cells, expected one that fits"):
        maze.encode(answer, shape)


@given(hnp.arrays(np.int8, st.tuples(st.integers(1, 5), st.integers(1, 5))))
@settings(max_examples=30)
def test_the_inverse_undoes_each_symmetry(grid: Grid) -> None:
    for symmetry in DIHEDRAL:
        assert np.array_equal(symmetry.inverse()(symmetry(grid)), grid)


def test_the_symmetries_are_eight_and_mirror_before_they_turn_counter_clockwise() -> None:
    grid = np.array([[0, 1], [2, 3]], np.int8)
    assert len({symmetry(grid).tobytes() for symmetry in DIHEDRAL}) == 8
    assert Dihedral(1)(grid).tolist() == [[1, 3], [0, 2]]
    assert Dihedral(1, mirrored=True)(grid).tolist() == [[0, 2], [1, 3]]


@pytest.mark.parametrize(("cols", "count"), [(5, 8), (7, 4)])
def test_random_transforms_are_all_those_that_keep_the_shape(cols: int, count: int) -> None:
    maze = generate_perfect(0, 5, cols)
    rng = np.random.default_rng(0)
    drawn = {maze.random_transform(rng) for _ in range(200)}
    assert len(drawn) == count
    assert all(maze.transformed(symmetry).shape == maze.shape for symmetry in drawn)


def test_layers_are_the_cells_by_their_distance() -> None:
    maze = generate_with_loops(2, 11, 13)
    graph = maze.graph()
    distances = nx.single_source_shortest_path_length(graph, maze.start)
    for distance, layer in enumerate(layers(set(graph), [maze.start])):
        assert layer == {cell for cell in graph if distances[cell] == distance}
