"""Which models there are, and which of them is taken for a puzzle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from trm_core.checkpoints.expectations import likeliest, share_right_like, why_none_fits
from trm_core.checkpoints.info import ModelInfo
from trm_core.puzzles.base import Puzzle
from trm_gui.failure import explained
from trm_gui.session.engine import Compute, OfficialCheckpoint, imported, read_ahead, read_model
from trm_gui.session.loaded_models import LoadedModels
from trm_gui.work import Work

MOST_CHOSEN = 20
"""Models that somebody chose, which are preferred to others for puzzles that they fit."""


class Models(QObject):
    """Holds them in the order in which they came, one in each directory.

    all: of each what its files said when it was offered.
    chosen: directories of those that somebody chose, the last one first; they need not be here.
    steps_by_hand: by model directory, the maximum of supervision steps that somebody has set while
        it was in use; under None, that for all others. None for the model's own.
    compute: what models are loaded for from now on; those that are loaded stay as they are.
    loaded: those that solve; all that takes long with them is for the lane `solver`.
    """

    changed = Signal()
    """There are other models to choose from."""
    tried = Signal(object, str)
    """What a model was to be added from, and why it was not; "" where it was."""

    def __init__(
        self, models: Sequence[ModelInfo], work: Work, fail: Callable[[str, str], None]
    ) -> None:
        super().__init__()
        self.all = tuple(models)
        self.chosen: list[Path] = []
        self.steps_by_hand: dict[Path | None, int | None] = {}
        self.compute = Compute()
        self.loaded = LoadedModels()
        self.solver = work.lane("solver")
        self.reader = work.lane("model reader")
        self._tasks = work.tasks(fail, "The model could not be added")
        self._fail = fail

    def at(self, directory: Path) -> ModelInfo | None:
        """The one there."""
        return next((model for model in self.all if model.directory == directory), None)

    def usual(self, puzzle: Puzzle | None, used: ModelInfo | None = None) -> ModelInfo | None:
        """What a puzzle is solved with unless somebody asks for another one: the model that was
        chosen for it, else the one that is most often right on such, which is that in use where no
        other is more often; None where none fits."""
        if puzzle is None:
            return None
        either = [each for each in (used, likeliest(self.all, puzzle)) if each is not None]
        return self.chosen_for(puzzle) or max(
            (each for each in either if each.misfit(puzzle) is None),
            key=lambda each: share_right_like(each, puzzle) or 0.0,
            default=None,
        )

    def chosen_for(self, puzzle: Puzzle) -> ModelInfo | None:
        """The model that was chosen last of those here that fit."""
        here = filter(None, map(self.at, self.chosen))
        return next((model for model in here if model.misfit(puzzle) is None), None)

    def why_none_fits(self, puzzle: Puzzle) -> str:
        """Why the puzzle cannot be solved, and what could be."""
        return why_none_fits(self.all, puzzle)

    def most_steps(self, model: ModelInfo | None) -> int | None:
        """The maximum of supervision steps that was set for it; None for its own."""
        for_all = self.steps_by_hand.get(None)
        return for_all if model is None else self.steps_by_hand.get(model.directory, for_all)

    def choose(self, model: ModelInfo) -> None:
        """Prefer it to all others, for the puzzles that it fits."""
        others = (each for each in self.chosen if each != model.directory)
        self.chosen = [model.directory, *others][:MOST_CHOSEN]

    def add(
        self, source: Path | OfficialCheckpoint, then: Callable[[ModelInfo], None] = lambda _: None
    ) -> None:
        """Read one more model, offer it and hand it on; or have it told why that cannot be."""
        self._tasks.start(self._add(source, then))

    async def _add(
        self, source: Path | OfficialCheckpoint, then: Callable[[ModelInfo], None]
    ) -> None:
        file = source if isinstance(source, Path) else source.checkpoint
        why = ""
        try:
            if isinstance(source, Path):
                model = await self.reader(read_model, source, of=source)
            else:
                await self.reader(read_ahead, file, of=file)
                model = await self.solver(imported, source, self.compute.threads)
            self.offer(model)
            then(model)
        except Exception as error:
            why, details = explained(error, f"{file} cannot be read")
            self._fail(why, details)
        self.tried.emit(source, why)

    def offer(self, model: ModelInfo) -> None:
        """Have it here, in the place of the one in the same directory, of which all that is known
        is what the files say now."""
        before = self.at(model.directory)
        kept = tuple(model if each is before else each for each in self.all)
        self.all = kept if before is not None else (*kept, model)
        self.changed.emit()

    def remove(self, model: ModelInfo) -> None:
        """Offer it no more; its files stay."""
        self.all = tuple(other for other in self.all if other is not model)
        self.changed.emit()
