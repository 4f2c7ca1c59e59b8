"""What a model's config says of how it came about and how well it does, beside its architecture."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Annotated, Any

from trm_core.documents import DocumentError
from trm_core.records import Between


@dataclass(frozen=True)
class Result:
    """Exact accuracy (0..1) measured on `puzzles` puzzles of `source`.

    data: the file or data set that they are from, or "held_out" for those that the model's
    `held_out` describes. two_guesses: for ARC, the mean over the tasks of the share of test inputs
    for which one of two guesses is right.
    """

    data: str
    source: str
    puzzles: Annotated[int, Between(1, 10**9)]
    exact: Annotated[float, Between(0, 1)]
    two_guesses: Annotated[float, Between(0, 1)] | None = None

    def to_json(self) -> dict[str, Any]:
        return {k: v for k, v in dataclasses.asdict(self).items() if v is not None}


@dataclass(frozen=True)
class Learned:
    """What a model was trained on.

    words: a phrase for people, such as "mazes of long corridors without loops, 9×9 to 15×15".
    styles: of mazes those that it was shown, as in `puzzles.recipes`; empty where styles do not
        tell, and for ARC, where the model's identifiers do.
    """

    words: str
    styles: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"words": self.words} | ({"styles": list(self.styles)} if self.styles else {})


@dataclass(frozen=True)
class StyleResult:
    """How many of `puzzles` puzzles of one style come out exactly right.

    style: as `trm eval --style` makes them, or the id of an ARC task, of whose test inputs those
        count for which one of two guesses is right.
    side: rows and columns of each puzzle; of an ARC task, of the canvas.
    """

    style: str
    side: Annotated[int, Between(1, 10**9)]
    puzzles: Annotated[int, Between(1, 10**9)]
    right: Annotated[int, Between(0)]

    def __post_init__(self) -> None:
        _check_share(self.right, self.puzzles, "by_style")


@dataclass(frozen=True)
class HaltingBin:
    """Of `puzzles` answers with a halting probability from `low` to below `high`, so many are
    right; 1 is in the last bin."""

    low: Annotated[float, Between(0, 1)]
    high: Annotated[float, Between(0, 1)]
    puzzles: Annotated[int, Between(1, 10**9)]
    right: Annotated[int, Between(0)]

    def __post_init__(self) -> None:
        _check_share(self.right, self.puzzles, "calibration")


def _check_share(right: int, puzzles: int, place: str) -> None:
    if right > puzzles:
        raise DocumentError(f"{place}.right is {right}, expected at most the {puzzles} puzzles")
