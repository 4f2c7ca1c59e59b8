"""`trm import`: official checkpoints become model directories."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from trm_core.documents import DocumentError
from trm_core.files import check_directory
from trm_core.puzzles.base import PuzzleError, PuzzleShape
from trm_core.puzzles.shapes import parse_shape


def import_(
    checkpoint: Annotated[
        Path,
        typer.Argument(
            help="What the official trainer wrote (step_N), the same as .pt or .safetensors, or a "
            "Lightning checkpoint of nano-trm."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The model directory to write; must not exist.")],
    config: Annotated[
        Path | None,
        typer.Option(
            help="The official all_config.yaml, its arch section alone, or a JSON of either; by "
            "default the one beside the checkpoint."
        ),
    ] = None,
    dataset: Annotated[
        Path | None,
        typer.Option(
            help="The data set that it was trained on, or its dataset.json, where the sizes of "
            "puzzles are not in the config and no tensor shows them."
        ),
    ] = None,
    puzzle: Annotated[
        str | None,
        typer.Option(help="What it solves, as KIND:ROWSxCOLS, where its sizes leave that open."),
    ] = None,
    identifiers: Annotated[
        Path | None,
        typer.Option(
            help="identifiers.json of the data set it was trained on (ARC); by default the one "
            "beside the checkpoint."
        ),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="A setting of the architecture by its official name, such as puzzle_emb_len=16, "
            "in place of what the config says; may be repeated.",
        ),
    ] = None,
) -> None:
    """Import an official TRM or HRM checkpoint. Nothing in it is ever executed."""
    shape = None if puzzle is None else _shape(puzzle)
    check_directory(out)

    from trm_core.checkpoints.official import import_to

    settings = _settings(changes or ())
    info = import_to(out, checkpoint, config, shape, identifiers, dataset, settings)
    print(f"{info.title}, {info.parameters:,} parameters: {out}")


def _shape(text: str) -> PuzzleShape:
    try:
        return parse_shape(text)
    except PuzzleError as error:
        raise typer.BadParameter(str(error)) from None


def _settings(changes: Sequence[str]) -> dict[str, Any]:
    from trm_core.checkpoints.official_config import parse_settings

    try:
        return parse_settings(changes)
    except DocumentError as error:
        raise typer.BadParameter(str(error)) from None
