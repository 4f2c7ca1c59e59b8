"""What is on screen survives a crash, and is offered when the window opens again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from trm_core.puzzles.base import Puzzle
from trm_core.recordings import Recording, RecordingError, read_recording
from trm_gui.recordings.leftovers import Leftover, Slot, claimed
from trm_gui.session import Session
from trm_gui.shown import Kept, read_kept

SETTLED = 1000
"""Milliseconds without a change after which what is on screen is kept."""


@dataclass(frozen=True, eq=False)
class Offer:
    """What another window has left."""

    leftover: Leftover
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

    They are written by a thread when a solve has ended, and when nothing has changed for a second.
    """

    offered = Signal(object)
    """An Offer to `restore` or `discard`; None where there is no other one."""
    failed = Signal(str)
    kept = Signal()
    """What is on screen was written."""

    def __init__(self, session: Session, folder: Path) -> None:
        super().__init__()
        self._session = session
        self._folder = folder
        self._slot = Slot(folder)
        self._thread = ThreadPoolExecutor(1, "recovery")
        self._first: Puzzle | None = None
        """What the window has opened with, which is not worth keeping."""
        self._offer: Offer | None = None
        self._told = False
        self._closed = False
        self._settled = QTimer(self, singleShot=True, interval=SETTLED)
        self._settled.timeout.connect(self.keep)
        session.puzzle_changed.connect(self._on_change)
        session.trace_changed.connect(self._on_change)
        session.solve_finished.connect(self.keep)
        self._found.connect(self._on_found)

    _found = Signal(object)

    def keep(self) -> None:
        """Write what is on screen now, if anything was done."""
        session = self._session
        self._settled.stop()
        untouched = session.puzzle is self._first and not self._slot.used
        if session.puzzle is None or self._closed or (untouched and not session.trace):
            return
        recording = session.recording
        if not session.trace:
            recording = Recording.of_puzzle(session.puzzle)
        self._thread.submit(self._write, recording, session.kept)

    def look(self) -> None:
        """Have the newest of what other windows have left `offered`."""
        if not self._closed:
            self._thread.submit(self._look)

    def restore(self) -> None:
        """Show what was offered; the file goes once it is kept as what this window shows."""
        offer, self._offer = self._offer, None
        if offer is not None:
            self._session.show_recording(offer.recording, kept=offer.kept)
            self._settled.stop()
            self._thread.submit(self._take_over, offer, self._session.kept)

    def discard(self) -> None:
        """Remove what was offered."""
        offer, self._offer = self._offer, None
        if offer is not None:
            self._thread.submit(self._remove, offer)

    def close(self) -> None:
        """As the window closes properly, nothing is to be recovered; an open offer stays."""
        if self._closed:
            return
        self._closed = True
        self._settled.stop()
        self._thread.submit(self._slot.remove)
        if self._offer is not None:
            self._thread.submit(self._offer.leftover.release)
        self._thread.shutdown(wait=True)

    def _on_change(self) -> None:
        self._first = self._first or self._session.puzzle
        if not self._closed and not self._session.solving:  # its end is heard of
            self._settled.start()

    def _on_found(self, offer: Offer | None) -> None:
        if offer is not None and self._closed:
            offer.leftover.release()
            return
        self._offer = offer
        self.offered.emit(offer)

    def _write(self, recording: Recording, kept: Kept) -> bool:
        try:
            self._slot.write(recording, kept)
        except RecordingError as error:
            return self._cannot_keep(str(error))
        except OSError as error:
            return self._cannot_keep(f"{error.filename}: {error.strerror}")
        self.kept.emit()
        return True

    def _cannot_keep(self, why: str) -> bool:
        """Say so, once; always False."""
        if not self._told:
            self._told = True
            self.failed.emit(f"What is on screen would not survive a crash: {why}.")
        return False

    def _take_over(self, offer: Offer, kept: Kept) -> None:
        if self._write(offer.recording, kept):
            offer.leftover.remove()
        else:
            offer.leftover.release()
        self._look()

    def _remove(self, offer: Offer) -> None:
        offer.leftover.remove()
        self._look()

    def _look(self) -> None:
        try:
            for leftover in claimed(self._folder):
                try:
                    recording = read_recording(leftover.file)
                except RecordingError as error:
                    aside = leftover.set_aside()
                    self.failed.emit(f"{error}; it could not be restored, and is kept as {aside}.")
                else:
                    self._found.emit(Offer(leftover, recording, read_kept(leftover.beside)))
                    return
        except OSError as error:
            self.failed.emit(f"{self._folder} cannot be looked through: {error.strerror}.")
        self._found.emit(None)


def _described(puzzle: Puzzle) -> str:
    if puzzle.kind == "arc":
        return f"ARC task {puzzle.name}".strip()
    kind = "Sudoku" if puzzle.kind == "sudoku" else puzzle.kind
    return f"{puzzle.rows}×{puzzle.cols} {kind}"
