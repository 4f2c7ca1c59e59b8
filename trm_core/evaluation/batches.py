"""Solving many puzzles, in batches that stay full."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from zlib import crc32

import numpy as np
import torch
from torch import Tensor

from trm_core.evaluation.arc_votes import Variants, as_variant, variants_of
from trm_core.evaluation.outcomes import Attempt, Outcome, judge
from trm_core.model.recursion import State
from trm_core.puzzles.arc import Arc, ArcTransform
from trm_core.puzzles.base import Puzzle, PuzzleError, PuzzleShape, Tokens
from trm_core.solver import Solver


@dataclass(frozen=True)
class EvaluationSettings:
    """How puzzles are solved.

    max_supervision_steps: where a solve ends at the latest; None for the model's own number.
    halt_threshold: halting probability above which a solve counts as halted.
    adaptive: a solve that halts ends there, with the answer of that step, and a waiting one takes
        its place in the batch. Otherwise all get all supervision steps, as in the official
        evaluation, and halting is only recorded.
    batch_size: solves that step together.
    trajectories, noise: K independent solves of each puzzle (Probabilistic TRM, arXiv 2605.19943).
        The first is without noise; in the others, Gaussian noise of standard deviation `noise` is
        added to y and z before every supervision step, the first one included. Where a model's
        starts are drawn (`start_noise`), each has another one.
    seed: noise depends on this, the puzzle's grid and the trajectory's number alone, so it is the
        same in any batch, order or part of the puzzles (but not on another kind of device).
    votes: above 1, each ARC puzzle is solved under up to so many variants of its task that the
        model has in its puzzle embedding, and the answer with the most votes is kept.
    """

    max_supervision_steps: int | None = None
    halt_threshold: float = 0.5
    adaptive: bool = False
    batch_size: int = 64
    trajectories: int = 1
    noise: float = 0.2
    seed: int = 0
    votes: int = 1


def solve_many(
    solver: Solver,
    puzzles: Sequence[Puzzle],
    settings: EvaluationSettings,
    on_progress: Callable[[int], None] = lambda done: None,
    cancelled: Callable[[], bool] = bool,
) -> list[Outcome]:
    """One outcome for each puzzle, in order; the batch changes none of them beyond rounding.

    `on_progress` is told how many puzzles are done. Once `cancelled()` is true no supervision
    step is begun, and the outcomes of the puzzles that are done are returned. Raises PuzzleError
    if the model cannot read one of the puzzles, or if its right answer is not known.
    """
    for puzzle in puzzles:
        if misfit := solver.info.misfit(puzzle):
            raise PuzzleError(f"{puzzle.name}: {misfit}")
        if puzzle.is_solved_by(puzzle.grid) is None:
            raise PuzzleError(f"{puzzle.name}: found no output, expected one to compare answers to")
    most = settings.max_supervision_steps or solver.model.config.max_supervision_steps
    settings = replace(settings, max_supervision_steps=most)
    attempts: dict[int, dict[int, Attempt]] = defaultdict(dict)
    outcomes: dict[int, Outcome] = {}
    for solve, tokens in _run_all(solver, puzzles, settings, cancelled):
        index = solve.puzzle_index
        answer = solve.asked.decode(tokens, solver.info.board(solve.asked))
        attempts[index][solve.number] = Attempt(
            answer if solve.undo is None else solve.undo(answer),
            solve.halt_probability,
            solve.halting_step or most,
            solve.supervision_steps,
        )
        if len(attempts[index]) == solve.count:
            made = attempts.pop(index)
            puzzle, in_order = puzzles[index], [made[number] for number in range(solve.count)]
            by_votes = settings.votes > 1 and isinstance(puzzle, Arc)
            outcomes[index] = judge(puzzle, in_order, by_votes=by_votes)
            on_progress(len(outcomes))
    return [outcomes[index] for index in sorted(outcomes)]


@dataclass
class _Solve:
    """One of the `count` attempts at a puzzle, and how far it has come.

    asked: the puzzle, or the variant of it whose answers `undo` turns into answers to the puzzle.
    noise: where its noise is drawn from; None for a trajectory without.
    halting_step: None before it has halted.
    """

    puzzle_index: int
    number: int
    count: int
    asked: Puzzle
    undo: ArcTransform | None
    noise: torch.Generator | None
    supervision_steps: int = 0
    halting_step: int | None = None
    halt_probability: float = 0.0


def _run_all(
    solver: Solver,
    puzzles: Sequence[Puzzle],
    settings: EvaluationSettings,
    cancelled: Callable[[], bool],
) -> Iterator[tuple[_Solve, Tokens]]:
    """All attempts as they end, board by board, as a batch is on one."""
    on_board: dict[PuzzleShape, dict[int, Puzzle]] = defaultdict(dict)
    for index, puzzle in enumerate(puzzles):
        on_board[solver.info.board(puzzle)][index] = puzzle
    for board, some in on_board.items():
        yield from _run(solver, board, _solves(solver, some, settings), settings, cancelled)


def _solves(
    solver: Solver, puzzles: Mapping[int, Puzzle], settings: EvaluationSettings
) -> Iterator[_Solve]:
    """Every attempt that is to be made, puzzle by puzzle, each only when it is asked for.

    puzzles: by index.
    """
    variants: Variants = {}
    if settings.votes > 1:
        variants = variants_of(puzzles.values(), solver.info.identifiers, settings.votes)
    for index, puzzle in puzzles.items():
        asked: list[tuple[Puzzle, ArcTransform | None]] = [(puzzle, None)]
        if isinstance(puzzle, Arc) and puzzle.task.id in variants:
            asked = [
                (as_variant(puzzle, name, transform), transform.inverse())
                for name, transform in variants[puzzle.task.id]
            ]
        count = len(asked) * settings.trajectories
        for number in range(count):
            which, trajectory = divmod(number, settings.trajectories)
            noise = None
            if trajectory > 0:
                drawn_by = [settings.seed, crc32(asked[which][0].grid.tobytes()), trajectory]
                (seed,) = np.random.SeedSequence(drawn_by).generate_state(1)
                noise = torch.Generator(solver.device).manual_seed(int(seed))
            yield _Solve(index, number, count, *asked[which], noise)


def _run(
    solver: Solver,
    board: PuzzleShape,
    waiting: Iterator[_Solve],
    settings: EvaluationSettings,
    cancelled: Callable[[], bool],
) -> Iterator[tuple[_Solve, Tokens]]:
    """The solves as they end, each with its answer; waiting ones take their places in the batch."""
    running: list[_Solve] = []
    batch: list[Tensor] = []  # tokens, puzzle ids, y and z, one row for each that is running
    while not cancelled():
        if fresh := list(islice(waiting, settings.batch_size - len(running))):
            starts = [solver.model.initial_state(1, board, solve.noise) for solve in fresh]
            y, z = (torch.cat([getattr(start, name) for start in starts]) for name in ("y", "z"))
            rows = [*solver.inputs([solve.asked for solve in fresh]), y, z]
            batch = [torch.cat(pair) for pair in zip(batch, rows, strict=True)] if running else rows
            running += fresh
        if not running:
            return
        batch, answers = _step(solver, board, running, batch, settings)
        for row, tokens in answers.items():
            yield running[row], tokens
        running = [solve for row, solve in enumerate(running) if row not in answers]


@torch.inference_mode()
def _step(
    solver: Solver,
    board: PuzzleShape,
    running: Sequence[_Solve],
    batch: Sequence[Tensor],
    settings: EvaluationSettings,
) -> tuple[list[Tensor], dict[int, Tokens]]:
    """One supervision step: the rows of the batch that go on, and the answers of those that end."""
    tokens, puzzle_ids, y, z = batch
    if settings.noise > 0 and any(solve.noise is not None for solve in running):
        # rows are contiguous, as PyTorch draws other numbers for tensors that are not
        noise = torch.zeros(len(y), 2, *y.shape[1:], device=y.device)
        for row, solve in zip(noise, running, strict=True):
            if solve.noise is not None:
                row.normal_(std=settings.noise, generator=solve.noise)
        y, z = y + noise[:, 0].to(y.dtype), z + noise[:, 1].to(z.dtype)
    out = solver.model.supervision_step(tokens, State(y, z, board), puzzle_ids)
    stay: list[int] = []
    leave: list[int] = []
    halt_probabilities = out.halt_logit.sigmoid().nan_to_num()  # a broken model does not halt
    for row, halt_probability in enumerate(halt_probabilities.tolist()):
        solve = running[row]
        solve.supervision_steps += 1
        solve.halt_probability = halt_probability
        if solve.halting_step is None and halt_probability > settings.halt_threshold:
            solve.halting_step = solve.supervision_steps
        halted = settings.adaptive and solve.halting_step is not None
        ends = halted or solve.supervision_steps == settings.max_supervision_steps
        (leave if ends else stay).append(row)
    rows = [tokens, puzzle_ids, out.state.y, out.state.z]
    if not leave:
        return rows, {}
    answers = out.logits[leave].argmax(-1).int().cpu().numpy()
    return [each[stay] for each in rows], dict(zip(leave, answers, strict=True))
