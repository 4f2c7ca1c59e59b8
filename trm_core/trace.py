"""What one solve did, frame by frame, and everything that is derived from it. No torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt

from trm_core.curves import Curves
from trm_core.mixing import Mixing, NetworkCall
from trm_core.puzzles.base import Conflict, Grid, Puzzle, PuzzleShape, Tokens
from trm_core.puzzles.judgement import Judgement, judged, reason, verdict

T = TypeVar("T", bound=np.generic)
Mask = npt.NDArray[np.bool_]

Unit = Literal["latent_step", "cycle", "supervision_step"]
"""What a solve can be stepped through by."""


@dataclass(frozen=True)
class SolveSettings:
    """How a solve is run and shown.

    max_supervision_steps: where it stops at the latest; None for the model's own number, which
        a trace has in its place.
    halt_threshold: it stops after a supervision step with a halting probability above this;
        None runs all supervision steps, as the official evaluation does.
    every_latent_step: record a frame after every latent step too, not only after every cycle.
    """

    max_supervision_steps: int | None = None
    halt_threshold: float | None = 0.5
    every_latent_step: bool = False

    def halts(self, frame: Frame) -> bool:
        """Whether a solve stops after the supervision step that ends with `frame`."""
        return self.halt_threshold is not None and frame.halt_probability > self.halt_threshold


@dataclass(frozen=True)
class Frame:
    """The model after one network call; steps and cycles count from 1.

    latent_step: None after an answer update, that is at the end of a cycle.
    tokens: (cells,) decoded from y.
    probabilities: (cells, vocab) float16, stablemax as in training.
    halt_probability: of y as it is now, not only at the end of a supervision step.
    y_change, z_change: Euclidean norm of the difference to the frame before (the initial state
        for the first).
    y_coordinates, z_coordinates: (axes so far,) where y and z lie on orthonormal axes of this
        solve, zero on later ones; None where the solve was not asked for them.
    """

    supervision_step: int
    cycle: int
    latent_step: int | None
    ends_supervision_step: bool
    tokens: Tokens
    probabilities: npt.NDArray[np.float16]
    halt_probability: float
    y_change: float
    z_change: float
    y_coordinates: npt.NDArray[np.float32] | None = None
    z_coordinates: npt.NDArray[np.float32] | None = None

    @property
    def call(self) -> NetworkCall:
        """The network call that this is the state after."""
        return NetworkCall(self.supervision_step, self.cycle, self.latent_step)


class Trace:
    """The frames of one solve of one puzzle, growing while the solve runs.

    A frame's answer is judged as it is appended, which is quick once the puzzle's solutions are
    found (see `Puzzle.find_solutions`). Other measures are computed on demand and kept; masks and
    maps have the shape of the puzzle's `largest_answer`, whose top left corner a smaller grid (ARC)
    takes.

    model_name, weights_hash: of the model that makes it; the SHA-256 of its file of weights, in
        hexadecimal, says which model that is, "" that there is none.
    """

    def __init__(
        self,
        puzzle: Puzzle,
        shape: PuzzleShape,
        model_name: str,
        cycles: int,
        latent_steps: int,
        settings: SolveSettings,
        weights_hash: str = "",
    ) -> None:
        self.puzzle = puzzle
        self.shape = shape
        self.model_name = model_name
        self.cycles = cycles
        self.latent_steps = latent_steps
        self.settings = settings
        self.weights_hash = weights_hash
        self.frames: list[Frame] = []
        self._grids: list[Grid] = []
        self._conflicts: dict[int, list[Conflict]] = {}
        self._judgements: list[Judgement] = []
        self._last_change: list[npt.NDArray[np.int_]] = []
        self._changes: list[npt.NDArray[np.int_]] = []
        self._seen: npt.NDArray[np.bool_] | None = None
        self._flipped_back: list[Mask] = []
        self.curves = Curves(self)

    def __len__(self) -> int:
        return len(self.frames)

    def __getitem__(self, index: int) -> Frame:
        return self.frames[index]

    @property
    def frames_per_step(self) -> int:
        """Frames that a whole supervision step has."""
        return self.cycles * (self.latent_steps + 1 if self.settings.every_latent_step else 1)

    @property
    def max_supervision_steps(self) -> int:
        """Where the solve stops at the latest; where nothing says, it has stopped."""
        return self.settings.max_supervision_steps or self.supervision_steps

    @property
    def supervision_steps(self) -> int:
        """How many supervision steps there are frames of."""
        return self.frames[-1].supervision_step if self.frames else 0

    def frames_in(self, unit: Unit) -> int:
        """Frames that a whole unit has."""
        per_step = self.frames_per_step
        return {"latent_step": 1, "cycle": per_step // self.cycles, "supervision_step": per_step}[
            unit
        ]

    def end_after(self, index: int, unit: Unit) -> int:
        """The first frame after `index` that ends a unit, whether it is there yet or not."""
        size = self.frames_in(unit)
        return (index + 1) // size * size + size - 1

    def end_before(self, index: int, unit: Unit) -> int:
        """The last frame before `index` that ends a unit, or the first frame of all."""
        size = self.frames_in(unit)
        return max(0, index // size * size - 1)

    def allow(self, supervision_steps: int) -> None:
        """Make room for so many supervision steps at least."""
        most = max(self.max_supervision_steps, supervision_steps)
        self.settings = replace(self.settings, max_supervision_steps=most)

    def append(self, frame: Frame) -> None:
        before = self.frames[-1].tokens if self.frames else self._start
        changed_at = self._last_change[-1] if self._last_change else np.full(len(before), -1)
        changed = frame.tokens != before
        self._last_change.append(np.where(changed, len(self.frames), changed_at))
        so_far = self._changes[-1] if self._changes else np.zeros(len(before), np.int_)
        self._changes.append(so_far + changed)
        if self._seen is None:
            self._seen = np.zeros((len(before), self.shape.vocab_size), bool)
        cells = np.arange(len(before))
        self._flipped_back.append(changed & self._seen[cells, frame.tokens])
        self._seen[cells, frame.tokens] = True
        self._grids.append(self.puzzle.decode(frame.tokens, self.shape))
        self._judgements.append(judged(self.puzzle, self._grids[-1]))
        self.frames.append(frame)  # last: another thread may be writing all that there is

    def grid(self, index: int) -> Grid:
        """The answer decoded at a frame, in its own size."""
        return self._grids[index]

    def changed(self, index: int) -> Mask:
        """Cells of the answer whose token differs from the frame before (from the puzzle at the
        first); cells beyond a smaller answer (ARC) do not count."""
        rows, cols = self._grids[index].shape
        changed = np.zeros_like(since := self.frames_since_change(index), bool)
        changed[:rows, :cols] = since[:rows, :cols] == 0
        return changed

    def changed_cells(self, index: int) -> int:
        """How many cells of the answer at a frame changed in it."""
        return int(self.changed(index).sum())

    def flipped_back(self, index: int) -> Mask:
        """Cells that changed to a token that they had in an earlier frame, and had left."""
        return self._in_answer(self._flipped_back[index])

    def flips(self, index: int) -> npt.NDArray[np.int_]:
        """Per cell, how often it changed its mind up to a frame: changes after the first one."""
        return self._in_answer(np.maximum(self._changes[index] - 1, 0))

    def frames_since_change(self, index: int) -> npt.NDArray[np.int_]:
        """Per cell, 0 where it changed in this frame, 1 where in the one before, and so on; -1
        where it never has."""
        index = range(len(self))[index]
        last = self._last_change[index]
        return self._in_answer(np.where(last < 0, -1, index - last))

    def conflicts(self, index: int) -> list[Conflict]:
        """The rules of the puzzle that the answer at a frame breaks."""
        index = range(len(self))[index]
        if index not in self._conflicts:
            self._conflicts[index] = self.puzzle.conflicts(self._grids[index])
        return self._conflicts[index]

    def judgement(self, index: int) -> Judgement:
        """How the answer at a frame fares; all that is said here of right and wrong is from it."""
        return self._judgements[index]

    def solved(self, index: int) -> bool | None:
        """Whether the answer at a frame is right by the puzzle's own rules; None if unknown."""
        return self._judgements[index].solved

    def verdict(self, index: int) -> str:
        """The same in few words, and whether the puzzle has one solution; "" if unknown."""
        return verdict(self.puzzle, self.solved(index))

    def reason(self, index: int) -> str:
        """Why the answer at a frame is right or not, in sentences."""
        broken = self.conflicts(index)
        return reason(self.puzzle, self._grids[index], self._judgements[index], broken)

    def right_cells(self, index: int) -> tuple[int, int] | None:
        """(right, all) open cells of the answer at a frame; None where cells are not counted."""
        return self._judgements[index].right_cells

    def wrong(self, index: int) -> Mask | None:
        """Cells of the answer that are wrong, of the shape of `grid(index)`; None where cells are
        not counted."""
        return self._judgements[index].wrong

    def first_right_cells(self, index: int) -> npt.NDArray[np.int_] | None:
        """Per cell, the first of the frames up to `index` from which on it is right; -1 for those
        that are not. None where cells are not counted. Its shape is that of `grid(index)`.
        """
        wrong = self.wrong(index)
        if wrong is None:
            return None
        right = ~wrong
        since = np.where(right, range(len(self))[index], -1)
        for earlier in range(range(len(self))[index] - 1, -1, -1):
            before = self.wrong(earlier)
            still = np.zeros(right.shape, bool)
            if before is not None:
                rows, cols = np.minimum(before.shape, right.shape)
                still[:rows, :cols] = right[:rows, :cols] & ~before[:rows, :cols]
            if not still.any():
                break
            right, since[still] = still, earlier
        return since

    def symbol_probabilities(self, index: int) -> npt.NDArray[np.float64]:
        """Per cell, the probability of each symbol code, (rows, cols, symbols) up to 1 in all."""
        symbols = self.frames[index].probabilities[:, self.puzzle.first_token :]
        return self._in_answer(symbols.astype(np.float64))

    def confidence(self, index: int) -> npt.NDArray[np.float64]:
        """Per cell, the probability of the token that is decoded there, 0 to 1."""
        frame = self.frames[index]
        decoded = frame.tokens[:, np.newaxis].astype(np.int64)
        chosen = np.take_along_axis(frame.probabilities, decoded, axis=1)[:, 0]
        return self._in_answer(chosen.astype(np.float64))

    def entropy(self, index: int) -> npt.NDArray[np.float64]:
        """Per cell, the entropy of its probabilities in bits."""
        p = self.frames[index].probabilities.astype(np.float64)
        return self._in_answer(-np.sum(p * np.log2(np.maximum(p, 1e-12)), axis=-1))

    def halt_probabilities(self) -> npt.NDArray[np.float64]:
        """(frames,) halting probability at every frame."""
        return np.array([frame.halt_probability for frame in self.frames])

    def cell_index(self, row: int, col: int) -> int:
        """Where a cell of the answer is on the model's board."""
        return row * self.shape.cols + col

    def mixing_map(self, mixing: Mixing, layer: int, head: int | None) -> npt.NDArray[np.float32]:
        """(rows, cols) `Mixing.of_layer` on the cells where answers can be."""
        return self._in_answer(mixing.of_layer(layer, head)[mixing.before_cells :])

    def first_right(self) -> int | None:
        """The first frame whose answer is right."""
        return next((i for i, each in enumerate(self._judgements) if each.solved), None)

    def halts_at(self, threshold: float) -> int | None:
        """The frame at which halting with `threshold` stops: the first end of a supervision
        step with a halting probability above it."""
        return next(
            (
                i
                for i, frame in enumerate(self.frames)
                if frame.ends_supervision_step and frame.halt_probability > threshold
            ),
            None,
        )

    def sentence(self, index: int) -> str:
        """A frame in words, for status lines and terminals."""
        return f"{self.place(index)}: {self.facts(index)}"

    def place(self, index: int) -> str:
        """Where in the solve a frame is, in words."""
        frame = self.frames[index]
        where = (
            f"Supervision step {frame.supervision_step} of {self.max_supervision_steps}, "
            f"cycle {frame.cycle} of {self.cycles}"
        )
        if frame.latent_step is not None:
            where += f", latent step {frame.latent_step}"
        return where

    def facts(self, index: int) -> str:
        """What is so at a frame, in words."""
        halting = self.frames[index].halt_probability
        facts = [f"{self.changed_cells(index)} changed", f"halting {halting:.2f}"]
        if right_of_all := self.right_cells(index):
            facts.insert(0, "{} of {} open cells right".format(*right_of_all))
        return ", ".join(facts)

    @cached_property
    def _start(self) -> Tokens:
        return self.puzzle.encode(self.puzzle.grid, self.shape)

    def _in_answer(self, cells: npt.NDArray[T]) -> npt.NDArray[T]:
        """The part of the board (cells, ...) where answers can be, as rows and columns."""
        rows, cols = self.puzzle.largest_answer(self.shape)
        board = cells.reshape(self.shape.rows, self.shape.cols, *cells.shape[1:])
        return board[:rows, :cols]
