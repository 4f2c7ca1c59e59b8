"""ARC grids and tasks for tests: drawn by hypothesis, and one small task file."""

import json

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trm_core.puzzles.arc import Pair, Task
from trm_core.puzzles.base import PuzzleShape

CANVASES = [PuzzleShape("arc", 30, 30), PuzzleShape("arc", 12, 12)]


def grids(most=30):
    """Grids of ARC colours, up to `most` cells high and wide."""
    size = st.integers(1, most)
    colours = st.integers(0, 9)
    return st.tuples(size, size).flatmap(lambda shape: arrays(np.int8, shape, elements=colours))


pairs = st.builds(Pair, grids(6), grids(6))
tasks = st.builds(
    Task,
    id=st.just("00576224"),
    train=st.lists(pairs, min_size=1, max_size=3).map(tuple),
    test=st.lists(pairs | st.builds(Pair, grids(6)), min_size=1, max_size=3).map(tuple),
)
INPUT = [[1, 2], [3, 4], [5, 6]]
OUTPUT = [[7, 8]]


def task_json(**changes):
    """A task file with one pair of each part, the parts in `changes` replaced."""
    pair = {"input": INPUT, "output": OUTPUT}
    return json.dumps({"train": [pair, pair], "test": [pair], **changes})
