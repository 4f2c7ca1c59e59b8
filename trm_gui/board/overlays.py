"""What can be laid over the answer, which of it is on, and how a board's content is made of it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QSettings, Signal

from trm_core.trace import Trace
from trm_gui.board.content import BoardContent


@dataclass(frozen=True)
class Overlay:
    """`name` is what it is called in settings; `words` what the legend calls it; `key` turns it on
    and off, if there is one."""

    name: str
    words: str
    hint: str
    key: str = ""
    is_heat: bool = False


VALUES = Overlay("values", "decoded value", "Show what the answer says in each cell", "1")
CONFIDENCE = Overlay("confidence", "faint: unsure", "Fade what the model is less sure of", "2")
CANDIDATES = Overlay(
    "candidates",
    "candidates",
    "Show what else an unsure cell might be, larger if more probable",
    "3",
)
CHANGED = Overlay(
    "changed",
    "just changed",
    "Outline what has just changed, and while playing what did before",
    "4",
)
WRONG = Overlay("wrong", "wrong", "Underline what differs from the solution", "5")
CONFLICTS = Overlay("conflicts", "breaks a rule", "Mark the cells that break a rule", "6")
FIRST_RIGHT = Overlay(
    "first_right", "right since", "Colour cells by the cycle since which they are right", "7", True
)
FLIPS = Overlay("flips", "flips", "Colour cells by how often they changed their mind", "8", True)

OVERLAYS = (VALUES, CONFIDENCE, CANDIDATES, CHANGED, WRONG, CONFLICTS, FIRST_RIGHT, FLIPS)
"""In the order in which they are offered."""

STORED = "overlays"
"""The setting that names those that are on."""


def key_words() -> str:
    """All keys of overlays, as people say it: "1 to 8"."""
    keys = [overlay.key for overlay in OVERLAYS if overlay.key]
    return f"{keys[0]} to {keys[-1]}"


def command_name(overlay: Overlay) -> str:
    """Of the command that turns it on and off."""
    return f"overlay_{overlay.name}"


class OverlaySet(QObject):
    """Which overlays are on, as the settings remember it. Of the colourings of cells at most one
    is.

    trail: whether changes leave one, as while playing.
    """

    changed = Signal()

    def __init__(self, settings: QSettings) -> None:
        super().__init__()
        self._settings = settings
        self._on = {VALUES, CHANGED, CONFLICTS}
        self.trail = False
        if isinstance(stored := settings.value(STORED), str | list):
            names = stored.split(",") if isinstance(stored, str) else stored
            for each in OVERLAYS:
                self.set_on(each, each.name in names)

    def __contains__(self, overlay: object) -> bool:
        return overlay in self._on

    def turn(self, overlay: Overlay) -> None:
        """Turn one on, or off if it is."""
        self.set_on(overlay, overlay not in self)

    def set_on(self, overlay: Overlay, on: bool) -> None:
        if on == (overlay in self._on):
            return
        if on and overlay.is_heat:
            self._on -= {each for each in self._on if each.is_heat}
        self._on ^= {overlay}
        self._settings.setValue(STORED, ",".join(each.name for each in OVERLAYS if each in self))
        self.changed.emit()

    def set_trail(self, trail: bool) -> None:
        if trail != self.trail:
            self.trail = trail
            self.changed.emit()


@dataclass(frozen=True)
class Heat:
    """A colouring of cells.

    shares: on a scale from 0 to 1, NaN where a cell has no colour.
    words: what the ends of the scale stand for.
    levels: how many colours can be there; None for a scale without steps.
    """

    shares: npt.NDArray[np.float64]
    words: str
    levels: int | None = None


def heat(trace: Trace, index: int, overlays: Container[Overlay]) -> Heat | None:
    """The colouring that is on, at a frame; None if none is or if nothing is known."""
    rows, cols = trace.grid(index).shape
    if FLIPS in overlays:
        flips = trace.flips(index)[:rows, :cols]
        most = int(flips.max(initial=0))
        words = f"1 to {most}" if most > 1 else str(most or "none")
        return Heat(np.where(flips > 0, flips / max(1, most), np.nan), words, most)
    if FIRST_RIGHT in overlays and (since := trace.first_right_cells(index)) is not None:
        last = max(1, len(trace) - 1)
        decided = since >= 0
        if trace.puzzle.kind != "arc":
            decided &= trace.puzzle.open_cells
        levels = 1 if len(trace) == 1 else None
        return Heat(np.where(decided, since / last, np.nan), _course(trace), levels)
    return None


def _course(trace: Trace) -> str:
    """The first and the last of what a solve consists of, in the largest unit that tells them
    apart."""
    first, last = trace[0].call, trace[-1].call
    for unit, words in (("supervision_step", "step"), ("cycle", "cycle")):
        if (start := getattr(first, unit)) != (end := getattr(last, unit)):
            return f"{words} {start} to {end}"
    return f"step {first.supervision_step}"


def answer_content(
    trace: Trace, index: int, overlays: Container[Overlay], *, trail: bool = False
) -> BoardContent:
    """The answer at a frame with the overlays that are on.

    trail: mark fainter what changed in the frames before too, as suits what is moving; a still
        marks just as many cells as its words say.
    """
    grid = trace.grid(index)
    rows, cols = grid.shape
    colouring = heat(trace, index, overlays)
    marks_changes = CHANGED in overlays
    return BoardContent(
        trace.puzzle,
        grid,
        changed=trace.changed(index)[:rows, :cols] if marks_changes and not trail else None,
        changed_age=(
            trace.frames_since_change(index)[:rows, :cols] if marks_changes and trail else None
        ),
        conflicts=trace.conflicts(index) if CONFLICTS in overlays else (),
        wrong=trace.wrong(index) if WRONG in overlays else None,
        values=VALUES in overlays,
        confidence=trace.confidence(index)[:rows, :cols] if CONFIDENCE in overlays else None,
        candidates=(
            trace.symbol_probabilities(index)[:rows, :cols] if CANDIDATES in overlays else None
        ),
        heat=None if colouring is None else colouring.shares,
    )
