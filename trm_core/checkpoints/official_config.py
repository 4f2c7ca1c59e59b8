"""What the official TRM and HRM code says of a model's architecture, in our words.

Its trainers write `all_config.yaml` beside the checkpoints; the section `arch` there is the model's
config, but for what the data set decides: `seq_len`, `vocab_size` and `num_puzzle_identifiers`.
No torch.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trm_core.checkpoints.info import CheckpointError
from trm_core.documents import DocumentError, parse_json, read_json, read_text
from trm_core.errors import quoted, raised_as
from trm_core.model.config import ConfigError, HRMConfig, RecursionConfig, TRMConfig
from trm_core.puzzles.base import PuzzleShape

CONFIG_FILES = "all_config.yaml", "all_config.json"
DATASET_FILE, IDENTIFIERS_FILE = "dataset.json", "identifiers.json"
MOST_BYTES = 2**14
"""The official file has one or two thousand."""
EXPECTED = (
    'expected {"arch": …, "config": {…}}, the official all_config.yaml, or its arch section alone'
)
_OF_THE_DATA = {
    "cells": "seq_len",
    "vocab_size": "vocab_size",
    "puzzle_count": "num_puzzle_identifiers",
}
_FIELDS = {
    "hidden_size": "hidden_size",
    "cycles": "H_cycles",
    "latent_steps": "L_cycles",
    "max_supervision_steps": "halt_max_steps",
    "heads": "num_heads",
    "expansion": "expansion",
    "positions": "pos_encodings",
}
_OPTIONAL = {
    "rotary_base": "rope_theta",
    "norm_epsilon": "rms_norm_eps",
    "puzzle_embedding_size": "puzzle_emb_ndim",
}
_OF_ARCHITECTURE = {
    "trm": {"layers": "L_layers"},
    "hrm": {"latent_layers": "L_layers", "answer_layers": "H_layers"},
}
_OF_TRM_ALONE = {"mlp_t", "puzzle_emb_len", "H_layers"}
_OF_TRAINING = {
    "name", "loss", "batch_size", "halt_exploration_prob", "forward_dtype", "no_ACT_continue",
}  # fmt: skip
_CLASSES = {
    "TinyRecursiveReasoningModel_ACTV1": ("trm", {"", "trm"}),
    "HierarchicalReasoningModel_ACTV1": ("hrm", {"", "hrm", "hrm_act_v1"}),
}
"""Classes of the official code with their architecture, and the modules in which they are that: the
first name is also that of variants in other modules."""

_PUZZLE_POSITIONS = 16
"""`puzzle_emb_len` of a TRM where its config does not say; HRM has as few as hold the embedding."""

_SAME_AS = re.compile(r"\$\{(?:arch)?\.?(\w+)\}")


@dataclass(frozen=True)
class Architecture:
    """The settings of a model by their official names, and the file where they stand.

    kind: "trm" or "hrm".
    """

    kind: str
    settings: Mapping[str, Any]
    file: Path


def config_beside(checkpoint: Path) -> Path:
    """The `all_config.yaml` beside a checkpoint. Raises CheckpointError where there is none."""
    for name in CONFIG_FILES:
        if (file := checkpoint.with_name(name)).is_file():
            return file
    raise CheckpointError(
        f"{checkpoint}: there is no {CONFIG_FILES[0]} beside it to say its architecture; give the "
        "file that does with --config"
    )


def read_architecture(file: Path, changed: Mapping[str, Any]) -> Architecture:
    """What a config of the official code says, with the settings `changed` in place of its own.

    file: `all_config.yaml`, its section `arch` alone, `{"arch": …, "config": {…}}`, or a JSON of
        either. Raises CheckpointError.
    """
    raw = _read(file)
    name, settings = None, None
    if isinstance(raw, dict):
        if isinstance(raw.get("arch"), dict):
            settings = raw["arch"]
        elif isinstance(raw.get("config"), dict):
            settings, name = raw["config"], raw.get("arch")
        elif "name" in raw:
            settings = raw
    if settings is None:
        raise CheckpointError(f"{file}: {EXPECTED}")
    settings = {**settings, **changed}
    name = settings.get("name", name)
    return Architecture(_kind(name, file), {k: _value(settings, k) for k in settings}, file)


def read_sizes(dataset: Path) -> dict[str, Any]:
    """What a data set's `dataset.json` says of a model for it, by official names.

    dataset: that file, or the directory of the data set. Raises CheckpointError.
    """
    file = dataset
    if dataset.is_dir():
        places = (dataset, dataset / "train", dataset / "test")
        found = (place / DATASET_FILE for place in places if (place / DATASET_FILE).is_file())
        file = next(found, dataset / DATASET_FILE)
    with raised_as(CheckpointError):
        raw = read_json(file)
    if not isinstance(raw, dict) or not raw.keys() & set(_OF_THE_DATA.values()):
        raise CheckpointError(f"{file}: expected seq_len, vocab_size and num_puzzle_identifiers")
    return {name: raw[name] for name in _OF_THE_DATA.values() if name in raw}


def described_config(
    architecture: Architecture,
    tensors: Mapping[str, object],
    sizes: Mapping[str, Any],
    puzzle: PuzzleShape | None,
) -> RecursionConfig:
    """Our config of the model.

    What the data set decides is taken from the settings, from `sizes`, or off `tensors` (by
    official names); a number of cells that none of them tells, from `puzzle`. Raises
    CheckpointError for what is missing, wrong or not part of the official architecture.
    """
    try:
        return _translated(architecture, tensors, sizes, puzzle)
    except KeyError as error:
        (name,) = error.args
        raise CheckpointError(
            f"{architecture.file}: {name!r} is missing from config; add it there, or with "
            f"--set {name}=…"
        ) from None
    except ConfigError as error:
        name, rest = str(error).split(" ", 1)
        official = _OF_THE_DATA | _FIELDS | _OPTIONAL | _OF_ARCHITECTURE[architecture.kind]
        official["puzzle_positions"] = "puzzle_emb_len"
        raise CheckpointError(f"{architecture.file}: {official.get(name, name)} {rest}") from None


def _translated(
    architecture: Architecture,
    tensors: Mapping[str, object],
    sizes: Mapping[str, Any],
    puzzle: PuzzleShape | None,
) -> RecursionConfig:
    kind, settings = architecture.kind, architecture.settings
    _refuse_unknown(architecture)
    names = _FIELDS | _OF_ARCHITECTURE[kind]
    names |= {ours: theirs for ours, theirs in _OPTIONAL.items() if theirs in settings}
    fields = {ours: settings[theirs] for ours, theirs in names.items()}
    if fields["positions"] == "rope":
        fields["positions"] = "rotary"
    fields["puzzle_positions"] = _puzzle_positions(kind, settings)
    shown = _shown(tensors, fields["puzzle_positions"])
    if puzzle is not None:
        shown.setdefault("seq_len", puzzle.cells)
    for ours, theirs in _OF_THE_DATA.items():
        known = next((place for place in (settings, sizes, shown) if theirs in place), None)
        if known is not None:
            fields[ours] = known[theirs]
    if "cells" not in fields:
        raise CheckpointError(
            f"{architecture.file}: seq_len is missing from config and no tensor shows it; say "
            "which puzzle the model is for, as in --puzzle maze:30x30, or give the dataset.json "
            "that it was trained on with --dataset"
        )
    if "vocab_size" not in fields:
        raise KeyError("vocab_size")
    if kind == "hrm":
        return HRMConfig(**fields)
    mixes = settings.get("mlp_t", False)
    if not isinstance(mixes, bool):
        raise ConfigError(f"mlp_t is {quoted(mixes)}, expected true or false")
    if mixes and fields["positions"] == "rotary":
        fields["positions"] = "none"  # the official code accepts it here and does not use it
    return TRMConfig(**fields, mixer="mlp" if mixes else "attention")


def _refuse_unknown(architecture: Architecture) -> None:
    """Settings that are switched on and not of the official code are those of another model."""
    kind, settings = architecture.kind, architecture.settings
    known = {*_OF_THE_DATA.values(), *_FIELDS.values(), *_OPTIONAL.values(), *_OF_TRAINING}
    known |= set(_OF_ARCHITECTURE[kind].values()) | (_OF_TRM_ALONE if kind == "trm" else set())
    for name, value in settings.items():
        if name not in known and value not in (None, False, 0):
            raise CheckpointError(
                f"{architecture.file}: {quoted(name)} is {quoted(value)}, a setting that the "
                f"official {kind.upper()} does not have; if it changes nothing that is computed, "
                "set it to null with --set"
            )


def _puzzle_positions(kind: str, settings: Mapping[str, Any]) -> Any:
    """How many positions the puzzle embedding has, as the official code comes by them."""
    size, hidden_size = settings.get("puzzle_emb_ndim", 0), settings["hidden_size"]
    given = settings.get("puzzle_emb_len", _PUZZLE_POSITIONS if size else 0)
    if kind == "trm" and given:
        return given
    try:
        return math.ceil(size / hidden_size)
    except (TypeError, ArithmeticError, ValueError):
        return 0  # these are no sizes, which is told elsewhere


def _shown(tensors: Mapping[str, object], puzzle_positions: Any) -> dict[str, int]:
    """What the shapes of tensors tell of the data set."""
    shown = {"num_puzzle_identifiers": _rows(tensors, "puzzle_emb.weights") or 1}
    if rows := _rows(tensors, "lm_head.weight"):
        shown["vocab_size"] = rows
    length = _rows(tensors, "embed_pos.embedding_weight") or _rows(
        tensors, "L_level.layers.0.mlp_t.down_proj.weight"
    )
    if length and isinstance(puzzle_positions, int) and length > puzzle_positions:
        shown["seq_len"] = length - puzzle_positions
    return shown


def _rows(tensors: Mapping[str, object], name: str) -> int:
    shape: Sequence[int] = getattr(tensors.get(name), "shape", ())
    return shape[0] if shape else 0


def _kind(name: object, file: Path) -> str:
    """The architecture called `name`: ours, or a class of the official code, with its module."""
    if isinstance(name, str):
        module, _, class_name = name.rpartition("@")
        if name in _OF_ARCHITECTURE:
            return name
        kind, modules = _CLASSES.get(class_name, ("", set()))
        if module.rpartition(".")[2] in modules:
            return kind
    raise CheckpointError(
        f"{file}: arch is {quoted(name)}, expected 'trm' or 'hrm', or the name of the official "
        "class, such as recursive_reasoning.trm@TinyRecursiveReasoningModel_ACTV1"
    )


def _value(settings: Mapping[str, Any], name: str) -> Any:
    """A setting; one such as `${.hidden_size}` is that of another one."""
    value = settings[name]
    same = _SAME_AS.fullmatch(value) if isinstance(value, str) else None
    return settings.get(same[1], value) if same else value


def parse_settings(changes: Iterable[str]) -> dict[str, Any]:
    """Settings by name from texts such as `puzzle_emb_len=16`, their values as in YAML.

    Raises DocumentError.
    """
    settings = {}
    for change in changes:
        name, sign, value = change.partition("=")
        if not (name and sign):
            raise DocumentError(f"{quoted(change)} is not NAME=VALUE")
        from trm_core.checkpoints.plain_yaml import parse_yaml  # not at the start of the window

        settings[name] = parse_yaml(value, quoted(change))
    return settings


def _read(file: Path) -> Any:
    """The content of a YAML or JSON file as small as configs are. Raises CheckpointError."""
    from trm_core.checkpoints.plain_yaml import parse_yaml

    with raised_as(CheckpointError):
        text = read_text(file, MOST_BYTES)
        is_json = text.lstrip().startswith(("{", "["))
        return (parse_json if is_json else parse_yaml)(text, str(file))
