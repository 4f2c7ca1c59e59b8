"""Passes of the official code, as numbers; `conformance/README.md` says what they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from trm_core import import_official
from trm_core.checkpoints.official import official_name
from trm_core.model.recursion import RecursiveModel

FOLDER = Path(__file__).parent / "conformance" / "passes"
CASES = sorted(path.parent.name for path in FOLDER.glob("*/golden.safetensors"))
ATOL = 1e-4
WHOLE, STRIDE = 4096, 17
"""Gradients of more numbers than this are recorded in part, one number in so many."""


def official_pass(case: str) -> tuple[RecursiveModel, dict[str, Tensor]]:
    """The official model of `case` and what its official code computed."""
    folder = FOLDER / case
    model = import_official(folder / "step_1", folder / "config.json")
    return model, load_file(folder / "golden.safetensors")


def assert_close(ours: Tensor, official: Tensor, what: str) -> None:
    assert ours.shape == official.shape, what
    assert (ours - official).abs().max().item() <= ATOL, what


def assert_official_gradients(ours: Mapping[str, Tensor], golden: Mapping[str, Tensor]) -> None:
    """ours: the gradients of the sum over the batch, by our names, without the puzzle embedding."""
    official = {n.removeprefix("train.grad."): g for n, g in golden.items() if "train.grad." in n}
    ours = {official_name(name): gradient for name, gradient in ours.items()}
    assert ours.keys() == official.keys()
    for name, gradient in ours.items():
        stride = STRIDE if gradient.numel() > WHOLE else 1
        assert_close(gradient.flatten()[::stride], official[name], name)
        torch.testing.assert_close(
            gradient.double().norm().reshape(1),
            golden[f"train.grad_norm.{name}"],
            rtol=ATOL,
            atol=ATOL,
            msg=name,
        )
