"""Where a position takes from: attention, the weights of token mixing, pools. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trm_core.model.config import Mixer


class NetworkCall(NamedTuple):
    """One call of a network in a solve, counted from 1; latent_step is None for the answer's."""

    supervision_step: int
    cycle: int
    latent_step: int | None


@dataclass(frozen=True)
class Mixing:
    """How much one cell takes from every position in one network call.

    call, cell: which call, and the index of the cell on the model's board.
    mixer: "attention": each head's weights add up to 1 over the positions. "mlp": there is one
        head: how strongly the token-mixing MLP weighs each position, as the root mean square over
        the channels, each of which has its own weights. "relations": the heads are the pools that
        the cell stands in, and all their weights add up to 1 (see
        `trm_core.model.relations.RelationBlock.mixing_weights`).
    heads: their names.
    weights: (layers, heads, positions) float32.
    before_cells: positions of the puzzle embedding, which come before the cells.
    """

    call: NetworkCall
    cell: int
    mixer: Mixer
    heads: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    before_cells: int

    def of_layer(self, layer: int, head: int | None) -> npt.NDArray[np.float32]:
        """(positions,) the weights of a layer from 0 and of one head; if None, of all heads
        together: the mean of those of attention, the sum of pools."""
        weights: npt.NDArray[np.float32] = self.weights[layer]
        if head is not None:
            weights = weights[head]
        elif self.mixer == "relations":
            weights = weights.sum(axis=0)
        else:
            weights = weights.mean(axis=0)
        return weights
