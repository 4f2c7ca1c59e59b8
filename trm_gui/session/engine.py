"""Models at work: loaded, run and looked into; all of it may take long, and is for one lane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from trm_core.checkpoints.info import ModelInfo, read_info
from trm_core.errors import UserError
from trm_core.mixing import Mixing, NetworkCall
from trm_core.puzzles.base import Puzzle, PuzzleShape
from trm_core.recordings import Recording
from trm_core.trace import Frame, SolveSettings, Trace
from trm_gui.session.loaded_models import LoadedModels
from trm_gui.torch_import import import_torch
from trm_gui.work import Stop

if TYPE_CHECKING:
    from trm_core.solver import Recursion, Solver


class OfficialCheckpoint(NamedTuple):
    """A checkpoint of the official trainers, and the model directory that it is to become."""

    checkpoint: Path
    config: Path | None
    directory: Path
    identifiers: Path | None = None
    dataset: Path | None = None
    puzzle: PuzzleShape | None = None
    settings: Mapping[str, Any] = MappingProxyType({})


class Compute(NamedTuple):
    """What solves are computed on: see `trm_core.load_model`; threads are 0 for all but one."""

    device: str = "auto"
    dtype: str = "auto"
    threads: int = 0


@dataclass(frozen=True, eq=False)
class Solve:
    """One request to solve; it ends within a latent step of `stop`.

    compute: what the model is loaded for.
    steps: supervision steps to run now, whether the model halts or not; None to run until it halts
        or the settings' maximum is reached.
    recording: what to go on with; None to begin.
    """

    model: ModelInfo
    puzzle: Puzzle
    settings: SolveSettings
    compute: Compute
    steps: int | None = None
    recording: Recording | None = None
    stop: Stop = field(default_factory=Stop)


class Begun(NamedTuple):
    """recording: what frames go to. recursion: what gives them, None where that was stopped.
    solver: the model as its files are now, None where it was at hand. error: why it cannot be."""

    recording: Recording | None
    recursion: Recursion | None
    solver: Solver | None = None
    error: UserError | None = None


class Engine:
    """Runs the models that are loaded. torch is imported for the first one."""

    def __init__(self, models: LoadedModels) -> None:
        self._models = models

    def begin(self, solve: Solve) -> Begun:
        """Load the model, unless that is done, and see where to begin or to go on. Raises UserError
        where it cannot be loaded."""
        recording = solve.recording
        if recording is not None and (known := self._models.recursion(recording.trace)):
            return Begun(recording, known)
        device, dtype, threads = solve.compute
        import_torch(threads)
        solver = self._models.solver(solve.model, device, dtype)
        recursion: Recursion | None
        try:
            if recording is None:
                trace = solver.start(solve.puzzle, solve.settings)
                recording = solver.recording(trace)
                recursion = self._models.with_room(
                    lambda: solver.recursion(trace, with_latents=True), solver.info.name
                )
            else:
                recursion = self._models.with_room(
                    lambda: solver.recall(recording, solve.stop), solver.info.name
                )
        except UserError as error:
            return Begun(None, None, solver, error)
        if recursion is not None:
            self._models.keep(solver, recording.trace, recursion)
        return Begun(recording, recursion, solver)

    def steps(self, recursion: Recursion, solve: Solve) -> Iterator[list[Frame]]:
        """The frames of each supervision step, the last one cut off where it is stopped."""
        settings, bounded = solve.settings, solve.steps is not None
        most = settings.max_supervision_steps or recursion.model.config.max_supervision_steps
        for _ in range(most if solve.steps is None else solve.steps):
            frames = self._models.with_room(
                lambda: recursion.supervision_step(solve.stop), solve.model.name
            )
            yield frames
            if not recursion.whole or (not bounded and settings.halts(frames[-1])):
                return

    def mixing(self, trace: Trace, call: NetworkCall, cell: int) -> Mixing | None:
        """How a cell, an index on the model's board, mixes in a network call; None where the model
        that made the trace is not at hand."""
        if (recursion := self._models.recursion(trace)) is None:
            return None
        return self._models.with_room(lambda: recursion.mixing(call, cell), trace.model_name)


def read_model(directory: Path) -> ModelInfo:
    """What there is to know of a model. Raises CheckpointError, also where its weights are
    missing."""
    info = read_info(directory)
    info.size  # noqa: B018
    return info


def imported(wanted: OfficialCheckpoint, threads: int) -> ModelInfo:
    """The model that a checkpoint became. Raises UserError."""
    import_torch(threads)
    from trm_core.checkpoints.official import import_to

    import_to(
        wanted.directory,
        wanted.checkpoint,
        wanted.config,
        wanted.puzzle,
        wanted.identifiers,
        wanted.dataset,
        wanted.settings,
    )
    return read_info(wanted.directory)


def read_ahead(file: Path) -> None:
    """So that a disk which does not answer holds up this, and not what reads the file after it."""
    try:
        with file.open("rb") as opened:
            while opened.read(2**20):
                pass
    except OSError:
        pass  # which is told where the file is needed
