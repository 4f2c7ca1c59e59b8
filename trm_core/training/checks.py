"""What can be refused of a run before anything of it is made: no training is needed to see it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from trm_core.checkpoints.directory import build_model
from trm_core.data.dataset import Dataset, DatasetError, read_dataset
from trm_core.errors import Key, UserError
from trm_core.model.config import RecursionConfig
from trm_core.puzzles.base import PuzzleShape
from trm_core.training.config import RunConfig, data_build
from trm_core.training.start import start_from

BYTES_PER_PARAMETER = 20
"""A weight, its gradient, AdamW's two moments and the averaged weight, in float32."""

BYTES_PER_CARRIED = 8
"""A number of y or z, before and after a step, in float32."""


class CheckError(UserError):
    """A run that could not be trained on this machine."""


def check_run(config: RunConfig, device: torch.device) -> None:
    """Refuse a run whose data, first weights or sizes cannot be. Raises UserError.

    Where files are yet to be read, what depends on the shape of their puzzles is not checked.
    """
    shape, puzzles = _data(config)
    if shape is None:
        return
    sizes = config.model_config(shape, puzzles)
    _check_memory(sizes, config.training.batch_size, device)
    if model := config.training.start_from:
        start_from(model, build_model(replace(sizes, puzzle_count=1)), shape)


def training_data(config: RunConfig, directory: Path) -> Dataset:
    """The examples to train on. Raises DatasetError, also where the preset is for another kind."""
    dataset = read_dataset(directory, "train")
    if dataset.shape.kind != config.data.get("kind", dataset.shape.kind):
        raise DatasetError(
            f"{directory} holds {dataset.shape}, expected {config.data['kind']} as the preset says"
        )
    return dataset


def _data(config: RunConfig) -> tuple[PuzzleShape | None, int]:
    """The shape of the puzzles, None where only files know it, and how many puzzles there are at
    least."""
    if path := config.data.get("path"):
        dataset = training_data(config, Path(path))
        return dataset.shape, len(dataset.identifiers)
    return data_build(config.data).shape, 1


def _check_memory(sizes: RecursionConfig, batch_size: int, device: torch.device) -> None:
    """Raises CheckError where the weights or the samples in work are more than all memory."""
    if device.type == "cuda":
        there, place = torch.cuda.get_device_properties(device).total_memory, "the GPU"
    else:
        try:
            import psutil
        except ImportError:  # as on a machine that is lent: nobody is there to tell
            return
        there, place = psutil.virtual_memory().total, "this machine"
    with torch.device("meta"):
        model = build_model(sizes)
    parameters = sum(weight.numel() for weight in model.parameters())
    carried = 2 * batch_size * sizes.length * sizes.hidden_size
    for needed, what, (table, name, otherwise) in (
        (
            parameters * BYTES_PER_PARAMETER,
            f"a model of {parameters:,} parameters takes",
            ("model", "hidden_size", ", or fewer layers"),
        ),
        (
            carried * BYTES_PER_CARRIED,
            f"a batch of {batch_size:,} samples takes",
            ("training", "batch_size", ""),
        ),
    ):
        if needed > there:
            raise CheckError(
                f"{what} {needed / 2**30:,.1f} GiB to train, and {place} has "
                f"{there / 2**30:,.1f} GiB of memory; choose a smaller ",
                Key(name),
                otherwise,
                key=f"{table}.{name}",
            )
