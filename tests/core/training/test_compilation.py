"""Compiling is tried where it could pay, and does not where there is no compiler."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch._dynamo.utils import counters

from trm_core.checkpoints.directory import build_model
from trm_core.model.blocks import Network
from trm_core.model.config import HRMConfig, TRMConfig
from trm_core.model.relations import RelationBlock
from trm_core.puzzles.base import PuzzleShape

SIZES = {"cells": 16, "vocab_size": 6, "hidden_size": 16, "heads": 2, "latent_steps": 2}
CONFIGS = {
    "mlp": TRMConfig(**SIZES, cycles=2, mixer="mlp", positions="none"),
    "attention": TRMConfig(**SIZES, cycles=2),
    "hrm": HRMConfig(**SIZES, latent_layers=1, answer_layers=1),
}

ROOT = Path(__file__).parents[3]
CODE = """
import sys
import torch
from trm_core.checkpoints.directory import build_model
from trm_core.model.config import TRMConfig
from trm_core.training.compilation import compiling_pays

torch.set_num_threads(1)
config = TRMConfig(cells=4, vocab_size=6, hidden_size=8, heads=1, layers=1, positions="none")
model = build_model(config)
print("short:", compiling_pays(model, 2, 100, ""), "torch._inductor.compile_fx" in sys.modules)
print("long:", compiling_pays(model, 2, 10**12, ""), "torch._inductor.compile_fx" in sys.modules)
print("gradients left:", any(weight.grad is not None for weight in model.parameters()))
"""


def test_compiling_does_not_pay_for_short_work_nor_without_a_compiler(tmp_path):
    """For short work it is not tried at all; without a compiler it fails, and nothing is raised."""
    without = {"CXX": "/bin/false", "TORCHINDUCTOR_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=ROOT,
        env={**os.environ, **without},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "short: False False",
        "long: False True",
        "gradients left: False",
    ]


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("gradient", [None, "bptt"])
def test_after_the_first_step_nothing_is_compiled_again(name, gradient):
    """Neither for another layout of the latents, nor for other steps that are differentiated."""
    model = build_model(CONFIGS[name])
    torch.compiler.reset()
    for module in model.modules():
        if isinstance(module, Network):
            module.compile(dynamic=False, backend="eager")  # only traced, which is what counts here
    state, compiled = model.initial_state(4), []
    tokens = torch.ones(4, 16, dtype=torch.int64)
    for _ in range(4):
        output = model.supervision_step(tokens, state, gradient=gradient)
        output.logits.sum().backward()
        state = output.state
        compiled.append(counters["stats"]["unique_graphs"])
    torch.compiler.reset()
    assert compiled[0] > 0
    assert len(set(compiled)) == 1


def test_compiled_pools_have_the_gradient_of_those_that_are_not():
    """Also where what is pooled is rounded in one of the two only, as in bfloat16."""
    torch.manual_seed(0)
    board = PuzzleShape("arc", 5, 5)
    block = RelationBlock(("cell",), 16, 8, 16, 1e-5, gated=True).bfloat16()
    x = torch.randn(4, 25 * 11, 16).bfloat16().requires_grad_()
    pull = torch.randn(x.shape)

    def gradient():
        x.grad = None
        (block(x, board).float() * pull).sum().backward()
        return x.grad.float()

    plain = gradient()
    torch.compiler.reset()
    block.compile(dynamic=False)
    compiled = gradient()
    torch.compiler.reset()
    assert (compiled - plain).norm() < 0.05 * plain.norm()
    assert torch.isfinite(compiled).all()
