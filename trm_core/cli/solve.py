"""`trm solve`: one puzzle, cycle by cycle, for people or as JSON lines."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trm_core.checkpoints.expectations import likeliest, outlook, why_none_fits
from trm_core.checkpoints.info import CheckpointError, ModelInfo, bundled_models, find_model
from trm_core.cli.display import coloured, plain_console
from trm_core.cli.options import Device, Dtype, Json
from trm_core.cli.record import Recorder
from trm_core.files import check_file
from trm_core.puzzles.base import Puzzle, PuzzleError
from trm_core.recordings import SUFFIX, read_header
from trm_core.trace import Frame, SolveSettings, Trace

if TYPE_CHECKING:
    from trm_core.solver import Solver


def solve(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="A Sudoku, maze or ARC file, a recording, or the id of a puzzle of the library."
        ),
    ] = None,
    sudoku: Annotated[str | None, typer.Option(help="A Sudoku in one line.")] = None,
    arc: Annotated[
        str | None,
        typer.Option(help="Id of an ARC-AGI-1 or -2 task, such as 0d3d703e or arc-agi-2/0934a4d8."),
    ] = None,
    number: Annotated[int, typer.Option(min=1, help="Which puzzle of the file.")] = 1,
    model: Annotated[
        str | None,
        typer.Option(help="Name or directory; else the one most often right on such puzzles."),
    ] = None,
    max_steps: Annotated[
        int | None, typer.Option(min=1, help="Supervision steps at most; by default the model's.")
    ] = None,
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help="Halting probability above which to stop.")
    ] = 0.5,
    all_steps: Annotated[bool, typer.Option("--all-steps", help="Never halt early.")] = False,
    device: Device = "auto",
    dtype: Dtype = "auto",
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the solve to a recording (.trmrec).", dir_okay=False
        ),
    ] = None,
    latents: Annotated[
        bool, typer.Option("--latents", help="Record y and z themselves too, at every cycle.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Solve a puzzle and show every cycle of the recursion."""
    if sum(source is not None for source in (file, sudoku, arc)) != 1:
        raise typer.BadParameter("give exactly one of FILE, --sudoku and --arc")
    if latents and record is None:
        raise typer.BadParameter("--latents says what goes into a recording; give --record too")
    if record is not None and record.suffix != SUFFIX:
        raise typer.BadParameter(f"--record writes a recording; call it NAME{SUFFIX}")
    if record is not None:
        check_file(record)
    puzzle = _puzzle(file, sudoku, arc, number)
    info = _model_for(puzzle) if model is None else find_model(model)

    from trm_core.solver import Solver

    solver = Solver.load(info, device, dtype)
    trace = solver.start(puzzle, SolveSettings(max_steps, None if all_steps else threshold))
    for problem in puzzle.problems():
        print(f"trm: note: {problem.rule}", file=sys.stderr)

    recorder = None if record is None else Recorder(record, solver, trace, latents)
    frames = solver.frames(trace) if recorder is None else recorder.frames()
    if as_json:
        for event in _events(solver, trace, frames):
            print(json.dumps(event), flush=True)
    else:
        _show(solver, trace, frames)
    if recorder is not None:
        recorder.write()


def _show(solver: Solver, trace: Trace, frames: Iterable[Frame]) -> None:
    from trm_core.model.device import named_dtype

    info, puzzle = solver.info, trace.puzzle
    console = plain_console()
    console.print(f"{info.name} ({info.title}), {solver.device}, {named_dtype(solver.dtype)}")
    console.print(coloured(puzzle))
    for frame in frames:
        trace.append(frame)
        console.print(trace.sentence(len(trace) - 1), soft_wrap=True)
    console.print(coloured(puzzle, trace.grid(-1)))
    verdict = {True: "Solved", False: "Not solved", None: "No solution is known to compare"}
    told = trace.verdict(-1)  # with more than whether it is right, perhaps
    more = f": {told}" if told not in ("", "right", "not right") else ""
    console.print(f"{verdict[trace.solved(-1)]}{more}.", style="bold")
    if trace.solved(-1) is False:
        console.print(trace.reason(-1), soft_wrap=True)
        console.print(outlook(info, puzzle), soft_wrap=True)


def _events(solver: Solver, trace: Trace, frames: Iterable[Frame]) -> Iterator[dict[str, Any]]:
    from trm_core.model.device import named_dtype

    puzzle = trace.puzzle
    yield {
        "event": "start",
        "model": trace.model_name,
        "puzzle": {
            "kind": puzzle.kind,
            "rows": puzzle.rows,
            "cols": puzzle.cols,
            "grid": puzzle.json_rows(puzzle.grid),
        },
        "device": str(solver.device),
        "dtype": named_dtype(solver.dtype),
    }
    started = time.perf_counter()
    for index, frame in enumerate(frames):
        trace.append(frame)
        answer = {
            "grid": puzzle.json_rows(trace.grid(index)),
            "halt_probability": frame.halt_probability,
        }
        step = {"supervision_step": frame.supervision_step}
        changed = trace.changed_cells(index)
        yield {"event": "cycle", **step, "cycle": frame.cycle, **answer, "changed_cells": changed}
        if frame.ends_supervision_step:
            halted = trace.settings.halts(frame)
            yield {"event": "supervision_step", **step, **answer, "halted": halted}
    yield {
        "event": "end",
        "grid": puzzle.json_rows(trace.grid(-1)),
        "solved": trace.solved(-1),
        "supervision_steps": trace[-1].supervision_step,
        "seconds": time.perf_counter() - started,
    }


def _puzzle(file: Path | None, sudoku: str | None, arc: str | None, number: int) -> Puzzle:
    puzzles: Sequence[Puzzle]
    if file is not None:
        puzzles = _of_file(file)
    elif sudoku is not None:
        from trm_core.puzzles.sudoku_files import parse

        puzzles = [replace(each, name="", source="") for each in parse(sudoku, "--sudoku")]
    else:
        from trm_core.puzzles.arc_tasks import load_task

        puzzles = load_task(arc or "").puzzles()
    if number > len(puzzles):
        raise PuzzleError(f"there is no puzzle {number}, the last one is {len(puzzles)}")
    return puzzles[number - 1]


def _of_file(file: Path) -> Sequence[Puzzle]:
    """Of a recording its puzzle; what is no file may be an entry of the library."""
    from trm_core.puzzles.files import load_puzzles

    if file.suffix.lower() == SUFFIX:
        return [read_header(file).puzzle]
    if not os.path.exists(file):
        from trm_core.puzzles.library import read_library

        for entry in read_library():
            if entry.id == str(file).lower():
                return entry.puzzles()
    return load_puzzles(file)


def _model_for(puzzle: Puzzle) -> ModelInfo:
    models = bundled_models()
    if model := likeliest(models, puzzle):
        return model
    raise CheckpointError(why_none_fits(models, puzzle))
