"""Made-up mazes: seeded, solvable, and of the promised structure."""

from collections.abc import Callable

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mazes_to_try import same

from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.maze_generators import generate_hard, generate_perfect, generate_with_loops


@pytest.mark.parametrize(
    "generate",
    [
        lambda seed: generate_perfect(seed, 9, 12),
        lambda seed: generate_with_loops(seed, 11, 11),
        lambda seed: generate_hard(seed, 12, 10, min_length=20),
    ],
)
def test_generators_give_the_same_maze_for_the_same_seed_only(generate: Callable) -> None:
    assert same(generate(5), generate(5))
    assert generate(5) != generate(6)


@given(st.integers(0, 99), st.integers(4, 16), st.integers(2, 16))
@settings(max_examples=30)
def test_a_perfect_maze_is_one_tree_with_its_ends_as_far_apart_as_can_be(
    seed: int, rows: int, cols: int
) -> None:
    maze = generate_perfect(seed, rows, cols)
    graph = maze.graph()
    assert (maze.rows, maze.cols) == (rows, cols)
    assert maze.problems() == []
    assert nx.is_tree(graph)
    assert maze.shortest_length == nx.diameter(graph)
    assert maze.solution is not None
    assert maze.is_solved_by(maze.solution)


@given(st.integers(0, 99), st.integers(4, 16), st.integers(2, 16), st.integers(0, 12))
@settings(max_examples=30)
def test_a_maze_with_loops_has_that_many_or_all_that_find_place(
    seed: int, rows: int, cols: int, loops: int
) -> None:
    maze = generate_with_loops(seed, rows, cols, loops)
    graph = maze.graph()
    place = (rows // 2 - 1) * (cols // 2 - 1)
    assert nx.is_connected(graph)
    assert len(nx.cycle_basis(graph)) == min(loops, place)
    assert maze.solution is not None
    assert maze.is_solved_by(maze.solution)


@pytest.mark.parametrize("seed", range(5))
def test_a_hard_maze_is_30_by_30_and_its_shortest_path_longer_than_110(seed: int) -> None:
    maze = generate_hard(seed)
    assert (maze.rows, maze.cols) == (30, 30)
    assert maze.shortest_length is not None
    assert maze.shortest_length > 110
    assert maze.solution is not None
    assert maze.is_solved_by(maze.solution)


def test_a_bound_that_no_maze_reaches_is_refused() -> None:
    with pytest.raises(PuzzleError, match=r"found no 5×5 maze in 2000 draws .* more than 25 steps"):
        generate_hard(0, 5, 5, min_length=25)


def test_generators_refuse_sizes_without_place() -> None:
    with pytest.raises(PuzzleError, match="found 3×3 cells for a maze of corridors"):
        generate_perfect(0, 3, 3)
    for generate in (generate_perfect, generate_with_loops, generate_hard):
        with pytest.raises(PuzzleError, match="found a maze of 41×5 cells"):
            generate(0, 41, 5)
