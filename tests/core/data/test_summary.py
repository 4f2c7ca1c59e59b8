"""What `trm data inspect` counts."""

from collections import Counter

import numpy as np
import pytest

from trm_core.data.dataset import read_dataset
from trm_core.data.summary import summarise


@pytest.mark.parametrize("split", ["train", "test"])
def test_counts_agree_with_the_puzzles(small, split):
    dataset = read_dataset(small, split)
    puzzles, summary = dataset.puzzles(), summarise(dataset)
    measures = {
        "sudoku": ("givens", lambda p: str(np.count_nonzero(p.grid))),
        "maze": ("path length", lambda p: str(p.shortest_length)),
        "arc": ("input size", lambda p: f"{p.rows}×{p.cols}"),
    }
    measured, measure = measures[small.name]
    assert (summary.split, summary.measured) == (split, measured)
    assert summary.counts == Counter(map(measure, puzzles))
    assert summary.examples == len(puzzles)
    assert summary.puzzles == dataset.metadata.total_puzzles
    assert summary.groups == dataset.metadata.total_groups
    assert summary.identifiers == len(set(dataset.puzzle_identifiers.tolist()))
    source = "loops 9×11" if small.name == "maze" else "generated"
    assert summary.sources == {source: len(puzzles)}


def test_the_spread_names_least_greatest_and_median(small):
    summary = summarise(read_dataset(small, "train"))
    values = [value for value, count in summary.counts.items() for _ in range(count)]
    middle = values[(len(values) - 1) // 2]
    assert summary.spread == f"{values[0]} to {values[-1]}, median {middle}"
