"""Which examples every step offers: a function of seed and step alone, so nothing is to be kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from trm_core.data.batch import IGNORED, Augmentation, Batch
from trm_core.data.dataset import Dataset


class Sampler:
    """Batches of a data set, epoch after epoch, each epoch one puzzle of every group.

    The groups come in a new random order in every epoch; from a group one puzzle is drawn, whose
    examples all come, one after the other (`_sample_batch` in the official `puzzle_dataset.py`,
    which drops what a batch has no room for; here it is in the next one). All processes that
    train together draw the same batch, of which each takes its part.
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
        # The puzzles of a group are variants of one, so they have as many examples as its first.
        self._counts = np.diff(dataset.puzzle_indices)[dataset.group_indices[:-1]]
        self._epoch, self._drawn = -1, np.empty(0, np.int64)

    def batch(self, step: int) -> tuple[Batch, torch.Generator]:
        """What step `step` (from 0) offers, and the generator for whatever else it draws."""
        rng = np.random.default_rng([*self.seeds, step])
        examples = self._examples(step * self._batch_size, self._batch_size)
        dataset, device = self._dataset, self._device
        tokens = self._on_device(dataset.inputs[examples])
        labels = self._on_device(dataset.labels[examples])
        if dataset.metadata.ignore_label_id is not None:
            labels = labels.masked_fill(labels == dataset.metadata.ignore_label_id, IGNORED)
        puzzle_ids = self._on_device(self._identifiers[examples])
        generator = torch.Generator(device).manual_seed(int(rng.integers(2**63)))
        batch = Batch(tokens, labels, puzzle_ids)
        return (self._augment(batch, generator) if self._augment else batch), generator

    def _on_device(self, array: npt.NDArray[Any]) -> Tensor:
        """`array` as int64; a GPU fetches it while it works on other things."""
        tensor = torch.from_numpy(array.astype(np.int64))
        if self._device.type == "cuda":
            return tensor.pin_memory().to(self._device, non_blocking=True)
        return tensor.to(self._device)

    def _examples(self, start: int, count: int) -> npt.NDArray[np.int64]:
        """The examples at the places `start` up to `start + count` of all epochs in a row."""
        parts = []
        while count:
            epoch, offset = divmod(start, int(self._counts.sum()))
            if epoch != self._epoch:
                self._epoch, self._drawn = epoch, self._draw(epoch)
            parts.append(self._drawn[offset : offset + count])
            start += len(parts[-1])
            count -= len(parts[-1])
        return np.concatenate(parts)

    def _draw(self, epoch: int) -> npt.NDArray[np.int64]:
        """The examples of an epoch, in order; those of a puzzle begin with a random one."""
        rng = np.random.default_rng([*self.seeds, epoch, 1])
        offsets, groups = self._dataset.group_indices, rng.permutation(len(self._counts))
        puzzles = rng.integers(offsets[groups], offsets[groups + 1])
        first = self._dataset.puzzle_indices[puzzles]
        sizes = self._dataset.puzzle_indices[puzzles + 1] - first
        counts = self._counts[groups]
        shifts = rng.integers(sizes) - (counts.cumsum() - counts)  # from place to number in puzzle
        numbers: npt.NDArray[np.int64] = np.arange(counts.sum()) + np.repeat(shifts, counts)
        return numbers % np.repeat(sizes, counts) + np.repeat(first, counts)
