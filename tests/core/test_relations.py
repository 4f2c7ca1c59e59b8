"""Networks that know the board's relations: as symmetric as the puzzle, for boards of any size."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from checkpoints_to_try import random_model

from trm_core.checkpoints.info import CheckpointError, ModelInfo
from trm_core.evaluation.batches import EvaluationSettings, solve_many
from trm_core.model.config import TRMConfig
from trm_core.model.recursion import State
from trm_core.model.relations import RELATIONS, Place, RelationBlock
from trm_core.puzzles import arc_tasks
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.maze_generators import generate_perfect
from trm_core.puzzles.sudoku import generate
from trm_core.solver import Solver
from trm_core.trace import SolveSettings

SHARED = {
    "hidden_size": 16,
    "mixer": "relations",
    "positions": "none",
    "layers": 1,
    "cycles": 2,
    "latent_steps": 3,
    "max_supervision_steps": 3,
    "start_noise": 1.0,
}
SUDOKU = PuzzleShape("sudoku", 9, 9, 3)
MAZE = PuzzleShape("maze", 9, 9)
SUDOKU_CONFIG = TRMConfig(
    cells=81, vocab_size=11, relations=("lines", "box", "cell"), candidates=True, **SHARED
)
MAZE_CONFIG = TRMConfig(cells=81, vocab_size=6, relations=("neighbours",), **SHARED)
ARC = PuzzleShape("arc", 6, 6)
ON_A_CANVAS = ("neighbours", "diagonals", "rays", "row", "column", "board", "cell")
ARC_CONFIG = TRMConfig(
    cells=36,
    vocab_size=12,
    relations=ON_A_CANVAS,
    candidates=True,
    canvas=True,
    gated=True,
    puzzle_count=3,
    puzzle_embedding_size=11 * 4,
    **SHARED,
)


def solver_for(config, shape):
    return Solver(random_model(config), ModelInfo("trm", shape, config))


def moved(tensor, transform, side):
    """A state (B, cells × digits, D) with its rows, columns and digits in another order."""
    board = tensor.unflatten(1, (side, side, side))
    names = [digit - 1 for digit in transform.digits]
    board = board[:, list(transform.row_order)][:, :, list(transform.col_order)]
    board = board[:, :, :, np.argsort(names)]
    return (board.transpose(1, 2) if transform.transpose else board).flatten(1, 3)


@pytest.mark.parametrize(("box_rows", "box_cols"), [(3, 3), (2, 3), (4, 4)])
def test_a_symmetry_of_the_puzzle_is_one_of_the_answer(box_rows, box_cols):
    """Digits renamed, rows, columns and boxes exchanged, the board turned."""
    side = box_rows * box_cols
    solver = solver_for(SUDOKU_CONFIG, SUDOKU)
    model = solver.model.double()
    puzzle = generate(1, box_rows=box_rows, box_cols=box_cols, givens=side * side // 2)
    rng = np.random.default_rng(5)
    for _ in range(4):
        transform = puzzle.random_transform(rng)
        turned = puzzle.transformed(transform)
        state = model.initial_state(1, puzzle.shape, torch.Generator().manual_seed(3))
        other = State(*(moved(t, transform, side) for t in (state.y, state.z)), turned.shape)
        for _ in range(2):
            out = model.supervision_step(solver.inputs([puzzle])[0], state)
            again = model.supervision_step(solver.inputs([turned])[0], other)
            state, other = out.state, again.state
            digits = out.logits[..., 2:].flatten(1, 2).unsqueeze(2)
            expected = moved(digits, transform, side)
            found = again.logits[..., 2:].flatten(1, 2).unsqueeze(2)
            assert torch.allclose(found, expected, rtol=0, atol=1e-9)
            assert not torch.allclose(found, digits, rtol=0, atol=1e-3)
            assert torch.allclose(again.halt_logit, out.halt_logit, rtol=0, atol=1e-9)


@pytest.fixture
def sudokus():
    return [
        generate(seed, box_rows=a, box_cols=b, givens=a * b * a * b // 2)
        for seed in (1, 2)
        for a, b in SIZES
    ]


SIZES = (2, 2), (2, 3), (3, 3)


def test_one_model_takes_sudokus_of_all_sizes(sudokus):
    solver = solver_for(SUDOKU_CONFIG, SUDOKU)
    for puzzle in sudokus:
        trace = solver.start(puzzle, SolveSettings())
        for frame in solver.frames(trace):
            trace.append(frame)
        assert trace.shape == puzzle.shape
        assert trace.grid(-1).shape == puzzle.grid.shape
        assert trace.grid(-1).min() > 0


def test_puzzles_of_all_sizes_are_evaluated_together_as_alone(sudokus):
    solver = solver_for(SUDOKU_CONFIG, SUDOKU)
    settings = EvaluationSettings(batch_size=4)
    together = solve_many(solver, sudokus, settings)
    alone = [outcome for each in sudokus for outcome in solve_many(solver, [each], settings)]
    assert len(together) == len(sudokus)
    for one, other in zip(together, alone, strict=True):
        assert one.halt_probability == pytest.approx(other.halt_probability, abs=1e-5)
        assert one.source == other.source


def test_a_maze_may_be_wider_than_high():
    solver = solver_for(MAZE_CONFIG, MAZE)
    maze = generate_perfect(1, 5, 9)
    trace = solver.start(maze, SolveSettings())
    for frame in solver.frames(trace):
        trace.append(frame)
    assert trace.grid(0).shape == (5, 9)
    assert solver.info.misfit(generate_perfect(1, 31, 31)) is None


@pytest.mark.parametrize("change", [{}, {"gated": True, "message_size": 0}])
def test_a_step_reaches_the_neighbours_only(change):
    """So that a path is seen to grow: one cell for each call of the network."""
    model = random_model(replace(MAZE_CONFIG, **change))
    tokens = torch.full((1, 81), 2)
    changed = tokens.index_fill(1, torch.tensor([40]), 1)
    state = model.initial_state(1)
    reached = []

    def on_step(step):
        reached.append(step.z if step.kind == "latent" else step.y)

    for given in (tokens, changed):
        with torch.no_grad():
            model.supervision_step(given, state, on_step=on_step)
    differs = [
        (one != other).any(-1).view(9, 9).nonzero() - 4
        for one, other in zip(reached[:8], reached[8:], strict=True)
    ]
    assert [int(each.abs().sum(-1).max()) for each in differs[:3]] == [1, 2, 3]


def test_the_random_start_is_the_same_always_or_drawn_for_every_sample():
    model = random_model(SUDOKU_CONFIG)
    usual, again = model.initial_state(2), model.initial_state(1)
    assert torch.equal(usual.z[:1], again.z)
    assert torch.equal(usual.z[0], usual.z[1])
    drawn = model.initial_state(2, None, torch.Generator().manual_seed(1))
    assert not torch.equal(drawn.z[0], drawn.z[1])
    assert float((drawn.z - model.z_init).std()) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    ("config", "shape", "sentence"),
    [
        (SUDOKU_CONFIG, MAZE, "cells and vocab_size are 81 and 11"),
        (MAZE_CONFIG, PuzzleShape("arc", 9, 9), "cells and vocab_size are 81 and 6"),
        (replace(ARC_CONFIG, canvas=False, puzzle_embedding_size=0), ARC, "canvas is false"),
        (replace(ARC_CONFIG, cells=100), PuzzleShape("sudoku", 10, 10, 2), "canvas is true"),
        (replace(MAZE_CONFIG, candidates=True), MAZE, "candidates is true, expected true for"),
    ],
)
def test_a_config_for_another_kind_is_refused(config, shape, sentence):
    with pytest.raises(CheckpointError, match=sentence):
        ModelInfo("trm", shape, config)


def test_a_model_with_relations_says_that_it_takes_any_size():
    info = ModelInfo("trm", SUDOKU, SUDOKU_CONFIG)
    assert info.title == "TRM-Rel, Sudoku, any size to 25×25"
    assert info.misfit(generate_perfect(1, 9, 9)).endswith(
        "is made for Sudoku, any size to 25×25, this is Maze 9×9"
    )
    assert info.takes("sudoku", 16, 16)
    assert not info.takes("maze", 9, 9)


def test_colours_that_trade_places_in_a_task_do_so_in_the_answer():
    """With what the puzzle embedding says of them; black and the mark of the end stay."""
    model = random_model(ARC_CONFIG).double()
    torch.nn.init.normal_(model.puzzle_embedding.weight)
    with torch.no_grad():
        of_each = model.puzzle_embedding.weight.view(3, 11, 4)
        order = torch.tensor([0, 1, *(2 + torch.randperm(9)).tolist()])
        of_each[2] = of_each[1, order]  # which candidate each one takes the place of
    renamed = torch.cat([torch.tensor([0]), 1 + order.argsort()])
    tokens = torch.randint(0, 12, (1, 36))
    state = model.initial_state(1)
    turned = State(
        *(each.view(1, 36, 11, -1)[:, :, order].flatten(1, 2) for each in (state.y, state.z))
    )
    for _ in range(2):
        out = model.supervision_step(tokens, state, torch.tensor([1]))
        again = model.supervision_step(renamed[tokens], turned, torch.tensor([2]))
        state, turned = out.state, again.state
        assert torch.allclose(again.logits[..., renamed], out.logits, rtol=0, atol=1e-9)
        assert not torch.allclose(again.logits, out.logits, rtol=0, atol=1e-3)
        assert torch.allclose(again.halt_logit, out.halt_logit, rtol=0, atol=1e-9)


def test_what_the_puzzle_embedding_says_of_a_task_changes_its_answer():
    model = random_model(ARC_CONFIG)
    torch.nn.init.zeros_(model.puzzle_embedding.weight)
    tokens = torch.randint(0, 12, (1, 36)).expand(2, -1)
    state = model.initial_state(2)

    def answers():
        return model.supervision_step(tokens, state, torch.tensor([1, 2])).logits

    one, other = answers()
    assert torch.equal(one, other)
    torch.nn.init.normal_(model.puzzle_embedding.weight)
    one, other = answers()
    assert not torch.allclose(one, other, atol=1e-3)


def test_an_arc_task_is_shown_on_the_canvas_of_the_training_or_a_larger_one():
    task = arc_tasks.generate(1, rows=9, cols=8).task
    info = ModelInfo("trm", ARC, ARC_CONFIG, identifiers=("<blank>", task.id))
    assert info.title == "TRM-Rel, ARC, any size to 30×30"
    assert info.board(task.puzzles()[0]) == PuzzleShape("arc", 9, 8)
    small = arc_tasks.generate(1, rows=6, cols=6).task
    assert info.board(small.puzzles()[0]) == ARC
    assert info.takes("arc", 9, 8, task.id)
    assert not info.takes("arc", 9, 8, "another")
    solver = Solver(random_model(ARC_CONFIG), info)
    (puzzle,) = task.puzzles()
    trace = solver.start(puzzle, SolveSettings())
    trace.append(next(iter(solver.frames(trace))))
    assert trace.shape == PuzzleShape("arc", 9, 8)


def relation_of(name):
    torch.manual_seed(0)
    return RELATIONS[name](3, 5)


@pytest.mark.parametrize("name", RELATIONS)
def test_a_position_takes_from_the_members_of_its_pools_alone(name):
    """And what all pools give it adds up to what the relation does."""
    shape = PuzzleShape("sudoku", 6, 6, 2)
    relation, messages = relation_of(name), torch.rand(1, 6, 6, 4, 3)
    cells = Place(torch.arange(6).unsqueeze(1), torch.arange(6))
    cell = Place(2, 3)

    def taken(messages):
        parts = relation.taken(messages, shape)
        return [each.expand(1, 6, 6, 4, 5)[0, cell.row, cell.col] for each in parts]

    whole = relation(messages, shape).expand(1, 6, 6, 4, 5)[0, cell.row, cell.col]
    before = taken(messages)
    assert torch.allclose(sum(before), whole, atol=1e-5)
    for pool, members in enumerate(relation.members(cell, cells, shape)):
        members = members.expand(6, 6)
        assert members.any()
        others = messages.masked_fill(~members[..., None, None], 9.0)
        assert torch.allclose(taken(others)[pool], before[pool], atol=1e-5)
        these = messages.masked_fill(members[..., None, None], 9.0)
        assert not torch.allclose(taken(these)[pool], before[pool], atol=1e-2)


def test_a_ray_is_the_maximum_of_all_cells_in_its_direction():
    messages = torch.rand(2, 4, 5, 3, 2)
    above, below, left, right = relation_of("rays").around(messages)
    for row, col in np.ndindex(4, 5):
        for found, there in (
            (above, messages[:, :row, col]),
            (below, messages[:, row + 1 :, col]),
            (left, messages[:, row, :col]),
            (right, messages[:, row, col + 1 :]),
        ):
            most = there.amax(1) if there.shape[1] else torch.zeros(2, 3, 2)
            assert torch.equal(found[:, row, col], most)


@pytest.mark.parametrize("gated", [False, True])
def test_a_fresh_block_hardly_changes_what_a_position_knows(gated):
    torch.manual_seed(0)
    block = RelationBlock(("neighbours",), 48, 0, 96, 1e-5, gated)
    x = 3**0.5 * torch.randn(1, 225, 48)  # as the sum of z, y and the input embedding
    change = block(x, PuzzleShape("maze", 15, 15)) - x / x.square().mean(-1, keepdim=True).sqrt()
    assert 0 < change.square().mean().sqrt() < 0.25
