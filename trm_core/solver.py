"""The halting loop: a puzzle goes in, frames come out. Owns device and number format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Self

import numpy as np
import torch
from torch import Tensor

from trm_core.checkpoints.directory import load_model
from trm_core.checkpoints.info import ModelInfo
from trm_core.model.recursion import RecursiveModel, State, Step
from trm_core.model.stablemax import stablemax
from trm_core.puzzles.base import Puzzle, PuzzleError
from trm_core.trace import Frame, SolveSettings, Trace


class SolveCancelled(Exception):  # noqa: N818
    """Leaves a supervision step in the middle; never seen outside this module."""


class Solver:
    """Solves puzzles with one model."""

    def __init__(self, model: RecursiveModel, info: ModelInfo) -> None:
        self.model = model
        self.info = info

    @classmethod
    def load(cls, info: ModelInfo, device: str = "auto", dtype: str = "auto") -> Self:
        """A solver for a model directory. Raises CheckpointError or DeviceError."""
        return cls(load_model(info.directory, device, dtype), info)

    @property
    def device(self) -> torch.device:
        return self.model.y_init.device

    @property
    def dtype(self) -> torch.dtype:
        return self.model.y_init.dtype

    def inputs(self, puzzles: Sequence[Puzzle]) -> tuple[Tensor, Tensor]:
        """(B, cells) tokens and (B,) puzzle ids, on the model's device."""
        tokens = np.stack([puzzle.encode(puzzle.grid, self.info.puzzle) for puzzle in puzzles])
        puzzle_ids = [self.info.puzzle_id(puzzle) for puzzle in puzzles]
        return (
            torch.from_numpy(tokens).to(self.device),
            torch.tensor(puzzle_ids, device=self.device),
        )

    def start(self, puzzle: Puzzle, settings: SolveSettings) -> Trace:
        """An empty trace for `frames` to fill. Raises PuzzleError if the model cannot read it."""
        if misfit := self.info.misfit(puzzle):
            raise PuzzleError(misfit)
        config = self.model.config
        return Trace(
            puzzle, self.info.puzzle, self.info.name, config.cycles, config.latent_steps, settings
        )

    def frames(self, trace: Trace, cancelled: Callable[[], bool] = bool) -> Iterator[Frame]:
        """Run the recursion and yield its frames; those of a supervision step come together.

        Stops by the trace's settings, or within one latent step after `cancelled()` turns true.
        """
        settings, recursion = trace.settings, self.recursion(trace)
        for _ in range(settings.max_supervision_steps):
            frames = recursion.supervision_step(cancelled)
            yield from frames
            if not recursion.whole or settings.halts(frames[-1]):
                return

    def recursion(self, trace: Trace) -> Recursion:
        """The recursion on the puzzle of `trace` before its first supervision step."""
        return Recursion(self.model, *self.inputs([trace.puzzle]), trace.settings.every_latent_step)


class Recursion:
    """The recursion on one puzzle, supervision step by supervision step, without an end.

    whole: whether the last supervision step was run to its end.
    """

    def __init__(
        self, model: RecursiveModel, tokens: Tensor, puzzle_ids: Tensor, every_latent_step: bool
    ) -> None:
        self.whole = True
        self._model = model
        self._tokens, self._puzzle_ids = tokens, puzzle_ids
        self._every_latent_step = every_latent_step
        self._state = model.initial_state(1)
        self._done = 0
        self._told = 0

    def supervision_step(self, cancelled: Callable[[], bool] = bool) -> list[Frame]:
        """The frames of one more supervision step; those so far if `cancelled()` turns true.

        A step that was cancelled is run again by the next call, which leaves out the frames that
        are known already.
        """
        recorder = _Recorder(self._done + 1, self._state, self._every_latent_step, cancelled)
        try:
            with torch.inference_mode():
                output = self._model.supervision_step(
                    self._tokens, self._state, self._puzzle_ids, recorder
                )
        except SolveCancelled:
            self.whole = False
        else:
            self.whole = True
            self._state = output.state
            self._done += 1
        frames = recorder.frames[self._told :]
        self._told = 0 if self.whole else max(self._told, len(recorder.frames))
        return frames


class _Recorder:
    """Watches one supervision step and turns its steps into frames."""

    def __init__(
        self,
        supervision_step: int,
        state: State,
        every_latent_step: bool,
        cancelled: Callable[[], bool],
    ) -> None:
        self.frames: list[Frame] = []
        self._supervision_step = supervision_step
        self._last = state
        self._every_latent_step = every_latent_step
        self._cancelled = cancelled

    def __call__(self, step: Step) -> None:
        if self._cancelled():
            raise SolveCancelled
        if step.kind == "answer" or self._every_latent_step:
            self.frames.append(self._frame(step))
            self._last = State(step.y, step.z)

    def _frame(self, step: Step) -> Frame:
        logits = step.decode()[0].float().cpu()
        return Frame(
            supervision_step=self._supervision_step,
            cycle=step.cycle,
            latent_step=step.latent_step,
            ends_supervision_step=step.kind == "answer" and step.cycle == step.model.config.cycles,
            tokens=logits.argmax(-1).int().numpy(),
            probabilities=stablemax(logits).half().numpy(),
            halt_probability=step.halt_logit().sigmoid().item(),
            y_change=_distance(step.y, self._last.y),
            z_change=_distance(step.z, self._last.z),
        )


def _distance(a: Tensor, b: Tensor) -> float:
    return float((a.float() - b.float()).norm())
