"""Model directories: config, safetensors weights and card, saved whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from trm_core.checkpoints.info import (
    IDENTIFIERS,
    WEIGHTS,
    CheckpointError,
    ModelInfo,
    read_info,
    safetensors_errors,
    write_info,
)
from trm_core.checkpoints.tensors import checked
from trm_core.documents import regular
from trm_core.files import check_free, whole_directory, writing
from trm_core.model.config import HRMConfig, RecursionConfig, TRMConfig
from trm_core.model.device import choose_device, choose_dtype
from trm_core.model.hrm import HRM
from trm_core.model.recursion import RecursiveModel
from trm_core.model.relational import RelationalTRM
from trm_core.model.trm import TRM


def build_model(config: RecursionConfig) -> RecursiveModel:
    """A freshly initialised model."""
    if isinstance(config, TRMConfig):
        return RelationalTRM(config) if config.mixer == "relations" else TRM(config)
    if isinstance(config, HRMConfig):
        return HRM(config)
    raise TypeError(f"no model for {type(config).__name__}")


def fill_model(
    config: RecursionConfig,
    tensors: Mapping[str, object],
    file: Path,
    stored_name: Callable[[str], str] = str,
) -> RecursiveModel:
    """A model on the CPU in float32 with the weights `tensors`, of which `file` is the origin.

    stored_name: the name in `tensors` of one of our tensors.
    Raises CheckpointError unless they are exactly what the config asks for; until that is sure,
    no memory is taken for it.
    """
    with torch.device("meta"):
        model = build_model(config)
    needed = model.state_dict()
    weights = checked(tensors, {stored_name(name): needed[name] for name in needed}, file)
    model.load_state_dict({name: weights[stored_name(name)] for name in needed}, assign=True)
    return model.eval()


def load_model(
    directory: Path | str, device: str = "auto", dtype: str | torch.dtype = "auto"
) -> RecursiveModel:
    """Load a model directory for inference; its weights are cast here, once.

    device: "auto", or anything that `torch.device` takes.
    dtype: "auto" (bfloat16 where the hardware has it, else float32), a name, or a torch.dtype.
    Raises CheckpointError with one sentence when anything is missing, misshapen or damaged.
    """
    info = read_info(directory)
    model = fill_model(info.config, read_tensors(info.weights_file), info.weights_file)
    chosen_device = choose_device(device)
    return model.to(chosen_device, choose_dtype(dtype, chosen_device))


def read_tensors(file: Path) -> dict[str, Tensor]:
    """The tensors in a safetensors file, on the CPU. Raises CheckpointError."""
    with safetensors_errors(file):
        return load_file(regular(file))


def save_model(model: RecursiveModel, info: ModelInfo, card: str) -> None:
    """Write `info.directory`, which must not exist yet: config, weights and README.md (`card`).

    Raises CheckpointError when it exists or cannot be written; nothing half-written stays.
    """
    check_free(info.directory, CheckpointError)
    with (
        writing(info.directory, CheckpointError, SafetensorError),
        whole_directory(info.directory) as unfinished,
    ):
        write_model(unfinished, model.state_dict(), info, card)


def write_model(directory: Path, weights: Mapping[str, Tensor], info: ModelInfo, card: str) -> None:
    """Put the files of a model directory into `directory`. Raises SafetensorError or OSError."""
    contiguous = {name: tensor.contiguous() for name, tensor in weights.items()}
    save_file(contiguous, directory / WEIGHTS)
    if info.identifiers:
        (directory / IDENTIFIERS).write_text(json.dumps(info.identifiers) + "\n")
    write_info(replace(info, directory=directory), card)
