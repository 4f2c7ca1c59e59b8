"""Lines, rectangles, areas and other sizes on grids of any kind."""

import networkx as nx
import numpy as np
import pytest
from arc_tasks_to_try import grids
from hypothesis import given
from hypothesis import strategies as st

from trm_core.puzzles.base import Grid
from trm_core.puzzles.drawing import Cell, flood_fill, line, pencil, rectangle, resized

cells = st.tuples(st.integers(-3, 12), st.integers(-3, 12))
strokes = st.lists(cells, min_size=1, max_size=5)
codes = st.integers(0, 9)
TOOLS = pencil, rectangle, flood_fill


@given(cells, cells)
def test_a_line_has_no_gap_no_detour_and_is_straight(start: Cell, end: Cell) -> None:
    way = [start, *line(start, end)]
    assert way[-1] == end
    assert len(way) == 1 + max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    steps = np.abs(np.diff(np.array(way), axis=0)) if len(way) > 1 else np.ones((1, 1))
    assert (steps.max(axis=1) == 1).all()
    for number, cell in enumerate(way):
        exact = np.array(start) + (np.array(end) - start) * number / max(1, len(way) - 1)
        assert np.abs(exact - cell).max() <= 0.5


@pytest.mark.parametrize("tool", TOOLS)
@given(grids(9), strokes, codes)
def test_a_tool_leaves_the_grid_that_it_was_given_as_it_was(
    tool, grid: Grid, stroke: list[Cell], code: int
) -> None:
    before = grid.copy()
    drawn = tool(grid, stroke, code)
    assert np.array_equal(grid, before)
    assert drawn.shape == grid.shape
    assert set(drawn[drawn != grid].tolist()) <= {code}


@given(grids(9), strokes, codes)
def test_the_pencil_draws_the_cells_of_the_stroke_and_no_other(
    grid: Grid, stroke: list[Cell], code: int
) -> None:
    drawn = pencil(grid, stroke, code)
    for cell in np.ndindex(grid.shape):
        assert drawn[cell] == (code if cell in stroke else grid[cell])


@given(grids(9), strokes, codes)
def test_a_rectangle_reaches_from_the_first_to_the_last_cell(
    grid: Grid, stroke: list[Cell], code: int
) -> None:
    (top, left), (bottom, right) = stroke[0], stroke[-1]
    drawn = rectangle(grid, stroke, code)
    for row, col in np.ndindex(grid.shape):
        inside = min(top, bottom) <= row <= max(top, bottom)
        inside &= min(left, right) <= col <= max(left, right)
        assert drawn[row, col] == (code if inside else grid[row, col])


@given(grids(9), st.data())
def test_a_flood_fills_what_is_joined_to_its_cell_by_cells_of_one_colour(
    grid: Grid, data: st.DataObject
) -> None:
    few = grid % 2  # larger areas
    cell = data.draw(st.sampled_from(list(np.ndindex(grid.shape))))
    graph = nx.grid_2d_graph(*grid.shape)
    graph.remove_edges_from([(a, b) for a, b in graph.edges if few[a] != few[b]])
    area = nx.node_connected_component(graph, cell)
    drawn = flood_fill(few, [cell], 7)
    assert set(zip(*np.nonzero(drawn == 7), strict=True)) == area


@given(grids(9), st.integers(1, 12), st.integers(1, 12), codes)
def test_another_size_keeps_the_upper_left_and_fills_the_rest(
    grid: Grid, rows: int, cols: int, code: int
) -> None:
    new = resized(grid, rows, cols, code)
    assert new.shape == (rows, cols)
    for row, col in np.ndindex(new.shape):
        kept = row < grid.shape[0] and col < grid.shape[1]
        assert new[row, col] == (grid[row, col] if kept else code)
