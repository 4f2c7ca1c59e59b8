"""What can be expected of a model, in sentences: what it learned, how often it is right, on what.

That a model can read a puzzle says nothing of whether it solves it. All figures are those of the
model's own config.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trm_core.checkpoints.facts import Result, StyleResult
from trm_core.checkpoints.info import ModelInfo
from trm_core.puzzles.base import KIND_NAMES, Puzzle
from trm_core.puzzles.maze_generators import STYLES
from trm_core.puzzles.sources import source_in_words
from trm_core.puzzles.styles import style_of

MOST_REASONS = 2
"""Models of which it is told why they know nothing of an ARC task."""


def what_it_learned(info: ModelInfo) -> str:
    """A sentence on what the model was trained on."""
    if info.learned is None:
        return f"What {info.name} was trained on is not known."
    return f"{info.name} learned from {info.learned.words}."


def how_often_right(info: ModelInfo, style: str, side: int) -> str:
    """A sentence on made-up puzzles of this style and size, or of the nearest one measured.

    "" where the model was not measured on the style.
    """
    measured = _of_nearest_size(_of_style(info, style), side)
    if not measured:
        return ""
    nearest = measured[0]
    size = f"{nearest.side}×{nearest.side}"
    return (
        f"{info.name} gets {nearest.right} of {nearest.puzzles:,} made-up ones right "
        f"({nearest.style}, {size})."
    )


def share_right_like(info: ModelInfo, puzzle: Puzzle) -> float | None:
    """The share of puzzles like `puzzle`, which fits, that the model gets right: of its style and
    of the nearest size where that was measured, else of all. None where nothing was."""
    measured = _of_style(info, style_of(puzzle)) or info.by_style
    if not (measured or info.results):
        return None
    nearest = _of_nearest_size(measured, _side(puzzle))
    return _share(nearest) if nearest else info.accuracy


def likeliest(models: Iterable[ModelInfo], puzzle: Puzzle) -> ModelInfo | None:
    """Of the `models` that can be given `puzzle` the one that gets most of those like it right, and
    of several the one with the smallest board; None where none can."""
    fitting = (model for model in models if model.misfit(puzzle) is None)
    return max(
        fitting,
        key=lambda model: (share_right_like(model, puzzle) or 0.0, -model.puzzle.cells),
        default=None,
    )


def outlook(info: ModelInfo, puzzle: Puzzle) -> str:
    """What to expect of the model on `puzzle`, which fits it, in a sentence or two."""
    style, side = style_of(puzzle), _side(puzzle)
    if puzzle.kind == "arc":
        return _of_task(info, style)
    if puzzle.kind == "sudoku":
        return all_in_all(info, side)
    styles = () if info.learned is None else info.learned.styles
    if styles and style not in styles and not set(STYLES) <= set(styles):
        known = how_often_right(info, style, side)
        unlike = f"This maze is unlike those that {info.name} learned from"
        words = "" if info.learned is None else f": {info.learned.words}"
        return f"{unlike}{words}. {known}".rstrip()
    return how_often_right(info, style, side) or all_in_all(info, side)


def outlook_of_new(models: Sequence[ModelInfo], puzzle: Puzzle, style: str = "") -> str:
    """What to expect of the model that would be taken for a puzzle that is to be made, of `style`
    if that is known, in a sentence or two. The task of an ARC `puzzle` is one that is new."""
    model = likeliest(models, puzzle)
    if model is None:
        if puzzle.kind == "arc" and any(puzzle.fits(other.puzzle) for other in models):
            return "No model here has learned a new task: each knows its own tasks by id."
        return why_none_fits(models, puzzle)
    known = how_often_right(model, style, puzzle.rows)
    return known or f"{what_it_learned(model)} {all_in_all(model, _side(puzzle))}"


def all_in_all(info: ModelInfo, side: int = 0) -> str:
    """A sentence on all that the model was measured on, style by style where that is known: of the
    size nearest to `side`, or else to that of its own board."""
    if info.by_style and info.puzzle.kind != "arc":
        measured = _of_nearest_size(info.by_style, side or info.puzzle.rows)
        size = f"{measured[0].side}×{measured[0].side}"
        told = [f"{result.style} {_share([result]):.0%}" for result in measured]
        return f"{info.name} is right on made-up {size} ones: {', '.join(told)}."
    if info.results:
        return f"{info.name} is right on {', '.join(map(share_right, info.results))}."
    return f"How often {info.name} is right has not been measured."


def share_right(result: Result) -> str:
    """For people, e.g. "99.2% of 500 made-up ones"; of ARC, what the benchmark counts."""
    source = source_in_words(result.source)
    if result.two_guesses is None:
        return f"{result.exact:.1%} of {result.puzzles:,} {source}"
    return (
        f"{result.two_guesses:.1%} within two guesses, {result.puzzles:,} test inputs of {source}"
    )


def why_none_fits(models: Iterable[ModelInfo], puzzle: Puzzle) -> str:
    """Why none of the models can be given `puzzle`, in the words of its own kind."""
    of_kind = [model for model in models if model.puzzle.kind == puzzle.kind]
    if large := [model for model in of_kind if puzzle.fits(model.puzzle)]:
        reasons = [misfit for model in large[:MOST_REASONS] if (misfit := model.misfit(puzzle))]
        return f"{'; '.join(reasons)}."
    if of_kind:
        made_for = ", ".join(dict.fromkeys(model.fitting for model in of_kind))
        return f"No model here fits {puzzle.kind_and_size}. There are models for {made_for}."
    return f"There is no model for {KIND_NAMES[puzzle.kind]} here."


def _of_task(info: ModelInfo, task: str) -> str:
    for result in info.by_style:
        if result.style == task:
            right = f"gets {result.right} of its {result.puzzles} test inputs right"
            if result.puzzles == 1:
                right = "gets its test input right" if result.right else "fails on its test input"
            return f"{info.name} learned the task {task}, and {right}."
    return f"{info.name} learned the task {task}. {all_in_all(info)}"


def _side(puzzle: Puzzle) -> int:
    return max(puzzle.rows, puzzle.cols)


def _of_style(info: ModelInfo, style: str) -> Sequence[StyleResult]:
    return [result for result in info.by_style if result.style == style]


def _of_nearest_size(measured: Sequence[StyleResult], side: int) -> Sequence[StyleResult]:
    """Of what was measured, all of the size nearest to `side`."""
    nearest = min(
        (result.side for result in measured), key=lambda each: abs(each - side), default=0
    )
    return [result for result in measured if result.side == nearest]


def _share(measured: Sequence[StyleResult]) -> float:
    return sum(each.right for each in measured) / sum(each.puzzles for each in measured)
