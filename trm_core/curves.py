"""Measures of a solve as curves: a value for every frame that there is. No torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from weakref import proxy

import numpy as np
import numpy.typing as npt

from trm_core.latent_path import LatentPath, principal_path

if TYPE_CHECKING:
    from trm_core.trace import Trace

Latent = Literal["y", "z"]


class Curves:
    """Of one trace, which may grow; what is known of a frame is not worked out again."""

    def __init__(self, trace: Trace) -> None:
        self._trace: Trace = proxy(trace)  # which has these, and is freed with them at once
        self._entropies: list[float] = []
        self._right: list[float] = []
        self._paths: dict[Latent, LatentPath] = {}

    def changes(self, latent: Latent) -> npt.NDArray[np.float64]:
        """(frames,) Euclidean norm of the change of y or z since the frame before."""
        return np.array([getattr(frame, f"{latent}_change") for frame in self._trace.frames])

    def mean_entropies(self) -> npt.NDArray[np.float64]:
        """(frames,) entropy in bits, the mean over the cells where answers can be."""
        for index in range(len(self._entropies), len(self._trace)):
            self._entropies.append(float(self._trace.entropy(index).mean()))
        return np.array(self._entropies)

    def right_shares(self) -> npt.NDArray[np.float64]:
        """(frames,) right open cells in per cent, NaN where cells are not counted."""
        for index in range(len(self._right), len(self._trace)):
            right, of = self._trace.right_cells(index) or (np.nan, 1)
            self._right.append(100 * right / max(1, of))
        return np.array(self._right)

    def conflicts(self) -> npt.NDArray[np.int_]:
        """(frames,) how many rules of the puzzle the answer breaks."""
        counts = [len(self._trace.conflicts(index)) for index in range(len(self._trace))]
        return np.array(counts, np.int_)

    def symbols(self, row: int, col: int) -> npt.NDArray[np.float64]:
        """(frames, symbols) the probability of each symbol code in one cell of the answer."""
        trace, cell = self._trace, self._trace.cell_index(row, col)
        codes = slice(trace.puzzle.first_token, None)
        return np.array([f.probabilities[cell, codes] for f in trace.frames], np.float64)

    def latent_path(self, latent: Latent) -> LatentPath | None:
        """The frames on the first two principal components of y or z, all positions and channels
        of it together; None where the solve was not asked for coordinates, or has no frames."""
        coordinates = [getattr(frame, f"{latent}_coordinates") for frame in self._trace.frames]
        if not coordinates or any(each is None for each in coordinates):
            return None
        known = self._paths.get(latent)
        if known is None or len(known.points) != len(coordinates):
            known = self._paths[latent] = principal_path(coordinates)
        return known
