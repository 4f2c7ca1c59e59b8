"""The tensors of an official model, out of what the checkpoints of several trainers hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import NoneType
from typing import Any, NamedTuple

import torch
from torch import Tensor

from trm_core.checkpoints.info import CheckpointError
from trm_core.errors import quoted

STATE_DICTS = "model", "model_state_dict", "state_dict"
"""Where training code that saves more than the weights puts these."""

_PREFIX = re.compile(r"^(?:module\.|_orig_mod\.|model\.|inner\.)+")
"""What wraps a model: DistributedDataParallel, `torch.compile`, the official loss and model."""

_SCRATCH = {"puzzle_emb.local_weights", "puzzle_emb.local_ids"}
"""The rows that a training batch needs, which some forks save; no part of the model."""

_OF_LUCIDRAINS = {"output_init_embed", "latent_init_embed"}
_NANO_TRM = "a Lightning checkpoint of nano-trm, whose"
_NANO_TRM_NAMES = [
    (re.compile(r"^(?:base_trm|trm)\."), ""),
    (re.compile(r"^input_embedding\."), "embed_tokens."),
    (re.compile(r"^lenet\."), "L_level."),
    (re.compile(r"^z_([HL])_init$"), r"\1_init"),
    (re.compile(r"^puzzle_emb\.embedding\.weight$"), "puzzle_emb.weights"),
]
_NANO_TRM_SETTINGS = {
    "seq_len": "seq_len",
    "vocab_size": "vocab_size",
    "num_puzzles": "num_puzzle_identifiers",
    "hidden_size": "hidden_size",
    "num_layers": "L_layers",
    "num_heads": "num_heads",
    "H_cycles": "H_cycles",
    "L_cycles": "L_cycles",
    "N_supervision": "halt_max_steps",
    "ffn_expansion": "expansion",
    "rope_theta": "rope_theta",
    "puzzle_emb_dim": "puzzle_emb_ndim",
    "puzzle_emb_len": "puzzle_emb_len",
}
_TOKENS_OF_MAZES = 6
_PLAIN = int, float, str, bool, NoneType


class Stored(NamedTuple):
    """tensors: by official names, without prefixes.

    settings: those of the architecture, where the checkpoint itself has them, by official names.
    notes: sentences about where the tensors are from.
    """

    tensors: dict[str, object]
    settings: dict[str, Any] | None = None
    notes: Sequence[str] = ()


def stored_in(loaded: Mapping[str, Any], file: Path) -> Stored:
    """The official tensors in `loaded`, the content of `file`.

    Raises CheckpointError for checkpoints of other projects that are another architecture.
    """
    tensors, notes = loaded, []
    for part in STATE_DICTS:
        inner = loaded.get(part)
        if isinstance(inner, Mapping) and all(isinstance(name, str) for name in inner):
            tensors, notes = inner, [f"The tensors are those of its part `{part}`."]
            break
    named = {_PREFIX.sub("", name): tensor for name, tensor in tensors.items()}
    if named.keys() & _OF_LUCIDRAINS:
        raise CheckpointError(
            f"{file} is a checkpoint of lucidrains' tiny-recursive-model, whose halting head reads "
            "the mean of all positions and whose layers are others; it cannot be imported"
        )
    if any(name.startswith(("lenet.", "base_trm.lenet.", "trm.lenet.")) for name in named):
        return _of_nano_trm(loaded, named, file)
    return Stored({n: tensor for n, tensor in named.items() if n not in _SCRATCH}, notes=notes)


def _of_nano_trm(loaded: Mapping[str, Any], named: Mapping[str, Any], file: Path) -> Stored:
    """nano-trm's model where it is the official one under other names.

    Its blocks, embeddings and loops are the official code's; what is not is refused.
    """
    raw = loaded.get("hyper_parameters")
    if not isinstance(raw, Mapping):
        raise CheckpointError(f"{file} is {_NANO_TRM} hyper_parameters are missing")
    described = {name: raw[name] for name in raw if isinstance(raw[name], _PLAIN)}
    for name, what in {
        "use_mlp_t": "token MLP is normalised over the hidden size",
        "use_mlp": "token MLP is normalised over the hidden size",
        "use_conv_swiglu": "MLP has a convolution",
        "use_board_swiglu": "MLP has a convolution",
        "attn_gate_type": "attention has gates",
    }.items():
        if described.get(name):
            raise CheckpointError(f"{file} is {_NANO_TRM} {what}, which differs from the official")
    positions = described.get("pos_emb_type", "1d")
    if positions not in ("1d", None):
        raise CheckpointError(
            f"{file} is {_NANO_TRM} position encoding is {quoted(positions)}, which differs from "
            "the official ones"
        )
    if described.get("vocab_size") != _TOKENS_OF_MAZES:
        raise CheckpointError(
            f"{file} is {_NANO_TRM} tokens differ from the official ones: it has "
            f"{quoted(described.get('vocab_size'))} kinds, and only those of mazes, "
            f"{_TOKENS_OF_MAZES}, stand for the same"
        )
    tensors = _renamed(named)
    averaged = _averaged(loaded)
    tensors |= {name: tensor for name, tensor in _renamed(averaged).items() if name in tensors}
    notes = [
        "It is a Lightning checkpoint of nano-trm, whose model is the official one under other "
        f"names; the weights are {'the averaged ones (EMA)' if averaged else 'not averaged'}."
    ]
    if _is_one_row(tensors):
        for name in ("q_head.weight", "q_head.bias"):
            tensors[name] = torch.cat([tensors[name], torch.zeros_like(tensors[name])])
        notes.append("It has no head that says to continue; zeros stand in its place.")
    settings = {
        theirs: described[ours] for ours, theirs in _NANO_TRM_SETTINGS.items() if ours in described
    }
    settings["pos_encodings"] = "rope" if positions == "1d" else "none"
    if not settings.get("puzzle_emb_ndim"):
        settings["puzzle_emb_len"] = 0  # it has none without an embedding, whatever it is set to
    return Stored(tensors, settings, notes)


def _renamed(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """The tensors by official names."""
    renamed = {}
    for name, tensor in tensors.items():
        name = _PREFIX.sub("", name)
        for theirs, official in _NANO_TRM_NAMES:
            name = theirs.sub(official, name)
        renamed[name] = tensor
    return {name: tensor for name, tensor in renamed.items() if name not in _SCRATCH}


def _averaged(loaded: Mapping[str, Any]) -> Mapping[str, Any]:
    """The weights that its EMACallback keeps, with which it evaluates; none without."""
    callbacks = loaded.get("callbacks")
    states = callbacks.items() if isinstance(callbacks, Mapping) else ()
    for name, state in states:
        if str(name).startswith("EMACallback") and isinstance(state, Mapping):
            shadow = state.get("shadow")
            if isinstance(shadow, Mapping) and all(isinstance(key, str) for key in shadow):
                return shadow
    return {}


def _is_one_row(tensors: Mapping[str, Any]) -> bool:
    """Whether the halting head is as nano-trm has it, for halting alone."""
    head = (tensors.get(name) for name in ("q_head.weight", "q_head.bias"))
    return all(
        isinstance(part, Tensor) and part.layout is torch.strided and part.shape[:1] == (1,)
        for part in head
    )
