"""Tiny models with random weights, the bundled model, and puzzles for it."""

import sys

import numpy as np
import pytest
import torch
from checkpoints_to_try import random_model, write_official
from ended import Ended

from trm_core.checkpoints.directory import save_model
from trm_core.checkpoints.info import ModelInfo, find_model
from trm_core.cli import main
from trm_core.model.config import HRMConfig, TRMConfig
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.files import load_puzzles
from trm_core.resources import RESOURCES
from trm_core.solver import Solver

SIZES = {
    "cells": 16,
    "vocab_size": 6,
    "hidden_size": 16,
    "heads": 2,
    "cycles": 2,
    "latent_steps": 3,
}
PUZZLE_EMBEDDING = {"puzzle_count": 5, "puzzle_embedding_size": 24, "puzzle_positions": 2}
CONFIGS = {
    "trm-att": TRMConfig(**SIZES, **PUZZLE_EMBEDDING),
    "trm-mlp": TRMConfig(**SIZES, mixer="mlp", positions="none"),
    "trm-rel": TRMConfig(
        **SIZES,
        mixer="relations",
        relations=["lines", "box", "cell"],
        candidates=True,
        positions="none",
        start_noise=1.0,
    ),
    "hrm": HRMConfig(
        **SIZES, **PUZZLE_EMBEDDING, positions="learned", latent_layers=1, answer_layers=2
    ),
}


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Tensors this small are slower on several threads, much slower where cores are shared."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(params=CONFIGS)
def model(request):
    """A tiny model of each kind, for Sudokus of 4×4."""
    return random_model(CONFIGS[request.param])


@pytest.fixture
def tokens():
    return torch.from_numpy(np.random.default_rng(2).integers(1, 6, (2, 16)))


@pytest.fixture
def info(model, tmp_path):
    """What the directory of `model` is to say."""
    return ModelInfo(
        architecture="hrm" if isinstance(model.config, HRMConfig) else "trm",
        puzzle=PuzzleShape("sudoku", 4, 4, 2),
        config=model.config,
        directory=tmp_path / "tiny",
    )


@pytest.fixture
def directory(model, info):
    """`model` as a model directory."""
    save_model(model, info, "# Tiny\n")
    return info.directory


@pytest.fixture
def official(model, tmp_path):
    """`model` as the official trainers write it: the checkpoint file and its config."""
    return write_official(model, tmp_path)


@pytest.fixture
def trm(monkeypatch, capsys):
    """A function that runs the `trm` command with these arguments in this process."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["trm", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        status = ended.value.code
        out, err = capsys.readouterr()
        if isinstance(status, str):  # what Python prints on leaving
            status, err = 1, f"{err}{status}\n"
        return Ended(status or 0, out, err)

    return run


@pytest.fixture(scope="session")
def solver():
    """The bundled Sudoku model, float32 on the CPU."""
    return Solver.load(find_model("sudoku-9x9-small"), "cpu", "float32")


@pytest.fixture(scope="session")
def sudokus():
    """The bundled Sudokus."""
    return load_puzzles(RESOURCES / "puzzles" / "sudoku-9x9.sdm")
