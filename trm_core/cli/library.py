"""`trm library`: the puzzles that come with the program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from trm_core.checkpoints.info import bundled_models
from trm_core.cli.display import plain_console, progress_bar
from trm_core.cli.options import Device
from trm_core.files import check_file
from trm_core.puzzles.base import KIND_NAMES
from trm_core.puzzles.difficulty import DIFFICULTIES
from trm_core.puzzles.library import LIBRARY_FILE, LibraryError, read_library, write_library
from trm_core.puzzles.library_contents import COUNT, make_entries

library = typer.Typer(help="The puzzles that come with the program.", no_args_is_help=True)

File = Annotated[Path, typer.Option(help="The library.")]


@library.command("list")
def list_(
    kind: Annotated[str | None, typer.Option(help=f"Only {', '.join(KIND_NAMES)}.")] = None,
    difficulty: Annotated[
        str | None, typer.Option(help=f"Only {', '.join(DIFFICULTIES)}; ARC has none.")
    ] = None,
    file: File = LIBRARY_FILE,
) -> None:
    """List the puzzles, and which bundled models they are solved by or defeat."""
    for found, expected in ((kind, KIND_NAMES), (difficulty, DIFFICULTIES)):
        if found not in (None, *expected):
            raise typer.BadParameter(f"found {found!r}, expected {', '.join(expected)}")
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("id", no_wrap=True)
    for name in ("size", "difficulty", "solved by", "defeats"):
        table.add_column(name, overflow="fold")
    for entry in read_library(file):
        if kind in (None, entry.kind) and difficulty in (None, entry.difficulty):
            marks = "\n".join(entry.solved_in), "\n".join(entry.defeats)
            table.add_row(entry.id, entry.size, entry.difficulty, *marks)
    plain_console().print(table)


@library.command("make")
def make(
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same library.")] = 0,
    file: File = LIBRARY_FILE,
) -> None:
    """Make the library anew, which takes a minute or so; no model is marked in it then."""
    check_file(file)
    with progress_bar() as progress:
        try:
            entries = list(progress.track(make_entries(seed), COUNT, description="making"))
        except ImportError as error:
            raise LibraryError(f"{file}: making it needs {error.name}, which is missing") from None
    write_library(entries, file)
    print(f"{file}: {len(entries)} entries")


@library.command("judge")
def judge(
    votes: Annotated[
        int, typer.Option(min=1, help="ARC: up to so many variants of a task vote on its answer.")
    ] = 32,
    device: Device = "auto",
    file: File = LIBRARY_FILE,
) -> None:
    """Solve everything with every bundled model that fits, and mark in the library what came of it.

    Models get all their supervision steps, in float32. An ARC task is solved within two guesses.
    """
    entries = read_library(file)
    check_file(file)

    from trm_core.evaluation.library_marks import marked, solved_entries
    from trm_core.solver import Solver

    solved = {}
    with progress_bar() as progress:
        for info in progress.track(bundled_models(), description="solving"):
            solver = Solver.load(info, device, "float32")
            solved[info.name] = solved_entries(solver, entries, votes)
    write_library(marked(entries, solved), file)
    for name, found in solved.items():
        print(f"{name}: solves {sum(each.solved for each in found.values())} of {len(found)}")
