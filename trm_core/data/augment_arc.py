"""ARC examples as one of their task's variants, somewhere on the canvas.

The official `dataset/build_arc_dataset.py` does both once, when it writes a data set.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from trm_core.data.augment_symmetry import source_cells, symmetries_of
from trm_core.data.batch import IGNORED, Batch
from trm_core.puzzles.arc_variants import parse_variant
from trm_core.puzzles.base import PuzzleError

Ints = npt.NDArray[np.int64]

PADDING, END, BLACK = 0, 1, 2
"""Tokens: colour c is token c + 2, padding beyond the grid's end."""

TOP_LEFT = 0.25
"""How often a grid goes to the top left corner, where it is when a model is used.

The official code leaves one example of every task and variant there, of about four.
"""


class ArcAugmentation:
    """Draws a variant and an offset for every example of a batch on a rows × cols canvas.

    An example whose puzzle id is a task's bare name becomes one of the variants of that task among
    `identifiers`, itself included, each as likely, and gets that variant's puzzle id. An example
    that is a variant already stays it. Input and output then go to a common offset, the top left
    corner `TOP_LEFT` of the time and else each offset at which both fit as likely; the marks of
    the grids' ends are put where `Arc.encode` puts them. Labels of padding are `IGNORED`.

    Every puzzle id is a row of `identifiers`; a batch is expected on `device`. PuzzleError for a
    name that is no variant's, and for a quarter turn on a canvas that is not square.
    """

    def __init__(
        self, rows: int, cols: int, identifiers: Sequence[str], device: torch.device
    ) -> None:
        self._rows, self._cols = rows, cols
        self._sources = source_cells(rows, cols, device)
        variants = [parse_variant(name) for name in identifiers]

        symmetries = symmetries_of(rows, cols)
        numbers = {symmetry: number for number, symmetry in enumerate(symmetries)}
        for name, (_, transform) in zip(identifiers, variants, strict=True):
            if transform.dihedral not in numbers:
                raise PuzzleError(
                    f"found the ARC variant {name!r}, a quarter turn, on a canvas of "
                    f"{rows}×{cols}, expected a square canvas"
                )
        # One row more than there are ids: the transform of an example that stays what it is.
        turns = [*(numbers[transform.dihedral] for _, transform in variants), 0]
        colours = np.array([*(transform.colours for _, transform in variants), range(10)])
        self._turns = torch.tensor(turns, device=device)
        self._tokens = torch.from_numpy(
            np.insert(colours + BLACK, [0, 0], [PADDING, END], axis=1).astype(np.uint8)
        ).to(device)

        bare = [task == name for name, (task, _) in zip(identifiers, variants, strict=True)]
        first, count, members = _choices([task for task, _ in variants], np.array(bare))
        self._first = torch.from_numpy(first).to(device)
        self._count = torch.from_numpy(count).to(device)
        self._members = torch.from_numpy(members).to(device)

    def __call__(self, batch: Batch, generator: torch.Generator) -> Batch:
        drawn = _rand(len(batch.puzzle_ids), generator)
        ids = batch.puzzle_ids
        chosen = self._members[self._first[ids] + (drawn * self._count[ids]).long()]
        transform = torch.where(chosen == ids, len(self._turns) - 1, chosen)
        canvases = torch.stack([batch.tokens, batch.labels.clamp(min=PADDING)])
        renamed = self._tokens[transform].long().expand(2, -1, -1)
        source = self._sources[self._turns[transform]].expand(2, -1, -1)
        turned = renamed.gather(2, canvases).gather(2, source)
        tokens, labels = self._moved(turned, generator)
        return Batch(tokens, labels.masked_fill(labels == PADDING, IGNORED), chosen)

    def _moved(self, canvases: Tensor, generator: torch.Generator) -> Tensor:
        """(2, B, cells) inputs and outputs at a common offset, with their ends marked."""
        coloured = canvases.reshape(2, -1, self._rows, self._cols) >= BLACK
        moved = _rand(canvases.shape[1], generator) >= TOP_LEFT
        row = _moved_lines(coloured.any(3), moved, generator)
        col = _moved_lines(coloured.any(2), moved, generator)
        source = row.source.unsqueeze(3) * self._cols + col.source.unsqueeze(2)
        inside = row.inside.unsqueeze(3) & col.inside.unsqueeze(2)
        end = row.end.unsqueeze(3) & col.inside.unsqueeze(2)
        end |= row.inside.unsqueeze(3) & col.end.unsqueeze(2)
        cells = canvases.gather(2, source.flatten(2))
        return torch.where(inside.flatten(2), cells, end.flatten(2).long())


class _Lines(NamedTuple):
    """(2, B, lines) the rows or columns of moved canvases.

    source: the line that comes there; inside: whether it is one of the grid's; end: whether the
    line is the one after the grid.
    """

    source: Tensor
    inside: Tensor
    end: Tensor


def _moved_lines(coloured: Tensor, moved: Tensor, generator: torch.Generator) -> _Lines:
    """Where lines come from as both grids of an example go to one random offset.

    coloured: (2, B, lines) bool, whether a line holds any of the grid; moved: (B,) bool, False
    where the offset is to be 0.
    """
    lines = coloured.shape[2]
    start = coloured.byte().argmax(2, keepdim=True)
    size = coloured.sum(2, keepdim=True)
    offsets = lines - size.amax(0) + 1
    offset = (_rand(len(moved), generator).unsqueeze(1) * offsets).long() * moved.unsqueeze(1)
    place = torch.arange(lines, device=coloured.device) - offset  # (B, lines), in the grid
    source = (place + start).clamp(0, lines - 1)
    return _Lines(source, (place >= 0) & (place < size), place == size)


def _rand(size: int, generator: torch.Generator) -> Tensor:
    """(B,) from 0 to below 1. Times a count it stays below it: 1 - 2**-24 is the most it can be."""
    return torch.rand(size, generator=generator, device=generator.device)


def _choices(tasks: Sequence[str], bare: npt.NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
    """`first`, `count`, `members`: id i may become members[first[i] : first[i] + count[i]].

    tasks: the task of every id; bare: whether the id is the task itself. Others stay what they are.
    """
    numbers: dict[str, int] = {}
    task = np.array([numbers.setdefault(name, len(numbers)) for name in tasks], dtype=np.int64)
    members = np.argsort(task, kind="stable")
    place = np.argsort(members)
    sizes = np.bincount(task)
    starts = np.cumsum(sizes) - sizes
    return np.where(bare, starts[task], place), np.where(bare, sizes[task], 1), members
