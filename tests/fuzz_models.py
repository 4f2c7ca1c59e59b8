"""Read models and checkpoints from files that are damaged in all ways (see `fuzzing`)."""

import dataclasses

import torch
import yaml
from checkpoints_to_try import official_settings, official_tensors, write_official
from fuzzing import Reader, main
from safetensors.torch import save_file

from trm_core import import_official, load_model
from trm_core.checkpoints.directory import build_model, save_model
from trm_core.checkpoints.info import ModelInfo, Result, read_info
from trm_core.model.config import HRMConfig, TRMConfig
from trm_core.puzzles.base import PuzzleShape

SIZES = {"cells": 16, "vocab_size": 6, "hidden_size": 8, "heads": 2, "cycles": 1, "latent_steps": 1}
GIVENS = {"givens_from": 5, "givens_to": 8}
EMBEDDING = {"puzzle_count": 3, "puzzle_embedding_size": 8, "puzzle_positions": 1}
CONFIGS = (
    TRMConfig(**SIZES, **EMBEDDING, layers=1),
    TRMConfig(**SIZES, layers=1, mixer="mlp", positions="none"),
    HRMConfig(**SIZES, latent_layers=1, answer_layers=1),
)
CLASSES = {
    "trm": "recursive_reasoning.trm@TinyRecursiveReasoningModel_ACTV1",
    "hrm": "hrm.hrm_act_v1@HierarchicalReasoningModel_ACTV1",
}
WEIGHTS, CHECKPOINT, CONFIG = "model.safetensors", "step_1", "all_config.json"


def files_in(folder):
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def models(folder):
    found = []
    for number, config in enumerate(CONFIGS):
        info = ModelInfo(
            "hrm" if isinstance(config, HRMConfig) else "trm",
            PuzzleShape("sudoku", 4, 4, 2),
            config,
            (Result("held_out", "made up", 10, 0.5), Result("other", "made up", 3, 0.1, 0.2)),
            ("<blank>", "one", "two")[: config.puzzle_count],
            folder / str(number),
            {"kind": "sudoku", "generate": 3, "held_out": 2, "box_rows": 2, "box_cols": 2} | GIVENS,
        )
        if number == 2:
            info = dataclasses.replace(info, held_out={}, results=())
        save_model(build_model(config), info, "# Tiny\n")
        found.append(files_in(info.directory))
    return found


def read_config(folder):
    info = read_info(folder)
    assert 0 <= info.accuracy <= 1
    info.to_json()
    info.weights_hash()
    return f"{info.title} {info.parameters}"[:3]


def read_weights(folder):
    return type(load_model(folder, "cpu", "float32")).__name__


def official(folder):
    """In both formats of PyTorch, one level down, and as safetensors."""
    found = []
    for number, config in enumerate(CONFIGS):
        place, model = folder / str(number), build_model(config)
        place.mkdir()
        checkpoint, _ = write_official(model, place)
        found.append(files_in(place))
        tensors = official_tensors(model)
        torch.save(tensors, checkpoint, _use_new_zipfile_serialization=False)
        found.append(files_in(place))
        torch.save({"state_dict": tensors, "epoch": 3}, checkpoint)
        found.append(files_in(place))
        save_file(tensors, checkpoint)
        found.append(files_in(place))
    return found


def configs(folder):
    """As JSON and as the YAML that the trainers write, beside a checkpoint."""
    found = []
    for files in official(folder)[::4]:
        arch, settings = official_settings(CONFIGS[len(found) // 2])
        found.append(files)
        whole = {"arch": {"name": CLASSES[arch], **settings}, "lr": 1e-4}
        found.append({**files, CONFIG: yaml.safe_dump(whole).encode()})
    return found


def read_checkpoint(folder):
    return type(import_official(folder / CHECKPOINT, folder / CONFIG)).__name__


READERS = (
    Reader("model-config", models, read_config, kept=("README.md", WEIGHTS)),
    Reader(
        "model-weights", models, read_weights, kept=("README.md", "config.json", "identifiers.json")
    ),
    Reader("official-checkpoint", official, read_checkpoint, kept=(CONFIG,)),
    Reader("official-config", configs, read_checkpoint, kept=(CHECKPOINT,)),
)

if __name__ == "__main__":
    torch.set_num_threads(1)
    main(READERS, __doc__)
