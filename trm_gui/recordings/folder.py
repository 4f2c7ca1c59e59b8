"""The folder of the recordings, read and changed; all of it may take long."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from trm_core.files import whole_file
from trm_core.recordings import SUFFIX, RecordingError, read_header
from trm_gui.names import free_file
from trm_gui.recordings.entries import Entry, key_of, read_entry
from trm_gui.recordings.names import FORBIDDEN
from trm_gui.trash import move_to_trash

AT_ONCE = 50
"""Entries that are told together."""


class Change(NamedTuple):
    """Files that are no longer there, and entries that are new or have changed."""

    gone: Sequence[Path]
    read: Sequence[Entry]


class RecordingFolder:
    """Knows what was in the folder at the last look, whoever changes that."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[Path, str] = {}

    def make(self) -> None:
        """Have it there. Raises RecordingError."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RecordingError(f"{self.path} cannot be made: {error.strerror}.") from None

    def changes(self) -> Iterator[Change]:
        """What has changed since the last look, some at a time."""
        there = {}
        for file in sorted(self.path.glob(f"*{SUFFIX}")):
            try:
                there[file] = key_of(file)
            except OSError:
                continue  # gone since
        yield Change([file for file in self._known if file not in there], ())
        self._known = {file: key for file, key in self._known.items() if file in there}
        changed = [file for file, key in there.items() if self._known.get(file) != key]
        for start in range(0, len(changed), AT_ONCE):
            some = changed[start : start + AT_ONCE]
            yield Change((), [read_entry(file, there[file]) for file in some])
            self._known |= {file: there[file] for file in some}

    def rename(self, file: Path, name: str) -> Entry:
        """Its entry then. Raises RecordingError."""
        name = name.strip().removesuffix(SUFFIX)
        if not name or name.startswith(".") or FORBIDDEN & set(name):
            raise RecordingError(
                f'{name!r} cannot be the name of a file; expected one without / \\ : * ? " < > |'
            )
        target = file.with_name(name + SUFFIX)
        if target != file:
            if target.exists():
                raise RecordingError(f"There is a recording called {name} already.")
            file.rename(target)
            self._known.pop(file, None)
        self._known[target] = key_of(target)
        return read_entry(target, self._known[target])

    def take_in(self, files: Sequence[Path]) -> None:
        """Copy recordings from elsewhere into it. Raises RecordingError where one is none; the
        others are copied."""
        refusals = []
        for file in files:
            try:
                read_header(file)
                with whole_file(free_file(self.path, file.name)) as copy:
                    shutil.copyfile(file, copy)
            except RecordingError as error:
                refusals.append(str(error))
        if refusals:
            others = f" ({len(refusals) - 1} more like it)" if len(refusals) > 1 else ""
            raise RecordingError(refusals[0] + others)


def trash(files: Sequence[Path]) -> None:
    """Move them to the trash of the desktop. Raises RecordingError where one stays."""
    if stuck := [file for file in files if not move_to_trash(file)]:
        others = f" and {len(stuck) - 1} more" if len(stuck) > 1 else ""
        raise RecordingError(f"{stuck[0]}{others} cannot be moved to the trash.")
