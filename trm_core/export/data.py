"""A recording as numbers: a table, JSON lines, or NumPy arrays."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from trm_core.puzzles.base import NO_SYMBOL
from trm_core.recordings import Recording
from trm_core.trace import Trace

T = TypeVar("T", bound=np.generic)


def about(recording: Recording) -> dict[str, Any]:
    """What a recording is of, as JSON has it: model, puzzle, device, settings, when, notes."""
    trace, puzzle = recording.trace, recording.trace.puzzle
    return {
        "model": trace.model_name,
        "weights_hash": recording.weights_hash,
        "puzzle": {
            "kind": puzzle.kind,
            "name": puzzle.name,
            "rows": puzzle.rows,
            "cols": puzzle.cols,
            "grid": puzzle.json_rows(puzzle.grid),
        },
        "device": recording.device,
        "dtype": recording.dtype,
        "created": recording.created.isoformat(timespec="seconds"),
        "notes": recording.notes,
        "cycles": trace.cycles,
        "latent_steps": trace.latent_steps,
        "max_supervision_steps": trace.max_supervision_steps,
        "halt_threshold": trace.settings.halt_threshold,
    }


def frame_measures(trace: Trace, index: int) -> dict[str, Any]:
    """What is known of a frame but its cells, by name; None where it is not known.

    Frames, steps and cycles count from 1; entropy is in bits, the mean over the answer's cells.
    """
    frame = trace[index]
    right, open_cells = trace.right_cells(index) or (None, None)
    return {
        "frame": index + 1,
        "supervision_step": frame.supervision_step,
        "cycle": frame.cycle,
        "latent_step": frame.latent_step,
        "ends_supervision_step": frame.ends_supervision_step,
        "halt_probability": _finite(frame.halt_probability),
        "y_change": _finite(frame.y_change),
        "z_change": _finite(frame.z_change),
        "changed_cells": trace.changed_cells(index),
        "right_cells": right,
        "open_cells": open_cells,
        "broken_rules": len(trace.conflicts(index)),
        "mean_entropy": _finite(float(trace.curves.mean_entropies()[index])),
        "solved": trace.solved(index),
    }


def write_csv(recording: Recording, file: Path) -> None:
    """One row a frame: its measures, then each cell of the answer as r1c1, r1c2, ...

    Cells are as `trm solve --json` prints them; empty where the answer has none.
    """
    trace = recording.trace
    rows, cols = trace.puzzle.largest_answer(trace.shape)
    cells = [f"r{row}c{col}" for row in range(1, rows + 1) for col in range(1, cols + 1)]
    with file.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        for index in range(len(trace)):
            measures = frame_measures(trace, index)
            if index == 0:
                table.writerow([*measures, *cells])
            table.writerow(
                [*map(_as_text, measures.values()), *_cells_of(trace, index, rows, cols)]
            )


def write_json_lines(recording: Recording, file: Path) -> None:
    """A line about the solve, one a frame with its grid, changed cells and broken rules, and one
    about the end, named by "event" as `trm solve --json` does. Cells in lists count from 1."""
    trace, puzzle = recording.trace, recording.trace.puzzle
    with file.open("w", encoding="utf-8") as stream:

        def write(event: str, **content: Any) -> None:
            stream.write(json.dumps({"event": event, **content}, ensure_ascii=False) + "\n")

        write("start", **about(recording))
        for index in range(len(trace)):
            write(
                "frame",
                **frame_measures(trace, index),
                grid=puzzle.json_rows(trace.grid(index)),
                changed=(np.argwhere(trace.changed(index)) + 1).tolist(),
                broken=[
                    {"rule": rule.rule, "cells": [[row + 1, col + 1] for row, col in rule.cells]}
                    for rule in trace.conflicts(index)
                ],
            )
        last = len(trace) - 1
        write(
            "end",
            grid=puzzle.json_rows(trace.grid(last)),
            solved=trace.solved(last),
            supervision_steps=trace.supervision_steps,
        )


def write_npz(recording: Recording, file: Path) -> None:
    """Everything as arrays, frames first; `np.load(file)` reads it without pickles.

    Grids have the size of the largest answer, NO_SYMBOL (-1) where an answer is smaller.
    `latent_step` is 0 after an answer update. `about` is JSON. `right_cells` and `wrong` are there
    if cells are counted, -1 and False in frames where they are not. `solution` is the one that the
    last answer is compared with.
    """
    with file.open("wb") as stream:  # to a name, NumPy would add the ending
        np.savez_compressed(stream, **arrays(recording))  # type: ignore[arg-type]


def arrays(recording: Recording) -> dict[str, npt.NDArray[Any]]:
    """What `write_npz` writes, by name."""
    trace, frames = recording.trace, recording.trace.frames
    count, puzzle = len(frames), trace.puzzle
    rows, cols = puzzle.largest_answer(trace.shape)
    measures = [frame_measures(trace, index) for index in range(count)]
    result: dict[str, npt.NDArray[Any]] = {
        "about": np.array(json.dumps(about(recording), ensure_ascii=False)),
        "puzzle": np.array(puzzle.grid),
        "tokens": np.array([frame.tokens for frame in frames], np.int32),
        "grid": np.array(
            [_padded(trace.grid(index), rows, cols, NO_SYMBOL) for index in range(count)], np.int8
        ),
        "probabilities": np.array([frame.probabilities for frame in frames], np.float16),
        "halt_probability": np.array([frame.halt_probability for frame in frames]),
        "y_change": np.array([frame.y_change for frame in frames]),
        "z_change": np.array([frame.z_change for frame in frames]),
        "supervision_step": np.array([frame.supervision_step for frame in frames], np.int32),
        "cycle": np.array([frame.cycle for frame in frames], np.int32),
        "latent_step": np.array([frame.latent_step or 0 for frame in frames], np.int32),
        "ends_supervision_step": np.array([f.ends_supervision_step for f in frames], bool),
        "changed": np.array([trace.changed(index) for index in range(count)], bool),
        "flips": np.array([trace.flips(index) for index in range(count)], np.int32),
        "entropy": np.array([trace.entropy(index) for index in range(count)]),
        "broken_rules": np.array([each["broken_rules"] for each in measures], np.int32),
    }
    judgements = [trace.judgement(index) for index in range(count)]
    if any(each.right_cells is not None for each in judgements):
        right_cells = [each.right_cells or (-1, -1) for each in judgements]
        result["right_cells"] = np.array([right for right, _ in right_cells], np.int32)
        nothing = np.zeros((0, 0), bool)
        result["wrong"] = np.array(
            [
                _padded(nothing if each.wrong is None else each.wrong, rows, cols, False)
                for each in judgements
            ]
        )
    if (solution := judgements[-1].solution) is not None:
        result["solution"] = np.array(solution)
    for latent in ("y", "z"):
        coordinates = [getattr(frame, f"{latent}_coordinates") for frame in frames]
        if all(each is not None for each in coordinates):
            axes = max(len(each) for each in coordinates)
            result[f"{latent}_coordinates"] = np.array(
                [np.pad(each, (0, axes - len(each))) for each in coordinates], np.float32
            )
    return result


def _padded(grid: npt.NDArray[T], rows: int, cols: int, beyond: Any) -> npt.NDArray[T]:
    """`grid` in the upper left of an array, `beyond` in all other cells."""
    padded = np.full((rows, cols), beyond, grid.dtype)
    padded[: grid.shape[0], : grid.shape[1]] = grid
    return padded


def _cells_of(trace: Trace, index: int, rows: int, cols: int) -> list[Any]:
    grid = trace.grid(index)
    values = trace.puzzle.json_rows(grid)
    return [
        values[row][col]
        if row < grid.shape[0] and col < grid.shape[1] and grid[row, col] != NO_SYMBOL
        else ""
        for row in range(rows)
        for col in range(cols)
    ]


def _finite(number: float) -> float | None:
    """JSON has no word for what is no number."""
    return float(number) if math.isfinite(number) else None


def _as_text(value: object) -> object:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value
