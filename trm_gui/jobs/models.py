"""A job's checkpoint as a model of its own, which stays when the run removes the checkpoint."""

from __future__ import annotations

import shutil
from contextlib import suppress
from itertools import chain, count
from pathlib import Path

from trm_core.checkpoints.info import CARD, FILES, CheckpointError, read_info
from trm_core.files import whole_directory
from trm_core.training.run_directory import RunDirectory
from trm_core.training.run_files import RunError


def copy_newest(run: Path, folder: Path) -> Path:
    """Copy the model of the newest checkpoint of `run` into `folder`, unless it is there already;
    the model directory. One of the same name with other weights, of another run, stays beside it.

    Raises RunError or CheckpointError where there is none, OSError where it cannot be written.
    """
    saved = RunDirectory.open(run).saved_steps()
    if not saved:
        raise RunError(f"{run.name} has no checkpoint yet")
    checkpoint = RunDirectory.open(run).checkpoint(saved[-1])
    weights, name = read_info(checkpoint).weights_hash(), f"{run.name}-{checkpoint.name}"
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    for target in (folder / each for each in names):
        if not target.exists():
            break
        with suppress(CheckpointError):  # what is there may be anything
            if read_info(target).weights_hash() == weights:
                return target
    with whole_directory(target) as unfinished:
        for file in (*FILES, CARD):
            if (checkpoint / file).exists():
                shutil.copyfile(checkpoint / file, unfinished / file)
    return target
