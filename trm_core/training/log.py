"""`log.txt` of a run directory: what its training has said, one start after the other."""

from __future__ import annotations

import os
import socket
import sys
import time
import warnings
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, Self, TextIO

from trm_core.training.run_files import RunError, append

LOG = "log.txt"


class RunLog(AbstractContextManager["RunLog"]):
    """Within the block, what is said goes to stdout and into the log, and so do warnings and the
    error that ends it, which are for stderr.

    Nothing is in the log twice where stdout or stderr is that very file. A log that cannot be
    written, as on a full disk, is done without.
    """

    def __init__(self, directory: Path, *, leads: bool = True, prints: bool = True) -> None:
        """leads: whether this is the process that writes the run in `directory`; another one says
        nothing. prints: whether stdout is for people."""
        self._file = directory / LOG
        self._leads, self._prints = leads, prints
        self._show_warning: Any = None

    def __enter__(self) -> Self:
        if self._leads:
            self._show_warning, warnings.showwarning = warnings.showwarning, self._on_warning
            now = time.strftime("%Y-%m-%d %H:%M:%S")
            self._add(f"[{now}, process {os.getpid()} on {socket.gethostname()}]")
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._leads:
            warnings.showwarning = self._show_warning
            if isinstance(error, Exception) and not self._is(sys.stderr):
                self._add(f"trm: {error}")

    def say(self, line: str) -> None:
        """Print `line`, and add it to the log."""
        if self._leads:
            self._add(line)
            if self._prints and not self._is(sys.stdout):
                print(line, flush=True)

    def _on_warning(
        self, message: Warning | str, category: type[Warning], *place: Any, **more: Any
    ) -> None:
        self._show_warning(message, category, *place, **more)
        if not self._is(sys.stderr):
            self._add(f"{category.__name__}: {message}")

    def _is(self, stream: TextIO) -> bool:
        """Whether `stream` goes into the log by itself."""
        try:
            return os.path.samestat(os.fstat(stream.fileno()), self._file.stat())
        except (OSError, ValueError):
            return False

    def _add(self, line: str) -> None:
        with suppress(RunError):
            append(self._file, f"{line}\n".encode("utf-8", "backslashreplace"), on_new_line=True)
