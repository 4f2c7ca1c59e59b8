"""The one observable state of the window: model, puzzle, trace and cursor."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from trm_core.checkpoints.expectations import likeliest, share_right_like, why_none_fits
from trm_core.checkpoints.info import ModelInfo
from trm_core.mixing import NetworkCall
from trm_core.model.config import RecursionConfig
from trm_core.puzzles.base import Puzzle
from trm_core.recordings import Recording, write_recording
from trm_core.trace import Frame, SolveSettings, Trace, Unit
from trm_gui import sources
from trm_gui.failure import explained
from trm_gui.loaded_models import LoadedModels
from trm_gui.manual import FORMATS
from trm_gui.shown import Kept, Shown
from trm_gui.solving import (
    Compute,
    OfficialCheckpoint,
    Solve,
    Solving,
    read_ahead,
    read_model,
)
from trm_gui.sources import Source, key_of
from trm_gui.span import Span
from trm_gui.work import Work

if TYPE_CHECKING:
    from trm_core.solver import Recursion

Extent = Literal["halting", "all", "stepping"]
"""How far a solve runs by itself: until the model halts, all supervision steps, or only as far as
somebody steps."""

MOST_CHOSEN = 20
"""Models that somebody chose, which are preferred to others for puzzles that they fit."""


class Session(QObject):
    """Widgets read it and call its methods; nothing else changes state.

    A solve appends frames to `trace` while it runs. The cursor follows the newest frame until
    somebody moves it away from the end, and follows again when moved back to the end. A solve that
    was asked to reach a certain frame leaves the cursor there.
    """

    puzzle_changed = Signal()
    leaving = Signal(object)
    """What is Shown still, as another puzzle is about to take its place."""
    another_puzzle = Signal()
    """The puzzle was replaced by another one, not edited."""
    model_changed = Signal()
    models_changed = Signal()
    """There are other models to choose from."""
    model_tried = Signal(object, str)
    """What a model was to be added from, and why it was not; "" where it was."""
    settings_changed = Signal()
    trace_changed = Signal()
    """The trace was replaced, or has more frames."""
    cursor_changed = Signal()
    cell_changed = Signal()
    mixing_known = Signal(object)
    """What `ask_mixing` asked for: a Mixing, or None where the model is not at hand."""
    solving_changed = Signal(bool)
    opening_changed = Signal()
    opened = Signal(object)
    """The source whose puzzles are shown from now on."""
    recording_saved = Signal(object)
    """The file that the solve was written to."""
    plot_saved = Signal(object)
    """The file that a plot was written to."""
    solve_finished = Signal()
    """A solve ended: halted, reached its maximum, was cancelled or failed."""
    failed = Signal(str)
    """Something that was asked for could not be done; one sentence for the user."""

    def __init__(self, models: Sequence[ModelInfo]) -> None:
        super().__init__()
        self.work = Work()
        """Of the whole window; it ends with the session."""
        self.models = tuple(models)
        self.model: ModelInfo | None = None
        self.puzzles: Sequence[Puzzle] = ()
        """The puzzles of the file or library entry that was opened last."""
        self._numbers: dict[int, int] = {}
        """By the identity of each of these, its place among them from 1."""
        self.puzzle: Puzzle | None = None
        self.origin = ""
        """The key under which the library has what was opened last; "" for none."""
        self._opened: Puzzle | None = None
        """The puzzle as it was opened."""
        self._chosen: list[Path] = []
        """Directories of the models that somebody chose, the last one first."""
        self._usual: ModelInfo | None = None
        """The model that was taken last without being asked for; None once one was asked for."""
        self.trace: Trace | None = None
        self.recording: Recording | None = None
        """The trace with what made it."""
        self.cursor: int | None = None
        self.cell: tuple[int, int] | None = None
        """The (row, column) of the answer that is looked at."""
        self.settings = SolveSettings()
        self.steps_by_hand: dict[Path | None, int | None] = {}
        """By model directory, the maximum of supervision steps that somebody has set while it was
        in use; under None, that for all others. None for the model's own."""
        self.extent: Extent = "halting"
        self.failure = ""
        """Why the last solve of this puzzle failed, in a sentence; "" if it did not."""
        self.details = ""
        """What is known about the last failure beyond its sentence."""
        self.help_page = ""
        """The page of the manual that helps with it, "" for none."""
        self.computed_on = ""
        """The device and number format of the model that was loaded last."""
        self._solve: Solve | None = None
        self._further = 0
        """Supervision steps to be added after the one that is being added."""
        self._wanted: int | None = None
        """The frame to which the cursor goes once a running solve has come that far."""
        self.opening: Source | None = None
        """What is being read."""
        self.loaded_models = LoadedModels()
        self._solving = Solving(self.loaded_models)
        self._solver = self.work.lane("solver")
        self._reader = self.work.lane("reader")
        self.writer = self.work.lane("writer")
        """For what is to be in a file even where the window closes meanwhile."""
        self._tasks = self.work.tasks(self.fail, "That could not be done")
        self._looks = self.work.tasks(self.fail, "What the cell takes in cannot be worked out")

    @property
    def model_name(self) -> str | None:
        return None if self.model is None else self.model.name

    @property
    def number(self) -> int | None:
        """Which of `puzzles` is shown, from 1; None for any other, such as one that was edited."""
        return self._numbers.get(id(self.puzzle))

    @property
    def solving(self) -> bool:
        return self._solve is not None

    @property
    def adding(self) -> bool:
        """Whether the solve that runs goes on from the trace that there is."""
        return self._solve is not None and self._solve.recording is not None

    @property
    def frame(self) -> Frame | None:
        """The frame at the cursor."""
        if self.trace is None or self.cursor is None:
            return None
        return self.trace[self.cursor]

    @property
    def span(self) -> Span:
        """How much there is room for: in the solve on screen, or in the one to come."""
        of: Trace | RecursionConfig | None
        if self.trace is not None:
            of, settings, most = self.trace, self.trace.settings, self.trace.max_supervision_steps
        else:
            of = None if self.model is None else self.model.config
            settings, most = self.settings, self.max_supervision_steps
        cycles, latent_steps = (1, 0) if of is None else (of.cycles, of.latent_steps)
        return Span(most, cycles, latent_steps + 1 if settings.every_latent_step else 1)

    @property
    def own_steps(self) -> int:
        """The model's own maximum of supervision steps: as many as it was trained with."""
        config = RecursionConfig if self.model is None else self.model.config
        return config.max_supervision_steps

    @property
    def max_supervision_steps(self) -> int:
        """After how many supervision steps the next solve stops at the latest."""
        return self.settings.max_supervision_steps or self.own_steps

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
        among = id(puzzle) in self._numbers
        puzzles, origin = (self.puzzles, self.origin) if among else ((puzzle,), "")
        self.show(Shown(puzzle, puzzles, origin, puzzle))

    def show(self, shown: Shown) -> None:
        """Show another puzzle, or one that was shown before."""
        if self.puzzle is not None:
            self.leaving.emit(self.shown)
        if shown.puzzles is not self.puzzles:
            self._numbers = {id(each): n for n, each in enumerate(shown.puzzles, start=1)}
        self.puzzles, self.origin, self._opened = shown.puzzles, shown.origin, shown.opened
        self._put(shown.puzzle, another=True)
        self.look_at(None)
        self.another_puzzle.emit()

    @property
    def shown(self) -> Shown | None:
        """What is shown, to be shown again."""
        if self.puzzle is None:
            return None
        return Shown(self.puzzle, self.puzzles, self.origin, self._opened)

    @property
    def kept(self) -> Kept | None:
        """What is to outlive the window."""
        if (shown := self.shown) is None:
            return None
        return Kept(shown, tuple(self._chosen), bool(self.trace))

    def take_up(self, kept: Kept) -> None:
        """Go on with what another window has left."""
        self._chosen = [*kept.models]
        self.model = None
        self.show(kept.shown)

    def edit_puzzle(self, puzzle: Puzzle) -> None:
        """Show a changed form of the puzzle, unsolved; a running solve is cancelled."""
        self._put(puzzle, another=False)

    def _put(self, puzzle: Puzzle, another: bool) -> None:
        """If the model in use does not fit, or is to give way to a better one for another puzzle,
        takes the one that was chosen last of those that do, or that most often right on such."""
        self._abandon_solve()
        self.puzzle = puzzle
        if self.model is None or self.model.misfit(puzzle) or (another and self._gives_way()):
            self._usual = self._usual_model(puzzle)
            self._change_model(self._usual)
        self.puzzle_changed.emit()
        self._set_recording(None)

    def _gives_way(self) -> bool:
        """Whether nobody asked for the model in use, and another was chosen or is likelier."""
        if self.model is None or self.puzzle is None or self.model is not self._usual:
            return False
        if self._chosen_for(self.puzzle):
            return True
        other = likeliest(self.models, self.puzzle)
        shares = [share_right_like(each, self.puzzle) or 0 for each in (other, self.model) if each]
        return shares[0] > shares[-1]

    def _chosen_for(self, puzzle: Puzzle) -> ModelInfo | None:
        """The model that was chosen last of those here that fit."""
        here = {model.directory: model for model in self.models if model.misfit(puzzle) is None}
        return next((here[each] for each in self._chosen if each in here), None)

    def _usual_model(self, puzzle: Puzzle) -> ModelInfo | None:
        return self._chosen_for(puzzle) or likeliest(self.models, puzzle)

    def show_recording(
        self, recording: Recording, origin: str = "", kept: Kept | None = None
    ) -> None:
        """Show a recorded solve, or a puzzle alone; the model that made it is used again, where it
        is at hand. kept: what was shown with it."""
        puzzle, maker = recording.trace.puzzle, recording.trace.model_name
        if kept is None:
            kept = Kept(Shown(puzzle, (puzzle,), origin, puzzle), tuple(self._chosen))
        else:
            self.model = None
        self._chosen = [*kept.models]
        makers = [each for each in self.models if each.name == maker and not each.misfit(puzzle)]
        if makers and self.model not in makers:
            self._abandon_solve()
            self._change_model(makers[-1])
        self.show(kept.shown.with_puzzle(puzzle))
        if recording.trace:
            self._set_recording(recording)
            self.move_to(len(recording.trace) - 1)

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
        chosen = next(model for model in self.models if name in (model.name, str(model.directory)))
        others = (each for each in self._chosen if each != chosen.directory)
        self._chosen = [chosen.directory, *others][:MOST_CHOSEN]
        self._use(chosen)

    def _use(self, model: ModelInfo | None) -> None:
        self._usual = None
        if model is not self.model:
            self._abandon_solve()
            self._change_model(model)
            self._set_recording(None)

    def _change_model(self, model: ModelInfo | None) -> None:
        """Have it in use, with the maximum of supervision steps that is set for it."""
        if model is self.model:
            return
        self.model = model
        for_all = self.steps_by_hand.get(None)
        most = for_all if model is None else self.steps_by_hand.get(model.directory, for_all)
        self.settings = replace(self.settings, max_supervision_steps=most)
        self.model_changed.emit()
        self.settings_changed.emit()

    def use_model(self, model: ModelInfo) -> None:
        """Offer `model`, and have it solve from now on what is shown."""
        self._offer(model)
        self._use(model)

    def add_model(self, source: Path | OfficialCheckpoint, use: bool = True) -> None:
        """Read one more model and offer it, or tell `failed`.

        It takes the place of one in the same directory. use: whether it becomes the model in use,
        if it fits the puzzle.
        """
        self._tasks.start(self._add_model(source, use))

    async def _add_model(self, source: Path | OfficialCheckpoint, use: bool) -> None:
        file = source if isinstance(source, Path) else source.checkpoint
        why = ""
        try:
            if isinstance(source, Path):
                info = await self._reader(read_model, source, of=source)
            else:
                await self._reader(read_ahead, file, of=file)
                info = await self._solver(self._solving.imported, source)
            self._take_model(info, use)
        except Exception as error:
            why, details = explained(error, f"{file} cannot be read")
            self.fail(why, details)
        self.model_tried.emit(source, why)

    def remove_model(self, model: ModelInfo) -> None:
        """Offer it no more; its files stay."""
        self.models = tuple(other for other in self.models if other is not model)
        if self.model is model:
            self._use(None if self.puzzle is None else self._usual_model(self.puzzle))
            self._usual = self.model
        self.models_changed.emit()

    @property
    def compute(self) -> Compute:
        """What solves are computed on."""
        return self._solving.compute

    def set_compute(self, compute: Compute) -> None:
        """Compute solves so from the next one on."""
        self._solving.compute = compute

    def set_settings(self, settings: SolveSettings) -> None:
        """Solve with `settings` from now on; the trace on screen stays as it is.

        A maximum of supervision steps holds for the model in use; where there is none yet, for all.
        """
        if settings != self.settings:
            if settings.max_supervision_steps != self.settings.max_supervision_steps:
                model = None if self.model is None else self.model.directory
                self.steps_by_hand[model] = settings.max_supervision_steps
            self.settings = settings
            self.settings_changed.emit()

    def set_settings_for_all(self, settings: SolveSettings) -> None:
        """Solve with `settings` from now on, whatever the model."""
        self.steps_by_hand = {None: settings.max_supervision_steps}
        self.set_settings(settings)

    def set_extent(self, extent: Extent) -> None:
        """Let solves run so far from now on."""
        if extent != self.extent:
            self.extent = extent
            self.settings_changed.emit()

    def set_latent_steps(self, shown: bool) -> None:
        """Have a frame for every latent step, or for every cycle only.

        What is on screen is solved again so, as far as it went, and the cursor stays in its place.
        """
        trace, frame = self.trace, self.frame
        changes = trace is not None and trace.settings.every_latent_step != shown
        if changes and self._maker_is_missing("To show other steps"):
            self.settings_changed.emit()
            return
        self.set_settings(replace(self.settings, every_latent_step=shown))
        if trace is None or not changes:
            return
        if self.solving or frame is None:
            self.solve()
            return
        self._start(replace(trace.settings, every_latent_step=shown), steps=trace.supervision_steps)
        cycles = (frame.supervision_step - 1) * trace.cycles + frame.cycle
        self._wanted = cycles * (trace.latent_steps + 1 if shown else 1) - 1

    def solve(self) -> None:
        """Solve the puzzle in the background, as far as `extent` says; a running solve is cancelled
        first."""
        settings = self.settings
        if self.extent == "all":
            settings = replace(settings, halt_threshold=None)
        stepping = self.extent == "stepping"
        if self._start(settings, steps=1 if stepping else None) and stepping:
            self._wanted = 0

    def solve_further(self) -> None:
        """Add one supervision step after the last one, beyond the maximum too; while one is being
        added, one more after it."""
        trace = self.trace
        if self.adding:
            self._further += 1
            return
        if self.solving or not trace or self._maker_is_missing("For more steps"):
            return
        trace.allow(trace.supervision_steps + self._trace_is_whole)
        assert self.model is not None
        solve = Solve(self.model, trace.puzzle, trace.settings, 1, self.recording)
        self._run(solve)

    def _maker_is_missing(self, purpose: str) -> bool:
        """Whether the trace was recorded by a model that is not at hand, which is told then."""
        assert self.trace is not None
        if self.model_name == self.trace.model_name:
            return False
        self.fail(
            f"{purpose}, {self.trace.model_name} is needed, which made this recording and is not "
            "among the models here; Solve solves the puzzle again."
        )
        return True

    @property
    def _trace_is_whole(self) -> bool:
        """Whether the last supervision step of the trace was run to its end."""
        return bool(self.trace and self.trace[-1].ends_supervision_step)

    @property
    def can_step_further(self) -> bool:
        """Whether stepping on from the last frame runs the model, or waits for it."""
        trace = self.trace
        if self.extent != "stepping" or not trace:
            return False
        most = trace.max_supervision_steps
        return trace.supervision_steps < most or not self._trace_is_whole

    def cancel(self) -> None:
        """Stop the running solve within one latent step; the frames so far stay."""
        self._further = 0
        if self._solve is not None:
            self._solve.stop.ask()

    def move_to(self, frame: int) -> None:
        """Move the cursor to a frame index, or to the nearest that there is."""
        self._wanted = None
        if not self.trace:
            return
        frame = min(max(frame, 0), len(self.trace) - 1)
        if frame != self.cursor:
            self.cursor = frame
            self.cursor_changed.emit()

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
            self._wanted = None if self._wanted is None else max(0, self._wanted + direction)
            return
        if direction < 0:
            self.move_to(trace.end_before(cursor, unit))
            return
        end = trace.end_after(cursor, unit)
        if end >= len(trace) and self.can_step_further:
            if not self.solving:
                self.solve_further()
            self._wanted = end if self.solving else None
        else:
            self.move_to(end)

    def look_at(self, cell: tuple[int, int] | None) -> None:
        """Have the plots of a single cell show this one of the answer."""
        if cell != self.cell:
            self.cell = cell
            self.cell_changed.emit()

    def ask_mixing(self, call: NetworkCall) -> None:
        """Work out what the cell that is looked at takes in there, for `mixing_known`; of several
        requests at once the newest is answered."""
        if self.trace and self.cell is not None:
            cell = self.trace.cell_index(*self.cell)
            self._looks.start(self._look(self.trace, call, cell), place="look")

    async def _look(self, trace: Trace, call: NetworkCall, cell: int) -> None:
        mixing = await self._looks.attempt(self._solver(self._solving.mixing, trace, call, cell))
        if trace is self.trace:
            self.mixing_known.emit(mixing)

    def why_no_model(self) -> str:
        """Why the puzzle cannot be solved, and what could be."""
        assert self.puzzle is not None
        return why_none_fits(self.models, self.puzzle)

    def close(self) -> None:
        """Cancel what runs, have written what is to be, and let go of the solve; the session ends
        with this."""
        self._abandon_solve()
        self.work.close()
        self.loaded_models.clear()
        self._set_recording(None)

    def _start(self, settings: SolveSettings, steps: int | None) -> bool:
        """Begin a solve; whether there was something to begin."""
        self._abandon_solve()
        if self.puzzle is None:
            self.fail("There is no puzzle to solve; open one first.")
            return False
        if self.model is None:
            self.fail(self.why_no_model())
            return False
        self._run(Solve(self.model, self.puzzle, settings, steps))
        return True

    def _run(self, solve: Solve) -> None:
        self._solve = solve
        self.solving_changed.emit(True)
        self._tasks.start(self._follow(solve), place="solve")

    def _abandon_solve(self) -> None:
        self.failure = ""
        self._wanted = None
        self._further = 0
        if self._solve is not None:
            self._tasks.cancel("solve")
            self._solve.stop.ask()
            self._solve = None
            self.solving_changed.emit(False)

    def _set_recording(self, recording: Recording | None) -> None:
        self.recording = recording
        self.trace = trace = None if recording is None else recording.trace
        self.cursor = None
        if trace is not None and self.cell is not None:
            rows, cols = trace.puzzle.largest_answer(trace.shape)
            if self.cell[0] >= rows or self.cell[1] >= cols:
                self.look_at(None)
        self.trace_changed.emit()
        self.cursor_changed.emit()

    def fail(self, sentence: str, details: str = "", page: str = "") -> None:
        """Tell that something could not be done; `details`, of what was not foreseen, or a `page`
        of the manual that helps, are for whoever asks for them."""
        self.details, self.help_page = details, page
        self.failed.emit(sentence)

    def _take_model(self, model: ModelInfo, use: bool) -> None:
        before = self.model
        self._offer(model)
        if before is not None and before is not self.model and before.stamp != model.stamp:
            self._abandon_solve()
            self._set_recording(None)
        if self.puzzle is None or model.misfit(self.puzzle):
            return
        if use:
            self.set_model(str(model.directory))
        elif (self.solving or not self.trace) and self._chosen_for(self.puzzle) is model:
            again = self.solving  # it was chosen in an earlier window, and is found only now
            self._use(model)
            if again:
                self.solve()

    def _offer(self, model: ModelInfo) -> None:
        """Have it among the models, in the place of one in the same directory, of which all that
        is known is what the files say now."""
        if any(each.directory == model.directory for each in self.models):
            self.models = tuple(
                model if each.directory == model.directory else each for each in self.models
            )
        else:
            self.models = (*self.models, model)
        self.models_changed.emit()
        if self.model is not None and self.model.directory == model.directory:
            self._change_model(model)
            if self.puzzle is not None and model.misfit(self.puzzle):
                self._change_model(self._usual_model(self.puzzle))

    async def _follow(self, solve: Solve) -> None:
        """Show what comes of it, to its end; it is cancelled where it is to be shown no more."""
        failure = details = ""
        try:
            with solve.stop:
                if (recursion := await self._recursion(solve)) is not None:
                    steps = self._solving.steps(recursion, solve)
                    async for batch in self._solver.each(steps):
                        self._take_frames([frame for frames in batch for frame in frames])
        except Exception as error:
            failure, details = explained(error, "The solve stopped")
        self._solve = None
        self._wanted = None
        self.failure = failure
        self.solving_changed.emit(False)
        if failure:
            self._further = 0
            self.fail(failure, details)
        self.solve_finished.emit()
        if self._further and not self.solving:
            self._further -= 1
            self.solve_further()

    async def _recursion(self, solve: Solve) -> Recursion | None:
        """Where to begin or to go on; None where that was stopped. Raises UserError."""
        if not self.loaded_models.has(solve.model):
            weights = solve.model.directory / "model.safetensors"
            await self._reader(read_ahead, weights, of=weights)
        begun = await self._solver(self._solving.begin, solve)
        if (solver := begun.solver) is not None:
            if solver.info.stamp != solve.model.stamp:
                self._offer(solver.info)
            self.computed_on = solver.computed_on
        if begun.error is not None:
            raise begun.error
        if begun.recording is not solve.recording:
            self._set_recording(begun.recording)
        return begun.recursion

    def _take_frames(self, frames: list[Frame]) -> None:
        """Have what has come in the trace."""
        assert self.trace is not None
        following = self.cursor is None or self.cursor == len(self.trace) - 1
        for frame in frames:
            self.trace.append(frame)
        self.trace_changed.emit()
        if (wanted := self._wanted) is not None:
            self.move_to(wanted)
            self._wanted = wanted if wanted >= len(self.trace) else None
        elif following:
            self.move_to(len(self.trace) - 1)
