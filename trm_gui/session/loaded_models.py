"""The models that solve, loaded: few at a time, and each as its files are now."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from trm_core.checkpoints.info import ModelInfo
from trm_core.errors import UserError
from trm_core.trace import Trace

if TYPE_CHECKING:
    from trm_core.solver import Recursion, Solver

T = TypeVar("T")

MOST = 3
"""Models that stay loaded: enough to compare, and no more than a small GPU holds."""


@dataclass(eq=False)
class _Loaded:
    """A solver, and where each of its traces can be gone on with as long as that is in use."""

    solver: Solver
    recursions: WeakKeyDictionary[Trace, Recursion] = field(default_factory=WeakKeyDictionary)


class LoadedModels:
    """Loads models on the thread that asks; of more than MOST, the one least recently used leaves.

    A model is its weights: where its files were replaced it is loaded again.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._loaded: OrderedDict[tuple[Path, str, str], _Loaded] = OrderedDict()
        """From the least recently used one on; by directory, device and number format."""

    def solver(self, info: ModelInfo, device: str, dtype: str) -> Solver:
        """That of a model directory; its `info` is as the files are now.

        Raises CheckpointError, DeviceError, or UserError where there is no memory for it.
        """
        from trm_core.solver import Solver

        key = info.directory, device, dtype
        loaded = self._loaded.get(key)
        if loaded is not None and not loaded.solver.info.is_current:
            loaded = None
            self._leave(key)
        if loaded is None:
            while len(self._loaded) >= MOST:
                self._leave()
            loaded = _Loaded(
                self.with_room(lambda: Solver.load(info, device, dtype), info.name, kept=0)
            )
        with self._lock:
            self._loaded[key] = loaded
            self._loaded.move_to_end(key)
        return loaded.solver

    def has(self, info: ModelInfo) -> bool:
        """Whether some form of it is loaded, in whatever state its files are now."""
        return any(directory == info.directory for directory, _, _ in list(self._loaded))

    def keep(self, solver: Solver, trace: Trace, recursion: Recursion) -> None:
        """Where `trace` can be gone on with, as long as the model stays and `trace` lives."""
        for loaded in list(self._loaded.values()):
            if loaded.solver is solver:
                loaded.recursions[trace] = recursion

    def recursion(self, trace: Trace) -> Recursion | None:
        """Where `trace` can be gone on with; None where its model has left, or its files have."""
        for key, loaded in list(self._loaded.items()):
            recursion = loaded.recursions.get(trace)
            if recursion is not None and loaded.solver.info.is_current:
                with self._lock:
                    if key in self._loaded:
                        self._loaded.move_to_end(key)
                return recursion
        return None

    def with_room(self, work: Callable[[], T], name: str, kept: int = 1) -> T:
        """What `work` gives, which a model of this name does and which can be done again.

        Where the memory of a GPU is full, the model least recently used leaves and it is tried
        once more; the `kept` models used last do not leave. Raises UserError where there is no
        room after that either.
        """
        import torch

        try:
            return work()
        except torch.OutOfMemoryError:
            pass  # after this, what it held is free
        if len(self._loaded) > kept:
            self._leave()
        try:
            return work()
        except torch.OutOfMemoryError:
            raise UserError(
                f"The memory of the GPU is full: {name} needs more than is free. Close what else "
                "uses it, or have solves computed on the CPU (Edit → Settings)."
            ) from None

    def clear(self) -> None:
        while self._loaded:
            self._leave()

    def _leave(self, key: tuple[Path, str, str] | None = None) -> None:
        """Of one model, or of the one least recently used, nothing stays in memory."""
        from trm_core.model.device import empty_cache

        with self._lock:
            key = next(iter(self._loaded), None) if key is None else key
            loaded = None if key is None else self._loaded.pop(key, None)
        if loaded is not None:
            device = loaded.solver.device
            del loaded
            empty_cache(device)
