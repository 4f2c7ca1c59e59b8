"""`trm pack` and `trm unpack`: a training run carried to another machine, in small files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from trm_core.cli.display import mebibytes
from trm_core.errors import counted
from trm_core.files import check_directory


def pack(
    run: Annotated[Path, typer.Argument(help="The run directory.")],
    out: Annotated[Path, typer.Argument(help="The directory to write; must not exist.")],
    part_size: Annotated[
        int, typer.Option(min=1, max=1024, help="Most MiB that a part may have.")
    ] = 16,
) -> None:
    """Pack the last checkpoint of a training run into small files.

    The data set does not go along.
    """
    check_directory(out)

    from trm_core.training.parcel import pack
    from trm_core.training.run_directory import RunDirectory

    packed = pack(RunDirectory.open(run), out, part_size * 2**20)
    if packed.damage:
        print(f"trm: went back to step {packed.step}: {packed.damage}", file=sys.stderr)
    parts = counted(packed.parts, "part")
    print(f"step {packed.step:,} in {parts}, {mebibytes(packed.size)} in all: {out}")


def unpack(
    parcel: Annotated[Path, typer.Argument(help="The directory that trm pack wrote.")],
    run: Annotated[Path, typer.Argument(help="The run directory to make; must not exist.")],
    data: Annotated[
        Path | None,
        typer.Option(help="The data set, where it is in another place than before."),
    ] = None,
) -> None:
    """Unpack a training run, for trm train --resume to go on with."""
    check_directory(run)

    from trm_core.training.parcel import unpack

    (step,) = unpack(parcel, run, data).saved_steps()
    print(f"step {step:,}; trm train --resume {run} goes on")
