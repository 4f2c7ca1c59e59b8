"""Solves made up for what can be said of right and wrong."""

from datetime import UTC, datetime

import numpy as np

from trm_core.puzzles.maze import Maze
from trm_core.puzzles.maze_files import parse
from trm_core.recordings import Recording
from trm_core.trace import Frame, SolveSettings, Trace

NOW = datetime(2026, 1, 1, tzinfo=UTC)

TWO_WAYS = parse("S  \n # \n  G")[0]
OVER = np.array([[2, 4, 4], [1, 0, 4], [1, 1, 3]], np.int8)
UNDER = np.array([[2, 1, 1], [4, 0, 1], [4, 4, 3]], np.int8)


def trace_of(puzzle, *grids):
    """A trace with these answers, one a supervision step, and no latents."""
    shape = puzzle.shape
    trace = Trace(puzzle, shape, "any", 1, 1, SolveSettings(16))
    for grid in grids:
        shares = np.full((shape.cells, shape.vocab_size), 1 / shape.vocab_size, np.float16)
        tokens = puzzle.encode(grid, shape)
        trace.append(Frame(len(trace) + 1, 1, None, True, tokens, shares, 0.5, 0.0, 0.0))
    return trace


def recorded(puzzle, *grids):
    return Recording(trace_of(puzzle, *grids), "cpu", "float32", NOW)


def other_way():
    """A maze that is known with one shortest path, and solved with another."""
    return recorded(Maze(TWO_WAYS.grid, OVER), TWO_WAYS.grid, UNDER)
