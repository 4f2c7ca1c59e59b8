"""How long a run would take, and how much memory: by a few of its steps, measured.

`python -m trm_core.training.estimate DEVICE` reads a run's config as JSON from stdin and hands over
an Estimate, or why the run could not begin.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict, dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Literal

import psutil
import torch

from trm_core.checkpoints.info import ModelInfo
from trm_core.data.build import build
from trm_core.data.dataset import Dataset, read_dataset
from trm_core.evaluation.batches import EvaluationSettings, solve_many
from trm_core.handover import hand_over
from trm_core.model.device import choose_device, choose_dtype
from trm_core.solver import Solver
from trm_core.training.compilation import WORTH_TRYING
from trm_core.training.config import RunConfig, TrainingSettings, data_build
from trm_core.training.distributed import Group
from trm_core.training.threads import Threads
from trm_core.training.trainer import Trainer

MEASURED_SECONDS = 2.0
WARM_UP = 1
"""Steps that are not measured: the first ones prepare what later ones use."""

FEW = {"generate": 32, "held_out": 8, "augmentations": 3}
"""Most of a data set to build that is built to measure with."""

STEPS_EVALUATED, EVALUATED_SECONDS = 2, 0.4
"""Supervision steps that an evaluation is measured with, and how long they take at least, or else
there are more of them."""


PREFIX, LEFT_OVER = "trm-estimate-", 3600.0
"""Name of the directory of a data set to measure with, and after how many seconds nobody does."""


@dataclass(frozen=True)
class Estimate:
    """seconds: of the whole run, with making its data and its evaluations, without compiling.

    memory: bytes at most, of the GPU where it is trained on one. free: bytes that are free there.
    compiling: whether the run compiles its networks first, or tries whether that pays; neither the
    time that this takes nor what is gained by it is in `seconds`.
    """

    seconds: float
    seconds_per_step: float
    memory: int
    free: int
    device: str
    compiling: Literal["no", "tried", "yes"]


def estimate(config: RunConfig, device: torch.device) -> Estimate:
    """Train a few steps of `config` on a small part of its data. Raises UserError."""
    settings, group = config.training, Group()
    with ExitStack() as stack:
        stack.enter_context(Threads(settings.threads))
        data, seconds = _small_data(config, stack)
        dataset = read_dataset(data, "train")
        dtype = choose_dtype(settings.dtype, device)
        trainer = stack.enter_context(closing(Trainer(config, dataset, device, dtype, group)))
        for _ in range(WARM_UP):
            trainer.take_step()
        per_step = _per_call(trainer.take_step, trainer.is_finite)
        seconds += per_step * settings.steps
        seconds += _evaluations(config, data, dataset, trainer, dtype)
    on_gpu = device.type == "cuda"
    free = torch.cuda.mem_get_info(device)[0] if on_gpu else psutil.virtual_memory().available
    used = torch.cuda.max_memory_reserved(device) if on_gpu else _most_memory()
    used += _left_out(config, dataset, trainer)
    compiling = _compiling(settings, per_step * settings.steps)
    return Estimate(seconds, per_step, used, free, device.type, compiling)


def _compiling(settings: TrainingSettings, seconds: float) -> Literal["no", "tried", "yes"]:
    """seconds: what all steps take without it."""
    if settings.compile == "auto":
        return "no" if seconds < WORTH_TRYING else "tried"
    return "yes" if settings.compile == "on" else "no"


def _small_data(config: RunConfig, stack: ExitStack) -> tuple[Path, float]:
    """The run's data set, or a small one like it; how long the run would take to make its own."""
    if path := config.data.get("path"):
        return Path(path), 0.0
    spec = data_build(config.data)
    whole = asdict(spec)
    fewer = {name: min(most, whole[name]) for name, most in FEW.items() if whole.get(name)}
    _remove_left_over()
    target = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=PREFIX)), "data")
    then = time.monotonic()
    build(replace(spec, **fewer), target, lambda done, total: None)
    took = time.monotonic() - then
    made = [name for name in ("generate", "held_out") if name in fewer]
    if not made:
        return target, took
    share = sum(whole[name] for name in made) / sum(fewer[name] for name in made)
    return target, took * max(1.0, share / (os.cpu_count() or 1))


def _remove_left_over() -> None:
    """Remove the data of estimates that were killed, as one is that nobody wants any more."""
    for directory in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if time.time() - directory.stat().st_mtime > LEFT_OVER:
                shutil.rmtree(directory, ignore_errors=True)


def _per_call(work: Callable[[], object], finish: Callable[[], object]) -> float:
    """Seconds of one call, by as many as are over in a while. `finish` waits for what is queued."""
    finish()
    began, calls = time.monotonic(), 0
    while calls == 0 or time.monotonic() - began < MEASURED_SECONDS:
        work()
        finish()
        calls += 1
    return (time.monotonic() - began) / calls


def _evaluations(
    config: RunConfig, data: Path, dataset: Dataset, trainer: Trainer, dtype: torch.dtype
) -> float:
    """Seconds of all evaluations."""
    settings, split = config.training, read_dataset(data, "test")
    few = split.originals()[: FEW["held_out"]]
    whole = config.data.get("held_out") or len(split.originals())
    count = min(settings.evaluate_puzzles or whole, whole)
    batch = min(count, EvaluationSettings.batch_size)  # with fewer, each would take less time
    puzzles = list(islice(cycle(split.puzzles(few)), batch))
    identifiers = dataset.identifiers if trainer.config.puzzle_embedding_size else ()
    architecture = config.model["architecture"]
    info = ModelInfo(architecture, dataset.shape, trainer.config, identifiers=identifiers)
    solver = Solver(trainer.averaged_model(dtype), info)
    took, steps, all_steps = 0.0, STEPS_EVALUATED // 2, trainer.config.max_supervision_steps
    while took < EVALUATED_SECONDS and steps < all_steps:
        steps = min(2 * steps, all_steps)
        then = time.monotonic()
        solve_many(solver, puzzles, EvaluationSettings(max_supervision_steps=steps))
        took = time.monotonic() - then
    each = took * all_steps / steps / batch
    return each * count * max(1, settings.steps // settings.evaluate_every)


def _left_out(config: RunConfig, dataset: Dataset, trainer: Trainer) -> int:
    """Bytes of the puzzle embeddings of all variants of the tasks that were not made."""
    variants = int(config.data.get("augmentations", 0) or 0)
    width = trainer.config.puzzle_embedding_size
    if config.data.get("path") or variants <= FEW["augmentations"] or not width:
        return 0
    share = (variants + 1) / (FEW["augmentations"] + 1)
    return round(len(dataset.identifiers) * (share - 1) * width * 4)


def _most_memory() -> int:
    """Bytes that this process has had in memory at most."""
    try:
        import resource
    except ImportError:  # Windows
        found: Any = psutil.Process().memory_info()
        return int(getattr(found, "peak_wset", found.rss))
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _asked() -> dict[str, Any]:
    config = RunConfig.from_json(json.load(sys.stdin), "the config").with_data_found()
    return asdict(estimate(config, choose_device(sys.argv[1])))


if __name__ == "__main__":
    hand_over(_asked, "it could not be measured")
