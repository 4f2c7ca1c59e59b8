"""What a run tells whoever watches it: its status, and lines of its log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from trm_core.training.distributed import Group
from trm_core.training.run_directory import RunDirectory
from trm_core.training.status import Reason, State, Status, StatusWriter


class RunStatus:
    """`status.json`, and lines of the log, where this process is the one that writes them."""

    def __init__(
        self,
        directory: RunDirectory,
        steps: int,
        group: Group,
        say: Callable[[str], None],
        on_doing: Callable[[str], None],
    ) -> None:
        self._say, self._on_doing = say, on_doing
        self._notices: list[str] = []
        self._writer: StatusWriter | None = None
        if group.leads:
            step = max(directory.saved_steps(), default=0)
            self._writer = StatusWriter(directory.path, steps, step=step, world_size=group.size)

    def update(self, **changes: Any) -> None:
        if self._writer is not None:
            self._writer.update(**changes)

    def tell(self, message: str, **changes: Any) -> None:
        """Change the message, which is said too, and other fields."""
        self.update(message=message, **changes)
        self.say(message)

    def notice(self, line: str) -> None:
        """Say something, if it is not "", that is to be read in the status once training begins, or
        where it ends before that."""
        if line:
            self.say(line)
            self._notices.append(line)

    def begin(self, step: int) -> None:
        """Training begins, or goes on, after `step` steps."""
        self.update(state="running", step=step, message="; ".join(self._notices))
        self._notices.clear()

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Tell that, and for how long, where this process is the one that writes it."""
        if self._writer is None:
            yield
            return
        self._on_doing(what)
        with self._writer.doing(what):
            yield

    def say(self, line: str) -> None:
        """Have a line in the log, where this process is the one that writes it."""
        if self._writer is not None:
            self._say(line)

    def end(self, state: State, message: str, reason: Reason = "") -> Status | None:
        if self._writer is None:
            return None
        said = "; ".join([*filter(None, [message]), *self._notices])
        try:
            self._writer.update(state=state, message=said, reason=reason, remaining_seconds=None)
        finally:
            self._writer.close()
        return self._writer.status
