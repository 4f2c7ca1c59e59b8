"""Variants of an ARC task vote on its answer."""

import numpy as np
import pytest
import torch
from arc_tasks_to_try import tasks
from hypothesis import given
from hypothesis import strategies as st

from trm_core.checkpoints.info import ModelInfo
from trm_core.evaluation.arc_votes import as_variant, variants_of
from trm_core.evaluation.batches import EvaluationSettings, solve_many
from trm_core.evaluation.scores import summarise
from trm_core.model.config import TRMConfig
from trm_core.model.recursion import FixedSizeModel
from trm_core.puzzles.arc import Arc, Pair, Task
from trm_core.puzzles.arc_variants import parse_variant, random_variants
from trm_core.puzzles.base import PuzzleError, PuzzleShape
from trm_core.solver import Solver

SIDE, VOCAB = 6, 12
SURE = VOCAB - 1  # the feature of the puzzle embedding that the halting head reads
GRID = np.array([[1, 2, 0], [0, 3, 9]], np.int8)
TASK = Task("00576224", (Pair(GRID, GRID),), (Pair(GRID, GRID), Pair(GRID[:, :2], GRID[:, :2])))
NAMES = ("<blank>", *random_variants(["other", TASK.id], 6, seed=1))
NAMES_OF_HRM = tuple(name.replace("|||", "_") for name in NAMES)


class Copier(FixedSizeModel):
    """Answers with its input plus the puzzle embedding, which therefore can spoil the answer."""

    default_gradient = "full_cycle"

    def update_latent(self, z, injected, rotary):
        return injected

    def update_answer(self, y, z, rotary):
        return z + z[:, :1]


def copier(rows, names=NAMES):
    """A solver for copied grids; `rows` (names, VOCAB) is the puzzle embedding."""
    config = TRMConfig(
        cells=SIDE**2,
        vocab_size=VOCAB,
        hidden_size=VOCAB,
        heads=2,
        cycles=1,
        latent_steps=1,
        positions="none",
        puzzle_count=len(NAMES),
        puzzle_embedding_size=VOCAB,
        puzzle_positions=1,
    )
    model = Copier(config).eval()
    with torch.no_grad():
        model.token_embedding.weight.copy_(torch.eye(VOCAB))
        model.answer_head.weight.copy_(torch.eye(VOCAB))
        model.puzzle_embedding.weight.copy_(rows)
        model.halt_head.weight[0, SURE] = 1
        model.halt_head.bias.zero_()
        model.y_init.zero_()
    info = ModelInfo("trm", PuzzleShape("arc", SIDE, SIDE), config, identifiers=names)
    return Solver(model, info)


def spoilt(*numbers):
    """An embedding with which these variants of TASK answer nothing but colour 3, quite sure."""
    rows = torch.zeros(len(NAMES), VOCAB)
    for number in numbers:
        row = [name for name in NAMES if name.startswith(TASK.id)][number]
        rows[NAMES.index(row), 5] = 10
        rows[NAMES.index(row), SURE] = 1
    return rows


def votes(most):
    return EvaluationSettings(max_supervision_steps=1, votes=most, batch_size=3)


@given(tasks, st.integers(0, 2**32))
def test_undoing_a_variant_gives_the_answer_to_the_task(task, seed):
    puzzle = task.puzzles()[0]
    name = random_variants([task.id], 1, seed)[1]
    transform = parse_variant(name)[1]
    variant = as_variant(puzzle, name, transform)
    undo = transform.inverse()
    assert variant.task.id == name
    assert np.array_equal(undo(variant.grid), puzzle.grid)
    if puzzle.solution is not None:
        assert variant.is_solved_by(transform(puzzle.solution))
        assert puzzle.is_solved_by(undo(variant.solution))


def test_the_first_variants_that_the_model_knows_are_used():
    found = variants_of(TASK.puzzles(), NAMES, 3)
    assert list(found) == [TASK.id]
    assert [name for name, _ in found[TASK.id]] == [
        name for name in NAMES if name.startswith(TASK.id)
    ][:3]
    assert variants_of(Task("absent", (), TASK.test).puzzles(), NAMES, 3) == {}


@pytest.mark.parametrize("wrong", [(), (0,), (0, 2, 4)])
@pytest.mark.parametrize("names", [NAMES, NAMES_OF_HRM], ids=["of TRM", "of HRM"])
def test_votes_recover_the_answer_from_variants_of_which_some_are_surely_wrong(wrong, names):
    """Wrong variants disagree, as each one's colour 3 is another colour of the task."""
    for outcome in solve_many(copier(spoilt(*wrong), names), TASK.puzzles("arc"), votes(7)):
        assert outcome.exact
        assert outcome.exact_by_majority
        assert outcome.supervision_steps == 7
        assert outcome.task == TASK.id
        assert outcome.valid


def test_one_vote_is_the_task_s_own_row_and_nothing_else():
    solver = copier(spoilt(0))
    outcomes = solve_many(solver, TASK.puzzles("arc"), votes(1))
    assert not any(outcome.exact_by_any for outcome in outcomes)
    assert {outcome.supervision_steps for outcome in outcomes} == {1}


def test_a_right_second_guess_counts_for_the_arc_score():
    names = [name for name in NAMES if name.startswith(TASK.id)]
    rows = torch.zeros(len(NAMES), VOCAB)
    for name in names[:4]:  # colour 0 is colour 0 in every variant, so that these agree
        rows[NAMES.index(name), 2] = 10
    solver = copier(rows)
    outcomes = solve_many(solver, TASK.puzzles("arc"), votes(7))
    assert [(o.exact, o.exact_by_majority, o.exact_in_two) for o in outcomes] == [
        (False, False, True)
    ] * 2
    assert summarise(outcomes).overall.arc_score == 1.0


def test_a_task_whose_output_is_not_known_is_refused():
    puzzle = Arc.of(Task(TASK.id, TASK.train, (Pair(GRID),)))
    with pytest.raises(PuzzleError, match=r"^00576224: found no output, expected one to compare"):
        solve_many(copier(spoilt()), [puzzle], votes(1))
