"""A few coordinates in place of each latent of a solve, with all distances as they are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

MOST_AXES = 96
"""As many directions as the z of 16 supervision steps of 2 cycles of 3 latent steps can have."""

ROUNDING = 1e-5
"""What is left of a latent outside the axes, relative to all of it, up to which it is rounding."""


class LatentAxes:
    """Orthonormal axes through the latents of one solve, as many as they need (Gram-Schmidt).

    A latent that no axis reaches adds one, up to `most`. Until then coordinates are exact, that is
    as precise as float32; of later latents they are what lies within the axes, each time an
    orthogonal projection of the whole latent. Memory: `most` latents in float32.

    origin: (1, L, D) what the coordinates are measured from.
    """

    def __init__(self, origin: Tensor, most: int = MOST_AXES) -> None:
        self._origin = origin.float().flatten()
        self._axes = torch.empty(most, self._origin.numel(), device=origin.device)
        self._used = 0
        self._last: tuple[Tensor, npt.NDArray[np.float32]] | None = None

    def coordinates(self, latent: Tensor) -> npt.NDArray[np.float32]:
        """(axes so far,) where a latent (1, L, D) lies; those on later axes are zero."""
        if self._last is None or self._last[0] is not latent:  # most steps leave y as it is
            self._last = latent, self._measure(latent)
        return self._last[1]

    def _measure(self, latent: Tensor) -> npt.NDArray[np.float32]:
        x = latent.float().flatten() - self._origin
        axes = self._axes[: self._used]
        along = axes @ x
        rest = x - along @ axes
        correction = axes @ rest  # once more: float32 leaves a little of x's length in `rest`
        along += correction
        rest -= correction @ axes
        length = rest.norm()
        if self._used < len(self._axes) and length > ROUNDING * x.norm():
            self._axes[self._used] = rest / length
            self._used += 1
            along = torch.cat((along, length[None]))
        coordinates: npt.NDArray[np.float32] = along.cpu().numpy()
        return coordinates
