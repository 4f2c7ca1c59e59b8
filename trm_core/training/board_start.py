"""First weights with which attention sees the board, which it is slow to discover by itself.

The learned positions begin as codes of rows and columns, and of boxes for a Sudoku; the heads begin
by looking at the cells of the same row, column and box, or else at the four neighbours. A head that
is left looks at the puzzle embedding, where there is one: it is all that tells ARC tasks apart. A
short run would otherwise spend its time on finding out what lies beside what. Starting with queries
and keys like those of trained models is known to help (Trockman and Kolter, arXiv 2305.09828).
Nothing stays fixed.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from trm_core.errors import UserError
from trm_core.model.blocks import Attention
from trm_core.model.recursion import FixedSizeModel, RecursiveModel
from trm_core.puzzles.base import PuzzleShape

SHORTEST_WAVE, LONGEST_WAVE = 2.5, 18.0
"""Wavelengths of row and column codes in cells: the same for boards of all sizes."""

SHARPNESS = 1.6
"""Of queries and of keys, for codes of variance 1; a neighbour gets about 0.4 of the attention."""

PREFIX_SHARPNESS, PREFIX_CODE = 4.0, 3.0
"""Of the head that looks at the puzzle embedding, times SHARPNESS, and how strong its code is: so
much that other positions, whose codes are not quite at right angles to it, are left aside."""

NOISE = 0.1
"""Share of the random queries and keys that stays."""

NEIGHBOURS = (-1, 0), (1, 0), (0, -1), (0, 1)


class _Start(NamedTuple):
    """codes: (positions, D), of the cells and of the puzzle embedding before them. queries, keys:
    (heads, head size, D) for the first heads."""

    codes: Tensor
    queries: Tensor
    keys: Tensor


@torch.no_grad()
def show_board(model: RecursiveModel, shape: PuzzleShape) -> None:
    """Put such weights into a freshly initialised `model` with attention and learned positions.

    Raises UserError where the hidden size has no room for the units of a Sudoku.
    """
    assert isinstance(model, FixedSizeModel)
    blocks = [module for module in model.modules() if isinstance(module, Attention)]
    positions = model.position_embedding.weight
    size, heads = positions.shape[1], blocks[0].heads
    start = (_units if shape.kind == "sudoku" else _neighbours)(shape, size, heads)
    prefix = model.config.puzzle_positions
    if prefix and heads > len(start.queries):
        start = _with_prefix(start, prefix)
    positions[len(positions) - len(start.codes) :] = start.codes / math.sqrt(size)
    seen = torch.stack([*model.token_embedding.weight, model.y_init, model.z_init])
    basis = torch.linalg.qr(seen.T).Q
    unseen = torch.eye(size) - basis @ basis.T  # tokens and start states do not blur positions
    for attention in blocks:
        inputs = attention.query_key_value.weight.view(3, heads, -1, size)
        for weight, wanted in zip(inputs[:2], (start.queries, start.keys), strict=True):
            count = len(wanted)
            weight[:count] = NOISE * weight[:count] + SHARPNESS * wanted @ unseen


def _neighbours(shape: PuzzleShape, size: int, heads: int) -> _Start:
    """Rows and columns as sines and cosines, so that a step to a neighbour is a rotation."""
    waves, head_size = size // 4, size // heads
    lengths = SHORTEST_WAVE * (LONGEST_WAVE / SHORTEST_WAVE) ** torch.linspace(0, 1, waves)
    turns = 2 * math.pi / lengths  # angle from one cell to the next
    codes = torch.zeros(shape.rows, shape.cols, waves, 2, 2)  # axis, then sine and cosine
    rows, cols = (torch.arange(side)[:, None] * turns for side in (shape.rows, shape.cols))
    codes[..., 0, :] = torch.stack([rows.sin(), rows.cos()], -1)[:, None]
    codes[..., 1, :] = torch.stack([cols.sin(), cols.cos()], -1)[None]
    queries = torch.zeros(min(heads, 4), head_size, size)
    keys = torch.zeros_like(queries)
    for head, steps in enumerate(NEIGHBOURS[: len(queries)]):
        for slot, wave in enumerate(range(head, waves, heads)[: head_size // 4]):
            for axis, step in enumerate(steps):
                at, to = 4 * wave + 2 * axis, 4 * slot + 2 * axis
                sine, cosine = (turns[wave] * step).sin(), (turns[wave] * step).cos()
                keys[head, to : to + 2, at : at + 2] = torch.eye(2)
                queries[head, to : to + 2, at : at + 2] = torch.stack(
                    [torch.stack([cosine, sine]), torch.stack([-sine, cosine])]
                )
    flat = torch.zeros(shape.cells, size)
    flat[:, : 4 * waves] = codes.reshape(shape.cells, -1)
    return _Start(flat / flat.std(), queries, keys)


def _with_prefix(start: _Start, prefix: int) -> _Start:
    """One more head, with which every position looks at the puzzle embedding's.

    The last two dimensions tell which positions those are, and are taken from all others' codes.
    """
    size = start.codes.shape[1]
    codes = torch.cat([torch.zeros(prefix, size), start.codes])
    codes[:, -2:] = 0
    codes[:prefix, -2], codes[:, -1] = PREFIX_CODE, 1
    looking = torch.zeros(1, *start.queries.shape[1:])
    queries, keys = (torch.cat([each, looking]) for each in (start.queries, start.keys))
    queries[:, :, -2:] = keys[:, :, -2:] = 0
    queries[-1, 0, -1] = keys[-1, 0, -2] = PREFIX_SHARPNESS
    return _Start(codes, queries, keys)


def _units(shape: PuzzleShape, size: int, heads: int) -> _Start:
    """A code for every row, column and box, at right angles to all others."""
    side, box_rows = shape.rows, shape.box_rows or 1
    if size < 3 * side:
        raise UserError(
            f"training.show_board: model.hidden_size is {size}, expected at least {3 * side}, "
            f"the rows, columns and boxes of {shape}"
        )
    box_cols = side // box_rows
    rows, cols = torch.arange(side).repeat_interleave(side), torch.arange(side).repeat(side)
    boxes = rows // box_rows * (side // box_cols) + cols // box_cols
    units = torch.linalg.qr(torch.randn(size, 3 * side)).Q.T.view(3, side, size)
    codes = units[0, rows] + units[1, cols] + units[2, boxes]
    scale = codes.std()
    head_size = size // heads
    queries = torch.zeros(min(heads, 3), head_size, size)
    kept = min(side, head_size)
    for head in range(len(queries)):
        queries[head, :kept] = units[head, :kept] * scale * math.sqrt(head_size)
    return _Start(codes / scale, queries, queries.clone())
