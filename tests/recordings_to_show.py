"""Real solves of every kind of puzzle by the bundled models, as recordings to export."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import numpy as np

from trm_core.checkpoints.info import find_model
from trm_core.puzzles.library import read_library
from trm_core.recordings import Recording
from trm_core.solver import Solver
from trm_core.trace import SolveSettings, Trace

ENTRIES = {
    "sudoku": ("sudoku-9x9-extreme-01", "sudoku-9x9-small"),
    "maze": ("maze-15x15-02", "maze-15x15"),
    "arc": ("arc-agi-1/d511f180", "arc-7x7"),
}
"""By kind, an entry of the library and the model that is to solve it."""

WHEN = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)


@cache
def recording(kind, supervision_steps=4, every_latent_step=False):
    """So many supervision steps, whether the model would halt or not."""
    name, model = ENTRIES[kind]
    puzzle = next(entry for entry in read_library() if entry.id == name).puzzles()[0]
    solver = Solver.load(find_model(model), "cpu", "float32")
    settings = SolveSettings(supervision_steps, None, every_latent_step)
    trace = solver.start(puzzle, settings)
    trace.weights_hash = "0123456789abcdef" * 4
    recursion = solver.recursion(trace, with_latents=True)
    for _ in range(supervision_steps):
        for frame in recursion.supervision_step():
            trace.append(frame)
    return Recording(trace, "cpu", "float32", WHEN, "Seen & <noted>.")


def named(of, name):
    """The recording of a puzzle of another name."""
    return with_frames(of, of.trace.frames, replace(of.trace.puzzle, name=name))


def with_frames(of, frames, puzzle=None):
    """The recording with other frames in its trace, or of another puzzle."""
    before = of.trace
    trace = Trace(
        puzzle or before.puzzle,
        before.shape,
        before.model_name,
        before.cycles,
        before.latent_steps,
        before.settings,
        before.weights_hash,
    )
    for frame in frames:
        trace.append(frame)
    return replace(of, trace=trace)


def without_grid(of):
    """An ARC recording whose second frame has no colour at the top left, so no grid at all."""
    frames = list(of.trace.frames)
    frames[1] = replace(frames[1], tokens=np.zeros_like(frames[1].tokens))
    changed = with_frames(of, frames)
    assert changed.trace.grid(1).shape == (0, 0)
    return changed
