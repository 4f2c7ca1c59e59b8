"""The official data set layout: what a split's `dataset.json` says, and how its files are called.

Read by the trainers of TRM and HRM (`puzzle_dataset.py` there), written by their
`dataset/build_*_dataset.py`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from trm_core.errors import UserError, quoted, raised_as
from trm_core.records import Between, read_record

SPLITS = "train", "test"

METADATA_FILE = "dataset.json"
IDENTIFIERS_FILE = "identifiers.json"
TEST_PUZZLES_FILE = "test_puzzles.json"
PUZZLE_FILE = "puzzle.json"  # this and the next are ours; the official code ignores them
SOURCES_FILE = "sources.json"

Count = Annotated[int, Between(0, 2**31 - 1)]


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

    pad_id: Count
    ignore_label_id: Count | None
    blank_identifier_id: Count
    vocab_size: Count
    seq_len: Count
    num_puzzle_identifiers: Count
    total_groups: Count
    mean_puzzle_examples: Annotated[float, Between(0, 2**31 - 1)]
    sets: tuple[str, ...]
    total_puzzles: Count | None = None

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def read_metadata(file: Path) -> Metadata:
    """What `file`, a `dataset.json`, says; members that are not official are skipped.

    Raises DatasetError for one that is missing or not of its type.
    """
    with raised_as(DatasetError):
        metadata = read_record(Metadata, file, others=True)
    if not metadata.sets or not all(map(_is_file_name, metadata.sets)):
        raise DatasetError(
            f"{file}: sets is {quoted(list(metadata.sets))}, expected a list of names of sets"
        )
    return metadata


def _is_file_name(value: str) -> bool:
    return value.isprintable() and Path(value).name == value
