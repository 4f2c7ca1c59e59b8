"""Writing a data set in the official layout, group by group, in little memory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from trm_core.data.layout import (
    IDENTIFIERS_FILE,
    METADATA_FILE,
    PUZZLE_FILE,
    SOURCES_FILE,
    SPLITS,
    DatasetError,
    Metadata,
    array_file,
)
from trm_core.puzzles.arc_variants import BLANK
from trm_core.puzzles.base import PuzzleShape

SET = "all"
"""The one set of each split, as in the official builds."""

Rows = npt.NDArray[np.uint8]
"""(n, cells) tokens, one byte each as in the official builds."""


@dataclass(frozen=True, eq=False)
class Group:
    """An original puzzle with its augmentations, for one split.

    `identifiers` and `sizes` tell of each puzzle its identifier and how many examples it has;
    `inputs` and `labels` hold the examples of all of them, one after the other.
    """

    source: str
    identifiers: Sequence[int]
    sizes: Sequence[int]
    inputs: Rows
    labels: Rows


class DatasetWriter:
    """Fills a directory with a data set; what is in it is complete when the block ends.

    Raises DatasetError at the end of the block if a split got no example.
    """

    def __init__(
        self, directory: Path, shape: PuzzleShape, identifiers: Sequence[str] = (BLANK,)
    ) -> None:
        self._directory, self._shape, self._identifiers = directory, shape, identifiers
        self._sources: dict[str, int] = {}
        self._splits = {name: _SplitWriter(directory / name, shape.cells) for name in SPLITS}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for split in self._splits.values():
            split.close()
        if error is None:
            self._finish()

    def add(self, split: str, group: Group) -> None:
        """Append a group to "train" or "test"."""
        source = self._sources.setdefault(group.source, len(self._sources))
        self._splits[split].add(group, source)

    def _finish(self) -> None:
        for name, split in self._splits.items():
            if not split.examples:
                raise DatasetError(f"no puzzle is left for {name}, expected at least one")
            write_json(
                self._directory / name / METADATA_FILE,
                split.metadata(self._shape, len(self._identifiers)).to_json(),
            )
        write_json(self._directory / IDENTIFIERS_FILE, list(self._identifiers))
        write_json(self._directory / SOURCES_FILE, list(self._sources))
        write_json(self._directory / PUZZLE_FILE, self._shape.to_json())


class _SplitWriter:
    """The arrays of one split."""

    def __init__(self, directory: Path, cells: int) -> None:
        directory.mkdir()
        self._directory = directory
        self._inputs = _GrowingArray(array_file(directory, SET, "inputs"), cells)
        self._labels = _GrowingArray(array_file(directory, SET, "labels"), cells)
        self._identifiers: list[int] = []
        self._puzzle_indices, self._group_indices = [0], [0]
        self._sources: list[int] = []

    @property
    def examples(self) -> int:
        return self._puzzle_indices[-1]

    def add(self, group: Group, source: int) -> None:
        self._inputs.append(group.inputs)
        self._labels.append(group.labels)
        self._identifiers += group.identifiers
        self._sources += [source] * len(group.inputs)
        for size in group.sizes:
            self._puzzle_indices.append(self._puzzle_indices[-1] + size)
        self._group_indices.append(len(self._identifiers))

    def close(self) -> None:
        self._inputs.close()
        self._labels.close()
        for field, numbers in (
            ("puzzle_identifiers", self._identifiers),
            ("puzzle_indices", self._puzzle_indices),
            ("group_indices", self._group_indices),
            ("sources", self._sources),
        ):
            np.save(array_file(self._directory, SET, field), np.array(numbers, np.int32))

    def metadata(self, shape: PuzzleShape, identifiers: int) -> Metadata:
        return Metadata(
            pad_id=0,
            ignore_label_id=0,
            blank_identifier_id=0,
            vocab_size=shape.vocab_size,
            seq_len=shape.cells,
            num_puzzle_identifiers=identifiers,
            total_groups=len(self._group_indices) - 1,
            mean_puzzle_examples=self.examples / len(self._identifiers),
            total_puzzles=len(self._identifiers),
            sets=(SET,),
        )


class _GrowingArray:
    """An .npy file of (rows, width) bytes, to which rows are appended."""

    def __init__(self, file: Path, width: int) -> None:
        self._stream = file.open("wb")
        self._shape = (0, width)
        self._write_header()

    def append(self, rows: Rows) -> None:
        self._stream.write(np.ascontiguousarray(rows).data)
        self._shape = (self._shape[0] + len(rows), self._shape[1])

    def close(self) -> None:
        self._stream.seek(0)
        self._write_header()
        self._stream.close()

    def _write_header(self) -> None:
        """Put the header in place; numpy leaves room in it for any number of rows."""
        header = {"descr": "|u1", "fortran_order": False, "shape": self._shape}
        np.lib.format.write_array_header_1_0(self._stream, header)


def write_json(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value), encoding="utf-8")
