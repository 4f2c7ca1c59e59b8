"""Mazes that are made up many at once: of every style, at every size, each with its label."""

from collections import deque

import networkx as nx
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mazes_to_try import mazes, same

from trm_core.puzzles import maze_paths
from trm_core.puzzles.base import NO_SYMBOL, PuzzleError
from trm_core.puzzles.maze import FLOOR, GOAL, START, WALL, Maze, cells_of
from trm_core.puzzles.maze_generators import STYLES, generate, generate_mazes
from trm_core.puzzles.maze_walls import CARVERS, WALLS

sides = st.integers(5, 20)
seeds = st.integers(0, 2**32)


@given(seeds, sides, sides)
@example(0, 40, 40)
@example(0, 5, 31)
@settings(max_examples=12)
def test_all_styles_come_in_every_size_with_their_ends_on_floor_and_a_shortest_path(
    seed: int, rows: int, cols: int
) -> None:
    made = generate_mazes(np.random.default_rng(seed), 30, rows, cols)
    assert made.grids.shape == made.answers.shape == (30, rows, cols)
    for grid, answer in zip(made.grids, made.answers, strict=True):
        maze = Maze(grid)
        assert maze.start is not None
        assert maze.goal is not None
        path = nx.shortest_path(maze.graph(), maze.start, maze.goal)
        assert (answer != grid).sum() == len(path) - 2 > 0
        assert maze.is_solved_by(answer)


def test_every_style_is_made_about_as_often() -> None:
    made = generate_mazes(np.random.default_rng(0), 2000, 9, 9)
    shares = np.bincount(made.styles, minlength=len(STYLES)) / 2000
    assert np.abs(shares - 1 / len(STYLES)).max() < 0.03


@given(seeds, sides, sides)
@settings(max_examples=10)
def test_the_same_generator_gives_the_same_mazes(seed: int, rows: int, cols: int) -> None:
    one, again, other = (
        generate_mazes(np.random.default_rng(each), 9, rows, cols, STYLES, 0.3)
        for each in (seed, seed, seed + 1)
    )
    assert np.array_equal(one.grids, again.grids)
    assert np.array_equal(one.answers, again.answers)
    assert np.array_equal(one.styles, again.styles)
    assert not np.array_equal(one.grids, other.grids)


@given(seeds, st.integers(1, 12), st.integers(2, 12), st.sampled_from(sorted(CARVERS)))
@settings(max_examples=60)
def test_corridors_are_a_tree_of_all_rooms_and_loops_are_added_to_it(
    seed: int, down: int, across: int, name: str
) -> None:
    for loops in (False, True):
        style = name + " with loops" * loops
        for walls in WALLS[style](np.random.default_rng(seed), 3, 2 * down + 1, 2 * across + 1):
            graph = nx.grid_2d_graph(*walls.shape)
            graph.remove_nodes_from(cells_of(walls))
            assert not walls[1::2, 1::2].any()
            assert nx.is_connected(graph)
            rounds = graph.number_of_edges() - graph.number_of_nodes() + 1
            assert (rounds > 0) == (loops and down > 1)


def test_depth_first_corridors_are_long_and_those_of_the_others_branch() -> None:
    def dead_ends(style: str) -> float:
        walls = np.pad(
            WALLS[style](np.random.default_rng(0), 200, 21, 21), ((0, 0), (1, 1), (1, 1))
        )
        floor = (~walls).astype(int)
        beside = floor[:, :-2, 1:-1] + floor[:, 2:, 1:-1] + floor[:, 1:-1, :-2] + floor[:, 1:-1, 2:]
        return float((beside[:, 1::2, 1::2] == 1).mean())

    assert dead_ends("corridors") < 0.15 < dead_ends("Kruskal") < dead_ends("Prim")


def test_scattered_walls_are_few_or_many_and_obstacles_as_many_as_in_hard_mazes() -> None:
    scattered = WALLS["scattered"](np.random.default_rng(0), 300, 31, 31)[:, 1:-1, 1:-1]
    shares = scattered.mean(axis=(1, 2))
    assert 0.1 < shares.min() < 0.2
    assert 0.38 < shares.max() < 0.47
    assert (WALLS["obstacles"](np.random.default_rng(0), 9, 30, 30).sum(axis=(1, 2)) == 333).all()


@pytest.mark.parametrize("style", ["corridors", "rooms"])
def test_ends_lie_anywhere_or_are_openings_in_the_outer_wall(style: str) -> None:
    made = generate_mazes(np.random.default_rng(0), 300, 15, 15, (style,))
    ends = (made.grids == START) | (made.grids == GOAL)
    inside = ends[:, 1:-1, 1:-1].sum(axis=(1, 2))
    assert set(inside.tolist()) == {0, 2}
    assert 0.15 < (inside == 0).mean() < 0.35
    corners = made.grids[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert (corners == WALL).all()
    assert len(np.unique(np.argwhere(made.grids == START)[:, 1:], axis=0)) > 100


def test_obstacles_of_30_by_30_are_as_hard_as_maze_hard_or_nearly() -> None:
    made = generate_mazes(np.random.default_rng(0), 40, 30, 30, ("obstacles",))
    steps = np.array([Maze(grid).shortest_length for grid in made.grids])
    assert steps.min() > 90
    assert (steps > 110).mean() > 0.2


@pytest.mark.parametrize("style", STYLES)
def test_goals_out_of_reach_are_as_many_as_wanted_and_nothing_is_their_answer(style: str) -> None:
    made = generate_mazes(np.random.default_rng(2), 300, 9, 12, (style,), unreachable=0.3)
    unsolvable = np.array([Maze(grid).shortest_length is None for grid in made.grids])
    assert 0.2 < unsolvable.mean() < 0.4
    assert (made.answers[unsolvable] == NO_SYMBOL).all()
    assert (made.answers[~unsolvable] != NO_SYMBOL).all()
    kept = [Maze(grid).problems() for grid in made.grids[unsolvable]]
    assert {problem.rule for problems in kept for problem in problems} == {
        "no path leads from S to G"
    }


def _walked_back(maze: Maze) -> np.ndarray | None:
    """The answer by a walk from the goal, cell by cell."""
    assert maze.start is not None
    assert maze.goal is not None
    steps, todo = {maze.start: 0}, deque([maze.start])
    while todo:
        row, col = todo.popleft()
        for cell in ((row - 1, col), (row, col - 1), (row + 1, col), (row, col + 1)):
            inside = 0 <= cell[0] < maze.rows and 0 <= cell[1] < maze.cols
            if inside and maze.grid[cell] != WALL and cell not in steps:
                steps[cell] = steps[row, col] + 1
                todo.append(cell)
    if maze.goal not in steps:
        return None
    answer = maze.grid.copy()
    row, col = maze.goal
    while steps[row, col] > 1:
        beside = ((row - 1, col), (row, col - 1), (row + 1, col), (row, col + 1))
        row, col = next(cell for cell in beside if steps.get(cell) == steps[row, col] - 1)
        answer[row, col] = FLOOR + 3
    return answer


@given(mazes())
def test_of_several_shortest_paths_the_label_is_the_one_that_is_walked_back_up_left_down_right(
    maze: Maze,
) -> None:
    expected, found = _walked_back(maze), maze.solve()
    assert (expected is None) == (found is None)
    if expected is not None:
        assert np.array_equal(expected, found)


def test_many_mazes_have_the_labels_that_each_has_alone() -> None:
    made = generate_mazes(np.random.default_rng(4), 60, 11, 8, ("open", "scattered", "rooms"))
    for grid, answer in zip(made.grids, made.answers, strict=True):
        assert np.array_equal(Maze(grid).solve(), answer)


@given(st.integers(1, 64), st.integers(1, 5), st.integers(1, 4), seeds)
def test_cells_come_back_from_bits(cols: int, rows: int, count: int, seed: int) -> None:
    cells = np.random.default_rng(seed).random((count, rows, cols)) < 0.5
    bits = maze_paths.packed(cells)
    assert bits.shape == (rows, count)
    assert np.array_equal(maze_paths.unpacked(bits, cols), cells)


def test_one_maze_of_a_style_is_made_by_its_seed() -> None:
    maze = generate(5, "rooms", 12, 17)
    assert same(maze, generate(5, "rooms", 12, 17))
    assert maze != generate(6, "rooms", 12, 17)
    assert maze.solution is not None
    assert maze.is_solved_by(maze.solution)


def test_other_styles_and_sizes_are_refused() -> None:
    with pytest.raises(PuzzleError, match="found the style 'round', expected one of corridors, "):
        generate(0, "round", 9, 9)
    for rows, cols in ((4, 9), (9, 41)):
        with pytest.raises(PuzzleError, match=f"found {rows}×{cols} cells .* expected 5 to 40"):
            generate(0, "open", rows, cols)
