"""Last answers drawn small."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from trm_core.puzzles.base import Grid, Puzzle
from trm_gui.library.thumbnails import MOST, LazyThumbnails, paint_grid
from trm_gui.recordings.entries import Entry
from trm_gui.recordings.folder import RecordingFolder
from trm_gui.theme import Theme


class RecordingThumbnails(LazyThumbnails):
    """Of entries whose answers are read, by the folder, when they are first to be seen."""

    def __init__(self, folder: RecordingFolder) -> None:
        super().__init__()
        self._folder = folder
        self._answers: OrderedDict[str, tuple[Puzzle, Grid | None]] = OrderedDict()
        folder.answered.connect(self._on_answered)

    def can_draw(self, item: Entry) -> bool:
        if item.key in self._answers:
            return True
        if not item.trouble:
            self._folder.ask_answer(item)
        return False

    def paint(self, painter: QPainter, area: QRectF, item: Entry, theme: Theme) -> None:
        puzzle, answer = self._answers[item.key]
        shown = puzzle.grid if answer is None or not answer.size else answer
        paint_grid(painter, area, puzzle, shown, theme)

    def _on_answered(self, key: str, puzzle: Puzzle, answer: Grid | None) -> None:
        self._answers[key] = puzzle, answer
        if len(self._answers) > MOST:
            self._answers.popitem(last=False)
        self.drawn.emit()  # whoever still shows it asks again
