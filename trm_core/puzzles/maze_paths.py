"""Walks through many mazes of one size at once: a row of cells is the bits of one number.

A step in all directions takes a handful of operations on whole arrays, whatever the walls.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.unsignedinteger[Any]]
"""(rows, mazes) sets of cells; bit c of a number is the cell in column c."""

Cells = npt.NDArray[np.bool_]
"""(mazes, rows, cols) sets of cells."""

_ROWS = np.dtype("<u2"), np.dtype("<u4"), np.dtype("<u8")
"""Of these the smallest that a row fits into, as all work is in proportion to it."""

_ONE = np.uint16(1)


def packed(cells: Cells) -> Bits:
    """Cells as bits."""
    row = next(row for row in _ROWS if 8 * row.itemsize >= cells.shape[-1])
    octets = np.packbits(cells, axis=-1, bitorder="little")
    numbers = np.zeros((*octets.shape[:-1], row.itemsize), np.uint8)
    numbers[..., : octets.shape[-1]] = octets
    return np.ascontiguousarray(numbers.view(row)[..., 0].T)


def unpacked(bits: Bits, cols: int) -> Cells:
    """What `packed` was given."""
    numbers = np.ascontiguousarray(bits.T)[..., np.newaxis]
    cells = np.unpackbits(numbers.view(np.uint8), axis=-1, count=cols, bitorder="little")
    return cells.view(np.bool_)


def _above(bits: Bits) -> Bits:
    moved = np.zeros_like(bits)
    moved[:-1] = bits[1:]
    return moved


def _below(bits: Bits) -> Bits:
    moved = np.zeros_like(bits)
    moved[1:] = bits[:-1]
    return moved


def _left(bits: Bits) -> Bits:
    return bits >> _ONE


def _right(bits: Bits) -> Bits:
    return bits << _ONE


DIRECTIONS: tuple[Callable[[Bits], Bits], ...] = _above, _left, _below, _right
"""The cells above, left of, below and right of others; also the first ones outside on the right."""


def beside(bits: Bits) -> Bits:
    """The cells next to others in any direction; also the first ones outside on the right."""
    near: Bits = bits << _ONE
    near |= bits >> _ONE
    near[1:] |= bits[:-1]
    near[:-1] |= bits[1:]
    return near


def layers(floor: Bits, start: Bits) -> list[Bits]:
    """The cells 0, 1, 2, ... steps away from the nearest of `start`, walking on `floor`."""
    left = floor & ~start
    reached = [start]
    while (layer := beside(reached[-1]) & left).any():
        left ^= layer
        reached.append(layer)
    return reached


def union(sets: list[Bits]) -> Bits:
    """The cells of all `sets`."""
    cells: Bits = np.bitwise_or.reduce(sets)
    return cells


def farthest(reached: list[Bits]) -> Bits:
    """Of each maze the last of its `layers` that has a cell."""
    last = reached[0].copy()
    for layer in reached[1:]:
        there = layer.any(axis=0)
        last[:, there] = layer[:, there]
    return last


def shortest_paths(floor: Bits, start: Bits, goal: Bits) -> Bits:
    """The cells between start and goal on a shortest path through each maze, both left out; none
    where they are neighbours, or where no path is.

    Of several shortest paths it is the one that is walked back from the goal by stepping up where
    that comes nearer to the start, else left, else down, else right. A network that knows of every
    cell only what its four neighbours tell it can make that choice: how far from the start a cell
    is spreads from there, a cell a step; then "on the path" goes the other way, each cell choosing
    among its own neighbours by nothing but their distances, in an order that is the same
    everywhere. No cell far away decides, and the label stays when walls change where they change
    no distance. A choice by chance, or by the order in which some search visits the cells, could
    not be learned: what is right on average is all paths at once, which is no answer. The order of
    directions is not turned with a maze: of one that is turned or mirrored the label is another.
    """
    reached = layers(floor, start)
    here = np.zeros_like(goal)
    path = np.zeros_like(goal)
    for nearer, layer in zip(reached[-2::-1], reached[:0:-1], strict=True):
        here |= goal & layer
        path |= here
        back, undecided = np.zeros_like(here), here
        for number, moved in enumerate(DIRECTIONS):
            opposite = DIRECTIONS[number - 2]
            chosen = undecided & opposite(nearer)  # where the cell in this direction is nearer
            undecided = undecided ^ chosen
            back |= moved(chosen)
        here = back
    return path & ~goal
