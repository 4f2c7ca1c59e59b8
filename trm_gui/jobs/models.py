"""A job's checkpoint as a model of its own, which stays when the run removes the checkpoint."""

from __future__ import annotations

import shutil
from pathlib import Path

from trm_core.files import whole_directory
from trm_core.training.run_directory import RunDirectory
from trm_core.training.run_files import RunError

FILES = "config.json", "model.safetensors", "README.md", "identifiers.json"


def copy_newest(run: Path, folder: Path) -> Path:
    """Copy the model of the newest checkpoint of `run` into `folder`; the model directory.

    Raises RunError where there is none, OSError where it cannot be written.
    """
    saved = RunDirectory.open(run).saved_steps()
    if not saved:
        raise RunError(f"{run.name} has no checkpoint yet")
    checkpoint = RunDirectory.open(run).checkpoint(saved[-1])
    target = folder / f"{run.name}-{checkpoint.name}"
    if not target.exists():
        with whole_directory(target) as unfinished:
            for name in FILES:
                if (checkpoint / name).exists():
                    shutil.copyfile(checkpoint / name, unfinished / name)
    return target
