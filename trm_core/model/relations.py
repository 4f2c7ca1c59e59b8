"""Relations, the third way for positions to learn of each other, beside attention and MLP.

Every position sends a message; along each relation that the puzzle's rules name, the messages are
pooled; every position takes the pools that it stands in. As weights are shared over all positions,
one network fits boards of every size, and a symmetry of the rules is one of the network. Message
passing on a puzzle's graph is from Recurrent Relational Networks (arXiv 1711.08028), the pooling of
all that stand in a relation from Deep Sets (arXiv 1703.06114).

B batch; R rows, C columns; V candidates for a cell, 1 where a position is a cell; P message size;
H inner size.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import reduce
from itertools import accumulate
from operator import add
from typing import Any, ClassVar, NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from einops import rearrange
from torch import Tensor, nn

from trm_core.model.blocks import init_truncated_normal_, linear, rms_norm
from trm_core.puzzles.base import PuzzleShape

FIRST_UPDATES = 0.02
"""Standard deviation of the weights by which a fresh block changes its input: hardly, at first."""


FIRST_GATES = 0.41
"""Factor of a fresh gated block's other weights, as the product of two of what they make would be
a large update at first."""


class Place(NamedTuple):
    """Row and column from 0: two numbers, or two tensors of them."""

    row: Any
    col: Any


def pooled(messages: Tensor, *over: int) -> Tensor:
    """(..., 2P) mean and maximum of messages (..., P) over the axes `over`, which go.

    `max` knows where the maximum was. The gradient of `amax` looks for it by its value, which in
    compiled code may be rounded otherwise, is then found nowhere, and is no number.
    """
    most = messages
    for axis in sorted(over, reverse=True):
        most = most.max(axis).values
    return torch.cat((messages.mean(over), most), dim=-1)


class Relation(nn.Module, ABC):
    """What positions take (B, R, C, V, H) from messages (B, R, C, V, P), up to broadcasting."""

    pools: ClassVar[tuple[str, ...]]
    """The names of those that a position stands in."""

    numbers = 2
    """Of so many numbers for each of a message does `take` make what a position takes."""

    def __init__(self, message_size: int, inner: int) -> None:
        super().__init__()
        self.take = linear(self.numbers * message_size, inner)

    @abstractmethod
    def taken(self, messages: Tensor, shape: PuzzleShape) -> list[Tensor]:
        """From each of `pools` by itself."""

    @abstractmethod
    def members(self, cell: Place, cells: Place, shape: PuzzleShape) -> list[Tensor]:
        """(R, C) bool, for each of `pools`: which of all `cells` stand in it with `cell`."""

    def forward(self, messages: Tensor, shape: PuzzleShape) -> Tensor:
        return reduce(add, self.taken(messages, shape))


class Pool(Relation):
    """Everything along the axes `over`: mean and maximum."""

    over: ClassVar[tuple[int, ...]]

    def taken(self, messages: Tensor, shape: PuzzleShape) -> list[Tensor]:
        pool: Tensor = self.take(pooled(messages, *self.over))
        for axis in self.over:
            pool = pool.unsqueeze(axis)
        return [pool]


class Row(Pool):
    """The row of a position; each candidate for itself."""

    pools, over = ("row",), (2,)

    def members(self, cell: Place, cells: Place, shape: PuzzleShape) -> list[Tensor]:
        return [_same(cells, Place(cell.row, cells.col))]


class Column(Pool):
    """The column of a position; each candidate for itself."""

    pools, over = ("column",), (1,)

    def members(self, cell: Place, cells: Place, shape: PuzzleShape) -> list[Tensor]:
        return [_same(cells, Place(cells.row, cell.col))]


class Board(Pool):
    """The whole board; each candidate for itself."""

    pools, over = ("board",), (1, 2)

    def members(self, cell: Place, cells: Place, shape: PuzzleShape) -> list[Tensor]:
        return [_same(cells, cells)]


class Cell(Pool):
    """All candidates for a cell."""

    pools, over = ("cell",), (3,)

    def members(self, cell: Place, cells: Place, shape: PuzzleShape) -> list[Tensor]:
        return [_same(cells, cell)]


class Lines(Relation):
    """The row and the column of a position, with the same weights; each candidate for itself."""

    pools = "row", "column"

    def taken(self, messages: Tensor, shape: PuzzleShape) -> list[Tensor]:
        rows, columns = self.take(pooled(messages, 2)), self.take(pooled(messages, 1))
        return [rows.unsqueeze(2), columns.unsqueeze(1)]

    def members(self, cell: Place, cells: Place, shape: PuzzleShape) -> list[Tensor]:
        return [_same(cells, Place(cell.row, cells.col)), _same(cells, Place(cells.row, cell.col))]


class Box(Relation):
    """The box of a position; each candidate for itself."""

    pools = ("box",)

    def taken(self, messages: Tensor, shape: PuzzleShape) -> list[Tensor]:
        height, width = _box(shape)
        boxes = rearrange(messages, "b (r h) (c w) v p -> b r h c w v p", h=height, w=width)
        taken: Tensor = self.take(pooled(boxes, 2, 4)).unsqueeze(3).unsqueeze(2)
        return [taken.expand(-1, -1, height, -1, width, -1, -1).flatten(3, 4).flatten(1, 2)]

    def members(self, cell: Place, cells: Place, shape: PuzzleShape) -> list[Tensor]:
        height, width = _box(shape)
        own, each = (Place(at.row // height, at.col // width) for at in (cell, cells))
        return [_same(each, own)]


class Directed(Relation):
    """What lies in each of four directions, each with its own weights; zeros beyond the board; each
    candidate for itself."""

    ways: ClassVar[tuple[tuple[int, int], ...]]
    """Down and to the right."""

    numbers = 4

    @abstractmethod
    def around(self, messages: Tensor) -> list[Tensor]:
        """What lies in each direction, in the shape of messages."""

    def taken(self, messages: Tensor, shape: PuzzleShape) -> list[Tensor]:
        weights = self.take.weight.chunk(self.numbers, dim=1)
        return [F.linear(*each) for each in zip(self.around(messages), weights, strict=True)]

    def forward(self, messages: Tensor, shape: PuzzleShape) -> Tensor:
        """As one product of matrices, which is quicker."""
        taken: Tensor = self.take(torch.cat(self.around(messages), dim=-1))
        return taken


class Neighbours(Directed):
    """The cells above, below, left and right."""

    pools = "above", "below", "left", "right"
    ways = (-1, 0), (1, 0), (0, -1), (0, 1)

    def around(self, messages: Tensor) -> list[Tensor]:
        rows, cols = messages.shape[1:3]
        framed = F.pad(messages, (0, 0, 0, 0, 1, 1, 1, 1))
        return [
            framed[:, 1 + down : 1 + down + rows, 1 + right : 1 + right + cols]
            for down, right in self.ways
        ]

    def members(self, cell: Place, cells: Place, shape: PuzzleShape) -> list[Tensor]:
        return [_same(cells, Place(cell.row + down, cell.col + right)) for down, right in self.ways]


class Diagonals(Neighbours):
    """The cells that touch at a corner."""

    pools = "above left", "above right", "below left", "below right"
    ways = (-1, -1), (-1, 1), (1, -1), (1, 1)


class Rays(Directed):
    """All cells above, all below, all to the left and all to the right: the maximum."""

    pools = "ray above", "ray below", "ray left", "ray right"
    ways = Neighbours.ways

    def around(self, messages: Tensor) -> list[Tensor]:
        return [
            _maximum_before(messages, 1 if down else 2, -down - right) for down, right in self.ways
        ]

    def members(self, cell: Place, cells: Place, shape: PuzzleShape) -> list[Tensor]:
        return [
            ((cells.row - cell.row) * down > 0) & (cells.col == cell.col)
            if down
            else ((cells.col - cell.col) * right > 0) & (cells.row == cell.row)
            for down, right in self.ways
        ]


def _maximum_before(messages: Tensor, axis: int, step: int) -> Tensor:
    """At each place along `axis` the maximum of all before it as one goes by `step`, 1 or -1, and
    of 0."""
    lines = messages.unbind(axis)[::step]
    before = accumulate(lines[:-1], torch.maximum, initial=torch.zeros_like(lines[0]))
    return torch.stack([*before][::step], axis)


def _same(one: Place, other: Place) -> Tensor:
    same: Tensor = (one.row == other.row) & (one.col == other.col)
    return same


def _box(shape: PuzzleShape) -> tuple[int, int]:
    """Height and width."""
    assert shape.box_rows is not None
    return shape.box_rows, shape.rows // shape.box_rows


RELATIONS: dict[str, type[Relation]] = {
    "lines": Lines,
    "row": Row,
    "column": Column,
    "box": Box,
    "board": Board,
    "cell": Cell,
    "neighbours": Neighbours,
    "diagonals": Diagonals,
    "rays": Rays,
}


class RelationBlock(nn.Module):
    """What a position knows itself and what it takes from its relations, through one layer."""

    def __init__(
        self,
        relations: tuple[str, ...],
        size: int,
        message_size: int,
        inner: int,
        epsilon: float,
        gated: bool = False,
    ) -> None:
        """message_size: 0 where what a position knows is its message, to all.

        gated: whether half of what is taken opens and shuts the other, as in SwiGLU.
        """
        super().__init__()
        self.epsilon = epsilon
        self.gated = gated
        taken = 2 * inner if gated else inner
        self.own = linear(size, taken)
        self.messages = linear(size, message_size * len(relations)) if message_size else None
        self.relations = nn.ModuleDict(
            {name: RELATIONS[name](message_size or size, taken) for name in relations}
        )
        self.out = linear(inner, size)
        init_truncated_normal_(self.out.weight.data, FIRST_UPDATES)
        if gated:
            with torch.no_grad():
                for taking in (self.own, *(relation.take for relation in self._relations)):
                    taking.weight.mul_(FIRST_GATES)

    def forward(self, x: Tensor, shape: PuzzleShape) -> Tensor:
        """x (B, L, size), with positions row by row, the candidates for a cell side by side."""
        board = _on_board(x, shape)
        inner = self.own(board)
        for relation, messages in self._sent(board):
            inner = inner + relation(messages, shape)
        if self.gated:
            gate, inner = inner.chunk(2, dim=-1)
            inner = F.silu(gate) * inner
        else:
            inner = F.silu(inner)
        return rms_norm(x + self.out(inner).flatten(1, 3), self.epsilon)

    @property
    def pools(self) -> tuple[str, ...]:
        """The names of all that a position takes from."""
        return tuple(pool for relation in self._relations for pool in relation.pools)

    @property
    def _relations(self) -> list[Relation]:
        return list(self.relations.values())  # type: ignore[arg-type]

    def mixing_weights(self, x: Tensor, shape: PuzzleShape, position: int) -> Tensor:
        """(B, pools, cells) what share of all that the cell `position` takes comes from each pool,
        spread evenly over the cells in it. All shares add up to 1."""
        board = _on_board(x, shape)
        rows, cols = (
            torch.arange(shape.rows, device=x.device),
            torch.arange(shape.cols, device=x.device),
        )
        cells, cell = Place(rows.unsqueeze(1), cols), Place(*divmod(position, shape.cols))
        taken, members = [], []
        for relation, messages in self._sent(board):
            taken += relation.taken(messages, shape)
            members += relation.members(cell, cells, shape)
        there = [each.expand(*board.shape[:-1], -1)[:, cell.row, cell.col] for each in taken]
        shares = torch.stack([each.float().flatten(1).norm(dim=1) for each in there], dim=1)
        masks = torch.stack(members).flatten(1).float()
        spread = masks / masks.sum(1, keepdim=True).clamp(min=1)
        return (shares / shares.sum(1, keepdim=True)).unsqueeze(2) * spread

    def _sent(self, board: Tensor) -> Iterator[tuple[Relation, Tensor]]:
        """The relations, each with the messages along it."""
        if self.messages is None:
            messages = (board,) * len(self.relations)
        else:
            messages = F.silu(self.messages(board)).chunk(len(self.relations), dim=-1)
        yield from zip(self._relations, messages, strict=True)


def _on_board(x: Tensor, shape: PuzzleShape) -> Tensor:
    """(B, R, C, V, D) of x (B, L, D)."""
    return x.view(len(x), shape.rows, shape.cols, -1, x.shape[-1])
