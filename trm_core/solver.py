"""The halting loop: a puzzle goes in, frames come out. Owns device and number format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Self

import numpy as np
import torch
from torch import Tensor

from trm_core.checkpoints.directory import load_model
from trm_core.checkpoints.info import CheckpointError, ModelInfo, read_info
from trm_core.latent_axes import LatentAxes
from trm_core.mixing import Mixing, NetworkCall
from trm_core.model.device import named_dtype
from trm_core.model.recursion import RecursiveModel, State, Step
from trm_core.puzzles.base import Puzzle, PuzzleError
from trm_core.recordings import Latents, Recording, RecordingError
from trm_core.trace import Frame, SolveSettings, Trace
from trm_core.watching import BlockInput, block_inputs, mixing

USUAL = SolveSettings()
TRIES = 3
"""How often a model is loaded whose files are replaced meanwhile."""


class SolveCancelled(Exception):  # noqa: N818
    """Leaves a supervision step in the middle; never seen outside this module."""


class Solver:
    """Solves puzzles with one model.

    weights_hash: of the file that the weights came from; "" where they came from none.
    """

    def __init__(self, model: RecursiveModel, info: ModelInfo, weights_hash: str = "") -> None:
        self.model = model
        self.info = info
        self.weights_hash = weights_hash

    @classmethod
    def load(cls, info: ModelInfo, device: str = "auto", dtype: str = "auto") -> Self:
        """A solver for a model directory as its files are now; where `info` is of earlier ones, it
        is read again.

        Raises CheckpointError or DeviceError.
        """
        for _ in range(TRIES):
            if not info.is_current:
                info = read_info(info.directory)
            model = load_model(info.directory, device, dtype)
            weights_hash = info.weights_hash()
            if info.is_current:
                return cls(model, info, weights_hash)
        raise CheckpointError(f"{info.directory}: its files are being replaced; try again later")

    @property
    def device(self) -> torch.device:
        return self.model.y_init.device

    @property
    def dtype(self) -> torch.dtype:
        return self.model.y_init.dtype

    def inputs(self, puzzles: Sequence[Puzzle]) -> tuple[Tensor, Tensor]:
        """(B, cells) tokens and (B,) puzzle ids of puzzles on one board, on the model's device."""
        boards = map(self.info.board, puzzles)
        tokens = np.stack(
            [
                puzzle.encode(puzzle.grid, board)
                for puzzle, board in zip(puzzles, boards, strict=True)
            ]
        )
        puzzle_ids = [self.info.puzzle_id(puzzle) for puzzle in puzzles]
        return (
            torch.from_numpy(tokens).to(self.device),
            torch.tensor(puzzle_ids, device=self.device),
        )

    @property
    def computed_on(self) -> str:
        """Device and number format, such as "cpu in float32"."""
        return f"{self.device.type} in {named_dtype(self.dtype)}"

    def start(self, puzzle: Puzzle, settings: SolveSettings = USUAL) -> Trace:
        """An empty trace for `frames` to fill, with the model's own number of supervision steps
        where `settings` have none. Raises PuzzleError if the model cannot read the puzzle.

        The puzzle's solutions are found here, so that frames can be appended on any thread.
        """
        if misfit := self.info.misfit(puzzle):
            raise PuzzleError(misfit)
        puzzle.find_solutions()
        config = self.model.config
        most = settings.max_supervision_steps or config.max_supervision_steps
        return Trace(
            puzzle,
            self.info.board(puzzle),
            self.info.name,
            config.cycles,
            config.latent_steps,
            replace(settings, max_supervision_steps=most),
            self.weights_hash,
        )

    def frames(
        self,
        trace: Trace,
        cancelled: Callable[[], bool] = bool,
        with_latents: bool = False,
        on_state: Callable[[State], None] | None = None,
    ) -> Iterator[Frame]:
        """Run the recursion and yield its frames; those of a supervision step come together.

        Stops by the trace's settings, or within one latent step after `cancelled()` turns true.
        with_latents, on_state: as for `recursion`.
        """
        settings, recursion = trace.settings, self.recursion(trace, with_latents, on_state)
        for _ in range(trace.max_supervision_steps):
            frames = recursion.supervision_step(cancelled)
            yield from frames
            if not recursion.whole or settings.halts(frames[-1]):
                return

    def recording(self, trace: Trace, latents: Latents | None = None) -> Recording:
        """A trace that this solver fills, now or later, with what made it."""
        device, dtype = str(self.device), named_dtype(self.dtype)
        now = datetime.now(UTC)
        return Recording(trace, device, dtype, now, latents=latents)

    def recall(
        self, recording: Recording, cancelled: Callable[[], bool] = bool
    ) -> Recursion | None:
        """The recursion at the end of a recorded solve, to go on with; None if cancelled.

        The solve is run again. Raises RecordingError unless this model made it, and does what it
        did then.
        """
        trace, name = recording.trace, self.info.name
        if recording.weights_hash != self.weights_hash:
            raise RecordingError(
                f"The weights of {name} are not those that made this recording; solve again."
            )
        recursion, seen = self.recursion(trace, with_latents=True), 0
        while seen + trace.frames_per_step <= len(trace):
            frames = recursion.supervision_step(cancelled)
            if not recursion.whole:
                return None
            recorded = trace.frames[seen : seen + len(frames)]
            pairs = zip(frames, recorded, strict=True)
            if not all(np.array_equal(now.tokens, then.tokens) for now, then in pairs):
                raise RecordingError(
                    f"{name} computes something else on {self.device} than this recording, which "
                    f"was made on {recording.device} in {recording.dtype}; solve again."
                )
            seen += len(frames)
        recursion.leave_out(len(trace) - seen)
        return recursion

    def recursion(
        self,
        trace: Trace,
        with_latents: bool = False,
        on_state: Callable[[State], None] | None = None,
    ) -> Recursion:
        """The recursion on the puzzle of `trace` before its first supervision step.

        with_latents: give frames the coordinates of y and z.
        on_state: called with y and z themselves, (1, L, D), once for every frame and in order.
        """
        every_latent_step = trace.settings.every_latent_step
        inputs = self.inputs([trace.puzzle])
        start = self.model.initial_state(1, trace.shape)
        return Recursion(self.model, *inputs, start, every_latent_step, with_latents, on_state)


MOST_STATES = 32
"""Beyond so many, only the states before every other supervision step are kept."""


class Recursion:
    """The recursion on one puzzle, supervision step by supervision step, without an end.

    whole: whether the last supervision step was run to its end.
    """

    def __init__(
        self,
        model: RecursiveModel,
        tokens: Tensor,
        puzzle_ids: Tensor,
        start: State,
        every_latent_step: bool,
        with_latents: bool = False,
        on_state: Callable[[State], None] | None = None,
    ) -> None:
        self.whole = True
        self._on_state = on_state
        self.model = model
        self._tokens, self._puzzle_ids = tokens, puzzle_ids
        self._every_latent_step = every_latent_step
        self._state = start
        self._before = {1: self._state}
        """By supervision step, from which state it went out."""
        self._looked_at: tuple[NetworkCall, list[BlockInput]] | None = None
        self._axes = (
            (LatentAxes(self._state.y), LatentAxes(self._state.z)) if with_latents else None
        )
        self._done = 0
        self._told = 0

    def supervision_step(self, cancelled: Callable[[], bool] = bool) -> list[Frame]:
        """The frames of one more supervision step; those so far if `cancelled()` turns true.

        A step that was cancelled is run again by the next call, which leaves out the frames that
        are known already.
        """
        recorder = _Recorder(
            self._done + 1, self._state, self._every_latent_step, cancelled, self._axes
        )
        try:
            with torch.inference_mode():
                output = self.model.supervision_step(
                    self._tokens, self._state, self._puzzle_ids, recorder
                )
        except SolveCancelled:
            self.whole = False
        else:
            self.whole = True
            self._state = output.state
            self._done += 1
            self._keep_state()
        frames = recorder.frames[self._told :]
        if self._on_state is not None:
            for state in recorder.states[self._told :]:
                self._on_state(state)
        self._told = 0 if self.whole else max(self._told, len(recorder.frames))
        return frames

    def leave_out(self, frames: int) -> None:
        """Of the next supervision step, so many frames are known already."""
        self._told = frames

    def mixing(self, call: NetworkCall, cell: int) -> Mixing:
        """How much `cell`, an index on the model's board, takes from everywhere in `call`.

        The call is run again; other cells of the same call then cost next to nothing.
        """
        if self._looked_at is None or self._looked_at[0] != call:
            state = self._state_before(call.supervision_step)
            inputs = block_inputs(self.model, self._tokens, self._puzzle_ids, state, call)
            self._looked_at = call, inputs
        before_cells = self.model.config.puzzle_positions
        return mixing(self._looked_at[1], call, cell, before_cells)

    def _keep_state(self) -> None:
        self._before[self._done + 1] = self._state
        if len(self._before) > MOST_STATES:
            self._before = dict(list(self._before.items())[::2])

    def _state_before(self, supervision_step: int) -> State:
        nearest = max(step for step in self._before if step <= supervision_step)
        state = self._before[nearest]
        with torch.inference_mode():
            for _ in range(nearest, supervision_step):
                out = self.model.supervision_step(self._tokens, state, self._puzzle_ids)
                state = out.state
        return state


class _Recorder:
    """Watches one supervision step and turns its steps into frames."""

    def __init__(
        self,
        supervision_step: int,
        state: State,
        every_latent_step: bool,
        cancelled: Callable[[], bool],
        axes: tuple[LatentAxes, LatentAxes] | None,
    ) -> None:
        self.frames: list[Frame] = []
        self.states: list[State] = []
        """After each of the frames."""
        self._supervision_step = supervision_step
        self._last = state
        self._every_latent_step = every_latent_step
        self._cancelled = cancelled
        self._axes = axes

    def __call__(self, step: Step) -> None:
        if self._cancelled():
            raise SolveCancelled
        if step.kind == "answer" or self._every_latent_step:
            self.frames.append(self._frame(step))
            self._last = State(step.y, step.z, self._last.shape)
            self.states.append(self._last)

    def _frame(self, step: Step) -> Frame:
        logits = step.decode()[0].float().cpu()
        y_axes, z_axes = self._axes or (None, None)
        return Frame(
            supervision_step=self._supervision_step,
            cycle=step.cycle,
            latent_step=step.latent_step,
            ends_supervision_step=step.kind == "answer" and step.cycle == step.model.config.cycles,
            tokens=logits.argmax(-1).int().numpy(),
            probabilities=step.model.probabilities(logits).half().numpy(),
            halt_probability=step.halt_logit().sigmoid().item(),
            y_change=_distance(step.y, self._last.y),
            z_change=_distance(step.z, self._last.z),
            y_coordinates=None if y_axes is None else y_axes.coordinates(step.y),
            z_coordinates=None if z_axes is None else z_axes.coordinates(step.z),
        )


def _distance(a: Tensor, b: Tensor) -> float:
    return float((a.float() - b.float()).norm())
