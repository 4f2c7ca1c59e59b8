"""The official data set layout: what a split's `dataset.json` says, and how its files are called.

Read by the trainers of TRM and HRM (`puzzle_dataset.py` there), written by their
`dataset/build_*_dataset.py`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trm_core.checkpoints.info import CheckpointError, read_json
from trm_core.errors import UserError

SPLITS = "train", "test"
BLANK = "<blank>"
"""Name of puzzle identifier 0, which stands for no puzzle in particular."""

METADATA_FILE = "dataset.json"
IDENTIFIERS_FILE = "identifiers.json"
TEST_PUZZLES_FILE = "test_puzzles.json"
PUZZLE_FILE = "puzzle.json"  # this and the next are ours; the official code ignores them
SOURCES_FILE = "sources.json"

_LIMIT = 2**31


class DatasetError(UserError):
    """A data set that cannot be read or built."""


def array_file(split_directory: Path, set_name: str, field: str) -> Path:
    """Where a split has the array `field`: inputs, labels, puzzle_identifiers, ..."""
    return split_directory / f"{set_name}__{field}.npy"


@dataclass(frozen=True)
class Metadata:
    """The fields of `dataset.json`, by their official names.

    seq_len: cells. ignore_label_id: the label token that does not count, None if all do.
    total_puzzles: None where an older builder wrote none. The official Sudoku and maze builders
    write the number of groups there, so it is nothing to rely on.
    """

    pad_id: int
    ignore_label_id: int | None
    blank_identifier_id: int
    vocab_size: int
    seq_len: int
    num_puzzle_identifiers: int
    total_groups: int
    mean_puzzle_examples: float
    sets: tuple[str, ...]
    total_puzzles: int | None = None

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def read_metadata(file: Path) -> Metadata:
    """What `file`, a `dataset.json`, says; members that are not official are skipped.

    Raises DatasetError for one that is missing or not of its type.
    """
    raw = dataset_json(file)
    if not isinstance(raw, dict):
        raise DatasetError(f"{file}: found no object, expected the members of a data set")
    values: dict[str, Any] = {}
    for field in dataclasses.fields(Metadata):
        if field.name not in raw and field.default is dataclasses.MISSING:
            raise DatasetError(f"{file}: {field.name} is missing")
        value = raw.get(field.name)
        expected = _misfit(str(field.type), value)
        if expected:
            raise DatasetError(f"{file}: {field.name} is {_shortened(value)}, expected {expected}")
        values[field.name] = tuple(value) if isinstance(value, list) else value
    return Metadata(**values)


def _misfit(wanted: str, value: Any) -> str | None:
    """What was expected, if `value` from a JSON file is not of the type `wanted`."""
    if wanted == "tuple[str, ...]":
        names = isinstance(value, list) and all(map(_is_file_name, value))
        return None if names and value else "a list of names of sets"
    if wanted.endswith("None") and value is None:
        return None
    types = (int, float) if wanted == "float" else (int,)
    if isinstance(value, types) and not isinstance(value, bool) and 0 <= value < _LIMIT:
        return None
    return "a number from 0 up" if wanted == "float" else "a whole number from 0 up"


def _is_file_name(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and Path(value).name == value


def _shortened(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python's limit on digits
        return "a number of thousands of digits"
    return text if len(text) <= 40 else f"{text[:36]} ..."


def dataset_json(file: Path) -> Any:
    """Parsed JSON of `file`. Raises DatasetError with the place."""
    try:
        return read_json(file)
    except CheckpointError as error:
        raise DatasetError(str(error)) from None
