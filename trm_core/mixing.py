"""Where a position takes from: attention, or the weights of token mixing. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class NetworkCall(NamedTuple):
    """One call of a network in a solve, counted from 1; latent_step is None for the answer's."""

    supervision_step: int
    cycle: int
    latent_step: int | None


@dataclass(frozen=True)
class Mixing:
    """How much one cell takes from every position in one network call.

    call, cell: which call, and the index of the cell on the model's board.
    is_attention: whether the weights are attention, each head's adding up to 1 over `positions`.
        If not, there is one head: how strongly the token-mixing MLP weighs each position, as the
        root mean square over the channels, each of which has its own weights.
    weights: (layers, heads, positions) float32.
    before_cells: positions of the puzzle embedding, which come before the cells.
    """

    call: NetworkCall
    cell: int
    is_attention: bool
    weights: npt.NDArray[np.float32]
    before_cells: int
