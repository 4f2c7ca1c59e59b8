"""Batches of puzzles that are made up while a model trains on them, and never come twice."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from functools import partial
from itertools import count

import numpy as np
import torch

from trm_core.data.batch import IGNORED, Batch
from trm_core.data.blocks import Block, MakeBlock, block_of
from trm_core.data.parallel import cores, map_ahead
from trm_core.training.sampler import Sampler

STEPS_EACH = 32
"""Steps that a block is for. All its batches have one size, so that what was begun in one goes on
in the next (see `Carry`); and many puzzles that are made at once cost a fraction each."""

MOST_PROCESSES = 4
"""As many as make puzzles; they are enough for a GPU."""


class Stream:
    """Batches without end, all of a new size every `STEPS_EACH` steps.

    The blocks that they come from are made ahead by other processes, on all cores but one; where
    there is one core only, by this process when they are due. What a step offers is a function of
    the seeds and the step alone: it does not depend on how many processes there are, and training
    goes on from any step as if it had never stopped.
    """

    def __init__(
        self,
        make: MakeBlock,
        batch_size: int,
        seeds: Sequence[int],
        device: torch.device,
        processes: int | None = None,
    ) -> None:
        """processes: how many others make puzzles; None for the cores that are there."""
        self._make = make
        self._batch_size = batch_size
        self._seeds = seeds
        self._device = device
        self._processes = min(cores() - 1, MOST_PROCESSES) if processes is None else processes
        self._number = -1
        self._block: Block | None = None
        self._blocks: Generator[Block, None, None] | None = None

    def __iter__(self) -> Iterator[Batch]:
        """The batches from the first step on, without end."""
        return (self.batch(step)[0] for step in count())

    def batch(self, step: int) -> tuple[Batch, torch.Generator]:
        """What step `step` (from 0) offers, and the generator for whatever else it draws."""
        number, place = divmod(step, STEPS_EACH)
        block = self._of(number)
        mine = slice(place * self._batch_size, (place + 1) * self._batch_size)
        tokens, labels = (
            torch.from_numpy(rows[mine].astype(np.int64)).to(self._device)
            for rows in (block.inputs, block.labels)
        )
        rng = np.random.default_rng([*self._seeds, step])
        generator = torch.Generator(self._device).manual_seed(int(rng.integers(2**63)))
        return Batch(
            tokens,
            labels.masked_fill(labels == 0, IGNORED),
            torch.zeros(len(tokens), dtype=torch.int64, device=self._device),
            block.shape,
        ), generator

    def close(self) -> None:
        """End the processes; the next batch that is asked for starts them again."""
        if self._blocks is not None:
            self._blocks.close()
        self._blocks = None

    def _of(self, number: int) -> Block:
        """The block of this number."""
        if self._block is None or number != self._number:
            if self._blocks is None or number != self._number + 1:
                self.close()
                work = partial(block_of, self._make, self._seeds, STEPS_EACH * self._batch_size)
                self._blocks = (
                    map_ahead(work, count(number), self._processes, self._processes + 1)
                    if self._processes
                    else (work(each) for each in count(number))
                )
            self._number, self._block = number, next(self._blocks)
        return self._block


class Alternating:
    """Of every `every` times `STEPS_EACH` steps the last ones are a stream's, the others' batches
    are drawn from a data set."""

    def __init__(self, sampler: Sampler, stream: Stream, every: int) -> None:
        self._sampler = sampler
        self._stream = stream
        self._every = every

    def batch(self, step: int) -> tuple[Batch, torch.Generator]:
        """What step `step` (from 0) offers, and the generator for whatever else it draws."""
        number, place = divmod(step, STEPS_EACH)
        turn, at = divmod(number, self._every)
        if at == self._every - 1:
            return self._stream.batch(turn * STEPS_EACH + place)
        return self._sampler.batch(step)

    def close(self) -> None:
        """As of the stream."""
        self._stream.close()
