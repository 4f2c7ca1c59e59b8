"""One solve, with what made it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from trm_core.puzzles.base import Puzzle
from trm_core.trace import SolveSettings, Trace

SUFFIX = ".trmrec"


@dataclass(frozen=True)
class Latents:
    """y and z themselves at every frame: (frames, positions, channels) float32 each."""

    y: npt.NDArray[np.float32]
    z: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Recording:
    """One solve, with what made it; a puzzle alone is one whose trace has no frames.

    device, dtype: what it was computed on and in, such as "cpu" and "float32".
    created: when, in UTC.
    notes: what somebody wrote about it.
    latents: only where they were asked for; reading leaves them in the file.
    """

    trace: Trace
    device: str
    dtype: str
    created: datetime
    notes: str = ""
    latents: Latents | None = None

    @property
    def weights_hash(self) -> str:
        """Of the model that made it; "" without a model."""
        return self.trace.weights_hash

    @classmethod
    def of_puzzle(cls, puzzle: Puzzle) -> Recording:
        """A puzzle alone, not solved."""
        trace = Trace(puzzle, puzzle.shape, "", 1, 1, SolveSettings())
        return cls(trace, "", "", datetime.now(UTC))
