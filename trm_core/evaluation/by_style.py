"""How often a model is right on each style of made-up puzzles, and keeping that with it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from trm_core.checkpoints.card_text import table
from trm_core.checkpoints.facts import StyleResult
from trm_core.checkpoints.info import CARD, CheckpointError, ModelInfo, write_info
from trm_core.documents import SMALL, read_text
from trm_core.errors import raised_as
from trm_core.evaluation.outcomes import Outcome
from trm_core.files import writing
from trm_core.puzzles.base import Puzzle, PuzzleError
from trm_core.puzzles.recipes import Recipe, make, styles

FIRST_SEED = 10**6
"""Above those that the window draws, so that no puzzle was seen there."""

_SECTION = re.compile(r"\n## By style\n.*?(?=\n## |\Z)", re.DOTALL)


def made_puzzles(
    kind: str,
    side: int,
    style: str,
    count: int,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Puzzle]:
    """The same `count` puzzles every time, with style and size as their source.

    Raises PuzzleError where that style or size is not made.
    """
    puzzles: list[Puzzle] = []
    for number in range(count):
        entry = make(Recipe(kind, side, style, FIRST_SEED + number))
        if entry is None:  # which only happens where somebody cancels
            break
        (puzzle,) = entry.puzzles()
        puzzles.append(replace(puzzle, source=f"{style} {side}×{side}"))
        on_progress(number + 1, count)
    return puzzles


def styles_for(info: ModelInfo, side: int) -> tuple[str, ...]:
    """What a model can be measured on, of that size. Raises PuzzleError if there is nothing."""
    kind = info.puzzle.kind
    found = () if kind == "arc" else styles(kind, side)
    if not found:
        raise PuzzleError(f"no {kind} of {side}×{side} is made in styles, expected another size")
    return found


def results_of(outcomes: Iterable[Outcome], side: int) -> list[StyleResult]:
    """How many are right of each style of `made_puzzles`, or of the test inputs of an ARC task."""
    right: dict[str, list[bool]] = defaultdict(list)
    for outcome in outcomes:
        style = outcome.task or outcome.source.rpartition(" ")[0]
        right[style].append(outcome.exact_in_two)  # where nothing votes there is one guess
    return [StyleResult(style, side, len(each), sum(each)) for style, each in right.items()]


def keep(info: ModelInfo, results: Sequence[StyleResult]) -> ModelInfo:
    """Have the model's config and card say `results`, in place of older ones on the same.

    Raises CheckpointError where they cannot be read or written.
    """
    known = {(each.style, each.side): each for each in (*info.by_style, *results)}
    info = replace(info, by_style=tuple(known.values()))
    with raised_as(CheckpointError):
        text = read_text(info.directory / CARD, SMALL)
    card = _SECTION.sub("", text).rstrip("\n")
    with writing(info.directory, CheckpointError):
        write_info(info, f"{card}\n{style_section(info)}")
    return info


def style_section(info: ModelInfo) -> str:
    """The part of a card about styles, "" where nothing was measured."""
    if not info.by_style or info.puzzle.kind == "arc":  # whose tasks the card lists already
        return ""
    rows = [
        (
            each.style,
            f"{each.side}×{each.side}",
            f"{each.puzzles:,}",
            f"{each.right / each.puzzles:.1%}",
        )
        for each in info.by_style
    ]
    measured = table(("made-up puzzles", "size", "number", "exact"), *rows)
    counts = dict.fromkeys((each.side, each.puzzles) for each in info.by_style)
    commands = "; ".join(
        f"`trm eval {info.name} --style all --side {side} --limit {count}`"
        for side, count in counts
    )
    return "\n".join(["", "## By style", "", measured, "", f"Measured by {commands}.", ""])
