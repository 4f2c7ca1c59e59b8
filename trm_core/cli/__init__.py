"""The `trm` command: one module and one thin function a subcommand."""

from __future__ import annotations

import io
import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from trm_core.cli.data import data
from trm_core.cli.evaluate import evaluate
from trm_core.cli.import_ import import_
from trm_core.cli.library import library
from trm_core.cli.models import models
from trm_core.cli.pack import pack, unpack
from trm_core.cli.publish import publish
from trm_core.cli.render import render
from trm_core.cli.solve import solve
from trm_core.cli.train import train
from trm_core.errors import UserError
from trm_core.signals import end_in_order

app = typer.Typer(
    help="Solve puzzles with Tiny Recursive Models, and look after the models.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("solve")(solve)
app.command("render")(render)
app.command("eval")(evaluate)
app.command("train")(train)
app.command("pack")(pack)
app.command("unpack")(unpack)
app.command("publish")(publish)
app.command("import")(import_)
app.command("models")(models)
app.add_typer(data, name="data")
app.add_typer(library, name="library")


def _tell_version(wanted: bool) -> None:
    if wanted:
        print(f"trm {version('trm-studio')}")
        raise typer.Exit


@app.callback()
def trm(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """What stands before a subcommand."""


def main() -> None:
    """Entry point: exit status 0 done, 1 failed with a sentence on stderr, 2 bad usage."""
    end_in_order()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # where it cannot show a sign
    try:
        app(prog_name="trm")
    except UserError as error:
        sys.exit(f"trm: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:  # of stdout on a disk that is full, or of a file that a command names
        where = f"{error.filename}: " if error.filename else ""
        sys.exit(f"trm: {where}{error.strerror or error}")
