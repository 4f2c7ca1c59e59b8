"""A recording as one HTML file that plays it by itself, in any browser, without a network."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from trm_core.puzzles.arc import COLOUR_NAMES, COLOURS, Arc
from trm_core.puzzles.base import NO_SYMBOL, Grid, Puzzle
from trm_core.puzzles.maze import SYMBOLS as MAZE_SYMBOLS
from trm_core.puzzles.sudoku import SYMBOLS as SUDOKU_SYMBOLS
from trm_core.puzzles.sudoku import Sudoku
from trm_core.recordings import Recording
from trm_core.resources import RESOURCES
from trm_core.trace import Trace

TEMPLATE = RESOURCES / "page" / "recording.html"


def write_page(recording: Recording, file: Path) -> None:
    """Raises OSError where it cannot be written."""
    content = json.dumps(page_content(recording), ensure_ascii=False, separators=(",", ":"))
    filling = {
        "title": html.escape(recording.trace.puzzle.title),
        "recording": content.replace("<", "\\u003c"),  # "<" would end the script in which it stands
    }
    template = TEMPLATE.read_text(encoding="utf-8")
    page = re.sub(r"\{\{(\w+)\}\}", lambda place: filling[place[1]], template)
    file.write_text(page, encoding="utf-8")


def page_content(recording: Recording) -> dict[str, Any]:
    """What the page shows. Grids are rows of one sign a cell, see `signs`; cells count from 0."""
    trace, puzzle = recording.trace, recording.trace.puzzle
    what = "ARC task" if puzzle.kind == "arc" else str(puzzle.shape)
    content: dict[str, Any] = {
        "kind": puzzle.kind,
        "title": puzzle.title,
        "subtitle": f"{what} · model {trace.model_name}",
        "made": _made(recording),
        "notes": recording.notes,
        "threshold": trace.settings.halt_threshold,
        "puzzle": signs(puzzle, puzzle.grid),
        "frames": [_frame(trace, index) for index in range(len(trace))],
    }
    if isinstance(puzzle, Sudoku):
        content["box"] = [puzzle.box_rows, puzzle.rows // puzzle.box_rows]
    if isinstance(puzzle, Arc):
        content["colours"], content["colour_names"] = COLOURS, COLOUR_NAMES
        content["examples"] = [
            {
                "input": signs(puzzle, pair.input),
                "output": None if pair.output is None else signs(puzzle, pair.output),
            }
            for pair in puzzle.task.train
        ]
    return content


def signs(puzzle: Puzzle, grid: Grid) -> list[str]:
    """Rows of `grid`, one character a cell: Sudoku digits, then letters from A, and . for empty;
    maze characters; ARC digits. ? stands for no symbol."""
    table = {"sudoku": SUDOKU_SYMBOLS, "maze": MAZE_SYMBOLS, "arc": "0123456789"}[puzzle.kind]
    return ["".join("?" if code == NO_SYMBOL else table[code] for code in row) for row in grid]


def _frame(trace: Trace, index: int) -> dict[str, Any]:
    frame, grid = trace[index], trace.grid(index)
    broken = {cell for conflict in trace.conflicts(index) for cell in conflict.cells}
    return {
        "supervision_step": frame.supervision_step,
        "ends_supervision_step": frame.ends_supervision_step,
        "grid": signs(trace.puzzle, grid),
        "changed": np.argwhere(trace.changed(index)).tolist(),
        "broken": sorted(broken),
        "halt_probability": round(frame.halt_probability, 4),
        "sentence": trace.sentence(index),
        "solved": trace.solved(index),
        "verdict": trace.verdict(index),
    }


def _made(recording: Recording) -> str:
    weights = recording.weights_hash[:12]
    return (
        f"Recorded {recording.created:%d %B %Y} on {recording.device} in {recording.dtype}"
        f"{f', weights {weights}' if weights else ''}. Made with TRM Studio."
    )
