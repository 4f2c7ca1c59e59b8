"""What `trm solve --record` keeps while it solves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from trm_core.recordings import Latents, write_recording
from trm_core.trace import Frame, Trace

if TYPE_CHECKING:
    from trm_core.model.recursion import State
    from trm_core.solver import Solver

Pair = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]


class Recorder:
    """Records one solve for a file that is written at its end."""

    def __init__(self, file: Path, solver: Solver, trace: Trace, latents: bool) -> None:
        self._file, self._solver, self._trace = file, solver, trace
        self._latents: list[Pair] | None = [] if latents else None

    def frames(self) -> Iterator[Frame]:
        """The frames of the solve, with all that a recording has."""
        on_state = None if self._latents is None else self._keep
        return self._solver.frames(self._trace, with_latents=True, on_state=on_state)

    def write(self) -> None:
        latents = None
        if self._latents:
            y, z = (np.stack(each) for each in zip(*self._latents, strict=True))
            latents = Latents(y, z)
        write_recording(self._file, self._solver.recording(self._trace, latents))

    def _keep(self, state: State) -> None:
        assert self._latents is not None
        y, z = (latent[0].float().cpu().numpy() for latent in (state.y, state.z))
        self._latents.append((y, z))
