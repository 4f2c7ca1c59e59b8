"""Write the sample recordings that must open for ever: `python tests/make_recordings.py FOLDER`.

Those of a format version that is in use somewhere are never written again.
"""

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from trm_core.checkpoints.info import find_model
from trm_core.puzzles.library import read_library
from trm_core.recordings import Latents, Recording, write_recording
from trm_core.solver import Solver
from trm_core.trace import SolveSettings, Trace

SAMPLES = {
    "sudoku": ("sudoku-9x9", "sudoku-9x9-hard-02", SolveSettings(8, None), False),
    "maze": ("maze-15x15", "maze-11x11-06", SolveSettings(2, None, True), False),
    "arc": ("arc-7x7", "arc-agi-1/c8f0f002", SolveSettings(3, None), False),
    "latents": ("sudoku-4x4", "sudoku-4x4-easy-06", SolveSettings(2, None), True),
}
"""By file: model, puzzle of the library, settings, and whether the latents are recorded."""
CREATED = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
NOTES = "A sample.\nIt must open for ever: ✓"


def sample(model: str, entry: str, settings: SolveSettings, latents: bool) -> Recording:
    solver = Solver.load(find_model(model), "cpu", "float32")
    puzzle = next(each for each in read_library() if each.id == entry).puzzles()[0]
    trace, states = solver.start(puzzle, settings), []
    for frame in solver.frames(trace, with_latents=True, on_state=states.append):
        trace.append(frame)
    y, z = (np.stack([getattr(state, name)[0].numpy() for state in states]) for name in ("y", "z"))
    return Recording(
        trace,
        "cpu",
        "float32",
        CREATED,
        NOTES,
        Latents(y, z) if latents else None,
    )


def facts(trace: Trace) -> dict:
    """What a sample shows, to be compared with by whoever opens it later."""
    puzzle = trace.puzzle
    return {
        "kind": puzzle.kind,
        "name": puzzle.name,
        "puzzle": puzzle.json_rows(puzzle.grid),
        "sentences": [trace.sentence(index) for index in range(len(trace))],
        "answers": [puzzle.json_rows(trace.grid(index)) for index in range(len(trace))],
        "mean_entropies": trace.curves.mean_entropies().round(6).tolist(),
        "y_path": None if not trace else trace.curves.latent_path("y").points.round(3).tolist(),
    }


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    shown = {}
    for name, asked_for in SAMPLES.items():
        recording = sample(*asked_for)
        write_recording(folder / f"{name}.trmrec", recording)
        shown[name] = facts(recording.trace)
    blank = recording.trace
    puzzle_alone = Trace(blank.puzzle, blank.shape, "", 1, 1, SolveSettings())
    write_recording(
        folder / "puzzle.trmrec",
        replace(recording, trace=puzzle_alone, device="", dtype="", latents=None),
    )
    shown["puzzle"] = facts(puzzle_alone)
    lines = (f'"{name}": {json.dumps(each, ensure_ascii=False)}' for name, each in shown.items())
    (folder / "shown.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
