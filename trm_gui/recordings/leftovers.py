"""Files that outlive a crash, each under a lock that ends with the process that holds it. No Qt."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from trm_core.files import put_aside
from trm_core.recordings import SUFFIX, Recording, write_recording
from trm_gui.session.shown import Kept, write_kept


class Slot:
    """The file in which one window keeps what it shows, written the first time that there is
    something to keep."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: Leftover | None = None

    @property
    def used(self) -> bool:
        return self._held is not None

    def write(self, recording: Recording, kept: Kept) -> None:
        """Put `recording`, and what was shown with it, in the place of what was kept. Raises
        OSError or RecordingError."""
        if self._held is None:
            import uuid

            self._folder.mkdir(parents=True, exist_ok=True)
            held = Leftover(self._folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}{SUFFIX}")
            held.claim()  # nobody else knows of it
            self._held = held
        write_kept(kept, self._held.beside)
        write_recording(self._held.file, recording)

    def remove(self) -> None:
        """Keep nothing any more, as nothing is to be recovered."""
        if self._held is not None:
            self._held.remove()
            self._held = None


class Leftover:
    """What a window kept; `claim` tells whether that window has ended."""

    def __init__(self, file: Path) -> None:
        from filelock import FileLock

        self.file = file
        self._lock = FileLock(file.with_suffix(".lock"), thread_local=False)

    @property
    def beside(self) -> Path:
        """The file with what was shown."""
        return self.file.with_suffix(".json")

    def claim(self) -> bool:
        """Hold it, unless somebody else does. Raises OSError."""
        from filelock import Timeout

        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def release(self) -> None:
        """Leave it for another window."""
        self._lock.release()

    def remove(self) -> None:
        """It is not needed any more."""
        self.file.unlink(missing_ok=True)
        self.beside.unlink(missing_ok=True)
        Path(self._lock.lock_file).unlink(missing_ok=True)
        self._lock.release()

    def set_aside(self) -> Path:
        """Keep it under another name, which is given, where nothing looks for it."""
        aside = put_aside(self.file)
        self.remove()
        return aside


def claimed(folder: Path) -> Iterator[Leftover]:
    """What windows that have ended left, the newest first, each of them held."""
    for file in sorted(folder.glob(f"*{SUFFIX}"), key=_age):
        leftover = Leftover(file)
        if leftover.claim():
            if file.exists():
                yield leftover
            else:  # its window has just closed it
                leftover.remove()


def _age(file: Path) -> float:
    try:
        return -file.stat().st_mtime
    except OSError:
        return 0
