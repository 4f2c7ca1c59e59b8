"""Where in a solve somebody looks: which frame, and which cell of it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from trm_core.mixing import NetworkCall
from trm_core.trace import Frame, Trace, Unit


class Cursor(QObject):
    """Is in one trace at a time, and follows its newest frame until somebody moves it away from the
    end; moved back to the end, it follows again.

    index: of the frame; None as long as there is none.
    wanted: the frame to be at as soon as the trace has come that far; None where it follows.
    cell: the (row, column) of the answer that is looked at.
    """

    moved = Signal()
    cell_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.index: int | None = None
        self.wanted: int | None = None
        self.cell: tuple[int, int] | None = None
        self._trace: Trace | None = None
        self._length = 0
        """Frames that the trace had when they were looked at last."""
        self._entered = False

    @property
    def frame(self) -> Frame | None:
        return None if self._trace is None or self.index is None else self._trace[self.index]

    def enter(self, trace: Trace | None, same_moment: bool = False) -> None:
        """Be in another trace, at its last frame, or at the moment that was looked at in the one
        before. `keep_up` tells of it."""
        if trace is self._trace:
            return
        before = self.frame if same_moment else None
        self.wanted = None if same_moment else self.wanted
        self._trace, self._entered = trace, True
        self._length = len(trace or ())
        self.index = self._length - 1 if trace else None
        if trace and before is not None:
            per_cycle = trace.frames_in("cycle")
            self.index = min(self._length - 1, index_of(before.call, trace.cycles, per_cycle))
        if trace is not None and self.cell is not None:
            rows, cols = trace.puzzle.largest_answer(trace.shape)
            if self.cell[0] >= rows or self.cell[1] >= cols:
                self.look_at(None)

    def keep_up(self) -> None:
        """Go on to the frames that have come, as far as they are wanted or followed."""
        if self._entered:
            self._entered = False
            self.moved.emit()
        follows = self.index is None or self.index == self._length - 1
        self._length = len(self._trace or ())
        if (wanted := self.wanted) is not None:
            self.move_to(wanted)
            self.wanted = wanted
        elif follows:
            self.move_to(self._length - 1)

    def move_to(self, index: int) -> None:
        """Move to a frame, or to the nearest that there is."""
        self.wanted = None
        if not self._trace:
            return
        index = min(max(index, 0), len(self._trace) - 1)
        if index != self.index:
            self.index = index
            self.moved.emit()

    def step(self, unit: Unit, direction: int) -> None:
        """Move to where the next (+1) or the previous (-1) unit ends, or to the nearest frame."""
        if self._trace is not None and self.index is not None:
            end = self._trace.end_before if direction < 0 else self._trace.end_after
            self.move_to(end(self.index, unit))

    def look_at(self, cell: tuple[int, int] | None) -> None:
        """Have the plots of a single cell show this one of the answer."""
        if cell != self.cell:
            self.cell = cell
            self.cell_changed.emit()


def index_of(moment: NetworkCall, cycles: int, per_cycle: int) -> int:
    """The frame that is the state after a network call, in a solve with so many cycles in a
    supervision step and frames in a cycle; where those are of cycles alone, the end of its own."""
    cycle = (moment.supervision_step - 1) * cycles + min(moment.cycle, cycles)
    latent_step = per_cycle if moment.latent_step is None else moment.latent_step
    return (cycle - 1) * per_cycle + min(latent_step, per_cycle) - 1
