"""Which checkpoints a run has: writing them, removing them, finding the one to go on from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from trm_core.checkpoints.facts import Result
from trm_core.checkpoints.info import ModelInfo
from trm_core.files import put_aside
from trm_core.training.card import card_of
from trm_core.training.checkpoint import (
    Checkpoint,
    Progress,
    describe_checkpoint,
    most_accurate,
    newest_readable,
    read_checkpoint,
    save_checkpoint,
)
from trm_core.training.config import RunConfig
from trm_core.training.distributed import Group
from trm_core.training.run_directory import RunDirectory
from trm_core.training.run_files import run_errors
from trm_core.training.trainer import Trainer


class Keeper:
    """Looks after a run's checkpoints. All processes call; the leading one reads and writes first.

    damage: what is wrong with checkpoints after the one that `newest` found, in a sentence.
    """

    def __init__(self, directory: RunDirectory, config: RunConfig, group: Group) -> None:
        self._directory = directory
        self._config = config
        self._group = group
        self._read: Checkpoint | None = None
        self.damage = ""

    def newest(self) -> Checkpoint | None:
        """The last checkpoint that can be read; None where there is none at all.

        Damaged ones after it are put aside under another name. Raises CheckpointError if all are.
        """
        step = self._group.led(self._find)
        if step is None:
            return None
        return self._read or read_checkpoint(self._directory.checkpoint(step))

    def _find(self) -> int | None:
        """The step of the checkpoint that is to be read."""
        self._read, damaged = newest_readable(self._directory)
        self.damage = ""
        if self._read is None:
            return None
        step = self._read.progress.step
        for path, problem in damaged.items():
            self.damage = self.damage or f"went back to step {step}: {problem}"
            with run_errors(self._directory.path, path), suppress(FileNotFoundError):
                put_aside(path)
        return step

    def save(
        self,
        trainer: Trainer,
        progress: Progress,
        info: ModelInfo,
        results: tuple[Result, ...],
        flush: Callable[[], None],
    ) -> bool:
        """Write a checkpoint and remove those that are not kept; whether this step had none yet.

        `results`, if any, are told on its card, also where the checkpoint is there already.
        `flush` is called before, as a checkpoint promises that all metrics up to it are on disk.
        Raises RunError in all processes.
        """
        target = self._directory.checkpoint(trainer.step)
        new = self._group.agreed(not target.exists())
        tensors = trainer.tensors() if new else {}
        described = replace(info, results=results, directory=target)

        def write() -> None:
            flush()
            card = card_of(described, self._config, trainer.step)
            if new:
                save_checkpoint(described, card, progress, trainer.averaged_weights(), tensors)
            elif results:
                describe_checkpoint(described, card)
            best = most_accurate(self._directory.checkpoints())
            self._directory.prune(self._config.training.keep_checkpoints, best)

        self._group.led(write)
        return new
