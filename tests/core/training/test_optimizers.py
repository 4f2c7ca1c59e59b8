"""Weights move as by the authors' optimizers, checked against arithmetic done by hand."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from trm_core.training.config import TrainingSettings
from trm_core.training.distributed import Group
from trm_core.training.optimizers import (
    PuzzleEmbeddings,
    learning_rate_share,
    make_optimizer,
    optimizer_tensors,
    restore_optimizer,
)

RATE, BETA1, BETA2, DECAY = 0.1, 0.8, 0.9, 0.5
OPTIMIZERS = ["adamw", "adam_atan2"]


def settings(optimizer="adamw", **changes):
    return TrainingSettings(
        steps=100,
        optimizer=optimizer,
        learning_rate=RATE,
        beta1=BETA1,
        beta2=BETA2,
        weight_decay=DECAY,
        **changes,
    )


def moved(weight, gradients, update):
    """`weight` after a step for each of the gradients: decayed, then moved by `update`, which is
    told the mean, the root of the mean square without its bias, and how much bias the mean has."""
    mean = square = 0.0
    for step, gradient in enumerate(gradients, start=1):
        mean = BETA1 * mean + (1 - BETA1) * gradient
        square = BETA2 * square + (1 - BETA2) * gradient**2
        root = math.sqrt(square / (1 - BETA2**step))
        weight = weight * (1 - RATE * DECAY) - RATE * update(mean, root, 1 - BETA1**step)
    return weight


@pytest.mark.parametrize(
    ("optimizer", "update"),
    [
        ("adamw", lambda mean, root, bias: mean / bias / (root + 1e-8)),
        ("adam_atan2", lambda mean, root, bias: math.atan2(mean, root) / bias),
    ],
)
def test_a_weight_moves_as_the_formula_says(optimizer, update):
    weight = nn.Parameter(torch.tensor([2.0]))
    chosen = make_optimizer({"w": weight}, settings(optimizer))
    gradients = [0.5, -3.0, 1e-3]
    for gradient in gradients:
        weight.grad = torch.tensor([gradient])
        chosen.step()
    assert weight.item() == pytest.approx(moved(2.0, gradients, update), rel=1e-6)


def test_the_first_step_of_adam_atan2_is_nearly_the_learning_rate_for_small_and_large_gradients():
    weight = nn.Parameter(torch.tensor([1.0, 1.0, 1.0]))
    chosen = make_optimizer({"w": weight}, settings("adam_atan2"))
    weight.grad = torch.tensor([1e-12, -1e12, 0.0])
    chosen.step()
    decayed, turn = 1 - RATE * DECAY, RATE * math.atan(1 - BETA1) / (1 - BETA1)
    assert weight.tolist() == pytest.approx([decayed - turn, decayed + turn, decayed])


def stepped(optimizer, weights, seed, steps):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        for weight in weights.values():
            weight.grad = torch.randn(weight.shape, generator=generator)
        optimizer.step()


def new_weights():
    torch.manual_seed(3)
    return {"a": nn.Parameter(torch.randn(3, 4)), "b.c": nn.Parameter(torch.randn(5))}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_restored_optimizer_goes_on_bit_for_bit(name):
    weights = new_weights()
    optimizer = make_optimizer(weights, settings(name))
    stepped(optimizer, weights, 1, 5)
    state = {key: tensor.clone() for key, tensor in optimizer_tensors(optimizer, weights).items()}
    assert all(key.startswith(("a/", "b.c/")) for key in state)

    others = {key: nn.Parameter(weight.detach().clone()) for key, weight in weights.items()}
    other = make_optimizer(others, settings(name))
    restore_optimizer(other, others, state)
    for one, its_weights in ((optimizer, weights), (other, others)):
        stepped(one, its_weights, 2, 3)
    for key, weight in weights.items():
        assert torch.equal(others[key], weight)
    again = optimizer_tensors(other, others)
    for key, tensor in optimizer_tensors(optimizer, weights).items():
        assert torch.equal(again[key], tensor)
        assert again[key].dtype == tensor.dtype


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_restored_to_before_its_first_step_is_new(name):
    weights = new_weights()
    optimizer = make_optimizer(weights, settings(name))
    stepped(optimizer, weights, 1, 2)
    restore_optimizer(optimizer, weights, {})
    assert optimizer_tensors(optimizer, weights) == {}
    stepped(optimizer, weights, 1, 1)


def test_adam_atan2_does_not_move_a_weight_without_gradient():
    weights = new_weights()
    optimizer = make_optimizer(weights, settings("adam_atan2"))
    before = weights["a"].detach().clone()
    weights["b.c"].grad = torch.ones(5)
    optimizer.step()
    assert torch.equal(weights["a"], before)
    assert {key.partition("/")[0] for key in optimizer_tensors(optimizer, weights)} == {"b.c"}


# The learning rate


@given(
    warmup=st.integers(0, 40),
    steps=st.integers(1, 60),
    final=st.floats(0, 1),
    step=st.integers(1, 60),
)
def test_the_learning_rate_is_that_of_the_official_schedule(warmup, steps, final, step):
    """`cosine_schedule_with_warmup_lr_lambda` in the official `pretrain.py`."""
    step = min(step, steps)
    if step < warmup:
        official = step / warmup
    else:
        progress = (step - warmup) / max(1, steps - warmup)
        official = final + max(0.0, (1 - final) * 0.5 * (1 + math.cos(math.pi * progress)))
    ours = TrainingSettings(steps=steps, warmup_steps=warmup, final_learning_rate=final)
    assert learning_rate_share(step, ours) == pytest.approx(official, abs=1e-12)


def test_the_learning_rate_warms_up_and_then_falls_to_its_final_share():
    ours = TrainingSettings(steps=110, warmup_steps=10, final_learning_rate=0.2)
    shares = [learning_rate_share(step, ours) for step in (1, 5, 10, 60, 110)]
    assert shares == pytest.approx([0.1, 0.5, 1.0, 0.6, 0.2])


# Puzzle embeddings


def updated(table, ids, gradient, share=1.0, rate=0.1, decay=0.5):
    embeddings = PuzzleEmbeddings(
        torch.tensor(table), settings(puzzle_learning_rate=rate, puzzle_weight_decay=decay)
    )
    embeddings.update(torch.tensor(ids), torch.tensor(gradient), share, Group())
    return embeddings.table


def test_only_the_rows_in_the_batch_decay_and_move_against_the_sign():
    table = [[1.0, 1.0], [2.0, -2.0], [3.0, 3.0]]
    after = updated(table, [1], [[1e-9, -50.0]])
    assert after.tolist() == [
        [1.0, 1.0],
        pytest.approx([2 * 0.95 - 0.1, -2 * 0.95 + 0.1]),
        [3.0, 3.0],
    ]


def test_the_gradients_of_a_puzzle_are_summed_before_their_sign_is_taken():
    after = updated([[0.0, 0.0]] * 3, [2, 0, 2, 2], [[-1.0, 1], [-7, 0], [-1, 1], [3, -1]])
    assert after[0].tolist() == pytest.approx([0.1, 0.0])
    assert after[1].tolist() == [0.0, 0.0]
    assert after[2].tolist() == pytest.approx([-0.1, -0.1])


def test_rows_without_gradient_decay_only():
    assert updated([[4.0]], [0], [[0.0]]).tolist() == [[pytest.approx(4 * 0.95)]]


def test_the_share_of_the_learning_rate_counts_for_decay_too():
    assert updated([[4.0]], [0], [[1.0]], share=0.5).tolist() == [[pytest.approx(4 * 0.975 - 0.05)]]


def test_gradients_in_bfloat16_move_rows_in_float32():
    embeddings = PuzzleEmbeddings(torch.zeros(1, 2), settings(puzzle_learning_rate=1e-4))
    gradient = torch.tensor([[1.0, -1.0]], dtype=torch.bfloat16)
    embeddings.update(torch.tensor([0]), gradient, 1.0, Group())
    assert embeddings.table.tolist() == [pytest.approx([-1e-4, 1e-4])]
