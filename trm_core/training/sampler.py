"""Which examples every step offers: a function of seed and step alone, so nothing is to be kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from trm_core.data.batch import Augmentation, Batch
from trm_core.data.dataset import Dataset
from trm_core.training.losses import IGNORED


class Sampler:
    """Batches of a data set, epoch after epoch, each epoch one example of every group.

    The groups come in a new random order in every epoch; from a group one puzzle is drawn, and
    from that one example, as the official trainers do. All processes that train together draw
    the same batch, of which each takes its part.
    """

    def __init__(
        self,
        dataset: Dataset,
        batch_size: int,
        seeds: Sequence[int],
        device: torch.device,
        augment: Augmentation | None,
    ) -> None:
        self.seeds = seeds
        self._dataset = dataset
        self._identifiers = dataset.example_identifiers
        self._batch_size = batch_size
        self._device = device
        self._augment = augment
        self._epoch, self._order = -1, np.empty(0, np.int64)

    def batch(self, step: int) -> tuple[Batch, torch.Generator]:
        """What step `step` (from 0) offers, and the generator for whatever else it draws."""
        rng = np.random.default_rng([*self.seeds, step])
        examples = self._examples(step, rng)
        dataset, device = self._dataset, self._device
        tokens = torch.from_numpy(dataset.inputs[examples].astype(np.int64)).to(device)
        labels = torch.from_numpy(dataset.labels[examples].astype(np.int64)).to(device)
        if dataset.metadata.ignore_label_id is not None:
            labels = labels.masked_fill(labels == dataset.metadata.ignore_label_id, IGNORED)
        puzzle_ids = torch.from_numpy(self._identifiers[examples]).to(device)
        generator = torch.Generator(device).manual_seed(int(rng.integers(2**63)))
        batch = Batch(tokens, labels, puzzle_ids)
        return (self._augment(batch, generator) if self._augment else batch), generator

    def _examples(self, step: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
        """(batch_size,) indices of examples."""
        dataset = self._dataset
        groups = self._groups(step * self._batch_size, self._batch_size)
        puzzles = _draw(dataset.group_indices, groups, rng)
        return _draw(dataset.puzzle_indices, puzzles, rng)

    def _groups(self, start: int, count: int) -> npt.NDArray[np.int64]:
        """The groups at the places `start` up to `start + count` of all epochs in a row."""
        size = len(self._dataset.group_indices) - 1
        parts = []
        while count:
            epoch, offset = divmod(start, size)
            if epoch != self._epoch:
                rng = np.random.default_rng([*self.seeds, epoch, 1])
                self._epoch, self._order = epoch, rng.permutation(size)
            parts.append(self._order[offset : offset + count])
            start += len(parts[-1])
            count -= len(parts[-1])
        return np.concatenate(parts)


def _draw(
    offsets: npt.NDArray[np.int64], chosen: npt.NDArray[np.int64], rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """For each of `chosen`, a random index between its offset and the next."""
    return rng.integers(offsets[chosen], offsets[chosen + 1])
