"""One optimizer step of deep supervision (TRM paper, section 4), and all state that it moves."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.autograd import backward

from trm_core.checkpoints.directory import build_model
from trm_core.data.augment import augmentation_for
from trm_core.data.batch import Batches
from trm_core.data.blocks import SudokuBlocks
from trm_core.data.dataset import Dataset
from trm_core.model.config import RecursionConfig
from trm_core.model.recursion import RecursiveModel
from trm_core.puzzles.base import PuzzleShape
from trm_core.training.board_start import show_board
from trm_core.training.carry import Carry, least_steps, most_steps
from trm_core.training.config import RunConfig
from trm_core.training.distributed import Group
from trm_core.training.losses import supervision_loss
from trm_core.training.optimizers import (
    PuzzleEmbeddings,
    learning_rate_share,
    make_optimizer,
    optimizer_tensors,
    restore_optimizer,
)
from trm_core.training.sampler import Sampler
from trm_core.training.start import PUZZLE_EMBEDDING, start_from
from trm_core.training.stream import Alternating, Stream
from trm_core.training.tally import Tally
from trm_core.training.widening import train_through

CACHED = 400_000
"""Numbers in a latent of one pass up to which a CPU's cache holds what the pass works on."""

BYTES_KEPT = 120
"""Bytes that a network call of two blocks keeps for each number in a latent until the gradient is
there (bfloat16, not compiled), roughly; only what fits a GPU is estimated from it."""


class Trainer:
    """A model in training.

    Attributes
    ----------
    step
        Optimizer steps done.
    model
        What runs the passes, in their number format.
    micro_size
        Samples of one pass, where they are of the data set's size.
    config
        Of the whole model; the model in training has only as many rows of the puzzle embedding as
        samples, filled anew for each step from the table of all puzzles.
    """

    def __init__(
        self,
        run: RunConfig,
        dataset: Dataset,
        device: torch.device,
        dtype: torch.dtype,
        group: Group,
        *,
        resuming: bool = False,
    ) -> None:
        """resuming: whether `restore` comes next, so that it does not matter how weights begin."""
        settings = run.training
        self.settings = settings
        self.config: RecursionConfig = run.model_config(dataset.shape, len(dataset.identifiers))
        self.step = 0
        self.rewinds = 0
        self._group = group
        self._part = group.part(settings.batch_size)
        self._size = self._part.stop - self._part.start
        self._dataset = dataset

        torch.manual_seed(settings.seed)
        weights_model = build_model(replace(self.config, puzzle_count=self._size))
        if settings.show_board and not resuming:
            show_board(weights_model, dataset.shape)
        if settings.start_from and not resuming:
            start_from(settings.start_from, weights_model, dataset.shape)
        weights_model = weights_model.to(device)
        self._weights = dict(weights_model.named_parameters())
        self._buffers = dict(weights_model.named_buffers())
        self._puzzles: PuzzleEmbeddings | None = None
        if self._weights.pop(PUZZLE_EMBEDDING, None) is not None:
            shape = self.config.puzzle_count, self.config.puzzle_embedding_size
            self._puzzles = PuzzleEmbeddings(torch.zeros(shape, device=device), settings)
        self._averaged = {name: weight.detach().clone() for name, weight in self._weights.items()}
        self._optimizer = make_optimizer(self._weights, settings)
        self._copied = dtype != torch.float32  # the passes run on a copy in their number format
        self.model = weights_model
        if self._copied:
            self.model = copy.deepcopy(weights_model).to(dtype)
            train_through(self.model, self._weights)
        parameters = dict(self.model.named_parameters())
        self._embedded = parameters.pop(PUZZLE_EMBEDDING, None)
        self.micro_size = self._samples_at_once(dataset.shape)
        self._in_passes = list(parameters.values())

        self._carry = Carry.empty(self.model, self._size, dataset.shape)
        self._tally = Tally(device, group)
        self._blocks = run.blocks
        augment = None
        if settings.augment and self._blocks is None:  # what is made up is new without
            augment = augmentation_for(
                dataset.shape, dataset.identifiers, device, settings.extra_givens
            )
        self._augment = augment
        self._sampler = self._new_sampler()

    @property
    def device(self) -> torch.device:
        return self.model.y_init.device

    def take_step(self) -> None:
        """One supervision step of every sample, and one step of the optimizers."""
        settings = self.settings
        most = most_steps(self.step, settings.deepening_steps, self.config.max_supervision_steps)
        batch, generator = self._sampler.batch(self.step)
        fresh = replace(
            batch,
            tokens=batch.tokens[self._part],
            labels=batch.labels[self._part],
            puzzle_ids=batch.puzzle_ids[self._part],
            shape=batch.shape or self._dataset.shape,
        )
        least = least_steps(settings.batch_size, settings.halt_exploration, most, generator)
        carry = self._carry.replaced(fresh, self.model, generator)
        self.step += 1
        share = learning_rate_share(self.step, settings)

        self._optimizer.zero_grad()
        self._carry = self._passes(carry, least[self._part], most)
        for weight in self._weights.values():
            assert weight.grad is not None
            self._group.sum(weight.grad)
        limit = settings.clip_norm or float("inf")
        norm = nn.utils.clip_grad_norm_(self._weights.values(), limit)
        self._tally.add_gradient_norm(norm, self._size)
        for options in self._optimizer.param_groups:
            options["lr"] = share * settings.learning_rate
        self._optimizer.step()
        if self._puzzles is not None and self._embedded is not None:
            assert self._embedded.grad is not None
            self._puzzles.update(carry.puzzle_ids, self._embedded.grad, share, self._group)
            self._embedded.grad = None
        averaged, weights = list(self._averaged.values()), list(self._weights.values())
        torch._foreach_lerp_(averaged, [w.detach() for w in weights], 1 - settings.ema_decay)
        self._copy_weights()

    def _passes(self, carry: Carry, least: Tensor, most: int) -> Carry:
        """Forward and backward, some samples at a time; gradients add up in the weights."""
        if self._puzzles is not None and self._embedded is not None:
            with torch.no_grad():
                self._embedded.copy_(self._puzzles.table[carry.puzzle_ids])
        rows = torch.arange(self._size, device=self.device)
        parts = []
        at_once = self._samples_at_once(carry.shape or self._dataset.shape)
        for start in range(0, self._size, at_once):
            part = slice(start, start + at_once)
            samples = carry.part(part)
            output = self.model.supervision_step(
                samples.tokens, samples.state, rows[part], gradient=self.settings.gradient or None
            )
            losses = supervision_loss(
                output.logits,
                output.halt_logit,
                samples.labels,
                self.model.probabilities,
                self.settings.halting_weight,
            )
            backward(losses.total / self.settings.batch_size)
            self._collect_gradients()
            after = samples.after(output, most, least[part])
            parts.append(after)
            self._tally.add(losses, output, after)
        return Carry.joined(parts)

    def _samples_at_once(self, shape: PuzzleShape) -> int:
        """Samples of one pass, a divisor of all: if nothing else is set, what a CPU's cache or a
        GPU's memory can hold of boards of that shape."""
        wanted, size, device = self.settings.micro_batch_size, self._size, self.device
        latent, most = self.model.length(shape) * self.config.hidden_size, wanted or size
        if not wanted and device.type == "cpu":
            most = CACHED // latent
        elif not wanted and device.type == "cuda":
            memory = torch.cuda.get_device_properties(device).total_memory
            most = memory // 2 // (BYTES_KEPT * latent * (self.config.latent_steps + 1))
        return max(part for part in range(1, max(1, min(most, size)) + 1) if size % part == 0)

    def _collect_gradients(self) -> None:
        """Add the gradients that are still in the passes' number format to those of the weights."""
        if not self._copied:
            return
        for weight, in_passes in zip(self._weights.values(), self._in_passes, strict=True):
            if in_passes.grad is None:  # of a network, see `train_through`
                continue
            if weight.grad is None:
                weight.grad = in_passes.grad.float()
            else:
                weight.grad += in_passes.grad
            in_passes.grad = None

    def _copy_weights(self) -> None:
        """Bring the weights of the passes up to date."""
        if self._copied:
            with torch.no_grad():
                torch._foreach_copy_([*self._in_passes], [*self._weights.values()])

    def is_finite(self) -> bool:
        """Whether all losses and gradients since the last metrics are numbers."""
        return self._tally.is_finite()

    def take_metrics(self) -> dict[str, float]:
        """Means over the steps since the last call (see `Tally.take`), and the learning rate."""
        means = self._tally.take()
        rate = learning_rate_share(self.step, self.settings) * self.settings.learning_rate
        loss = means["answer_loss"] + self.settings.halting_weight * means["halting_loss"]
        return {"loss": loss, **means, "learning_rate": rate}

    def averaged_weights(self) -> dict[str, Tensor]:
        """All tensors of the whole model, float32: what is evaluated and saved."""
        tensors = {**self._averaged, **self._buffers}
        if self._puzzles is not None:
            tensors[PUZZLE_EMBEDDING] = self._puzzles.table
        return tensors

    def averaged_model(self, dtype: torch.dtype) -> RecursiveModel:
        """The model with averaged weights, for evaluation."""
        with torch.device("meta"):
            model = build_model(self.config)
        tensors = {name: tensor.to(dtype) for name, tensor in self.averaged_weights().items()}
        model.load_state_dict(tensors, assign=True)
        return model.eval()

    def tensors(self) -> dict[str, Tensor]:
        """All state of training that `averaged_weights` does not have; every process must ask."""
        carry = {
            name: torch.cat(self._group.gather(tensor))
            for name, tensor in self._carry.tensors().items()
        }
        board = self._carry.shape or self._dataset.shape
        return {
            **{f"weights/{name}": weight.detach() for name, weight in self._weights.items()},
            **{
                f"optimizer/{name}": tensor
                for name, tensor in optimizer_tensors(self._optimizer, self._weights).items()
            },
            **{f"carry/{name}": tensor for name, tensor in carry.items()},
            "board": torch.tensor([board.rows, board.cols, board.box_rows or 0]),
            "tally": self._tally.total(),
        }

    def restore(
        self,
        step: int,
        rewinds: int,
        tensors: Mapping[str, Tensor],
        averaged: Mapping[str, Tensor],
    ) -> None:
        """Go on from where `tensors` and `averaged_weights` were taken."""
        self.step, self.rewinds = step, rewinds
        state = {name: tensor.to(self.device) for name, tensor in tensors.items()}
        with torch.no_grad():
            for name, weight in self._weights.items():
                weight.copy_(state[f"weights/{name}"])
                weight.grad = None
                self._averaged[name].copy_(averaged[name])
            for name, buffer in self._buffers.items():
                buffer.copy_(averaged[name])
            if self._puzzles is not None:
                self._puzzles.table.copy_(averaged[PUZZLE_EMBEDDING])
        for name, buffer in self.model.named_buffers():
            buffer.copy_(averaged[name])
        self._copy_weights()
        prefix = "optimizer/"
        restore_optimizer(
            self._optimizer,
            self._weights,
            {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)},
        )
        self._carry = Carry.empty(self.model, self._size, self._dataset.shape)
        if "carry/halted" in state:  # it is not packed with a run that is carried elsewhere
            like = self._carry.tensors()
            mine = {name: state[f"carry/{name}"][self._part] for name in like}
            shape = self._dataset.shape
            if "board" in state:
                rows, cols, box_rows = state["board"].tolist()
                shape = PuzzleShape(shape.kind, rows, cols, box_rows or None)
            self._carry = Carry(**mine, shape=shape)
        self._tally.restore(state["tally"])
        self.close()
        self._sampler = self._new_sampler()

    def close(self) -> None:
        """End the processes that make puzzles, where some do."""
        if isinstance(self._sampler, Stream | Alternating):
            self._sampler.close()

    def _new_sampler(self) -> Batches:
        """After a rewind other data come, or in another order, as the last ones led nowhere."""
        seeds, size = (self.settings.seed, self.rewinds), self.settings.batch_size
        if self._blocks is not None:
            return Stream(self._blocks, size, seeds, self.device)
        sampler = Sampler(self._dataset, size, seeds, self.device, self._augment)
        if sides := self.settings.other_sides:
            others = Stream(SudokuBlocks(sides), size, seeds, self.device)
            return Alternating(sampler, others, self.settings.other_sides_every)
        return sampler
