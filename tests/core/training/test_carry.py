"""Samples keep their work from step to step until they halt, and then give way to fresh ones."""

import pytest
import torch

from trm_core.checkpoints.directory import build_model
from trm_core.data.batch import Batch
from trm_core.model.config import TRMConfig
from trm_core.model.recursion import State, SupervisionOutput
from trm_core.training.carry import Carry, least_steps

CONFIG = TRMConfig(cells=4, vocab_size=5, hidden_size=8, heads=2, positions="none")
SIZE = 5


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return build_model(CONFIG)


def fresh(first):
    """A batch whose tokens, labels and puzzle ids count up from `first`."""
    tokens = torch.arange(SIZE).view(-1, 1).expand(SIZE, 4) + first
    return Batch(tokens, tokens + 100, torch.arange(SIZE) + first)


def output(value, halt_logits):
    """What a supervision step with latents full of `value` gives."""
    state = State(torch.full((SIZE, 4, 8), value), torch.full((SIZE, 4, 8), -value))
    halt = torch.tensor(halt_logits)
    return SupervisionOutput(state, torch.zeros(SIZE, 4, 5), halt, torch.zeros_like(halt))


NEVER = [-1.0] * SIZE
NO_LEAST = torch.zeros(SIZE, dtype=torch.int64)


def test_at_first_every_sample_is_fresh_and_starts_from_the_start_state(model):
    carry = Carry.empty(model, SIZE).replaced(fresh(10), model)
    assert torch.equal(carry.tokens, fresh(10).tokens)
    assert torch.equal(carry.labels, fresh(10).labels)
    assert torch.equal(carry.puzzle_ids, fresh(10).puzzle_ids)
    assert torch.equal(carry.y, model.y_init.expand(SIZE, 4, 8))
    assert torch.equal(carry.z, model.z_init.expand(SIZE, 4, 8))
    assert carry.steps.tolist() == [0] * SIZE
    assert not carry.halted.any()


def test_a_sample_keeps_its_puzzle_and_its_latents_until_it_halts(model):
    carry = Carry.empty(model, SIZE).replaced(fresh(10), model)
    halts = [1.0, -1.0, 1.0, -1.0, -1.0]
    carry = carry.after(output(3.0, halts), 16, NO_LEAST)
    assert carry.halted.tolist() == [True, False, True, False, False]
    assert carry.steps.tolist() == [1] * SIZE
    assert torch.equal(carry.tokens, fresh(10).tokens)

    replaced = carry.replaced(fresh(50), model)
    at_start = [50, 11, 52, 13, 14]
    assert replaced.tokens[:, 0].tolist() == at_start
    assert replaced.labels[:, 0].tolist() == [number + 100 for number in at_start]
    assert replaced.puzzle_ids.tolist() == at_start
    assert replaced.steps.tolist() == [0, 1, 0, 1, 1]
    for row, halted in enumerate(carry.halted):
        assert torch.equal(replaced.y[row], model.y_init.expand(4, 8) if halted else carry.y[row])
        assert torch.equal(replaced.z[row], model.z_init.expand(4, 8) if halted else carry.z[row])
    assert (carry.y == 3).all()


def test_all_samples_halt_at_the_most_supervision_steps(model):
    carry = Carry.empty(model, SIZE).replaced(fresh(0), model)
    for step in range(1, 5):
        assert not carry.halted.any()
        carry = carry.after(output(1.0, NEVER), 4, NO_LEAST)
        assert carry.steps.tolist() == [step] * SIZE
    assert carry.halted.all()


def test_the_halting_head_is_heeded_from_the_least_steps_on(model):
    carry = Carry.empty(model, SIZE).replaced(fresh(0), model)
    least = torch.tensor([0, 1, 2, 3, 9])
    halted = []
    for _ in range(4):
        carry = carry.after(output(1.0, [1.0] * SIZE), 4, least)
        halted.append(carry.halted.tolist())
    assert halted == [
        [True, True, False, False, False],
        [True, True, True, False, False],
        [True, True, True, True, False],
        [True] * SIZE,
    ]


def test_a_halt_logit_of_zero_is_not_enough(model):
    carry = Carry.empty(model, SIZE).replaced(fresh(0), model)
    assert not carry.after(output(1.0, [0.0] * SIZE), 16, NO_LEAST).halted.any()


def generator(seed=1):
    return torch.Generator().manual_seed(seed)


def test_without_exploration_there_are_no_least_steps():
    assert not least_steps(1000, 0.0, 16, generator()).any()


def test_with_exploration_the_least_steps_are_drawn_from_two_to_the_most():
    drawn = least_steps(15_000, 1.0, 16, generator())
    counts = torch.bincount(drawn, minlength=17)
    assert counts[:2].tolist() == [0, 0]
    assert len(counts) == 17
    assert counts[2:].tolist() == pytest.approx([1000] * 15, rel=0.15)


def test_so_many_samples_explore_as_the_probability_says():
    explores = least_steps(20_000, 0.1, 16, generator()) > 0
    assert explores.float().mean().item() == pytest.approx(0.1, rel=0.1)


def test_with_one_supervision_step_exploration_changes_nothing(model):
    least = least_steps(SIZE, 1.0, 1, generator())
    carry = Carry.empty(model, SIZE).replaced(fresh(0), model)
    assert carry.after(output(1.0, NEVER), 1, least).halted.all()
