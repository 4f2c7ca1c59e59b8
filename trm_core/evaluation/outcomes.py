"""What came of solving one puzzle, once or many times. No torch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trm_core.puzzles.arc import Arc
from trm_core.puzzles.base import NO_SYMBOL, Grid, Puzzle
from trm_core.puzzles.judgement import judged


@dataclass(frozen=True, eq=False)
class Attempt:
    """One solve of a puzzle: a trajectory, or one under one of a task's variants.

    answer: the grid decoded at the end, in the puzzle's own orientation and colours.
    halt_probability: at the end.
    halting_step: the supervision step at which it first passed the threshold, the maximum if never.
    supervision_steps: how many were run.
    """

    answer: Grid
    halt_probability: float
    halting_step: int
    supervision_steps: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """How the answer that was kept for one puzzle fares.

    source: the puzzle's; task: the task's id for ARC, else empty.
    exact: whether it is right by the puzzle's own rules.
    exact_by_majority: whether the answer with the most votes of all attempts is.
    exact_in_two: whether one of the two with the most votes is, as ARC is scored.
    exact_by_any: whether any attempt is (oracle). With one attempt, all four are the same.
    cell_accuracy: share of the open cells that are right, None where cells are not counted; see
        `Judgement`.
    valid: whether nothing in it is wrong by the rules: it is exact, or decides every cell, breaks
        no rule and is not the puzzle handed back. For Sudoku that means exact.
    halt_probability, halting_step: of the attempt that the answer is from.
    supervision_steps: run for this puzzle, over all attempts.
    """

    source: str
    task: str
    answer: Grid
    exact: bool
    exact_by_majority: bool
    exact_in_two: bool
    exact_by_any: bool
    cell_accuracy: float | None
    valid: bool
    halt_probability: float
    halting_step: int
    supervision_steps: int


def judge(puzzle: Puzzle, attempts: Sequence[Attempt], *, by_votes: bool = False) -> Outcome:
    """Keep the answer with the highest halting probability, or with `by_votes` the most votes."""
    votes = ranked(attempts)
    right = [bool(puzzle.is_solved_by(voters[0].answer)) for voters in votes]
    kept = max(votes[0] if by_votes else attempts, key=lambda attempt: attempt.halt_probability)
    exact = right[next(at for at, voters in enumerate(votes) if kept in voters)]
    return Outcome(
        source=puzzle.source,
        task=puzzle.task.id if isinstance(puzzle, Arc) else "",
        answer=kept.answer,
        exact=exact,
        exact_by_majority=right[0],
        exact_in_two=any(right[:2]),
        exact_by_any=any(right),
        cell_accuracy=cell_accuracy(puzzle, kept.answer),
        valid=exact or _breaks_no_rule(puzzle, kept.answer),
        halt_probability=kept.halt_probability,
        halting_step=kept.halting_step,
        supervision_steps=sum(attempt.supervision_steps for attempt in attempts),
    )


def ranked(attempts: Sequence[Attempt]) -> list[list[Attempt]]:
    """The attempts by answer: most votes first, then the higher mean halting probability.

    As the official `evaluators/arc.py` ranks guesses; where both agree, the earlier comes first.
    """
    by_answer: dict[tuple[tuple[int, ...], bytes], list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        by_answer[attempt.answer.shape, attempt.answer.tobytes()].append(attempt)
    return sorted(
        by_answer.values(),
        key=lambda voters: (len(voters), np.mean([each.halt_probability for each in voters])),
        reverse=True,
    )


def cell_accuracy(puzzle: Puzzle, answer: Grid) -> float | None:
    """Share of the open cells in which `answer` is right; None where cells are not counted.

    Cells that an ARC answer of another size lacks are wrong, those that it has too many of do
    not count. A puzzle without open cells gives 1.
    """
    right_cells = judged(puzzle, answer).right_cells
    if right_cells is None:
        return None
    right, of = right_cells
    return right / of if of else 1.0


def _breaks_no_rule(puzzle: Puzzle, answer: Grid) -> bool:
    undecided = 0 if puzzle.kind == "sudoku" else NO_SYMBOL
    decided = answer.size > 0 and bool((answer > undecided).all())
    return decided and not np.array_equal(answer, puzzle.grid) and not puzzle.conflicts(answer)
