"""What is solved: the lanes of the window, what runs in each, and which one is in focus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from trm_core.checkpoints.info import ModelInfo
from trm_core.mixing import Mixing, NetworkCall
from trm_core.model.config import RecursionConfig
from trm_core.puzzles.base import Puzzle
from trm_core.recordings import Recording
from trm_core.trace import Frame, SolveSettings, Trace
from trm_gui.failure import explained
from trm_gui.session.engine import Engine, Solve, read_ahead
from trm_gui.session.models import Models
from trm_gui.session.span import Span
from trm_gui.work import Work

if TYPE_CHECKING:
    from trm_core.solver import Recursion

Extent = Literal["halting", "all", "stepping"]
"""How far a solve runs by itself: until the model halts, all supervision steps, or only as far as
somebody steps."""


class SolveLane:
    """One of the solves: what it is made with, and what came of it. `Solves` changes it.

    model, settings: what it is solved with the next time.
    asked: whether somebody asked for the model; else another one may be taken for another puzzle.
    recording: the trace with what made it; None where nothing is solved.
    running: what runs, and adds to that once it has begun.
    further: supervision steps to be added after what runs.
    failure: why the last solve failed, in a sentence; "" if it did not.
    """

    def __init__(
        self,
        model: ModelInfo | None = None,
        asked: bool = False,
        settings: SolveSettings | None = None,
    ) -> None:
        self.model, self.asked = model, asked
        self.settings = settings or SolveSettings()
        self.recording: Recording | None = None
        self.running: Solve | None = None
        self.further = 0
        self.failure = ""

    @property
    def trace(self) -> Trace | None:
        return None if self.recording is None else self.recording.trace

    @property
    def solving(self) -> bool:
        return self.running is not None

    @property
    def adding(self) -> bool:
        """Whether the solve that runs goes on from the trace that there is."""
        return self.running is not None and self.running.recording is not None

    @property
    def is_whole(self) -> bool:
        """Whether the last supervision step of the trace was run to its end."""
        return bool(self.trace and self.trace[-1].ends_supervision_step)

    @property
    def own_steps(self) -> int:
        """The model's own maximum of supervision steps: as many as it was trained with."""
        config = RecursionConfig if self.model is None else self.model.config
        return config.max_supervision_steps

    @property
    def max_supervision_steps(self) -> int:
        """After how many supervision steps the next solve stops at the latest."""
        return self.settings.max_supervision_steps or self.own_steps

    @property
    def span(self) -> Span:
        """How much there is room for: in the solve that there is, or in the one to come."""
        of: Trace | RecursionConfig | None
        if self.trace is not None:
            of, settings, most = self.trace, self.trace.settings, self.trace.max_supervision_steps
        else:
            of = None if self.model is None else self.model.config
            settings, most = self.settings, self.max_supervision_steps
        cycles, latent_steps = (1, 0) if of is None else (of.cycles, of.latent_steps)
        return Span(most, cycles, latent_steps + 1 if settings.every_latent_step else 1)


class Solves(QObject):
    """Starts solves and takes their frames, those of lanes out of focus too.

    lanes: one at least, in the order in which they were opened.
    focus: the one that commands are for.
    extent: how far solves run by themselves.
    computed_on: the device and number format of the model that was loaded last.
    """

    lanes_changed = Signal()
    """There are other lanes, or another one is in focus."""
    settings_changed = Signal()
    """What the lane in focus is solved with: its model, its settings, or how far."""
    trace_changed = Signal(object)
    """The trace of a lane was replaced, or has more frames."""
    solving_changed = Signal(object)
    """In a lane, something begins to run or runs no more."""
    finished = Signal(object)
    """The solve of a lane ended: halted, reached its maximum, was cancelled or failed."""

    def __init__(self, models: Models, work: Work, fail: Callable[[str, str], None]) -> None:
        super().__init__()
        self.focus = SolveLane()
        self.lanes = [self.focus]
        self.extent: Extent = "halting"
        self.computed_on = ""
        self._models = models
        self._engine = Engine(models.loaded)
        self._tasks = work.tasks(fail, "The solve could not go on")
        self._fail = fail

    def open(self) -> SolveLane:
        """One more lane, after the others and in focus, made with what the one before was."""
        before = self.focus
        lane = SolveLane(before.model, before.asked, before.settings)
        self.lanes.append(lane)
        self.put_in_focus(lane)
        return lane

    def put_in_focus(self, lane: SolveLane) -> None:
        self.focus = lane
        self.lanes_changed.emit()
        self.settings_changed.emit()
        self.trace_changed.emit(lane)
        self.solving_changed.emit(lane)

    def close(self, lane: SolveLane) -> None:
        """Have it no more, nor what it did; a neighbour has the focus then, and of one alone an
        empty one takes the place."""
        self.clear(lane)
        self._tasks.cancel(lane)
        if len(self.lanes) == 1:
            self.open()
        place = self.lanes.index(lane)
        self.lanes.remove(lane)
        if lane is self.focus:
            self.put_in_focus(self.lanes[min(place, len(self.lanes) - 1)])
        else:
            self.lanes_changed.emit()

    def use(self, lane: SolveLane, model: ModelInfo | None, asked: bool) -> None:
        """Solve with a model from now on, to the maximum of supervision steps that is set for it;
        what other weights did is cleared."""
        before, lane.model, lane.asked = lane.model, model, asked
        if model is before:
            return
        if _weights(model) != _weights(before):
            self.clear(lane)
        most = self._models.most_steps(model)
        lane.settings = replace(lane.settings, max_supervision_steps=most)
        if lane is self.focus:
            self.settings_changed.emit()

    def set_settings(self, settings: SolveSettings) -> None:
        """Solve with `settings` from now on; the trace that there is stays as it is.

        A maximum of supervision steps holds for the model in use; where there is none yet, for all.
        """
        lane = self.focus
        if settings != lane.settings:
            if settings.max_supervision_steps != lane.settings.max_supervision_steps:
                model = None if lane.model is None else lane.model.directory
                self._models.steps_by_hand[model] = settings.max_supervision_steps
            lane.settings = settings
            self.settings_changed.emit()

    def set_settings_for_all(self, settings: SolveSettings) -> None:
        """Solve with `settings` from now on, whatever the model."""
        self._models.steps_by_hand = {None: settings.max_supervision_steps}
        self.set_settings(settings)

    def set_extent(self, extent: Extent) -> None:
        """Let solves run so far from now on."""
        if extent != self.extent:
            self.extent = extent
            self.settings_changed.emit()

    @property
    def can_step_further(self) -> bool:
        """Whether stepping on from the last frame runs the model, or waits for it."""
        lane, trace = self.focus, self.focus.trace
        if self.extent != "stepping" or not trace:
            return False
        return trace.supervision_steps < trace.max_supervision_steps or not lane.is_whole

    def start(
        self, puzzle: Puzzle | None, settings: SolveSettings, steps: int | None = None
    ) -> bool:
        """Begin a solve, of so many supervision steps or to its end, in the place of what is there;
        whether there was something to begin."""
        lane = self.focus
        self.abandon(lane)
        if puzzle is None:
            self._fail("There is no puzzle to solve; open one first.", "")
            return False
        if lane.model is None:
            self._fail(self._models.why_none_fits(puzzle), "")
            return False
        self._run(lane, Solve(lane.model, puzzle, settings, self._models.compute, steps))
        return True

    def solve_further(self) -> None:
        """Add one supervision step after the last one, beyond the maximum too; while one is being
        added, one more after it."""
        if self.focus.adding:
            self.focus.further += 1
        elif self.focus.trace and not self.focus.solving:
            self._go_further(self.focus)

    def _go_further(self, lane: SolveLane) -> None:
        trace = lane.trace
        if trace is None or self.maker_is_missing("For more steps", lane):
            return
        trace.allow(trace.supervision_steps + lane.is_whole)
        assert lane.model is not None
        compute = self._models.compute
        again = Solve(lane.model, trace.puzzle, trace.settings, compute, 1, lane.recording)
        self._run(lane, again)

    def maker_is_missing(self, purpose: str, lane: SolveLane) -> bool:
        """Whether the trace was recorded by a model that is not in use, which is told then."""
        maker = "" if lane.trace is None else lane.trace.model_name
        if lane.model is not None and lane.model.name == maker:
            return False
        self._fail(
            f"{purpose}, {maker} is needed, which made this recording and is not among the models "
            "here; Solve solves the puzzle again.",
            "",
        )
        return True

    def cancel(self, lane: SolveLane) -> None:
        """Stop what runs within one latent step; the frames so far stay."""
        lane.further = 0
        if lane.running is not None:
            lane.running.stop.ask()

    def abandon(self, lane: SolveLane) -> None:
        """Stop what runs, and hear of it no more."""
        self.cancel(lane)
        lane.failure = ""
        if lane.solving:
            self._tasks.cancel(lane)
            lane.running = None
            self.solving_changed.emit(lane)

    def clear(self, lane: SolveLane) -> None:
        """Have nothing solved there."""
        self.abandon(lane)
        self.show(lane, None)

    def show(self, lane: SolveLane, recording: Recording | None) -> None:
        """Have a solve that was made elsewhere, or none, as what came of this one."""
        lane.recording = recording
        self.trace_changed.emit(lane)

    def mixing(self, trace: Trace, call: NetworkCall, cell: int) -> Awaitable[Mixing | None]:
        """What a cell, an index on the model's board, takes in there; None where the model that
        made the trace is not at hand."""
        return self._models.solver(self._engine.mixing, trace, call, cell)

    def _run(self, lane: SolveLane, solve: Solve) -> None:
        lane.running = solve
        self.solving_changed.emit(lane)
        self._tasks.start(self._follow(lane, solve), place=lane)

    async def _follow(self, lane: SolveLane, solve: Solve) -> None:
        """Take what comes of it, to its end; it is cancelled where nobody wants it any more."""
        failure = details = ""
        try:
            with solve.stop:
                if (recursion := await self._recursion(lane, solve)) is not None:
                    steps = self._engine.steps(recursion, solve)
                    async for batch in self._models.solver.each(steps):
                        self._take(lane, [frame for frames in batch for frame in frames])
        except Exception as error:
            failure, details = explained(error, "The solve stopped")
        lane.running = None
        lane.failure = failure
        self.solving_changed.emit(lane)
        if failure:
            lane.further = 0
            self._fail(failure, details)
        self.finished.emit(lane)
        if lane.further and not lane.solving:
            lane.further -= 1
            self._go_further(lane)

    async def _recursion(self, lane: SolveLane, solve: Solve) -> Recursion | None:
        """Where to begin or to go on; None where that was stopped. Raises UserError."""
        if not self._models.loaded.has(solve.model):
            weights = solve.model.directory / "model.safetensors"
            await self._models.reader(read_ahead, weights, of=weights)
        begun = await self._models.solver(self._engine.begin, solve)
        if (solver := begun.solver) is not None:
            if solver.info.stamp != solve.model.stamp:
                lane.model = solver.info
                self._models.offer(solver.info)
            self.computed_on = solver.computed_on
        if begun.error is not None:
            raise begun.error
        if begun.recording is not lane.recording:
            self.show(lane, begun.recording)
        return begun.recursion

    def _take(self, lane: SolveLane, frames: list[Frame]) -> None:
        assert lane.trace is not None
        for frame in frames:
            lane.trace.append(frame)
        self.trace_changed.emit(lane)


def _weights(model: ModelInfo | None) -> object:
    """What tells them apart."""
    return None if model is None else (model.directory, model.stamp)
