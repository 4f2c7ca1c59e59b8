"""The frames of a trace as tensors with one row for each, and back with everything checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from trm_core.documents import DocumentError
from trm_core.puzzles.base import PuzzleShape
from trm_core.trace import Frame, Trace

Array = npt.NDArray[Any]
Layout = Mapping[str, tuple[str, tuple[str | int, ...]]]

MAX_BYTES = 256 * 2**20
"""Of all tensors but latents: 12,000 frames of an ARC canvas of 30×30."""

LAYOUT: Layout = {
    "steps": ("I32", ("frames", 3)),
    "tokens": ("U8", ("frames", "cells")),
    "probabilities": ("F16", ("frames", "cells", "vocab")),
    "halt_probability": ("F64", ("frames",)),
    "y_change": ("F64", ("frames",)),
    "z_change": ("F64", ("frames",)),
    "y_axes": ("I32", ("frames",)),
    "z_axes": ("I32", ("frames",)),
    "y_coordinates": ("F32", ("frames", "any")),
    "z_coordinates": ("F32", ("frames", "any")),
}
"""Number format (as safetensors calls it) and shape of every tensor; "any" stands for any size.

steps: supervision step and cycle, from 1; then the latent step, or 0 after an answer update.
y_axes, z_axes: how many of the coordinates a frame has, the others being 0; -1 for none at all.
"""

LATENTS_LAYOUT: Layout = {
    "y": ("F32", ("frames", "any", "any")),
    "z": ("F32", ("frames", "any", "any")),
}
"""Of the latents themselves, (frames, positions, channels), where they were asked for."""


LARGEST = 2**20
"""Of any size, be it of a tensor without frames."""

NUMPY: dict[str, np.dtype[Any]] = {
    "U8": np.dtype(np.uint8),
    "I32": np.dtype(np.int32),
    "F16": np.dtype(np.float16),
    "F32": np.dtype(np.float32),
    "F64": np.dtype(np.float64),
}
"""Number formats by what safetensors calls them."""


def check(
    found: Mapping[str, tuple[str, Sequence[int]]],
    layout: Layout,
    shape: PuzzleShape,
    frames: int,
    most: int | None = None,
) -> None:
    """That tensors with these number formats and shapes are as in `layout`.

    most: how many bytes they may take together. Raises DocumentError.
    """
    sizes = {"frames": frames, "cells": shape.cells, "vocab": shape.vocab_size}
    total = 0
    for name, (dtype, dimensions) in layout.items():
        if name not in found:
            raise DocumentError(f"tensor {name} is missing")
        found_dtype, found_shape = found[name]
        expected = [sizes.get(str(each), each) for each in dimensions]
        if len(found_shape) != len(expected) or any(
            size != of and (of != "any" or size > LARGEST)
            for size, of in zip(found_shape, expected, strict=True)
        ):
            described = ", ".join(map(str, expected))
            raise DocumentError(
                f"tensor {name} has the shape {list(found_shape)}, expected [{described}]"
            )
        if found_dtype != dtype:
            raise DocumentError(f"tensor {name} is in {found_dtype}, expected {dtype}")
        total += math.prod(found_shape) * NUMPY[dtype].itemsize
    if most is not None and total > most:
        raise DocumentError(f"the frames take {total} bytes, expected {most} at most")


def tensors_of(frames: Sequence[Frame], shape: PuzzleShape) -> dict[str, Array]:
    """The tensors of all frames, which are on a board of `shape`."""
    steps = [(frame.supervision_step, frame.cycle, frame.latent_step or 0) for frame in frames]
    tensors: dict[str, Array] = {
        "steps": np.array(steps, np.int32).reshape(-1, 3),
        "tokens": np.zeros((len(frames), shape.cells), np.uint8),
        "probabilities": np.zeros((len(frames), shape.cells, shape.vocab_size), np.float16),
    }
    for index, frame in enumerate(frames):  # one by one: other threads never wait long for Python
        tensors["tokens"][index] = frame.tokens
        tensors["probabilities"][index] = frame.probabilities
    for name in ("halt_probability", "y_change", "z_change"):
        tensors[name] = np.array([getattr(frame, name) for frame in frames], np.float64)
    for name in ("y", "z"):
        each = [getattr(frame, f"{name}_coordinates") for frame in frames]
        axes = [-1 if known is None else len(known) for known in each]
        rows = np.zeros((len(frames), max(0, 0, *axes)), np.float32)
        for row, known in zip(rows, each, strict=True):
            if known is not None:
                row[: len(known)] = known
        tensors[f"{name}_axes"] = np.array(axes, np.int32)
        tensors[f"{name}_coordinates"] = rows
    return tensors


def fill(trace: Trace, frames: int, tensor: Callable[[str], Array]) -> None:
    """Append the frames that the tensors describe; `tensor` gives one as in LAYOUT, by name.

    Raises DocumentError where a value is out of its range.
    """
    steps, vocab = tensor("steps"), trace.shape.vocab_size
    if not np.array_equal(steps, _steps(trace, frames)):
        raise DocumentError("the steps of the frames do not follow each other as in a solve")
    tokens = tensor("tokens")
    if tokens.max(initial=0) >= vocab:
        raise DocumentError(f"token {tokens.max()} is there, expected 0 to {vocab - 1}")
    probabilities = _ranged("probabilities", tensor, 1)
    halt_probability = _ranged("halt_probability", tensor, 1)
    y_change, z_change = (_ranged(name, tensor, 1e300) for name in ("y_change", "z_change"))
    y_coordinates, z_coordinates = (_coordinates(name, tensor) for name in ("y", "z"))
    if frames:
        trace.puzzle.find_solutions()
    for index, (supervision_step, cycle, latent_step) in enumerate(steps.tolist()):
        trace.append(
            Frame(
                supervision_step=supervision_step,
                cycle=cycle,
                latent_step=latent_step or None,
                ends_supervision_step=latent_step == 0 and cycle == trace.cycles,
                tokens=tokens[index].astype(np.int32),
                probabilities=probabilities[index],
                halt_probability=float(halt_probability[index]),
                y_change=float(y_change[index]),
                z_change=float(z_change[index]),
                y_coordinates=y_coordinates[index],
                z_coordinates=z_coordinates[index],
            )
        )


def _steps(trace: Trace, frames: int) -> Array:
    """(frames, 3) the `steps` of a solve with the cycles, latent steps and settings of `trace`."""
    index = np.arange(frames)
    per_step, per_cycle = trace.frames_in("supervision_step"), trace.frames_in("cycle")
    latent_step = (index % per_cycle + 1) % per_cycle
    return np.stack([index // per_step + 1, index % per_step // per_cycle + 1, latent_step], axis=1)


def _ranged(name: str, tensor: Callable[[str], Array], most: float) -> Array:
    values = tensor(name)
    least, largest = values.min(initial=0), values.max(initial=0)
    if not (least >= 0 and largest <= most):  # which NaN is not either
        expected = "0 to 1" if most == 1 else "0 up"
        raise DocumentError(f"{name} holds other numbers than from {expected}")
    return values


def _coordinates(name: str, tensor: Callable[[str], Array]) -> list[Array | None]:
    axes, rows = tensor(f"{name}_axes"), tensor(f"{name}_coordinates")
    if axes.min(initial=0) < -1 or axes.max(initial=0) > rows.shape[1]:
        raise DocumentError(f"{name}_axes holds other numbers than from -1 to {rows.shape[1]}")
    if not np.isfinite(rows).all():
        raise DocumentError(f"{name}_coordinates holds NaN or infinity")
    return [None if count < 0 else row[:count] for row, count in zip(rows, axes, strict=True)]
