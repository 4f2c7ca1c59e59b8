"""The path that a latent takes in one solve, seen in the plane in which most of it happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class LatentPath:
    """Scores on the first two principal components of the frames of a solve.

    points: (frames, 2) in the units of the latent; the mean of the frames is at (0, 0).
    shares: of each of the two components, the share of all variance, 0 to 1.
    """

    points: npt.NDArray[np.float64]
    shares: tuple[float, float]


def principal_path(coordinates: Sequence[npt.NDArray[np.float32]]) -> LatentPath:
    """Principal component analysis of at least one point; coordinates that are left out are zero.

    A component's sign means nothing; here the first point has no positive score.
    """
    width = max(2, *map(len, coordinates))
    points = np.zeros((len(coordinates), width))
    for row, given in zip(points, coordinates, strict=True):
        row[: len(given)] = given
    points -= points.mean(axis=0)
    variances, directions = np.linalg.eigh(points.T @ points)  # from least to most
    scores = points @ directions[:, :-3:-1]
    scores *= np.where(scores[0] > 0, -1, 1)
    total = max(float(variances.sum()), np.finfo(float).tiny)
    first, second = np.maximum(variances[:-3:-1], 0) / total
    return LatentPath(scores, (float(first), float(second)))
