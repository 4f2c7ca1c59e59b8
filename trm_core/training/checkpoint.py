"""Checkpoints of a run: a model directory with the averaged weights, plus all that training moves.

`trainer.safetensors` holds what `Trainer.tensors` gives; its header says how far training was, and
a fingerprint of that and of every tensor in both files, by which damage is noticed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from trm_core.checkpoints.directory import read_tensors, write_model
from trm_core.checkpoints.info import WEIGHTS, CheckpointError, ModelInfo, read_info, write_info
from trm_core.documents import Format
from trm_core.files import whole_directory
from trm_core.records import Between
from trm_core.training.run_directory import RunDirectory
from trm_core.training.run_files import run_errors

FORMAT = Format("trm-studio-trainer", "1", "a trainer's state")
TRAINER = "trainer.safetensors"


@dataclass(frozen=True)
class Progress:
    """How far training was: optimizer steps, times it stepped back, and how its passes run."""

    step: Annotated[int, Between(0, 2**53)]
    rewinds: Annotated[int, Between(0, 2**53)]
    dtype: str
    compiled: bool

    def to_header(self) -> dict[str, str]:
        return {
            **FORMAT.header,
            "step": str(self.step),
            "rewinds": str(self.rewinds),
            "dtype": self.dtype,
            "compiled": str(int(self.compiled)),
        }


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that was read: the averaged weights, and the rest of the trainer's state.

    evaluated: whether its config says how well it does.
    """

    progress: Progress
    evaluated: bool
    averaged: dict[str, Tensor]
    tensors: dict[str, Tensor]


def save_checkpoint(
    info: ModelInfo,
    card: str,
    progress: Progress,
    averaged: Mapping[str, Tensor],
    tensors: Mapping[str, Tensor],
) -> None:
    """Write the checkpoint `info.directory`, whole or not at all. Raises RunError."""
    target = info.directory
    with run_errors(target.parent.parent, target):
        try:
            with whole_directory(target) as unfinished:
                write_checkpoint(unfinished, info, card, progress, averaged, tensors)
        except SafetensorError as error:
            raise _as_os_error(error) from error


def write_checkpoint(
    directory: Path,
    info: ModelInfo,
    card: str,
    progress: Progress,
    averaged: Mapping[str, Tensor],
    tensors: Mapping[str, Tensor],
) -> None:
    """Put the files of a checkpoint into `directory`. Raises SafetensorError or OSError."""
    averaged, tensors = _on_cpu(averaged), _on_cpu(tensors)
    header = progress.to_header() | {"fingerprint": _fingerprint(progress, averaged, tensors)}
    write_model(directory, averaged, info, card)
    save_file(tensors, directory / TRAINER, header)


def describe_checkpoint(info: ModelInfo, card: str) -> None:
    """Have the checkpoint `info.directory` say what was found out since. Raises RunError."""
    target = info.directory
    with run_errors(target.parent.parent, target):
        write_info(info, card)


def read_checkpoint(directory: Path) -> Checkpoint:
    """Read a checkpoint. Raises CheckpointError if anything in it is missing or damaged."""
    info, file = read_info(directory), directory / TRAINER
    averaged, tensors = read_tensors(directory / WEIGHTS), read_tensors(file)
    try:
        with safe_open(file, "pt") as opened:
            header = FORMAT.check(opened.metadata())
        progress = Progress(
            int(header["step"]),
            int(header["rewinds"]),
            header["dtype"],
            header["compiled"] == "1",
        )
    except (KeyError, ValueError, SafetensorError, OSError):  # DocumentError is a ValueError
        raise CheckpointError(f"{file}: not a trainer's state that this version reads") from None
    if header.get("fingerprint") != _fingerprint(progress, averaged, tensors):
        raise CheckpointError(f"{directory}: damaged, it holds something else than was saved")
    return Checkpoint(progress, bool(info.results), averaged, tensors)


def newest_readable(run: RunDirectory) -> tuple[Checkpoint | None, dict[Path, str]]:
    """The last checkpoint that can be read, None where there is none at all, and what is wrong with
    those after it. Raises CheckpointError if all are damaged."""
    damaged: dict[Path, str] = {}
    for path in reversed(run.checkpoints()):
        try:
            return read_checkpoint(path), damaged
        except CheckpointError as error:
            damaged[path] = str(error)
    if damaged:
        raise CheckpointError(f"no checkpoint can be read: {next(iter(damaged.values()))}")
    return None, damaged


def most_accurate(paths: Sequence[Path]) -> Path | None:
    """The checkpoint with the highest accuracy, the last such, of those evaluated."""
    accuracies = {}
    for path in paths:
        with suppress(CheckpointError):  # a damaged one matters only where it is needed
            if (info := read_info(path)).results:
                accuracies[path] = info.accuracy
    return max(reversed(accuracies), key=accuracies.__getitem__, default=None)


def _as_os_error(error: SafetensorError) -> OSError:
    """The error of the system that safetensors met, of which it gives nothing but a description."""
    found = re.search(r"(?:code:|os error) (\d+)", str(error))
    return OSError(int(found[1]), os.strerror(int(found[1]))) if found else OSError(str(error))


def _on_cpu(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}


def _fingerprint(progress: Progress, *groups: Mapping[str, Tensor]) -> str:
    """SHA-256 over the progress, and names, shapes and bytes of all tensors."""
    digest = hashlib.sha256(repr(progress.to_header()).encode())
    for tensors in groups:
        for name in sorted(tensors):
            tensor = tensors[name]
            digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
            digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
