"""The one observable state of the window: the puzzle on screen, and what is done with it."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from trm_core.checkpoints.info import ModelInfo
from trm_core.puzzles.base import Puzzle
from trm_core.recordings import Recording, write_recording
from trm_core.trace import Frame, SolveSettings, Trace, Unit
from trm_gui.failure import explained
from trm_gui.manual import FORMATS
from trm_gui.session import sources
from trm_gui.session.cursor import Cursor, index_of
from trm_gui.session.engine import OfficialCheckpoint
from trm_gui.session.models import Models
from trm_gui.session.shown import Kept, Shown
from trm_gui.session.solves import SolveLane, Solves
from trm_gui.session.sources import Source, key_of
from trm_gui.work import Work


class Session(QObject):
    """Widgets read it and call its methods; nothing else changes state.

    It joins `models`, `solves` and `moment`, where the cursor is. All lanes are for the puzzle on
    screen; what is said here of the model, the solve, its trace and the cursor is of the lane in
    focus. A solve that was asked to reach a certain frame leaves the cursor there.
    """

    puzzle_changed = Signal()
    another_puzzle = Signal(object)
    """The puzzle was replaced by another one, not edited; what was Shown before, or None."""
    trace_changed = Signal()
    """The trace was replaced, or has more frames."""
    cursor_changed = Signal()
    solve_finished = Signal()
    """A solve ended: halted, reached its maximum, was cancelled or failed."""
    opening_changed = Signal()
    opened = Signal(object)
    """The source whose puzzles are shown from now on."""
    recording_saved = Signal(object)
    """The file that the solve was written to."""
    plot_saved = Signal(object)
    """The file that a plot was written to."""
    failed = Signal(str)
    """Something that was asked for could not be done; one sentence for the user."""

    def __init__(self, models: Sequence[ModelInfo]) -> None:
        super().__init__()
        self.work = Work()
        """Of the whole window; it ends with the session."""
        self.models = Models(models, self.work, self.fail)
        self.solves = Solves(self.models, self.work, self.fail)
        self.moment = Cursor()
        self.shown: Shown | None = None
        """What is on screen, to be shown again."""
        self._numbers: dict[int, int] = {}
        """By the identity of each of `puzzles`, its place among them from 1."""
        self.details = ""
        """What is known about the last failure beyond its sentence."""
        self.help_page = ""
        """The page of the manual that helps with it, "" for none."""
        self.opening: Source | None = None
        """What is being read."""
        self.writer = self.work.lane("writer")
        """For what is to be in a file even where the window closes meanwhile."""
        self._reader = self.work.lane("reader")
        self._tasks = self.work.tasks(self.fail, "That could not be done")
        self.models.changed.connect(self._on_models)
        self.solves.lanes_changed.connect(self._on_lanes)
        self.solves.trace_changed.connect(self._on_trace)
        self.solves.solving_changed.connect(self._on_solving)
        self.solves.finished.connect(self._on_finished)
        self.moment.moved.connect(self.cursor_changed)

    @property
    def lanes(self) -> tuple[SolveLane, ...]:
        return tuple(self.solves.lanes)

    @property
    def focus(self) -> SolveLane:
        return self.solves.focus

    @property
    def puzzle(self) -> Puzzle | None:
        return None if self.shown is None else self.shown.puzzle

    @property
    def puzzles(self) -> Sequence[Puzzle]:
        """The puzzles of the file or library entry that was opened last."""
        return () if self.shown is None else self.shown.puzzles

    @property
    def number(self) -> int | None:
        """Which of `puzzles` is shown, from 1; None for any other, such as one that was edited."""
        return self._numbers.get(id(self.puzzle))

    @property
    def model(self) -> ModelInfo | None:
        return self.focus.model

    @property
    def model_name(self) -> str | None:
        return None if self.model is None else self.model.name

    @property
    def settings(self) -> SolveSettings:
        return self.focus.settings

    @property
    def recording(self) -> Recording | None:
        """The trace with what made it."""
        return self.focus.recording

    @property
    def trace(self) -> Trace | None:
        return self.focus.trace

    @property
    def solving(self) -> bool:
        return self.focus.solving

    @property
    def cursor(self) -> int | None:
        return self.moment.index

    @property
    def frame(self) -> Frame | None:
        """The frame at the cursor."""
        return self.moment.frame

    def open(self, source: Source) -> None:
        """Read puzzles, or a recording, and show the first one, or tell `failed`; the newest of
        several is shown."""
        self.opening = source
        self.opening_changed.emit()
        self._tasks.start(self._open(source), place="open")

    async def _open(self, source: Source) -> None:
        try:
            found = await self._reader(sources.read, source, of=source)
        except Exception as error:
            self._stop_opening()
            sentence, details = explained(error, f"{source} cannot be read")
            self.fail(sentence, details, "" if details else FORMATS)
            return
        self._stop_opening()
        if isinstance(found, Recording):
            self.show_recording(found, key_of(source))
            self.opened.emit(source)
        else:
            self.show_opened(source, found)

    def _stop_opening(self) -> None:
        self.opening = None
        self.opening_changed.emit()

    def show_opened(self, source: Source, puzzles: Sequence[Puzzle]) -> None:
        """Show the first of the puzzles that were read from `source`."""
        self.show_puzzles(puzzles, key_of(source))
        self.opened.emit(source)

    def show_puzzles(self, puzzles: Sequence[Puzzle], origin: str = "") -> None:
        """Show the first of several puzzles; the others are `puzzles` from now on."""
        self.show(Shown(puzzles[0], puzzles, origin, puzzles[0]))

    def set_puzzle(self, puzzle: Puzzle) -> None:
        """Show another puzzle, one of `puzzles` or any other."""
        if self.shown is not None and id(puzzle) in self._numbers:
            self.show(self.shown._replace(puzzle=puzzle, opened=puzzle))
        else:
            self.show_puzzles((puzzle,))

    def show(self, shown: Shown) -> None:
        """Show another puzzle, or one that was shown before."""
        before = self.shown
        if shown.puzzles is not self.puzzles:
            self._numbers = {id(each): n for n, each in enumerate(shown.puzzles, start=1)}
        self._put(shown, another=True)
        self.moment.look_at(None)
        self.another_puzzle.emit(before)

    def edit_puzzle(self, puzzle: Puzzle) -> None:
        """Show a changed form of the puzzle, unsolved; a running solve is cancelled."""
        shown = self.shown or Shown(puzzle, ())
        self._put(shown._replace(puzzle=puzzle), another=False)

    def _put(self, shown: Shown, another: bool) -> None:
        """A model that does not fit, or that nobody asked for where it is another puzzle, gives way
        to the usual one."""
        for lane in self.lanes:
            self.solves.abandon(lane)
        self.shown = shown
        for lane in self.lanes:
            stays = lane.asked or not another
            if lane.model is None or lane.model.misfit(shown.puzzle) or not stays:
                self.solves.use(lane, self.models.usual(shown.puzzle, lane.model), asked=False)
        self.puzzle_changed.emit()
        for lane in self.lanes:
            self.solves.show(lane, None)

    @property
    def kept(self) -> Kept | None:
        """What is to outlive the window."""
        if self.shown is None:
            return None
        return Kept(self.shown, tuple(self.models.chosen), bool(self.trace))

    def take_up(self, kept: Kept) -> None:
        """Go on with what another window has left."""
        self.models.chosen = [*kept.models]
        self.focus.asked = False
        self.show(kept.shown)

    def show_recording(
        self, recording: Recording, origin: str = "", kept: Kept | None = None
    ) -> None:
        """Show a recorded solve, or a puzzle alone; the model that made it is used again, where it
        is at hand. kept: what was shown with it."""
        puzzle, maker = recording.trace.puzzle, recording.trace.model_name
        shown = Shown(puzzle, (puzzle,), origin, puzzle)
        if kept is not None:
            shown = kept.shown.with_puzzle(puzzle)
            self.models.chosen = [*kept.models]
            self.focus.asked = False
        makers = [each for each in self.models.all if each.name == maker]
        makers = [each for each in makers if each.misfit(puzzle) is None]
        if makers:
            model = self.model if self.model in makers else makers[-1]
            self.solves.use(self.focus, model, asked=True)
        self.show(shown)
        if recording.trace:
            self.solves.show(self.focus, recording)

    def save_recording(self, file: Path) -> None:
        """Write what the solve on screen has by then; `recording_saved` or `failed` tells."""
        if self.recording is not None:
            written = self.writer.surely(write_recording, file, self.recording, of=file)
            self._tasks.start(self._tell_saved(written, file))

    async def _tell_saved(self, written: Awaitable[None], file: Path) -> None:
        await written
        self.recording_saved.emit(file)

    def set_model(self, name: str) -> None:
        """Use the model of that name, or in that directory, from now on: for all puzzles that it
        fits, until another one is chosen.

        What another model did is cleared.
        """
        of_name = (each for each in self.models.all if name in (each.name, str(each.directory)))
        model = next(of_name)
        self.models.choose(model)
        self.solves.use(self.focus, model, asked=True)

    def use_model(self, model: ModelInfo) -> None:
        """Offer `model`, and have it solve from now on what is shown."""
        self.models.offer(model)
        self.solves.use(self.focus, model, asked=True)

    def add_model(self, source: Path | OfficialCheckpoint, use: bool = True) -> None:
        """Read one more model and offer it, or tell `failed`.

        It takes the place of one in the same directory. use: whether it becomes the model in use,
        if it fits the puzzle.
        """
        self.models.add(source, partial(self._take_in, use=use))

    def _take_in(self, model: ModelInfo, use: bool) -> None:
        if self.puzzle is None or model.misfit(self.puzzle):
            return
        if use:
            self.set_model(str(model.directory))
        elif (self.solving or not self.trace) and self.models.chosen_for(self.puzzle) is model:
            again = self.solving  # it was chosen in an earlier window, and is found only now
            self.solves.use(self.focus, model, asked=True)
            if again:
                self.solve()

    def set_latent_steps(self, shown: bool) -> None:
        """Have a frame for every latent step, or for every cycle only.

        What is on screen is solved again so, as far as it went, and the cursor stays in its place.
        """
        trace, frame = self.trace, self.frame
        changes = trace is not None and trace.settings.every_latent_step != shown
        if changes and self.solves.maker_is_missing("To show other steps", self.focus):
            self.solves.settings_changed.emit()
            return
        self.solves.set_settings(replace(self.settings, every_latent_step=shown))
        if trace is None or not changes:
            return
        if self.solving or frame is None:
            self.solve()
            return
        settings = replace(trace.settings, every_latent_step=shown)
        self.solves.start(trace.puzzle, settings, trace.supervision_steps)
        per_cycle = trace.latent_steps + 1 if shown else 1
        self.moment.wanted = index_of(frame.call, trace.cycles, per_cycle)

    def solve(self) -> None:
        """Solve the puzzle in the background, as far as `extent` says; a running solve is cancelled
        first."""
        settings, extent = self.settings, self.solves.extent
        if extent == "all":
            settings = replace(settings, halt_threshold=None)
        stepping = extent == "stepping"
        if self.solves.start(self.puzzle, settings, 1 if stepping else None) and stepping:
            self.moment.wanted = 0

    def cancel(self) -> None:
        """Stop the running solve within one latent step; the frames so far stay."""
        self.solves.cancel(self.focus)

    def move_to(self, frame: int) -> None:
        """Move the cursor to a frame index, or to the nearest that there is."""
        self.moment.move_to(frame)

    def step(self, unit: Unit, direction: int) -> None:
        """Move to where the next (+1) or the previous (-1) unit ends, or to the nearest frame.

        At the end of what is there, more is computed if that is how solves run. Latent steps are
        shown from the first time that somebody steps by them.
        """
        trace, cursor = self.trace, self.cursor
        if trace is None or cursor is None:
            return
        if unit == "latent_step" and not trace.settings.every_latent_step:
            self.set_latent_steps(True)
            if self.moment.wanted is not None:
                self.moment.wanted = max(0, self.moment.wanted + direction)
            return
        end = trace.end_after(cursor, unit)
        if direction > 0 and end >= len(trace) and self.solves.can_step_further:
            if not self.solving:
                self.solves.solve_further()
            self.moment.wanted = end if self.solving else None
        else:
            self.moment.step(unit, direction)

    def close(self) -> None:
        """Cancel what runs, have written what is to be, and let go of the solves; the session ends
        with this."""
        for lane in self.lanes:
            self.solves.abandon(lane)
        self.work.close()
        self.models.loaded.clear()
        for lane in self.lanes:
            self.solves.show(lane, None)

    def fail(self, sentence: str, details: str = "", page: str = "") -> None:
        """Tell that something could not be done; `details`, of what was not foreseen, or a `page`
        of the manual that helps, are for whoever asks for them."""
        self.details, self.help_page = details, page
        self.failed.emit(sentence)

    def _on_models(self) -> None:
        """Have each lane solve with its model as the files are now, or with the usual one where
        that is here no more or fits no more."""
        for lane in self.lanes:
            model = None if lane.model is None else self.models.at(lane.model.directory)
            if model is not None and (self.puzzle is None or not model.misfit(self.puzzle)):
                self.solves.use(lane, model, lane.asked)
            elif lane.model is not None:
                self.solves.use(lane, self.models.usual(self.puzzle), asked=False)

    def _on_lanes(self) -> None:
        self.moment.enter(self.trace, same_moment=True)

    def _on_trace(self, lane: SolveLane) -> None:
        if lane is self.focus:
            self.moment.enter(lane.trace)
            self.trace_changed.emit()
            self.moment.keep_up()

    def _on_solving(self, lane: SolveLane) -> None:
        if lane is self.focus and not lane.solving:
            self.moment.wanted = None

    def _on_finished(self, lane: SolveLane) -> None:
        if lane is self.focus:
            self.solve_finished.emit()
