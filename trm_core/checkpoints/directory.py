"""Model directories: config, safetensors weights and card, saved whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from trm_core.checkpoints.info import CheckpointError, ModelInfo, read_info
from trm_core.checkpoints.tensors import checked
from trm_core.documents import regular, said
from trm_core.errors import in_a_line
from trm_core.files import whole_directory
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
    file = info.directory / "model.safetensors"
    model = fill_model(info.config, read_tensors(file), file)
    chosen_device = choose_device(device)
    return model.to(chosen_device, choose_dtype(dtype, chosen_device))


def read_tensors(file: Path) -> dict[str, Tensor]:
    """The tensors in a safetensors file, on the CPU. Raises CheckpointError."""
    try:
        return load_file(regular(file))
    except FileNotFoundError:
        raise CheckpointError(f"{file}: no such file") from None
    except OSError as error:
        raise CheckpointError(f"{file}: {said(error)}") from None
    except SafetensorError as error:
        raise CheckpointError(
            f"{file}: not a readable safetensors file ({in_a_line(error)})"
        ) from None


def save_model(model: RecursiveModel, info: ModelInfo, card: str) -> None:
    """Write `info.directory`, which must not exist yet: config, weights and README.md (`card`).

    Raises CheckpointError when it exists or cannot be written; nothing half-written stays.
    """
    if info.directory.exists():
        raise CheckpointError(f"{info.directory} exists already; choose a directory that does not")
    try:
        with whole_directory(info.directory) as unfinished:
            write_model(unfinished, model.state_dict(), info, card)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{info.directory} cannot be written: {error}") from None


def write_model(directory: Path, weights: Mapping[str, Tensor], info: ModelInfo, card: str) -> None:
    """Put the files of a model directory into `directory`. Raises SafetensorError or OSError."""
    save_file(
        {name: tensor.contiguous() for name, tensor in weights.items()},
        directory / "model.safetensors",
    )
    (directory / "config.json").write_text(json.dumps(info.to_json(), indent=2) + "\n")
    if info.identifiers:
        (directory / "identifiers.json").write_text(json.dumps(info.identifiers) + "\n")
    (directory / "README.md").write_text(card, encoding="utf-8")
