"""Which puzzles of the library each model solves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from trm_core.evaluation.batches import EvaluationSettings, solve_many
from trm_core.puzzles.library import Entry
from trm_core.solver import Solver


def solved_entries(solver: Solver, entries: Iterable[Entry], votes: int) -> dict[str, bool]:
    """Whether the model solves them, by the ids of the entries that it can be given.

    It gets all its supervision steps. An ARC task counts as solved if for each of its test inputs
    one of two guesses is right, up to `votes` variants of the task voting on them.
    """
    info = solver.info
    same_kind = (entry for entry in entries if entry.kind == info.puzzle.kind)
    puzzles = {entry.id: entry.puzzles() for entry in same_kind}
    asked = [
        (entry_id, puzzle)
        for entry_id, of_entry in puzzles.items()
        if not any(map(info.misfit, of_entry))
        for puzzle in of_entry
    ]
    settings = EvaluationSettings(votes=votes)
    outcomes = solve_many(solver, [puzzle for _, puzzle in asked], settings)
    right: dict[str, list[bool]] = defaultdict(list)
    for (entry_id, _), outcome in zip(asked, outcomes, strict=True):
        right[entry_id].append(outcome.exact_in_two)  # where nothing votes there is one guess
    return {entry_id: all(of_entry) for entry_id, of_entry in right.items()}


def marked(entries: Sequence[Entry], solved: dict[str, dict[str, bool]]) -> list[Entry]:
    """The entries with the marks of `solved` (model, then entry id) in place of those they had."""

    def models(entry: Entry, outcome: bool) -> tuple[str, ...]:
        return tuple(model for model, found in solved.items() if found.get(entry.id) is outcome)

    return [
        replace(entry, solved_by=models(entry, True), not_solved_by=models(entry, False))
        for entry in entries
    ]
