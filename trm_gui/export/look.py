"""How exported pictures look and how fast exported films go."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from trm_core.errors import UserError
from trm_gui.board.overlays import CHANGED, CONFLICTS, VALUES, Overlay
from trm_gui.theme import LIGHT, Theme

LEAST_SIDE, MOST_SIDE = 240, 2160
"""Below a smaller board words would not fit."""

MOST_HOLD = 60
MOST_SPEED = 60


@dataclass(frozen=True)
class Look:
    """What is drawn, and how large.

    side: pixels of the longer side of a board. UserError unless LEAST_SIDE to MOST_SIDE.
    title: a line above all; none if "".
    caption: the names of puzzle and model above a board, and the frame in words below it.
    legend: what the overlays mean, below a board.
    curve: the halting probability below a board.
    """

    side: int = 720
    theme: Theme = LIGHT
    overlays: frozenset[Overlay] = frozenset({VALUES, CHANGED, CONFLICTS})
    title: str = ""
    caption: bool = True
    legend: bool = True
    curve: bool = True

    def __post_init__(self) -> None:
        _check("the size of a board", self.side, LEAST_SIDE, MOST_SIDE, "pixels")


@dataclass(frozen=True)
class Pace:
    """frames_per_second: of a film, above 0 and up to MOST_SPEED, else UserError.

    hold: seconds for which the last frame stays longer, up to MOST_HOLD.
    """

    frames_per_second: float = 4
    hold: float = 2

    def __post_init__(self) -> None:
        _check("the speed", self.frames_per_second, 0.1, MOST_SPEED, "frames per second")
        _check("the hold at the end", self.hold, 0, MOST_HOLD, "seconds")

    def durations(self, frames: int, unit: int) -> list[int]:
        """How long each of so many frames is shown, in units of `unit` milliseconds.

        Rounded so that no frame is ever more than half a unit late or early.
        """
        each = 1000 / self.frames_per_second / unit
        ends = [round(each * number) for number in range(frames + 1)]
        durations = [end - start for start, end in pairwise(ends)]
        durations[-1] += round(self.hold * 1000 / unit)
        return durations


def _check(what: str, value: float, least: float, most: float, unit: str) -> None:
    if not least <= value <= most:
        raise UserError(f"{what}: found {value:g}, expected {least:g} to {most:g} {unit}")
