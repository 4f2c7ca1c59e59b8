"""The recursion: watching it, its numbering, what it differentiates, and its configs."""

from typing import get_type_hints

import pytest
import torch

from trm_core.errors import quoted
from trm_core.model.config import ConfigError, HRMConfig, TRMConfig
from trm_core.model.device import DeviceError, choose_device, choose_dtype, has_bfloat16
from trm_core.model.recursion import State

CPU = torch.device("cpu")
SIZES = {"cells": 16, "vocab_size": 6, "hidden_size": 16, "heads": 2}
HOOKS = {
    "looking on": lambda step: None,
    "decoding": lambda step: step.decode(),
    "judging": lambda step: step.halt_logit(),
}


def solve(model, tokens, on_step=None, steps=2):
    """The outputs of some supervision steps from the initial state."""
    outputs, state = [], model.initial_state(len(tokens))
    for _ in range(steps):
        outputs.append(model.supervision_step(tokens, state, on_step=on_step))
        state = outputs[-1].state
    return outputs


def watched(model, tokens):
    """One supervision step, and the steps that its hook saw."""
    seen = []
    with torch.inference_mode():
        (out,) = solve(model, tokens, seen.append, steps=1)
    return out, seen


def tensors(out):
    return out.state.y, out.state.z, out.logits, out.halt_logit, out.continue_logit


# Watching


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS.keys())
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_watching_changes_no_bit_of_the_result(model, tokens, hook, dtype):
    model = model.to(dtype)
    with torch.inference_mode():
        for alone, seen in zip(solve(model, tokens), solve(model, tokens, hook), strict=True):
            assert all(map(torch.equal, tensors(alone), tensors(seen)))


def test_watching_changes_no_bit_of_the_gradients(model, tokens):
    def gradients(on_step):
        model.zero_grad()
        solve(model, tokens, on_step, steps=1)[0].logits.square().sum().backward()
        return [p.grad.clone() for p in model.parameters() if p.grad is not None]

    alone, seen = gradients(None), gradients(HOOKS["decoding"])
    assert len(alone) == len(seen) > 0
    assert all(map(torch.equal, alone, seen))


def test_steps_come_in_order_and_count_from_1(model, tokens):
    _, seen = watched(model, tokens)
    assert [(step.kind, step.cycle, step.latent_step) for step in seen] == [
        ("latent", 1, 1),
        ("latent", 1, 2),
        ("latent", 1, 3),
        ("answer", 1, None),
        ("latent", 2, 1),
        ("latent", 2, 2),
        ("latent", 2, 3),
        ("answer", 2, None),
    ]


def test_a_latent_step_changes_only_z_and_an_answer_update_only_y(model, tokens):
    _, seen = watched(model, tokens)
    start = model.initial_state(len(tokens))
    for before, step in zip([start, *seen[:-1]], seen, strict=True):
        assert torch.equal(step.y, before.y) == (step.kind == "latent")
        assert torch.equal(step.z, before.z) == (step.kind == "answer")


def test_the_last_answer_update_is_the_output(model, tokens):
    out, seen = watched(model, tokens)
    with torch.inference_mode():
        assert torch.equal(seen[-1].decode(), out.logits)
        assert torch.equal(seen[-1].halt_logit(), out.halt_logit)
    assert torch.equal(seen[-1].y, out.state.y)
    assert torch.equal(seen[-1].z, out.state.z)


def test_every_sample_is_solved_as_if_it_were_alone(model, tokens):
    with torch.inference_mode():
        together = solve(model, tokens)[-1].logits
        alone = torch.cat([solve(model, row)[-1].logits for row in tokens.split(1)])
    assert (together - alone).abs().max() < 1e-4


def test_the_puzzle_embedding_used_without_ids_is_the_first(model, tokens):
    state = model.initial_state(2)
    first, second = (
        model.supervision_step(tokens, state, torch.full((2,), row)).logits for row in (0, 1)
    )
    assert torch.equal(first, model.supervision_step(tokens, state).logits)
    assert torch.equal(first, second) == (model.config.puzzle_embedding_size == 0)


# The initial state, and what is differentiated


def test_every_solve_starts_from_the_same_state_that_is_not_learned(model):
    one, two = model.initial_state(3), model.initial_state(3)
    assert torch.equal(one.y, two.y)
    assert torch.equal(one.z, two.z)
    alike = one.y[:1] if model.config.start_noise else one.y[:1, :1]
    assert torch.equal(one.y, alike.expand_as(one.y))
    assert not one.y.requires_grad
    assert not one.z.requires_grad
    assert not {"y_init", "z_init"} & dict(model.named_parameters()).keys()
    assert {"y_init", "z_init"} <= model.state_dict().keys()


@pytest.mark.parametrize("mode", ["bptt", "full_cycle", "one_step", None])
def test_gradients_reach_as_far_back_as_the_mode_says(model, tokens, mode):
    """Against the loop written out: the calls before the mode's first are not differentiated."""
    cycles, latent_steps = model.config.cycles, model.config.latent_steps
    default = "one_step" if isinstance(model.config, HRMConfig) else "full_cycle"
    calls = cycles * (latent_steps + 1)
    tracked = {"bptt": calls, "full_cycle": latent_steps + 1, "one_step": 2}[mode or default]

    def unrolled():
        x, rotary = model.embed(tokens), model.places(start)
        y, z = start.y, start.z
        for call in range(calls):
            with torch.set_grad_enabled(call >= calls - tracked):
                if call % (latent_steps + 1) == latent_steps:
                    y = model.update_answer(y, z, rotary)
                else:
                    z = model.update_latent(z, y + x, rotary)
        return model.decode(y)

    def gradients(logits):
        model.zero_grad()
        logits.square().sum().backward()
        return {name: p.grad for name, p in model.named_parameters() if p.grad is not None}

    start = model.initial_state(2)
    ours = gradients(model.supervision_step(tokens, start, gradient=mode).logits)
    expected = gradients(unrolled())
    assert ours.keys() == expected.keys()
    assert "token_embedding.weight" in ours
    for name, gradient in expected.items():
        torch.testing.assert_close(ours[name], gradient, msg=name)


def test_only_bptt_reaches_the_state_that_a_supervision_step_starts_from(model, tokens):
    for mode in ("bptt", "full_cycle", "one_step"):
        start = model.initial_state(2)
        y, z = (t.clone().requires_grad_() for t in (start.y, start.z))
        out = model.supervision_step(tokens, State(y, z), gradient=mode)
        reached = torch.autograd.grad(out.logits.sum(), (y, z), allow_unused=True)
        assert all((gradient is not None) == (mode == "bptt") for gradient in reached), mode


def test_the_state_that_comes_out_is_detached(model, tokens):
    (out,) = solve(model, tokens, steps=1)
    assert out.logits.requires_grad
    assert not out.state.y.requires_grad
    assert not out.state.z.requires_grad


def test_nothing_is_differentiated_where_gradients_are_disabled(model, tokens):
    with torch.no_grad():
        assert not solve(model, tokens, steps=1)[0].logits.requires_grad


# Devices and number formats


def test_dtype_auto_is_bfloat16_just_where_the_hardware_has_it():
    expected = torch.bfloat16 if has_bfloat16(CPU) else torch.float32
    assert choose_dtype("auto", CPU) is expected
    assert choose_dtype("float32", CPU) is choose_dtype(torch.float32, CPU) is torch.float32
    assert choose_dtype("bfloat16", CPU) is torch.bfloat16


def test_an_unknown_dtype_or_device_is_refused_in_a_sentence():
    with pytest.raises(DeviceError, match=r"^dtype 'int8' is unknown; expected auto, "):
        choose_dtype("int8", CPU)
    for device in ("teapot", "", "cuda:99"):
        with pytest.raises(DeviceError, match=f"^device '{device}' is not available here; "):
            choose_device(device)


def test_weights_are_cast_once_and_stay_where_they_are(model, tokens):
    model = model.to(torch.bfloat16)
    before = {name: tensor.data_ptr() for name, tensor in model.state_dict().items()}
    with torch.inference_mode():
        (out,) = solve(model, tokens, steps=1)
    after = model.state_dict()
    assert {name: tensor.data_ptr() for name, tensor in after.items()} == before
    assert {tensor.dtype for tensor in after.values()} == {torch.bfloat16}
    assert out.state.y.dtype is out.state.z.dtype is out.logits.dtype is torch.bfloat16
    assert out.halt_logit.dtype is out.continue_logit.dtype is torch.float32


# Configs

RELATIONS = {"mixer": "relations", "positions": "none", "relations": ["neighbours"]}
CANVAS = {"candidates": True, "canvas": True}
TYPES = get_type_hints(TRMConfig)
WHOLE = [name for name, kind in TYPES.items() if kind is int]
NUMBERS = [name for name, kind in TYPES.items() if kind is float]
INFINITE = float("inf")


@pytest.mark.parametrize("name", [*WHOLE, "latent_layers", "answer_layers"])
def test_a_config_takes_whole_numbers_for_sizes_and_counts(name):
    config = HRMConfig if name.endswith("_layers") else TRMConfig
    for bad in (-1, 1.0, True, "8", None, 10**9):
        with pytest.raises(ConfigError, match=rf"^{name} is {quoted(bad)}, expected a whole"):
            config(**SIZES | {name: bad})


@pytest.mark.parametrize("name", NUMBERS)
def test_a_config_takes_finite_numbers_from_or_above_0_for_the_rest(name):
    for bad in (
        *(() if name == "start_noise" else (0,)),
        -1.5,
        float("nan"),
        INFINITE,
        True,
        "1",
        None,
    ):
        with pytest.raises(ConfigError, match=rf"^{name} is {quoted(bad)}, expected a number"):
            TRMConfig(**SIZES, **{name: bad})


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"positions": "sine"},
            "positions is 'sine', expected one of rotary, learned, none",
        ),
        ({"mixer": "conv"}, "mixer is 'conv', expected one of attention, mlp, relations"),
        ({"mixer": ["mlp"]}, "mixer is ['mlp'], expected one of attention, mlp, relations"),
        ({"expansion": 0.01}, "expansion is 0.01, too little to give layers any width"),
        (
            {"mixer": "relations", "positions": "none"},
            "relations is [], expected some with the mixer relations, and none with another",
        ),
        (
            {"relations": ["box"]},
            "relations is ['box'], expected some with the mixer relations, and none with another",
        ),
        (
            RELATIONS | {"relations": ["box", "box"]},
            "relations is ['box', 'box'], expected each once",
        ),
        (
            RELATIONS | {"relations": ["diagonal"]},
            "relations is ['diagonal'], expected a list of names out of "
            "lines, row, column, box, board, cell, neighbours, diagonals, rays",
        ),
        (
            RELATIONS | {"positions": "learned"},
            "positions is 'learned', expected 'none' with the mixer relations",
        ),
        (
            RELATIONS | {"relations": ["cell"]},
            "relations has 'cell', expected it only where candidates is true",
        ),
        (
            RELATIONS | {"canvas": True},
            "canvas is true, expected it only where candidates is true",
        ),
        (
            RELATIONS | {"puzzle_embedding_size": 11},
            "puzzle_embedding_size is 11, expected 0 with the mixer relations unless canvas is "
            "true",
        ),
        (
            RELATIONS | CANVAS | {"puzzle_embedding_size": 16},
            "puzzle_embedding_size is 16, expected a multiple of 11, a part for each candidate, up "
            "to 176",
        ),
        (
            RELATIONS | CANVAS | {"puzzle_embedding_size": 187},
            "puzzle_embedding_size is 187, expected a multiple of 11, a part for each candidate, "
            "up to 176",
        ),
        (
            RELATIONS | CANVAS | {"puzzle_embedding_size": 11, "puzzle_positions": 1},
            "puzzle_positions is 1, expected 0 with the mixer relations",
        ),
        ({"heads": 3}, "hidden_size is 16, expected a multiple of heads (3)"),
        (
            {"heads": 16},
            "hidden_size / heads is 1, expected an even number for rotary positions",
        ),
        (
            {"mixer": "mlp"},
            "positions is 'rotary', expected 'learned' or 'none' with mixer mlp",
        ),
        (
            {"puzzle_embedding_size": 17, "puzzle_positions": 1},
            "puzzle_embedding_size is 17, more than 1 positions of width 16 hold",
        ),
        (
            {"puzzle_positions": 1},
            "puzzle_positions is 1, expected 0 without puzzle embedding",
        ),
    ],
)
def test_fields_that_do_not_go_together_are_refused_in_a_sentence(fields, sentence):
    with pytest.raises(ConfigError) as refused:
        TRMConfig(**SIZES | fields)
    assert str(refused.value) == sentence
