"""Last answers drawn small."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from trm_core.puzzles.base import Grid, Puzzle
from trm_core.recordings import RecordingError, read_answer
from trm_gui.library.thumbnails import MOST, MOST_WAITING, LazyThumbnails, paint_grid
from trm_gui.recordings.entries import Entry
from trm_gui.theme import Theme
from trm_gui.work import Tasks, Work


class RecordingThumbnails(LazyThumbnails[Entry]):
    """Of entries whose answers are read when they are first to be seen, the newest first."""

    def __init__(self, work: Work, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks
        self._lane = work.lane("recordings")
        self._asked: OrderedDict[str, Entry] = OrderedDict()
        self._reading = False
        self._answers: OrderedDict[str, tuple[Puzzle, Grid | None]] = OrderedDict()

    def can_draw(self, item: Entry) -> bool:
        if item.key in self._answers:
            return True
        if not item.trouble:
            self._ask(item)
        return False

    def paint(self, painter: QPainter, area: QRectF, item: Entry, theme: Theme) -> None:
        puzzle, answer = self._answers[item.key]
        shown = puzzle.grid if answer is None or not answer.size else answer
        paint_grid(painter, area, puzzle, shown, theme)

    def _ask(self, item: Entry) -> None:
        self._asked[item.key] = item
        self._asked.move_to_end(item.key)
        if len(self._asked) > MOST_WAITING:
            self._asked.popitem(last=False)
        if not self._reading:
            self._reading = True
            self._tasks.start(self._read())

    async def _read(self) -> None:
        try:
            while self._asked:
                key, entry = self._asked.popitem()
                try:
                    header, answer = await self._lane(read_answer, entry.file, of=entry.file)
                except RecordingError:
                    continue  # which its entry says
                self._answers[key] = header.puzzle, answer
                if len(self._answers) > MOST:
                    self._answers.popitem(last=False)
                self.drawn.emit()  # whoever still shows it asks again
        finally:
            self._reading = False
            self._asked.clear()
