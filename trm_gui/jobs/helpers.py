"""Work in processes of their own that ends with the window: estimating, publishing."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QObject, Signal

ENDING = 3.0
"""Seconds that the window waits at its end for a process that it has killed."""


class Helper(QObject):
    """One process at a time; a thread waits for it."""

    done = Signal(object, str)
    """What was asked for, and what the process has printed."""
    failed = Signal(object, str)
    """What was asked for, and why it is not to be had."""

    def __init__(self) -> None:
        super().__init__()
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._current: object = None
        self._closed = False

    def ask(self, what: object, module: str, arguments: list[str], content: str = "") -> None:
        """Run `module` with `content` on its stdin, in the place of what runs already."""
        self.cancel()
        if not self._closed:
            self._current = what
            work = (what, module, arguments, content)
            self._thread = threading.Thread(target=self._run, args=work, daemon=True)
            self._thread.start()

    def cancel(self) -> None:
        """End what runs; no signal tells of it."""
        with self._lock:
            self._current = None
            if self._process is not None:
                with suppress(OSError):
                    self._process.kill()

    def close(self) -> None:
        self._closed = True
        self.cancel()
        if self._thread is not None:
            self._thread.join(ENDING)

    def _run(self, what: object, module: str, arguments: list[str], content: str) -> None:
        from trm_gui.jobs.launching import module_process

        tell: Callable[[object, str], None]
        with self._lock:
            if self._current is not what:
                return
            try:
                process = self._process = module_process(module, arguments)
            except OSError as error:
                self.failed.emit(what, str(error))
                return
        output, errors = process.communicate(content.encode())
        with self._lock:
            if self._current is not what:
                return
            self._process = None
        tell = self.failed.emit if process.returncode else self.done.emit
        text = (errors if process.returncode else output).decode("utf-8", "replace").strip()
        lines = text.splitlines()
        if process.returncode:
            text = lines[-1].removeprefix("trm: ") if lines else "the process was ended"
        tell(what, text)
