"""Exact accuracy of a model on many puzzles, source by source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from trm_core.puzzles.base import Puzzle, PuzzleError
from trm_core.solver import Solver


@dataclass(frozen=True)
class Score:
    """One source: how many puzzles, how many exactly right after all supervision steps, and the
    mean supervision step at which halting passes the threshold (the maximum if never)."""

    source: str
    puzzles: int
    exact: float
    mean_halting_step: float


def evaluate(
    solver: Solver,
    puzzles: Sequence[Puzzle],
    *,
    max_supervision_steps: int,
    halt_threshold: float,
    batch_size: int,
    on_progress: Callable[[int], None],
) -> list[Score]:
    """Scores by source, in the order in which sources first occur.

    As the official evaluation does, every puzzle gets all supervision steps; halting is only
    recorded. `on_progress` is told how many puzzles are done after every batch.
    """
    for puzzle in puzzles:
        if misfit := solver.info.misfit(puzzle):
            raise PuzzleError(f"{puzzle.name}: {misfit}")
    exact: dict[str, list[bool]] = defaultdict(list)
    halting: dict[str, list[int]] = defaultdict(list)
    done = 0
    for start in range(0, len(puzzles), batch_size):
        batch = puzzles[start : start + batch_size]
        answers, halting_steps = _solve_batch(solver, batch, max_supervision_steps, halt_threshold)
        for puzzle, tokens, step in zip(batch, answers, halting_steps, strict=True):
            answer = puzzle.decode(tokens, solver.info.puzzle)
            exact[puzzle.source].append(bool(puzzle.is_solved_by(answer)))
            halting[puzzle.source].append(step)
        done += len(batch)
        on_progress(done)
    return [
        Score(source, len(right), float(np.mean(right)), float(np.mean(halting[source])))
        for source, right in exact.items()
    ]


def _solve_batch(
    solver: Solver, batch: Sequence[Puzzle], max_supervision_steps: int, halt_threshold: float
) -> tuple[npt.NDArray[np.int32], list[int]]:
    """(B, cells) decoded answers after all steps, and per puzzle the step at which it halts."""
    tokens, puzzle_ids = solver.inputs(batch)
    state = solver.model.initial_state(len(batch))
    halting_step = torch.full((len(batch),), max_supervision_steps, device=solver.device)
    with torch.inference_mode():
        for step in range(1, max_supervision_steps + 1):
            out = solver.model.supervision_step(tokens, state, puzzle_ids)
            state = out.state
            halts = out.halt_logit.sigmoid() > halt_threshold
            halting_step = torch.where(halts, halting_step.clamp(max=step), halting_step)
    return out.logits.argmax(-1).int().cpu().numpy(), halting_step.tolist()
