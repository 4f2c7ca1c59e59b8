"""What an error that nobody foresaw means for a run, in a sentence."""

from __future__ import annotations

import os

import torch
from torch.distributed import DistError

from trm_core.errors import UserError
from trm_core.model.hrm import HRM
from trm_core.model.trm import TRM
from trm_core.training.config import GradientMode, RunConfig
from trm_core.training.distributed import PartedError

RESTARTS = "MAX_RESTARTS", "RESTART_COUNT"
"""What torchrun tells of how often it may start a group again, and how often it has."""

OWN_GRADIENT = {"trm": TRM.default_gradient, "hrm": HRM.default_gradient}
"""By architecture, what an empty `gradient` stands for."""

KEPT: tuple[GradientMode, ...] = ("one_step", "full_cycle", "bptt")
"""Ways to differentiate, by how many network calls keep what they work on until the backward pass:
two, one cycle of them, all of a supervision step."""


class TrainingError(UserError):
    """A run that cannot go on."""


def understood(error: Exception, log: str, config: RunConfig) -> TrainingError:
    """What `error` means; `log` is the file in the run directory with its trace."""
    if is_out_of_memory(error):
        return TrainingError(f"there is not enough memory; {what_takes_less(config)}")
    if isinstance(error, PartedError | DistError):  # the latter where a GPU's stream tells later
        return TrainingError(_parted(log))
    text = str(error).partition("\n")[0]
    return TrainingError(f"{type(error).__name__}: {text}; {log} in the run directory has more")


def is_out_of_memory(error: Exception) -> bool:
    """Whether memory, of a GPU or of the machine, was too small for what an operation needs.

    PyTorch has no type for what its CPU allocator raises: it is a RuntimeError, told by its words.
    """
    typed = isinstance(error, MemoryError | torch.OutOfMemoryError)
    return typed or (isinstance(error, RuntimeError) and "allocate memory" in str(error))


def what_takes_less(config: RunConfig) -> str:
    """The settings by which a run takes less memory, those first that change nothing of what is
    learned."""
    settings = config.training
    others = ["a smaller hidden_size"]
    if settings.batch_size > 1:
        others.insert(0, "a smaller batch_size")
    now = settings.gradient or OWN_GRADIENT[config.model["architecture"]]
    if less := KEPT[: KEPT.index(now)]:
        others.append(f"gradient {' or '.join(less)} in place of {now}")
    told = f"{', '.join(others[:-1])} or {others[-1]}" if others[1:] else others[0]
    if (settings.micro_batch_size or settings.batch_size) == 1:
        return f"a new run takes less with {told}, which changes what is learned"
    return (
        "a new run takes less with a smaller micro_batch_size, which learns the same more slowly, "
        f"or with {told}, which changes what is learned"
    )


def _parted(log: str) -> str:
    """What it means that the others cannot be talked to any more, and what comes of it."""
    most, used = (int(os.environ.get(f"TORCHELASTIC_{name}", 0)) for name in RESTARTS)
    coming = "; torchrun starts the group again" if used < most else ""
    return (
        "another process of the group has ended, or cannot be reached; "
        f"{log} in the run directory has more{coming}"
    )
