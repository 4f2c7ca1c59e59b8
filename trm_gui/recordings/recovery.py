"""What is on screen survives a crash, and is offered when the window opens again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from trm_core.errors import UserError
from trm_core.puzzles.base import Puzzle
from trm_core.recordings import Recording, RecordingError, read_recording
from trm_gui.recordings.leftovers import Leftover, Slot, claimed
from trm_gui.session import Session
from trm_gui.session.shown import Kept, read_kept

SETTLED = 1000
"""Milliseconds without a change after which what is on screen is kept."""


@dataclass(frozen=True, eq=False)
class Offer:
    """What another window has left."""

    recording: Recording
    kept: Kept | None
    """What was shown with it."""

    @property
    def sentence(self) -> str:
        trace = self.recording.trace
        words = f"TRM Studio did not close properly. Restore the {_described(trace.puzzle)}"
        if steps := trace.supervision_steps:
            words += f" and its {steps} recorded step{'s' if steps > 1 else ''}"
        return f"{words}?"


class Recovery(QObject):
    """Keeps the session's puzzle and trace in a file while the window is open.

    They are written when a solve has ended, and when nothing has changed for a second.
    """

    offered = Signal(object)
    """An Offer to `restore` or `discard`; None where there is no other one."""
    kept = Signal()
    """What is on screen was written."""

    def __init__(self, session: Session, folder: Path) -> None:
        super().__init__()
        self._session = session
        self._folder = folder
        self._slot = Slot(folder)
        self._lane = session.work.lane("recovery")
        self._tasks = session.work.tasks(session.fail, "What is on screen cannot be kept")
        self._first: Puzzle | None = None
        """What the window has opened with, which is not worth keeping."""
        self._offer: Offer | None = None
        self._claimed: Leftover | None = None
        """The file of the offer; known to the lane alone."""
        self._told = False
        self._closed = False
        self._settled = QTimer(self, singleShot=True, interval=SETTLED)
        self._settled.timeout.connect(self.keep)
        session.puzzle_changed.connect(self._on_change)
        session.trace_changed.connect(self._on_change)
        session.solve_finished.connect(self.keep)

    def keep(self) -> None:
        """Write what is on screen now, if anything was done."""
        session = self._session
        self._settled.stop()
        untouched = session.puzzle is self._first and not self._slot.used
        if session.puzzle is None or self._closed or (untouched and not session.trace):
            return
        recording, kept = session.recording, session.kept
        if not session.trace:
            recording = Recording.of_puzzle(session.puzzle)
        assert recording is not None
        assert kept is not None
        self._tasks.start(self._keep(recording, kept))

    def look(self) -> None:
        """Have the newest of what other windows have left `offered`."""
        self._tasks.start(self._look())

    def restore(self) -> None:
        """Show what was offered; the file goes once it is kept as what this window shows."""
        offer, self._offer = self._offer, None
        if offer is not None:
            self._session.show_recording(offer.recording, kept=offer.kept)
            self._settled.stop()
            kept = self._session.kept
            assert kept is not None
            self._tasks.start(self._take_over(offer, kept))

    def discard(self) -> None:
        """Remove what was offered."""
        offer, self._offer = self._offer, None
        if offer is not None:
            self._tasks.start(self._remove())

    def close(self) -> None:
        """As the window closes properly, nothing is to be recovered; an open offer stays."""
        if self._closed:
            return
        self._closed = True
        self._settled.stop()
        self._lane.surely(self._end)

    def _on_change(self) -> None:
        self._first = self._first or self._session.puzzle
        if not self._closed and not self._session.solving:  # its end is heard of
            self._settled.start()

    async def _keep(self, recording: Recording, kept: Kept) -> bool:
        """Whether it is kept; where it is not, that is told once."""
        try:
            await self._lane.surely(self._slot.write, recording, kept, of=self._folder)
        except (UserError, OSError) as error:
            if not self._told:
                self._told = True
                why = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else error
                self._session.fail(
                    f"What is on screen would not survive a crash: {str(why).rstrip('.')}."
                )
            return False
        self.kept.emit()
        return True

    async def _take_over(self, offer: Offer, kept: Kept) -> None:
        there = await self._keep(offer.recording, kept)
        await self._lane.surely(self._leave, there, of=self._folder)
        await self._look()

    async def _remove(self) -> None:
        await self._lane.surely(self._leave, True, of=self._folder)
        await self._look()

    async def _look(self) -> None:
        self._offer = None
        try:
            self._offer, troubles = await self._lane.surely(self._newest, of=self._folder)
            for sentence in troubles:
                self._session.fail(sentence)
        finally:
            if not self._closed:
                self.offered.emit(self._offer)

    def _newest(self) -> tuple[Offer | None, list[str]]:
        """What can be offered, and a sentence about each that can not."""
        troubles = []
        try:
            for leftover in claimed(self._folder):
                try:
                    recording = read_recording(leftover.file)
                except RecordingError as error:
                    aside = leftover.set_aside()
                    troubles.append(f"{error}; it could not be restored, and is kept as {aside}.")
                else:
                    self._claimed = leftover
                    return Offer(recording, read_kept(leftover.beside)), troubles
        except OSError as error:
            raise RecordingError(
                f"{self._folder} cannot be looked through: {error.strerror}."
            ) from None
        return None, troubles

    def _leave(self, for_good: bool) -> None:
        """Hold what was offered no more."""
        leftover, self._claimed = self._claimed, None
        if leftover is not None:
            leftover.remove() if for_good else leftover.release()

    def _end(self) -> None:
        self._slot.remove()
        self._leave(False)


def _described(puzzle: Puzzle) -> str:
    if puzzle.kind == "arc":
        return f"ARC task {puzzle.name}".strip()
    kind = "Sudoku" if puzzle.kind == "sudoku" else puzzle.kind
    return f"{puzzle.rows}×{puzzle.cols} {kind}"
