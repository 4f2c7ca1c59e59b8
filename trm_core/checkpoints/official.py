"""Import of checkpoints written by the official TRM and HRM training code."""

from __future__ import annotations

import math
import pickle
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from trm_core.checkpoints.directory import fill_model, save_model
from trm_core.checkpoints.info import CheckpointError, ModelInfo, read_identifiers
from trm_core.documents import DocumentError, quoted, read_json
from trm_core.model.config import ConfigError, HRMConfig, RecursionConfig, TRMConfig
from trm_core.model.recursion import RecursiveModel
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.shapes import guess_shape

_PREFIX = re.compile(r"^(_orig_mod\.|model\.|inner\.)+")
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
_FIELDS = {
    "cells": "seq_len",
    "vocab_size": "vocab_size",
    "hidden_size": "hidden_size",
    "cycles": "H_cycles",
    "latent_steps": "L_cycles",
    "max_supervision_steps": "halt_max_steps",
    "heads": "num_heads",
    "expansion": "expansion",
    "positions": "pos_encodings",
    "puzzle_count": "num_puzzle_identifiers",
    "puzzle_embedding_size": "puzzle_emb_ndim",
}
_OPTIONAL = {
    "rotary_base": "rope_theta",
    "norm_epsilon": "rms_norm_eps",
    "puzzle_positions": "puzzle_emb_len",
}
_LAYERS = {
    "trm": {"layers": "L_layers"},
    "hrm": {"latent_layers": "L_layers", "answer_layers": "H_layers"},
}


def import_official(checkpoint_file: Path | str, config_json: Path | str) -> RecursiveModel:
    """A model, in float32 on the CPU, from an official checkpoint.

    checkpoint_file: what the official trainers write (`step_N`), a `torch.save` of tensors.
    config_json: `{"arch": "trm" | "hrm", "config": {...}}` with the official architecture config.
    Raises CheckpointError with one sentence; code inside a pickle is never run.
    """
    checkpoint_file, config_json = Path(checkpoint_file), Path(config_json)
    config = read_official_config(config_json)
    tensors = _read_tensors(checkpoint_file)
    is_hrm = any(name.startswith("H_level.") for name in tensors)
    if is_hrm != isinstance(config, HRMConfig):
        found, asked = ("tensors", "a TRM") if is_hrm else ("no tensors", "an HRM")
        raise CheckpointError(
            f"{checkpoint_file} has {found} called H_level, but {config_json} describes {asked}"
        )
    return fill_model(config, tensors, checkpoint_file, official_name)


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
    config_json: Path,
    puzzle: PuzzleShape | None = None,
    identifiers: Path | None = None,
) -> ModelInfo:
    """Write a new model directory from an official checkpoint.

    puzzle: what it solves, where the sizes in its config leave that open.
    identifiers: the `identifiers.json` of the data set that it was trained on (ARC).
    Raises CheckpointError, also where `directory` is there already.
    """
    model = import_official(checkpoint_file, config_json)
    info = ModelInfo(
        architecture=type(model).__name__.lower(),
        puzzle=puzzle or guess_puzzle(model.config),
        config=model.config,
        identifiers=() if identifiers is None else read_identifiers(identifiers),
        directory=directory.resolve(),
    )
    parameters = sum(parameter.numel() for parameter in model.parameters())
    card = (
        f"# {info.name}\n\n{info.title}, {parameters:,} parameters, imported from the official "
        f"checkpoint `{checkpoint_file.name}`. Its accuracy has not been measured here; "
        f"`trm eval {directory} DATA` does that.\n"
    )
    save_model(model, info, card)
    return info


def read_official_config(file: Path) -> RecursionConfig:
    """Our config for an official architecture config. Raises CheckpointError."""
    try:
        raw = read_json(file)
    except DocumentError as error:
        raise CheckpointError(str(error)) from None
    config = raw.get("config") if isinstance(raw, dict) else None
    if not isinstance(config, dict):
        raise CheckpointError(f'{file}: expected {{"arch": …, "config": {{…}}}}')
    architecture = raw.get("arch")
    if not isinstance(architecture, str) or architecture not in _LAYERS:
        raise CheckpointError(f"{file}: arch is {quoted(architecture)}, expected 'trm' or 'hrm'")
    try:
        return _translated(architecture, config)
    except KeyError as error:
        raise CheckpointError(f"{file}: {error} is missing from config") from None
    except ConfigError as error:
        name, rest = str(error).split(" ", 1)
        official = (_FIELDS | _OPTIONAL | _LAYERS[architecture]).get(name, name)
        raise CheckpointError(f"{file}: {official} {rest}") from None


def _translated(architecture: str, official: Mapping[str, Any]) -> RecursionConfig:
    names = _FIELDS | _LAYERS[architecture]
    names |= {ours: theirs for ours, theirs in _OPTIONAL.items() if theirs in official}
    fields = {ours: official[theirs] for ours, theirs in names.items()}
    if fields["positions"] == "rope":
        fields["positions"] = "rotary"
    if not fields.get("puzzle_positions"):
        fields["puzzle_positions"] = _least_positions(fields)
    if architecture == "hrm":
        return HRMConfig(**fields)
    if not isinstance(official["mlp_t"], bool):
        raise ConfigError(f"mlp_t is {quoted(official['mlp_t'])}, expected true or false")
    if official["mlp_t"] and fields["positions"] == "rotary":
        fields["positions"] = "none"  # the official code accepts it here and does not use it
    return TRMConfig(**fields, mixer="mlp" if official["mlp_t"] else "attention")


def _least_positions(fields: Mapping[str, Any]) -> int:
    """How many positions the puzzle embedding fills, 0 where its sizes are no sizes."""
    embedding_size, hidden_size = fields["puzzle_embedding_size"], fields["hidden_size"]
    try:
        least: int = math.ceil(embedding_size / hidden_size)
    except (TypeError, ArithmeticError, ValueError):
        return 0
    return least


def guess_puzzle(config: RecursionConfig) -> PuzzleShape:
    """The square puzzle that has the config's cells and vocabulary. Raises CheckpointError."""
    if shape := guess_shape(config.cells, config.vocab_size):
        return shape
    raise CheckpointError(
        f"{config.cells} cells with {config.vocab_size} tokens are no square Sudoku, maze or ARC "
        "canvas; say which puzzle the model is for"
    )


def _read_tensors(file: Path) -> dict[str, Tensor]:
    """The state dict in `file` by official names without prefixes."""
    try:
        with warnings.catch_warnings(action="ignore"):  # about pickles that are refused anyway
            loaded = torch.load(file, map_location="cpu", weights_only=True)
    except OSError as error:
        raise CheckpointError(f"{file}: {error.strerror or error}") from None
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
    return {_PREFIX.sub("", name): tensor for name, tensor in loaded.items()}
