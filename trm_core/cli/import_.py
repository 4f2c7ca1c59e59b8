"""`trm import`: official checkpoints become model directories."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.sudoku import usual_box_rows


def import_(
    checkpoint: Annotated[Path, typer.Argument(help="What the official trainer wrote (step_N).")],
    config: Annotated[Path, typer.Option(help="JSON with arch and its official config.")],
    out: Annotated[Path, typer.Option(help="The model directory to write; must not exist.")],
    puzzle: Annotated[
        str | None,
        typer.Option(help="What it solves, as KIND:ROWSxCOLS, where its sizes leave that open."),
    ] = None,
    identifiers: Annotated[
        Path | None, typer.Option(help="identifiers.json of the data set it was trained on (ARC).")
    ] = None,
) -> None:
    """Import an official TRM or HRM checkpoint. Nothing in it is ever executed."""
    shape = None if puzzle is None else _shape(puzzle)

    from trm_core.checkpoints.official import import_to

    info = import_to(out, checkpoint, config, shape, identifiers)
    print(f"{info.title}, {info.parameters:,} parameters: {out}")


def _shape(text: str) -> PuzzleShape:
    if match := re.fullmatch(r"(sudoku|maze|arc):([1-9]\d?)x([1-9]\d?)", text):
        kind, rows, cols = match[1], int(match[2]), int(match[3])
        boxes = usual_box_rows(rows) if kind == "sudoku" and rows == cols else None
        if boxes or kind != "sudoku":
            return PuzzleShape(kind, rows, cols, boxes)
    raise typer.BadParameter(
        f"{text!r} is not KIND:ROWSxCOLS, such as sudoku:9x9, maze:30x30 or arc:30x30"
    )
