"""The one observable state of the window: model, puzzle, trace and cursor."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from trm_core.checkpoints.info import ModelInfo, smallest_fitting, why_none_fits
from trm_core.puzzles.base import Puzzle
from trm_core.trace import Frame, SolveSettings, Trace
from trm_gui.background import Background, Solve, Source


class Session(QObject):
    """Widgets read it and call its methods; nothing else changes state.

    A solve appends frames to `trace` while it runs. The cursor follows the newest frame until
    somebody moves it away from the end, and follows again when moved back to the end.
    """

    puzzle_changed = Signal()
    another_puzzle = Signal()
    """The puzzle was replaced by another one, not edited."""
    model_changed = Signal()
    settings_changed = Signal()
    trace_changed = Signal()
    """The trace was replaced, or has more frames."""
    cursor_changed = Signal()
    solving_changed = Signal(bool)
    opening_changed = Signal()
    solve_finished = Signal()
    """A solve ended: halted, reached its maximum, was cancelled or failed."""
    failed = Signal(str)
    """Something that was asked for could not be done; one sentence for the user."""

    def __init__(self, models: Sequence[ModelInfo]) -> None:
        super().__init__()
        self.models = tuple(models)
        self.model: ModelInfo | None = None
        self.puzzles: Sequence[Puzzle] = ()
        """The puzzles of the file or library entry that was opened last."""
        self.puzzle: Puzzle | None = None
        self.trace: Trace | None = None
        self.cursor: int | None = None
        self.settings = SolveSettings()
        self.failure = ""
        """Why the last solve of this puzzle failed, in a sentence; "" if it did not."""
        self._solve: Solve | None = None
        self.opening: Source | None = None
        """What is being read."""
        self._background = Background()
        self._background.opened.connect(self._on_opened)
        self._background.open_failed.connect(self._on_open_failed)
        self._background.started.connect(self._on_started)
        self._background.advanced.connect(self._on_advanced)
        self._background.ended.connect(self._on_ended)

    @property
    def model_name(self) -> str | None:
        return None if self.model is None else self.model.name

    @property
    def solving(self) -> bool:
        return self._solve is not None

    @property
    def frame(self) -> Frame | None:
        """The frame at the cursor."""
        if self.trace is None or self.cursor is None:
            return None
        return self.trace[self.cursor]

    @property
    def span(self) -> tuple[int, int]:
        """Most supervision steps of the solve on screen or to come, and frames in each."""
        if self.trace is not None:
            return self.trace.settings.max_supervision_steps, self.trace.frames_per_step
        cycles = 1 if self.model is None else self.model.config.cycles
        return self.settings.max_supervision_steps, cycles

    def open(self, source: Source) -> None:
        """Read puzzles in the background and show the first one, or tell `failed`."""
        self.opening = source
        self.opening_changed.emit()
        self._background.open(self.opening)

    def show_puzzles(self, puzzles: Sequence[Puzzle]) -> None:
        """Show the first of several puzzles; the others are `puzzles` from now on."""
        self.puzzles = puzzles
        self.set_puzzle(puzzles[0])

    def set_puzzle(self, puzzle: Puzzle) -> None:
        """Show another puzzle; what was done to the one before is history."""
        self.edit_puzzle(puzzle)
        self.another_puzzle.emit()

    def edit_puzzle(self, puzzle: Puzzle) -> None:
        """Show a changed form of the puzzle, unsolved; a running solve is cancelled.

        Takes the model with the smallest board that fits, if the one in use does not fit.
        """
        self._abandon_solve()
        self.puzzle = puzzle
        if self.model is None or self.model.misfit(puzzle):
            self.model = smallest_fitting(self.models, puzzle)
            self.model_changed.emit()
        self.puzzle_changed.emit()
        self._set_trace(None)

    def set_model(self, name: str) -> None:
        """Use the model called `name` from now on; what another model did is cleared."""
        chosen = next(model for model in self.models if model.name == name)
        if chosen is self.model:
            return
        self._abandon_solve()
        self.model = chosen
        self.model_changed.emit()
        self._set_trace(None)

    def set_settings(self, settings: SolveSettings) -> None:
        """Solve with `settings` from now on; the trace on screen stays as it is."""
        if settings != self.settings:
            self.settings = settings
            self.settings_changed.emit()

    def solve(self) -> None:
        """Solve the puzzle in the background; a running solve is cancelled first."""
        self._abandon_solve()
        if self.puzzle is None:
            self.failed.emit("There is no puzzle to solve; open one first.")
            return
        if self.model is None:
            self.failed.emit(self.why_no_model())
            return
        self._solve = Solve(self.model, self.puzzle, self.settings)
        self.solving_changed.emit(True)
        self._background.solve(self._solve)

    def cancel(self) -> None:
        """Stop the running solve within one latent step; the frames so far stay."""
        if self._solve is not None:
            self._solve.cancelled.set()

    def move_to(self, frame: int) -> None:
        """Move the cursor to a frame index, or to the nearest that there is."""
        if not self.trace:
            return
        frame = min(max(frame, 0), len(self.trace) - 1)
        if frame != self.cursor:
            self.cursor = frame
            self.cursor_changed.emit()

    def move_by(self, frames: int) -> None:
        """Move the cursor by a number of frames."""
        if self.cursor is not None:
            self.move_to(self.cursor + frames)

    def move_by_supervision_step(self, direction: int) -> None:
        """Move to the end of the next (+1) or of the previous (-1) supervision step."""
        if self.trace is None or self.cursor is None:
            return
        ends = [i for i in range(len(self.trace)) if self.trace[i].ends_supervision_step]
        if direction > 0:
            self.move_to(next((i for i in ends if i > self.cursor), len(self.trace) - 1))
        else:
            self.move_to(next((i for i in reversed(ends) if i < self.cursor), 0))

    def why_no_model(self) -> str:
        """Why the puzzle cannot be solved, and what could be."""
        return why_none_fits(self.models, self.puzzle)

    def close(self) -> None:
        """Cancel what runs and wait for the background threads; the session ends with this."""
        self._abandon_solve()
        self._background.close()

    def _abandon_solve(self) -> None:
        self.failure = ""
        if self._solve is not None:
            self._solve.cancelled.set()
            self._solve = None
            self.solving_changed.emit(False)

    def _set_trace(self, trace: Trace | None) -> None:
        self.trace = trace
        self.cursor = None
        self.trace_changed.emit()
        self.cursor_changed.emit()

    def _on_opened(self, source: Source, puzzles: Sequence[Puzzle]) -> None:
        if source is not self.opening:
            return
        self.opening = None
        self.opening_changed.emit()
        self.show_puzzles(puzzles)

    def _on_open_failed(self, source: Source, sentence: str) -> None:
        if source is self.opening:
            self.opening = None
            self.opening_changed.emit()
            self.failed.emit(sentence)

    def _on_started(self, solve: Solve, trace: Trace) -> None:
        if solve is self._solve:
            self._set_trace(trace)

    def _on_advanced(self, solve: Solve, frames: list[Frame]) -> None:
        if solve is not self._solve:
            return
        following = self.cursor is None or self.cursor == len(self.trace) - 1
        for frame in frames:
            self.trace.append(frame)
        self.trace_changed.emit()
        if following:
            self.move_to(len(self.trace) - 1)

    def _on_ended(self, solve: Solve, failure: str) -> None:
        if solve is not self._solve:
            return
        self._solve = None
        self.failure = failure
        self.solving_changed.emit(False)
        if failure:
            self.failed.emit(failure)
        self.solve_finished.emit()
