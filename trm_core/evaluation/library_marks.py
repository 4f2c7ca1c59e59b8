"""Which puzzles of the library each model solves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from trm_core.evaluation.batches import EvaluationSettings, solve_many
from trm_core.puzzles.library import Entry
from trm_core.solver import Solver


def solved_entries(solver: Solver, entries: Iterable[Entry], votes: int) -> dict[str, list[bool]]:
    """Whether the model solves each puzzle of them, by the ids of the entries that it can be given.

    It gets all its supervision steps. A test input of an ARC task counts as solved if one of two
    guesses is right, up to `votes` variants of the task voting on them; the task if all are.
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
    return dict(right)


def marked(entries: Sequence[Entry], solved: dict[str, dict[str, list[bool]]]) -> list[Entry]:
    """The entries with the marks of `solved` (model, then entry id) in place of those they had."""

    def mark(entry: Entry) -> Entry:
        found = {model: of[entry.id] for model, of in solved.items() if entry.id in of}
        fails = {model: sum(tests) for model, tests in found.items() if not all(tests)}
        return replace(
            entry,
            solved_by=tuple(model for model in found if model not in fails),
            not_solved_by=tuple(fails),
            tests_solved=tuple(fails.values()) if any(fails.values()) else (),
        )

    return [mark(entry) for entry in entries]
