"""What is known about a job at one moment, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from trm_core.training.status import Reason

Condition = Literal[
    "waiting",
    "new",
    "starting",
    "running",
    "paused",
    "stopped",
    "finished",
    "failed",
    "killed",
    "silent",
    "gone",
    "unreadable",
]
"""waiting: for others to end. new: never started. killed: ended without a word. silent: no sign of
life. gone: the directory is. unreadable: what is there cannot be read."""

AT_WORK = "starting", "running", "paused", "silent"
"""Conditions in which there is, or may be, a training process."""

BUSY = "starting", "running"
"""Those of them that compute."""

STARTABLE = "waiting", "new", "stopped", "failed", "killed"
"""Conditions in which `trm train` can be started."""

WORDS: dict[Condition, str] = {
    "waiting": "waiting",
    "new": "not started",
    "starting": "starting",
    "running": "running",
    "paused": "paused",
    "stopped": "stopped",
    "finished": "finished",
    "failed": "failed",
    "killed": "killed",
    "silent": "no sign of life",
    "gone": "directory gone",
    "unreadable": "unreadable",
}

TROUBLE: tuple[Condition, ...] = "failed", "killed", "silent", "gone", "unreadable"

SIGNS: dict[Condition, str] = {
    "waiting": "later",
    "new": "add",
    "starting": "loop",
    "running": "play",
    "paused": "pause",
    "stopped": "cancel",
    "finished": "done",
    **dict.fromkeys(TROUBLE, "trouble"),
}
"""Icons, so that no condition is told by colour alone."""


@dataclass(frozen=True)
class Report:
    """One look at a run directory.

    sentence: what there is to say about the condition, "" for nothing. reason: why it stopped.
    notes: what is odd beside it, a sentence each.
    here: whether its process is, or was, on this machine.
    request: what it has been asked for and has not taken yet.
    saved: steps after which there are checkpoints. exact: share of held-out puzzles that are
    exactly right, by the last evaluation. version: of the curves.
    """

    path: Path
    condition: Condition
    sentence: str = ""
    reason: Reason = ""
    notes: tuple[str, ...] = ()
    preset: str = ""
    step: int = 0
    steps: int = 0
    samples_per_second: float | None = None
    remaining_seconds: float | None = None
    pid: int = 0
    host: str = ""
    here: bool = True
    request: str = ""
    saved: tuple[int, ...] = ()
    exact: float | None = None
    version: int = 0
    behind: bool = False
    """Whether there are more metrics than have been read."""

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def words(self) -> str:
        """The condition in a word or two, or what it is about to become."""
        coming = {"pause": "pausing", "resume": "resuming", "stop": "stopping"}
        if self.condition in AT_WORK and self.condition != "silent" and self.request in coming:
            return coming[self.request]
        return WORDS[self.condition]

    @property
    def ended_by_itself(self) -> bool:
        """Whether it is done, or broke off; not where somebody stopped it."""
        asked = self.condition == "stopped" and self.reason != "time limit"
        return self.condition not in (*AT_WORK, "waiting", "new") and not asked
