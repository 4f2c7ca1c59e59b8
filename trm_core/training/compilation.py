"""Whether torch.compile pays, by trying it."""

from __future__ import annotations

import copy
import statistics
import time

import torch
from torch.autograd import backward

from trm_core.model.blocks import Network
from trm_core.model.recursion import RecursiveModel
from trm_core.training.config import GradientMode
from trm_core.training.losses import supervision_loss

WORTH_TRYING = 600.0
"""Seconds that training would take without: compiling takes about a minute, and gains a tenth."""


MEASURED = 7
"""Passes that are measured."""


MOST_SIZES = 64
"""As often a network is compiled before it runs as it is: with and without gradients, for the
sizes of boards, and of batches."""


def compile_networks(model: RecursiveModel) -> None:
    """Have torch.compile build the networks of `model` when they first run, and anew for each size
    of the boards that they are given."""
    torch._dynamo.config.recompile_limit = MOST_SIZES
    for module in model.modules():
        if isinstance(module, Network):
            module.compile(dynamic=False, options={"cpp.dynamic_threads": True})


def compile_now(model: RecursiveModel, samples: int, gradient: GradientMode) -> None:
    """Compile the networks of `model` for passes of `samples` samples, which may take minutes."""
    compile_networks(model)
    _seconds(model, samples, gradient)


def compiling_pays(
    model: RecursiveModel, samples: int, passes: int, gradient: GradientMode
) -> bool:
    """Whether `passes` forward and backward passes of `samples` samples go faster compiled.

    Measured on copies of `model`, and only where they would take long, by the median of several
    passes: beside other work a single one may take ten times as long. Without a compiler it does
    not pay.
    """
    plain = copy.deepcopy(model)
    _seconds(plain, samples, gradient)  # the first one prepares what later ones use
    each = statistics.median(_seconds(plain, samples, gradient) for _ in range(MEASURED))
    if each * passes < WORTH_TRYING:
        return False
    compiled = copy.deepcopy(model)
    try:
        compile_now(compiled, samples, gradient)
    except Exception:  # torch.compile lets out whatever the compiler trips over
        return False
    ratios = [
        _seconds(compiled, samples, gradient) / _seconds(plain, samples, gradient)
        for _ in range(MEASURED)
    ]
    torch.compiler.reset()  # what was compiled for the copies counts against the limit for all
    return statistics.median(ratios) < 0.98


def _seconds(model: RecursiveModel, samples: int, gradient: GradientMode) -> float:
    """How long a pass takes."""
    config, device = model.config, model.y_init.device
    tokens = torch.ones((samples, config.cells), dtype=torch.int64, device=device)
    _wait_for(device)
    started = time.perf_counter()
    output = model.supervision_step(
        tokens,
        model.initial_state(samples),
        torch.zeros_like(tokens[:, 0]),
        gradient=gradient or None,
    )
    losses = supervision_loss(output.logits, output.halt_logit, tokens, model.probabilities)
    backward(losses.total)
    model.zero_grad()
    _wait_for(device)
    return time.perf_counter() - started


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
