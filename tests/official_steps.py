"""Optimizer steps that the official trainer took, see `conformance/training/README.md`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

FOLDER = Path(__file__).parent / "conformance" / "training"
CASES = sorted(path.parent.name for path in FOLDER.glob("*/golden.safetensors"))


def official_steps(case: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The official settings and all tensors of `case`, states with a row before the first step."""
    config = json.loads((FOLDER / case / "config.json").read_text())
    tensors = load_file(FOLDER / case / "golden.safetensors")
    return config, tensors | followed(config["training"], tensors)


def followed(training: dict[str, Any], tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """AdamW's moments and the averaged weights after every step, from gradients and weights.

    The files have their last rows only: every row before follows from the official gradients and
    weights by three sums, to the last bit on the machine that recorded them.
    """
    states = {}
    beta1, beta2, rate = training["beta1"], training["beta2"], training["ema_rate"]
    for name in (name for name in tensors if name.startswith("weight/")):
        weights, name = tensors[name], name.removeprefix("weight/")
        mean, square, average = (
            torch.zeros_like(weights[0]),
            torch.zeros_like(weights[0]),
            weights[0],
        )
        rows = [(mean, square, average)]
        for gradient, weight in zip(tensors[f"gradient/{name}"], weights[1:], strict=True):
            mean = mean.lerp(gradient, 1 - beta1)
            square = (square * beta2).addcmul(gradient, gradient, value=1 - beta2)
            average = (1 - rate) * weight + rate * average
            rows.append((mean, square, average))
        for kind, column in zip(
            ("exp_avg", "exp_avg_sq", "ema"), zip(*rows, strict=True), strict=True
        ):
            states[f"{kind}/{name}"] = torch.stack(column)
    return states
