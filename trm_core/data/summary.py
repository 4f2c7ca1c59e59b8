"""What is in one split of a data set, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trm_core.data.dataset import Dataset
from trm_core.puzzles.maze import PATH

_EMPTY_CELL = 1  # the token, in Sudoku
_PATH = PATH + 1
_BLACK = 2  # the first token that is a colour, in ARC
_ROWS_AT_A_TIME = 65536


@dataclass(frozen=True)
class Summary:
    """Counts of one split.

    identifiers: how many different ones occur. sources: examples of each that has any.
    measured: what is counted in `counts`: "givens", "path length" (steps from S to G) or "input
    size" (rows×columns); its values in ascending order, each with its number of examples.
    """

    split: str
    examples: int
    puzzles: int
    groups: int
    identifiers: int
    sources: dict[str, int]
    measured: str
    counts: dict[str, int]

    @property
    def spread(self) -> str:
        """Least, median and greatest of what is measured, for people."""
        values, numbers = list(self.counts), list(self.counts.values())
        median = values[int(np.searchsorted(np.cumsum(numbers), sum(numbers) / 2))]
        return f"{values[0]} to {values[-1]}, median {median}"


def summarise(dataset: Dataset) -> Summary:
    """Count what is in `dataset`, reading all of it."""
    examples = Counter(dataset.example_sources.tolist())
    counted = Counter(
        value
        for start in range(0, len(dataset), _ROWS_AT_A_TIME)
        for value in _measure(dataset, slice(start, start + _ROWS_AT_A_TIME)).tolist()
    )
    kind, cols = dataset.shape.kind, dataset.shape.cols + 1
    return Summary(
        split=dataset.split,
        examples=len(dataset),
        puzzles=len(dataset.puzzle_identifiers),
        groups=len(dataset.group_indices) - 1,
        identifiers=len(np.unique(dataset.puzzle_identifiers)),
        sources={dataset.sources[number]: examples[number] for number in sorted(examples)},
        measured={"sudoku": "givens", "maze": "path length", "arc": "input size"}[kind],
        counts={
            "{}×{}".format(*divmod(value, cols)) if kind == "arc" else str(value): counted[value]
            for value in sorted(counted)
        },
    )


def _measure(dataset: Dataset, part: slice) -> npt.NDArray[np.int64]:
    """(n,) givens, path lengths, or for ARC, rows * (canvas columns + 1) + columns."""
    inputs = dataset.inputs[part]
    measured: npt.NDArray[np.int64]
    if dataset.shape.kind == "sudoku":
        measured = np.count_nonzero(inputs > _EMPTY_CELL, axis=1)
    elif dataset.shape.kind == "maze":
        measured = np.count_nonzero(dataset.labels[part] == _PATH, axis=1) + 1
    else:
        coloured = (inputs >= _BLACK).reshape(-1, dataset.shape.rows, dataset.shape.cols)
        rows, cols = coloured.any(axis=2).sum(axis=1), coloured.any(axis=1).sum(axis=1)
        measured = rows * (dataset.shape.cols + 1) + cols
    return measured
