"""Import of checkpoints written by the official TRM and HRM training code."""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from trm_core.checkpoints.directory import build_model
from trm_core.checkpoints.info import CheckpointError, read_json
from trm_core.checkpoints.tensors import check_tensors
from trm_core.model.config import ConfigError, HRMConfig, RecursionConfig, TRMConfig
from trm_core.model.recursion import RecursiveModel
from trm_core.puzzles.base import PuzzleShape

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
        found, asked = ("HRM", "TRM") if is_hrm else ("TRM", "HRM")
        raise CheckpointError(
            f"{checkpoint_file} holds a {found} (judging by its H_level tensors), "
            f"but {config_json} describes a {asked}"
        )
    model = build_model(config)
    needed = {official_name(name): tensor for name, tensor in model.state_dict().items()}
    check_tensors(tensors, needed, checkpoint_file)
    model.load_state_dict({name: tensors[official_name(name)] for name in model.state_dict()})
    return model.eval()


def official_name(name: str) -> str:
    """The name that the official code gives to one of our tensors, without prefixes."""
    for ours, theirs in _OFFICIAL_NAMES:
        if ours.startswith("."):
            name = name.replace(ours, theirs)
        elif name.startswith(ours):
            name = theirs + name.removeprefix(ours)
    return name


def read_official_config(file: Path) -> RecursionConfig:
    """Our config for an official architecture config. Raises CheckpointError."""
    raw = read_json(file)
    config = raw.get("config") if isinstance(raw, dict) else None
    if not isinstance(config, dict):
        raise CheckpointError(f'{file}: expected {{"arch": …, "config": {{…}}}}')
    try:
        return _translated(raw.get("arch"), config)
    except KeyError as error:
        raise CheckpointError(f"{file}: {error} is missing from config") from None
    except (ConfigError, TypeError, ValueError) as error:
        raise CheckpointError(f"{file}: {error}") from None


def _translated(architecture: object, official: Mapping[str, Any]) -> RecursionConfig:
    hidden_size, embedding_size = official["hidden_size"], official["puzzle_emb_ndim"]
    positions = {"rope": "rotary", "learned": "learned", "none": "none"}.get(
        official["pos_encodings"], official["pos_encodings"]
    )
    mixes_tokens = architecture == "trm" and official["mlp_t"]
    shared: dict[str, Any] = {
        "cells": official["seq_len"],
        "vocab_size": official["vocab_size"],
        "hidden_size": hidden_size,
        "cycles": official["H_cycles"],
        "latent_steps": official["L_cycles"],
        "max_supervision_steps": official["halt_max_steps"],
        "heads": official["num_heads"],
        "expansion": official["expansion"],
        # the official token-mixing model accepts "rope" and then does not use it
        "positions": "none" if mixes_tokens and positions == "rotary" else positions,
        "rotary_base": official.get("rope_theta", 10_000.0),
        "norm_epsilon": official.get("rms_norm_eps", 1e-5),
        "puzzle_count": official["num_puzzle_identifiers"],
        "puzzle_embedding_size": embedding_size,
        "puzzle_positions": official.get("puzzle_emb_len", 0) or -(-embedding_size // hidden_size),
    }
    if architecture == "trm":
        return TRMConfig(
            **shared,
            mixer="mlp" if mixes_tokens else "attention",
            layers=official["L_layers"],
        )
    if architecture == "hrm":
        return HRMConfig(
            **shared, latent_layers=official["L_layers"], answer_layers=official["H_layers"]
        )
    raise ConfigError(f"arch is {architecture!r}, expected 'trm' or 'hrm'")


def guess_puzzle(config: RecursionConfig) -> PuzzleShape:
    """The square puzzle that has the config's cells and vocabulary. Raises CheckpointError."""
    side = round(config.cells**0.5)
    boxes = {4: 2, 6: 2, 9: 3, 16: 4}
    candidates = [
        PuzzleShape("sudoku", side, side, boxes.get(side)),
        PuzzleShape("maze", side, side),
        PuzzleShape("arc", side, side),
    ]
    for shape in candidates:
        if (shape.cells, shape.vocab_size) == (config.cells, config.vocab_size):
            return shape
    raise CheckpointError(
        f"{config.cells} cells with {config.vocab_size} tokens are no square Sudoku, maze or ARC "
        "canvas; say which puzzle the model is for"
    )


def _read_tensors(file: Path) -> dict[str, Tensor]:
    """The state dict in `file` by official names without prefixes."""
    try:
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
