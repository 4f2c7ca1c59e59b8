"""Walls of many made-up mazes of one size at once, in every style there is.

Mazes of corridors are carved between rooms: every second cell of every second row is one, from
row 2 and column 2 on, so that with an even number of rows or columns one side has no outer wall.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from trm_core.puzzles.maze_paths import Cells

Doors = tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]
"""Whether each room has a way to the one on its right, (mazes, down, across - 1), and to the one
below it, (mazes, down - 1, across)."""

Carve: TypeAlias = "Callable[[np.random.Generator, int, int, int], Doors]"
"""From a random generator, how many mazes, and how many rooms down and across, to a spanning tree
of the rooms of each: between any two there is exactly one way."""

OBSTACLE_DENSITY = 0.37
"""Share of walls in hard mazes: at 30×30 one draw in 65 is kept, at 0.3 or 0.45 hardly any."""

SCATTERED = 0.15, 0.42
"""Least and greatest share of scattered walls; with more there is seldom a way across."""

MOST_LOOPS = 0.4
"""Greatest share of the walls between rooms that loops go through."""

UP, LEFT, DOWN, RIGHT, NOWHERE = range(5)

_DRAWS = 12  # a number below it chooses among 1, 2, 3 or 4 directions alike


def _chosen(free: int, draw: int) -> int:
    ways = [way for way in range(4) if free >> way & 1]
    return ways[draw % len(ways)] if ways else NOWHERE


_CHOSEN = np.array([[_chosen(free, draw) for draw in range(_DRAWS)] for free in range(16)], np.int8)
"""The direction taken where those in the bits of a number are free, by a random draw."""


def depth_first(rng: np.random.Generator, count: int, down: int, across: int) -> Doors:
    """Long corridors: on to a new room as long as one is beside the last, else a step back."""
    width = across + 2  # around the rooms there are some that count as seen
    steps = np.array([-width, -1, width, 1, 0])
    rooms = np.ones((count, down + 2, width), np.bool_)
    rooms[:, 1:-1, 1:-1] = False
    seen, toward = rooms.reshape(-1), np.full(rooms.size, NOWHERE, np.int8)
    row, col = rng.integers(1, down + 1, count), rng.integers(1, across + 1, count)
    here = (np.arange(count) * (down + 2) + row) * width + col
    seen[here] = True
    unseen = count * (down * across - 1)
    while unseen:
        free = np.packbits(~seen[here[:, np.newaxis] + steps[:4]], axis=-1, bitorder="little")
        way = _CHOSEN[free[:, 0], rng.integers(_DRAWS, size=count)]
        onward = way != NOWHERE
        here = here + steps[np.where(onward, way, toward[here])]
        new = here[onward]
        seen[new], toward[new] = True, (way[onward] + 2) % 4
        unseen -= len(new)
    return _doors(toward.reshape(rooms.shape)[:, 1:-1, 1:-1])


def prim(rng: np.random.Generator, count: int, down: int, across: int) -> Doors:
    """Short branches: from a random room on, a door goes into a random wall around what is joined.

    Where each wall gives way after a time of its own, exponentially distributed, from when it is
    reached, the next to do so is any of them alike, as that distribution has no memory. So the
    tree is that of the fastest ways from the first room (Eden's growth, first-passage percolation).
    """
    right = rng.exponential(size=(count, down, across - 1))
    below = rng.exponential(size=(count, down - 1, across))
    first = np.arange(count), rng.integers(down, size=count), rng.integers(across, size=count)
    reached = np.full((count, down, across), np.inf)
    reached[first] = 0
    by_way = np.full((4, *reached.shape), np.inf)
    while True:
        np.add(reached[:, :-1], below, out=by_way[UP, :, 1:])
        np.add(reached[:, 1:], below, out=by_way[DOWN, :, :-1])
        np.add(reached[:, :, :-1], right, out=by_way[LEFT, :, :, 1:])
        np.add(reached[:, :, 1:], right, out=by_way[RIGHT, :, :, :-1])
        sooner = np.minimum(by_way.min(axis=0), reached)
        if np.array_equal(sooner, reached):
            break
        reached = sooner
    toward = by_way.argmin(axis=0)
    toward[first] = NOWHERE
    return _doors(toward)


def _doors(toward: npt.NDArray[Any]) -> Doors:
    """The doors through which every room goes in its direction `toward` (mazes, down, across)."""
    right = (toward[:, :, :-1] == RIGHT) | (toward[:, :, 1:] == LEFT)
    below = (toward[:, :-1] == DOWN) | (toward[:, 1:] == UP)
    return right, below


def kruskal(rng: np.random.Generator, count: int, down: int, across: int) -> Doors:
    """Walls in random order, each gets a door if that joins what is not joined yet.

    That gives the least spanning tree, which is found as Borůvka did: each part takes the first of
    the walls around it, all parts of all mazes at once.
    """
    rooms = np.arange(count * down * across).reshape(count, down, across)
    beside = rooms[:, :, :-1].ravel(), rooms[:, :, 1:].ravel()
    over = rooms[:, :-1].ravel(), rooms[:, 1:].ravel()
    order = rng.permutation(len(beside[0]) + len(over[0]))
    one, other = (np.concatenate(each)[order] for each in zip(beside, over, strict=True))
    number, none = np.arange(len(order)), len(order)
    part = rooms.ravel()
    door = np.zeros(len(order), np.bool_)
    while True:
        ends = part[one], part[other]
        apart = ends[0] != ends[1]
        if not apart.any():
            break
        one, other, number = one[apart], other[apart], number[apart]
        first = np.full(rooms.size, none)
        for end in ends:
            np.minimum.at(first, end[apart], number)
        joined = np.flatnonzero(first != none)
        place = np.searchsorted(number, first[joined])
        door[first[joined]] = True
        partner = np.arange(rooms.size)
        partner[joined] = ends[0][apart][place] + ends[1][apart][place] - joined
        both = (partner[partner] == np.arange(rooms.size)) & (partner > np.arange(rooms.size))
        partner[both] = np.flatnonzero(both)  # of two that took the same wall one is their name
        while not np.array_equal(further := partner[partner], partner):
            partner = further
        part = partner[part]
    in_place = np.zeros_like(door)
    in_place[order] = door
    right, below = np.split(in_place, [len(beside[0])])
    return right.reshape(count, down, across - 1), below.reshape(count, down - 1, across)


def _with_loops(
    carve: Carve, rng: np.random.Generator, count: int, down: int, across: int
) -> Doors:
    """One more door at least, where there is a wall for it."""
    doors = carve(rng, count, down, across)
    open_ = np.concatenate([each.reshape(count, -1) for each in doors], axis=1)
    turn = np.where(open_, np.inf, rng.random(open_.shape))
    until = np.maximum(rng.uniform(0, MOST_LOOPS, (count, 1)), turn.min(axis=1, keepdims=True))
    open_ |= (turn <= until) & (turn < 1)
    right, below = np.split(open_, [doors[0][0].size], axis=1)
    return right.reshape(doors[0].shape), below.reshape(doors[1].shape)


def _corridors(carve: Carve, rng: np.random.Generator, count: int, rows: int, cols: int) -> Cells:
    down, across = rows // 2, cols // 2
    right, below = carve(rng, count, down, across)
    walls = np.ones((count, rows, cols), np.bool_)
    walls[:, 1::2, 1::2] = False
    walls[:, 1::2, 2 : 2 * across : 2] = ~right
    walls[:, 2 : 2 * down : 2, 1::2] = ~below
    for axis in (1, 2):  # the side without an outer wall is any of them
        turned = rng.random(count) < 0.5
        walls[turned] = np.flip(walls[turned], axis)
    return walls


def _rooms(rng: np.random.Generator, count: int, rows: int, cols: int) -> Cells:
    """Walled rooms, found by dividing: across each a wall with a door or two, as long as it is
    large enough. A wall never ends at a door."""
    random = Random(int(rng.integers(2**63)))
    walls = np.zeros((count, rows, cols), np.bool_)
    _wall_in(walls, slice(None))
    for board in walls:
        least = random.randint(1, max(2, min(rows, cols) // 4))  # no room gets narrower
        rooms = [(1, 1, rows - 1, cols - 1)]
        while rooms:
            top, left, bottom, right = rooms.pop()
            upright = right - left > bottom - top or (
                right - left == bottom - top and random.random() < 0.5
            )
            if upright:  # the same with rows and columns exchanged
                board, top, left, bottom, right = board.T, left, top, right, bottom
            free = board[top + least : bottom - least, left - 1]
            free = free & board[top + least : bottom - least, right]
            if free.any():
                row = top + least + int(random.choice(np.flatnonzero(free)))
                board[row, left:right] = True
                for _ in range(random.choice((1, 1, 2))):
                    board[row, random.randrange(left, right)] = False
                parts = [(top, left, row, right), (row + 1, left, bottom, right)]
                rooms += [(b, a, d, c) for a, b, c, d in parts] if upright else parts
            if upright:
                board = board.T
    return walls


def _scattered(rng: np.random.Generator, count: int, rows: int, cols: int) -> Cells:
    """Each cell by chance; half of the mazes are walled in."""
    share = rng.uniform(*SCATTERED, (count, 1, 1))
    walls = rng.random((count, rows, cols)) < share
    _wall_in(walls, rng.random(count) < 0.5)
    return walls


def _obstacles(rng: np.random.Generator, count: int, rows: int, cols: int) -> Cells:
    """So many by chance, as in Maze-Hard (HRM paper, section 3.1)."""
    turn = rng.random((count, rows * cols))
    number = round(OBSTACLE_DENSITY * rows * cols)
    walls = turn < np.partition(turn, number, axis=1)[:, [number]]
    return walls.reshape(count, rows, cols)


def _open(rng: np.random.Generator, count: int, rows: int, cols: int) -> Cells:
    """None; half of the mazes are walled in."""
    walls = np.zeros((count, rows, cols), np.bool_)
    _wall_in(walls, rng.random(count) < 0.5)
    return walls


def _wall_in(walls: Cells, which: Any) -> None:
    """Put walls all around those mazes `which`."""
    around = np.ones(walls.shape[1:], np.bool_)
    around[1:-1, 1:-1] = False
    walls[which] |= around


CARVERS: dict[str, Carve] = {"corridors": depth_first, "Prim": prim, "Kruskal": kruskal}
"""Mazes of corridors by how they are carved, those of "corridors" by a depth-first search."""

WALLS: dict[str, Callable[[np.random.Generator, int, int, int], Cells]] = {
    **{
        name + loops: partial(_corridors, make)
        for name, carve in CARVERS.items()
        for loops, make in (("", carve), (" with loops", partial(_with_loops, carve)))
    },
    "rooms": _rooms,
    "scattered": _scattered,
    "obstacles": _obstacles,
    "open": _open,
}
"""From a random generator, how many mazes, rows and columns to where the walls are, by style."""
