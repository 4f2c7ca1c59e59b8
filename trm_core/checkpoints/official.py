"""Import of checkpoints written by the official TRM and HRM training code."""

from __future__ import annotations

import pickle
import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import torch

from trm_core.checkpoints.directory import fill_model, read_tensors, save_model
from trm_core.checkpoints.info import CheckpointError, ModelInfo
from trm_core.checkpoints.official_config import (
    DATASET_FILE,
    IDENTIFIERS_FILE,
    Architecture,
    config_beside,
    described_config,
    read_architecture,
    read_sizes,
)
from trm_core.checkpoints.official_tensors import stored_in
from trm_core.checkpoints.pickles import PickleError
from trm_core.checkpoints.pickles import check as check_pickle
from trm_core.documents import open_file, read_names, reading, sha256
from trm_core.errors import raised_as
from trm_core.model.config import RecursionConfig
from trm_core.model.recursion import RecursiveModel
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.shapes import fitting_shapes

_OFFICIAL_NAMES = [
    ("token_embedding.weight", "embed_tokens.embedding_weight"),
    ("position_embedding.weight", "embed_pos.embedding_weight"),
    ("puzzle_embedding.weight", "puzzle_emb.weights"),
    ("answer_head.", "lm_head."),
    ("halt_head.", "q_head."),
    ("y_init", "H_init"),
    ("z_init", "L_init"),
    ("latent_network.", "L_level."),
    ("answer_network.", "H_level."),
    ("network.", "L_level."),  # TRM has one, under the name of HRM's lower one
    (".blocks.", ".layers."),
    (".attention.query_key_value.", ".self_attn.qkv_proj."),
    (".attention.output.", ".self_attn.o_proj."),
    (".token_mlp.", ".mlp_t."),
    (".gate_up.", ".gate_up_proj."),
    (".down.", ".down_proj."),
]


def import_official(
    checkpoint_file: Path | str,
    config_file: Path | str | None = None,
    *,
    dataset: Path | str | None = None,
    puzzle: PuzzleShape | None = None,
    settings: Mapping[str, Any] = MappingProxyType({}),
) -> RecursiveModel:
    """A model, in float32 on the CPU, from an official checkpoint.

    checkpoint_file: what the official trainers write (`step_N`), a `torch.save` of tensors, or the
        same tensors in a dictionary of one, in safetensors, or in a Lightning checkpoint of
        nano-trm.
    config_file: their `all_config.yaml`, or what else `read_architecture` reads; if None, the one
        beside the checkpoint.
    dataset: the data set that it was trained on, or its `dataset.json`; if None, one beside the
        checkpoint.
    puzzle: what it solves, where neither config nor tensors tell how many cells that has.
    settings: by their official names, in place of those in the config.
    Raises CheckpointError with one sentence; code inside a pickle is never run.
    """
    config_file = None if config_file is None else Path(config_file)
    dataset = None if dataset is None else Path(dataset)
    return _import(Path(checkpoint_file), config_file, dataset, puzzle, settings).model


class _Imported(NamedTuple):
    """A model, the name of what says its architecture, and what is special about its tensors."""

    model: RecursiveModel
    described_by: str
    notes: Sequence[str]


def _import(
    checkpoint: Path,
    config_file: Path | None,
    dataset: Path | None,
    puzzle: PuzzleShape | None,
    settings: Mapping[str, Any],
) -> _Imported:
    if config_file is None:
        stored = stored_in(_load(checkpoint), checkpoint)
        if stored.settings is None:
            architecture = read_architecture(config_beside(checkpoint), settings)
        else:
            architecture = Architecture("trm", {**stored.settings, **settings}, checkpoint)
    else:
        architecture = read_architecture(config_file, settings)
        stored = stored_in(_load(checkpoint), checkpoint)
    is_hrm = any(name.startswith("H_level.") for name in stored.tensors)
    if is_hrm != (architecture.kind == "hrm"):
        found, asked = ("tensors", "a TRM") if is_hrm else ("no tensors", "an HRM")
        raise CheckpointError(
            f"{checkpoint} has {found} called H_level, but {architecture.file} describes {asked}"
        )
    if dataset is None and (beside := checkpoint.with_name(DATASET_FILE)).is_file():
        dataset = beside
    sizes = {} if dataset is None else read_sizes(dataset)
    config = described_config(architecture, stored.tensors, sizes, puzzle)
    model = fill_model(config, stored.tensors, checkpoint, official_name)
    return _Imported(model, architecture.file.name, stored.notes)


def official_name(name: str) -> str:
    """The name that the official code gives to one of our tensors, without prefixes."""
    for ours, theirs in _OFFICIAL_NAMES:
        if ours.startswith("."):
            name = name.replace(ours, theirs)
        elif name.startswith(ours):
            name = theirs + name.removeprefix(ours)
    return name


def import_to(
    directory: Path,
    checkpoint_file: Path,
    config_file: Path | None = None,
    puzzle: PuzzleShape | None = None,
    identifiers: Path | None = None,
    dataset: Path | None = None,
    settings: Mapping[str, Any] = MappingProxyType({}),
) -> ModelInfo:
    """Write a new model directory from an official checkpoint; arguments as of `import_official`.

    identifiers: the `identifiers.json` of the data set that it was trained on (ARC); if None, the
        one in the directory `dataset` or beside the checkpoint, if there is one.
    Raises CheckpointError, also where `directory` is there already.
    """
    imported = _import(checkpoint_file, config_file, dataset, puzzle, settings)
    model = imported.model
    if identifiers is None and model.config.puzzle_count > 1:
        places = [place / IDENTIFIERS_FILE for place in (dataset, checkpoint_file.parent) if place]
        identifiers = next((place for place in places if place.is_file()), None)
    with raised_as(CheckpointError):
        names = () if identifiers is None else read_names(identifiers)
    info = ModelInfo(
        architecture=type(model).__name__.lower(),
        puzzle=puzzle or guess_puzzle(model.config),
        config=model.config,
        identifiers=names,
        directory=directory.resolve(),
    )
    save_model(model, info, _card(info, imported, checkpoint_file))
    return info


def _card(info: ModelInfo, imported: _Imported, checkpoint: Path) -> str:
    parameters = sum(parameter.numel() for parameter in imported.model.parameters())
    origin = [
        f"Imported from the checkpoint `{checkpoint.name}` (SHA-256 `{sha256(checkpoint)}`), its "
        f"architecture as `{imported.described_by}` has it.",
        *imported.notes,
        f"Its accuracy has not been measured here; `trm eval {info.directory} DATA` does that.",
    ]
    return f"# {info.name}\n\n{info.title}, {parameters:,} parameters.\n\n{' '.join(origin)}\n"


def guess_puzzle(config: RecursionConfig) -> PuzzleShape:
    """The square puzzle that has the config's cells and vocabulary.

    Raises CheckpointError where there is none, or both a Sudoku and an ARC canvas; mazes as small
    as the one Sudoku with their vocabulary, of 4×4, are not taken for what a model is for.
    """
    shapes = fitting_shapes(config.cells, config.vocab_size)
    sizes = f"{config.cells} cells with {config.vocab_size} tokens"
    if not shapes:
        raise CheckpointError(
            f"{sizes} are no square Sudoku, maze or ARC canvas; say which puzzle the model is for, "
            "as in --puzzle maze:30x30"
        )
    if {"sudoku", "arc"} <= {shape.kind for shape in shapes}:
        names = " or ".join(f"{shape.kind}:{shape.rows}x{shape.cols}" for shape in shapes)
        raise CheckpointError(f"{sizes} fit two kinds of puzzles; say with --puzzle which: {names}")
    return shapes[0]


def _load(file: Path) -> dict[str, Any]:
    """What a PyTorch or safetensors file holds, by name."""
    if _is_safetensors(file):
        return dict(read_tensors(file))
    try:
        with (
            reading(file, CheckpointError),
            open_file(file) as stream,
            warnings.catch_warnings(action="ignore"),
        ):
            check_pickle(stream)  # of which all that is warned of is refused anyway
            loaded = torch.load(stream, map_location="cpu", weights_only=True)
    except CheckpointError:
        raise
    except PickleError as error:
        raise CheckpointError(f"{file} {error}") from None
    except pickle.UnpicklingError as error:
        if refused := re.search(r"GLOBAL (\S+)", str(error)):
            raise CheckpointError(
                f"{file} asks to run {refused[1]!r}, expected nothing but tensors; not loaded"
            ) from None
        raise CheckpointError(f"{file} is not a PyTorch checkpoint, or a damaged one") from None
    except Exception:  # torch.load lets out whatever a damaged archive or pickle trips over
        raise CheckpointError(f"{file} is truncated or not a PyTorch checkpoint") from None
    if not isinstance(loaded, dict) or not all(isinstance(name, str) for name in loaded):
        raise CheckpointError(
            f"{file} holds a {type(loaded).__name__}, expected a dictionary of tensors"
        )
    return loaded


def _is_safetensors(file: Path) -> bool:
    """By its first bytes: the length of a JSON object, and that object's beginning."""
    try:
        with open_file(file) as stream:
            return stream.read(9)[8:] == b"{"
    except OSError:
        return False  # which is told where it is loaded
