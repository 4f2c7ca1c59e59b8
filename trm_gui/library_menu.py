"""The menu of the puzzles that come with the program."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.library import Entry, read_library


class LibraryMenu(QMenu):
    """A submenu for each size of Sudoku and maze, and one for the ARC tasks.

    Filled when it is first opened, so that the window need not wait for it. `chosen` is emitted
    with the entry that was triggered.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("&Bundled puzzles", parent)
        self.aboutToShow.connect(self._fill, Qt.ConnectionType.SingleShotConnection)

    def _fill(self) -> None:
        for _, of_a_kind in groupby(read_library(), lambda entry: entry.kind):
            self.addSeparator()
            for title, entries in groupby(of_a_kind, _title):
                submenu = self.addMenu(title)
                for entry in entries:
                    action = submenu.addAction(_text(entry))
                    action.triggered.connect(lambda _=False, entry=entry: self.chosen.emit(entry))


def _title(entry: Entry) -> str:
    if entry.kind == "arc":
        return "ARC-AGI-1"
    return str(PuzzleShape(entry.kind, entry.rows, entry.cols))


def _text(entry: Entry) -> str:
    """What tells an entry from others in its submenu, and whom it has defeated."""
    if entry.kind == "arc":
        text = entry.id.partition("/")[2]
    else:
        text = f"{entry.difficulty.capitalize()} {int(entry.id.rpartition('-')[2])}"
    if entry.not_solved_by:
        text += f" (defeats {', '.join(entry.not_solved_by)})"
    return text
