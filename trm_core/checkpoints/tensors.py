"""Checks that what a file holds is exactly what a model needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeGuard

import torch
from torch import Tensor

from trm_core.checkpoints.info import CheckpointError
from trm_core.errors import first_of


def checked(
    found: Mapping[str, object], needed: Mapping[str, Tensor], file: Path
) -> dict[str, Tensor]:
    """`found` in float32, if it has exactly the names and shapes of `needed` and is finite.

    The tensors are copies: those that are mapped from a file would change and vanish with it.
    Raises CheckpointError if anything is amiss.
    """
    if missing := sorted(map(repr, needed.keys() - found.keys())):
        raise CheckpointError(f"{file}: tensor {first_of(missing, 1)} is missing")
    if extra := sorted(map(repr, found.keys() - needed.keys())):
        raise CheckpointError(f"{file}: tensor {first_of(extra, 1)} is not part of this model")
    weights = {}
    for name, wanted in needed.items():
        tensor = found[name]
        if not _holds_numbers(tensor):
            raise CheckpointError(f"{file}: {name!r} is not a tensor of floating-point numbers")
        if tensor.shape != wanted.shape:
            raise CheckpointError(
                f"{file}: tensor {name!r} has shape {tuple(tensor.shape)}, "
                f"expected {tuple(wanted.shape)}"
            )
        weights[name] = tensor.to(torch.float32, copy=True)
        if not weights[name].isfinite().all():
            raise CheckpointError(f"{file}: tensor {name!r} holds NaN or infinity")
    return weights


def _holds_numbers(value: object) -> TypeGuard[Tensor]:
    return (
        isinstance(value, Tensor)
        and value.is_floating_point()
        and value.layout is torch.strided
        and not value.is_meta
    )
