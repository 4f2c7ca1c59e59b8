"""Which puzzles of the library each model solves, and how long there is something to watch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from trm_core.evaluation.batches import EvaluationSettings, solve_many
from trm_core.puzzles.library import Entry
from trm_core.solver import Solver


@dataclass(frozen=True)
class Found:
    """What came of an entry.

    tests: whether each test input of an ARC task is right, of other kinds the puzzle.
    steps: after how many supervision steps the model halted, at the last of them.
    """

    tests: tuple[bool, ...]
    steps: int

    @property
    def solved(self) -> bool:
        return all(self.tests)


def solved_entries(solver: Solver, entries: Iterable[Entry], votes: int) -> dict[str, Found]:
    """What the model makes of each puzzle of them, by the ids of the entries that it can be given.

    It gets all its supervision steps. A test input of an ARC task counts as solved if one of two
    guesses is right, up to `votes` variants of the task voting on them; the task if all are.
    """
    info = solver.info
    same_kind = ((entry.id, entry.puzzles()) for entry in entries if entry.kind == info.puzzle.kind)
    asked = {name: puzzles for name, puzzles in same_kind if not any(map(info.misfit, puzzles))}
    flat = [puzzle for puzzles in asked.values() for puzzle in puzzles]
    outcomes = iter(solve_many(solver, flat, EvaluationSettings(votes=votes)))
    found = {}
    for name, puzzles in asked.items():
        own = [next(outcomes) for _ in puzzles]
        found[name] = Found(  # where nothing votes there is one guess
            tuple(each.exact_in_two for each in own), max(each.halting_step for each in own)
        )
    return found


def marked(entries: Sequence[Entry], solved: Mapping[str, Mapping[str, Found]]) -> list[Entry]:
    """The entries with the marks of `solved` (model, then entry id) in place of those they had."""

    def mark(entry: Entry) -> Entry:
        found = {model: of[entry.id] for model, of in solved.items() if entry.id in of}
        solves = {model: each for model, each in found.items() if each.solved}
        fails = {model: sum(each.tests) for model, each in found.items() if not each.solved}
        return replace(
            entry,
            solved_by=tuple(solves),
            steps=tuple(each.steps for each in solves.values()),
            not_solved_by=tuple(fails),
            tests_solved=tuple(fails.values()) if any(fails.values()) else (),
        )

    return [mark(entry) for entry in entries]
