"""One split of a data set in the official TRM and HRM layout: read, checked, and as puzzles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from trm_core.data.examples import Example
from trm_core.data.layout import (
    IDENTIFIERS_FILE,
    METADATA_FILE,
    PUZZLE_FILE,
    SOURCES_FILE,
    DatasetError,
    Metadata,
    array_file,
    read_metadata,
)
from trm_core.documents import read_names, reading, regular
from trm_core.errors import raised_as
from trm_core.puzzles.arc_variants import task_of
from trm_core.puzzles.base import Puzzle, PuzzleShape
from trm_core.puzzles.shapes import guess_shape
from trm_core.records import read_record

__all__ = ["Dataset", "DatasetError", "Metadata", "read_dataset"]

Integers = npt.NDArray[Any]
"""Whole numbers of any width, as found on disk."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """One split: N examples belong to P puzzles, and these to G groups.

    A group is one original puzzle with its augmentations; an epoch of the official trainers draws
    one puzzle from each group. Puzzle p has the examples `puzzle_indices[p]` up to
    `puzzle_indices[p + 1]`, group g the puzzles `group_indices[g]` up to `group_indices[g + 1]`.

    Attributes
    ----------
    inputs, labels
        (N, cells) tokens as on disk, memory-mapped where the split is a single set.
        A label `metadata.ignore_label_id` does not count.
    puzzle_identifiers
        (P,) indices into `identifiers`.
    puzzle_indices, group_indices
        (P + 1,) and (G + 1,) offsets.
    identifiers
        Names, the blank one first: ARC task ids and their variants.
    sources, example_sources
        Where the examples come from, and (N,) the index of each one's source. A data set that does
        not say so has one source, its directory's name.
    """

    directory: Path
    split: str
    metadata: Metadata
    shape: PuzzleShape
    inputs: Integers
    labels: Integers
    puzzle_identifiers: npt.NDArray[np.int64]
    puzzle_indices: npt.NDArray[np.int64]
    group_indices: npt.NDArray[np.int64]
    identifiers: tuple[str, ...]
    sources: tuple[str, ...]
    example_sources: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def example_identifiers(self) -> npt.NDArray[np.int64]:
        """(N,) the puzzle identifier of every example."""
        return np.repeat(self.puzzle_identifiers, np.diff(self.puzzle_indices))

    def originals(self) -> list[int]:
        """Indices of the examples that are no variants of another: of an ARC task that comes with
        its variants, those of the task itself."""
        return [
            index
            for index, identifier in enumerate(self.example_identifiers.tolist())
            if task_of(self.identifiers[identifier]) == self.identifiers[identifier]
        ]

    def puzzles(self, indices: Iterable[int] | None = None) -> list[Puzzle]:
        """The examples, or those at `indices`, as puzzles with their solutions.

        An ARC example is a task of its own: the example is its only test pair, its id the
        identifier without the variant, and its name the whole identifier. Raises DatasetError for
        an example that is no puzzle or whose label does not solve it.
        """
        chosen = range(len(self)) if indices is None else indices
        identifiers = self.example_identifiers
        return [self._puzzle(int(index), identifiers) for index in chosen]

    def _puzzle(self, index: int, identifiers: npt.NDArray[np.int64]) -> Puzzle:
        labels = self.labels[index].astype(np.int32)
        ignored = self.metadata.ignore_label_id
        example = Example(
            tokens=self.inputs[index].astype(np.int32),
            labels=labels,
            counted=np.ones_like(labels, np.bool_) if ignored is None else labels != ignored,
            name=f"{self.directory.name}, {self.split} example {index + 1}",
            source=self.sources[self.example_sources[index]],
        )
        with raised_as(DatasetError, f"{self.directory / self.split}, example {index + 1}"):
            return example.puzzle(self.shape, self.identifiers[identifiers[index]])


def read_dataset(directory: Path, split: str) -> Dataset:
    """The split `split` ("train" or "test") of the data set in `directory`, all of it checked.

    Several sets are joined, one after the other. Without our `puzzle.json`, as other programs
    build data sets, the puzzle is told from its sizes. Raises DatasetError, in one sentence.
    """
    directory = Path(directory).resolve()
    place = directory / split
    metadata = read_metadata(place / METADATA_FILE)
    with raised_as(DatasetError):
        identifiers = read_names(directory / IDENTIFIERS_FILE)
        has_sources = (directory / SOURCES_FILE).exists()
        sources = read_names(directory / SOURCES_FILE) if has_sources else (directory.name,)
    if len(identifiers) != metadata.num_puzzle_identifiers:
        raise DatasetError(
            f"{directory / IDENTIFIERS_FILE}: found {len(identifiers)} names, expected "
            f"{metadata.num_puzzle_identifiers} as num_puzzle_identifiers in {split} says"
        )
    sets = [
        _read_set(place, name, metadata, len(sources) if has_sources else None)
        for name in metadata.sets
    ]
    groups = sum(len(part["group_indices"]) - 1 for part in sets)
    if groups != metadata.total_groups:
        raise DatasetError(
            f"{place / METADATA_FILE}: total_groups is {metadata.total_groups}, the sets have "
            f"{groups} groups"
        )
    return Dataset(
        directory=directory,
        split=split,
        metadata=metadata,
        shape=_shape(directory, metadata),
        inputs=_joined(sets, "inputs"),
        labels=_joined(sets, "labels"),
        puzzle_identifiers=np.array(_joined(sets, "puzzle_identifiers"), np.int64),
        puzzle_indices=_joined_offsets(sets, "puzzle_indices"),
        group_indices=_joined_offsets(sets, "group_indices"),
        identifiers=identifiers,
        sources=sources,
        example_sources=np.array(_joined(sets, "sources"), np.int64),
    )


def _read_set(
    place: Path, name: str, metadata: Metadata, sources: int | None
) -> dict[str, Integers]:
    """The arrays of one set by their names on disk; `sources` is how many sources there are."""

    def file(field: str) -> Path:
        return array_file(place, name, field)

    inputs, labels = _array(file("inputs"), 2), _array(file("labels"), 2)
    size = len(inputs), metadata.seq_len
    for field, array in (("inputs", inputs), ("labels", labels)):
        if array.shape != size or not array.size:
            found, expected = ("×".join(map(str, shape)) for shape in (array.shape, size))
            raise DatasetError(
                f"{file(field)}: found {found} tokens, expected "
                f"{expected if size[0] else 'at least one example'}"
            )
        _check_range(file(field), array, metadata.vocab_size, "token")
    offsets = _array(file("puzzle_indices"), 1)
    _check_offsets(file("puzzle_indices"), offsets, len(inputs), "examples")
    groups = _array(file("group_indices"), 1)
    _check_offsets(file("group_indices"), groups, len(offsets) - 1, "puzzles")
    identifiers = _array(file("puzzle_identifiers"), 1)
    _check_length(file("puzzle_identifiers"), identifiers, len(offsets) - 1, "puzzle")
    _check_range(
        file("puzzle_identifiers"), identifiers, metadata.num_puzzle_identifiers, "identifier"
    )
    if sources is None:
        origins: Integers = np.zeros(len(inputs), np.int64)
    else:
        origins = _array(file("sources"), 1)
        _check_length(file("sources"), origins, len(inputs), "example")
        _check_range(file("sources"), origins, sources, "source")
    return {
        "inputs": inputs,
        "labels": labels,
        "puzzle_identifiers": identifiers,
        "puzzle_indices": offsets,
        "group_indices": groups,
        "sources": origins,
    }


def _array(file: Path, dimensions: int) -> Integers:
    """The memory-mapped whole numbers in an .npy file of so many dimensions."""
    try:
        with reading(file, DatasetError):
            array = np.lib.format.open_memmap(regular(file), mode="r")
    except DatasetError:
        raise
    except Exception:  # numpy lets out whatever a damaged header trips over
        raise DatasetError(f"{file}: not an .npy file of numbers, or a damaged one") from None
    if array.dtype.kind not in "iu" or array.ndim != dimensions:
        raise DatasetError(
            f"{file}: found {array.ndim} dimensions of {array.dtype}, expected {dimensions} of "
            "whole numbers"
        )
    return array


def _check_length(file: Path, array: Integers, length: int, what: str) -> None:
    if len(array) != length:
        raise DatasetError(f"{file}: found {len(array)} numbers, expected {length}, one per {what}")


def _check_range(file: Path, array: Integers, limit: int, what: str) -> None:
    """Refuse numbers outside 0 to `limit` - 1; `array` is not empty."""
    low, high = int(array.min()), int(array.max())
    if low < 0 or high >= limit:
        raise DatasetError(
            f"{file}: found the {what} {low if low < 0 else high}, expected 0 to {limit - 1}"
        )


def _check_offsets(file: Path, offsets: Integers, end: int, what: str) -> None:
    """Refuse offsets that do not rise from 0 to `end`, the number of `what`."""
    if len(offsets) < 2 or offsets[0] != 0 or offsets[-1] != end:
        found = f"{offsets[0]} to {offsets[-1]}" if len(offsets) else "none"
        raise DatasetError(f"{file}: found offsets {found}, expected 0 to {end}, all {what}")
    rising = offsets[1:] > offsets[:-1]
    if not rising.all():
        raise DatasetError(
            f"{file}: offset {int(rising.argmin()) + 2} is not above the one before it"
        )


def _joined(sets: list[dict[str, Integers]], field: str) -> Integers:
    """A single set's array stays as it is, memory-mapped."""
    return sets[0][field] if len(sets) == 1 else np.concatenate([part[field] for part in sets])


def _joined_offsets(sets: list[dict[str, Integers]], field: str) -> npt.NDArray[np.int64]:
    """Offsets of all sets, each shifted behind the end of those before it."""
    offsets = np.zeros(1, np.int64)
    for part in sets:
        offsets = np.concatenate([offsets, part[field][1:].astype(np.int64) + offsets[-1]])
    return offsets


def _shape(directory: Path, metadata: Metadata) -> PuzzleShape:
    """The puzzle that `puzzle.json` names, or without one, that the sizes tell."""
    file = directory / PUZZLE_FILE
    sizes = f"{metadata.seq_len} cells with {metadata.vocab_size} tokens"
    if not file.exists():
        shape = guess_shape(metadata.seq_len, metadata.vocab_size)
        if shape is None:
            raise DatasetError(f"{directory}: {sizes} are no square Sudoku, maze or ARC canvas")
        return shape
    with raised_as(DatasetError):
        shape = read_record(PuzzleShape, file, others=True)
    with raised_as(DatasetError, file):
        shape.check("the puzzle")
    if (shape.cells, shape.vocab_size) != (metadata.seq_len, metadata.vocab_size):
        raise DatasetError(
            f"{file}: {shape} has {shape.cells} cells with {shape.vocab_size} tokens, the data "
            f"set {sizes}"
        )
    return shape
