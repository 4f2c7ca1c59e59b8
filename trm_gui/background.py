"""Work that must not run on the GUI thread: reading files, loading models, solving."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from PySide6.QtCore import QObject, Signal

from trm_core.checkpoints.info import ModelInfo, read_info
from trm_core.errors import UserError
from trm_core.mixing import Mixing, NetworkCall
from trm_core.puzzles.base import Puzzle, PuzzleShape
from trm_core.recordings import SUFFIX, Recording, read_recording, write_recording
from trm_core.trace import Frame, SolveSettings, Trace
from trm_gui.failure import explained
from trm_gui.loaded_models import LoadedModels
from trm_gui.torch_import import import_torch

if TYPE_CHECKING:
    from trm_core.solver import Recursion, Solver


class HasPuzzles(Protocol):
    """Puzzles that are not in a file of their own; `str` names them for people, `id` for the
    library."""

    @property
    def id(self) -> str: ...

    def puzzles(self) -> Sequence[Puzzle]: ...


Source = Path | HasPuzzles
"""Where puzzles are read from: a file, an entry of a library, or a text that was pasted."""


def key_of(source: Source) -> str:
    """What a source is called in the library and its settings, the same in every run."""
    return str(source.absolute()) if isinstance(source, Path) else source.id


class OfficialCheckpoint(NamedTuple):
    """A checkpoint of the official trainers, and the model directory that it is to become."""

    checkpoint: Path
    config: Path | None
    directory: Path
    identifiers: Path | None = None
    dataset: Path | None = None
    puzzle: PuzzleShape | None = None
    settings: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Solve:
    """One request to solve; `cancelled` may be set from any thread.

    steps: supervision steps to run now, whether the model halts or not; None to run until it halts
        or the settings' maximum is reached.
    recording: what to go on with; None to begin.
    """

    model: ModelInfo
    puzzle: Puzzle
    settings: SolveSettings
    steps: int | None = None
    recording: Recording | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)


class Compute(NamedTuple):
    """What solves are computed on: see `trm_core.load_model`; threads are 0 for all but one."""

    device: str = "auto"
    dtype: str = "auto"
    threads: int = 0


@dataclass(frozen=True, eq=False)
class Look:
    """One request for how a cell, an index on the model's board, mixes in a network call."""

    trace: Trace
    call: NetworkCall
    cell: int


class Background(QObject):
    """A thread that reads files, one that writes them, and one that solves; they answer with
    signals.

    The thread that solves imports torch when it has its first model to load.
    """

    opened = Signal(object, object)
    """Source, list of puzzles or a Recording."""
    saved = Signal(object)
    """The file of a recording that was written."""
    open_failed = Signal(object, str, str)
    """Source, why in a sentence, and the details of an error that was not foreseen."""
    model_read = Signal(object, bool)
    """The ModelInfo of a model that was asked for, and whether it is to be used."""
    model_tried = Signal(object, str)
    """What a model was to be read from, and why that cannot be, which `failed` tells too; "" where
    it was read."""
    model_replaced = Signal(object)
    """The ModelInfo of a model that solves, whose files are others than when it was read."""
    failed = Signal(str, str)
    """Why a model or a look that was asked for cannot be had, and the details."""
    card_read = Signal(object, str)
    """ModelInfo, and all that there is to read of it, as Markdown."""
    loaded = Signal(str)
    """The device and the number format of the model that was loaded."""
    started = Signal(object, object)
    """Solve, the Recording that its frames go to."""
    advanced = Signal(object, list)
    """Solve, the frames of one more supervision step."""
    ended = Signal(object, str, str)
    """Solve, why it failed ("" if it did not), and the details where that was not foreseen."""
    looked = Signal(object, object)
    """Look, its Mixing; None where the model that made the trace is not at hand."""

    def __init__(self, models: LoadedModels) -> None:
        super().__init__()
        self._models = models
        self._reader = ThreadPoolExecutor(1, "reader")
        self._writer = ThreadPoolExecutor(1, "writer")
        self._solver = ThreadPoolExecutor(1, "solver")
        self.compute = Compute()
        """How models are loaded from now on; those that are loaded stay as they are."""
        self._look: Look | None = None
        """The newest one, until it is answered; older ones are dropped."""
        self._closed = False

    def open(self, source: Source) -> None:
        self._submit(self._reader, self._open, source)

    def save(self, recording: Recording, file: Path) -> None:
        """Write what the recording has by then."""
        self._submit(self._writer, self._save, recording, file)

    def read_model(self, source: Path | OfficialCheckpoint, use: bool) -> None:
        """Read a model directory, which is made first from an official checkpoint."""
        self._submit(self._solver, self._read_model, source, use)

    def read_card(self, info: ModelInfo) -> None:
        self._submit(self._reader, self._read_card, info)

    def solve(self, solve: Solve) -> None:
        self._submit(self._solver, self._run, solve)

    def look(self, look: Look) -> None:
        """Answer between two supervision steps of a running solve, or at once."""
        self._look = look
        self._submit(self._solver, self._answer_look)

    def close(self) -> None:
        """Drop what waits to be read or solved; wait for what runs and what is to be written."""
        self._closed = True
        for executor in (self._reader, self._solver):
            executor.shutdown(wait=True, cancel_futures=True)
        self._writer.shutdown(wait=True)
        self._models.clear()

    def _submit(
        self, thread: ThreadPoolExecutor, work: Callable[..., None], *arguments: object
    ) -> None:
        """Nothing once closed: what was on its way may still ask for more."""
        if not self._closed:
            thread.submit(work, *arguments)

    def _open(self, source: Source) -> None:
        from trm_core.puzzles.files import load_puzzles

        try:
            if not isinstance(source, Path):
                found = source.puzzles()
            elif source.suffix.lower() == SUFFIX:
                found = read_recording(source)
            else:
                found = load_puzzles(source)
            self.opened.emit(source, found)
        except Exception as error:  # a defect in a reader must not take the window down
            self.open_failed.emit(source, *explained(error, f"{source} cannot be read"))

    def _read_card(self, info: ModelInfo) -> None:
        from trm_core.checkpoints.card_text import card_text

        try:
            self.card_read.emit(info, card_text(info))
        except Exception as error:
            self.failed.emit(*explained(error, f"The card of {info.name} cannot be read"))

    def _save(self, recording: Recording, file: Path) -> None:
        try:
            write_recording(file, recording)
            self.saved.emit(file)
        except Exception as error:
            self.failed.emit(*explained(error, f"{file} cannot be written"))

    def _read_model(self, source: Path | OfficialCheckpoint, use: bool) -> None:
        told = details = ""
        try:
            if isinstance(source, Path):
                info = read_info(source)
                info.size  # noqa: B018  raises where the weights are missing
            else:
                import_torch(self.compute.threads)
                from trm_core.checkpoints.official import import_to

                import_to(
                    source.directory,
                    source.checkpoint,
                    source.config,
                    source.puzzle,
                    source.identifiers,
                    source.dataset,
                    source.settings,
                )
                info = read_info(source.directory)
            self.model_read.emit(info, use)
        except UserError as error:
            told = str(error)
        except OSError as error:
            told, details = f"{error.filename}: {error.strerror}", traceback.format_exc()
        except Exception as error:
            file = source if isinstance(source, Path) else source.checkpoint
            told = f"{file} cannot be read ({type(error).__name__})."
            details = traceback.format_exc()
        if told:
            self.failed.emit(told, details)
        self.model_tried.emit(source, told)

    def _run(self, solve: Solve) -> None:
        failure = details = ""
        try:
            self._run_steps(solve)
        except UserError as error:
            failure = str(error)
        except Exception as error:
            failure, details = f"The solve stopped: {error}", traceback.format_exc()
        self.ended.emit(solve, failure, details)

    def _run_steps(self, solve: Solve) -> None:
        recursion = self._recursion(solve)
        if recursion is None:
            return
        for frames in self._steps(recursion, solve):
            self.advanced.emit(solve, frames)
            self._answer_look()

    def _recursion(self, solve: Solve) -> Recursion | None:
        """Where to begin or to go on; None where that was cancelled."""
        recording = solve.recording
        if recording is not None and (known := self._models.recursion(recording.trace)):
            return known
        solver = self._solver_of(solve.model)
        if recording is not None:
            recursion = self._models.with_room(
                lambda: solver.recall(recording, solve.cancelled.is_set), solver.info.name
            )
        else:
            trace = solver.start(solve.puzzle, solve.settings)
            recording = solver.recording(trace)
            recursion = self._models.with_room(
                lambda: solver.recursion(trace, with_latents=True), solver.info.name
            )
            self.started.emit(solve, recording)
        if recursion is not None:
            self._models.keep(solver, recording.trace, recursion)
        return recursion

    def _answer_look(self) -> None:
        look, self._look = self._look, None
        if look is None:
            return
        mixing: Mixing | None = None
        try:
            if recursion := self._models.recursion(look.trace):
                mixing = self._models.with_room(
                    lambda: recursion.mixing(look.call, look.cell), look.trace.model_name
                )
        except Exception as error:
            self.failed.emit(*explained(error, "What the cell takes in cannot be worked out"))
        self.looked.emit(look, mixing)

    def _steps(self, recursion: Recursion, solve: Solve) -> Iterator[list[Frame]]:
        """The frames of each supervision step, the last one cut off where it is cancelled."""
        settings, bounded = solve.settings, solve.steps is not None
        own = recursion.model.config.max_supervision_steps
        for _ in range(solve.steps if bounded else settings.max_supervision_steps or own):
            frames = self._models.with_room(
                lambda: recursion.supervision_step(solve.cancelled.is_set), solve.model.name
            )
            yield frames
            if not recursion.whole or (not bounded and settings.halts(frames[-1])):
                return

    def _solver_of(self, model: ModelInfo) -> Solver:
        from trm_core.model.device import named_dtype

        device, dtype, threads = self.compute
        import_torch(threads)
        solver = self._models.solver(model, device, dtype)
        if solver.info.stamp != model.stamp:
            self.model_replaced.emit(solver.info)
        self.loaded.emit(f"{solver.device.type} in {named_dtype(solver.dtype)}")
        return solver
