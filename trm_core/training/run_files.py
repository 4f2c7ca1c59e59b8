"""Small files in a run directory: JSON that always parses, whole appends, errors as sentences."""

from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from trm_core.errors import UserError
from trm_core.files import flush

NO_SPACE = errno.ENOSPC, errno.EDQUOT


class RunError(UserError):
    """A run directory that cannot be made, read, written or locked."""


@contextmanager
def run_errors(directory: Path, file: Path | None = None) -> Iterator[None]:
    """Raises every OSError of the block as RunError: what is wrong with the run `directory`, or
    else with its `file`. The OSError is kept as the cause."""
    try:
        yield
    except OSError as error:
        raise RunError(_sentence(error, directory, file)) from error


def _sentence(error: OSError, directory: Path, file: Path | None) -> str:
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ESTALE) and not os.path.isdir(directory):
        return f"the run directory {directory} is gone"
    if error.errno in NO_SPACE:
        place = directory.resolve()
        disk = next(path for path in (place, *place.parents) if os.path.ismount(path))
        if error.errno == errno.ENOSPC:
            return f"no space left on {disk} for the run directory {directory}"
        return f"the disk quota on {disk} is used up, for the run directory {directory}"
    return f"{file or directory}: {error.strerror or error}"


def to_json(fields: Mapping[str, object]) -> str:
    """One line of ASCII. Numbers that JSON does not know (NaN and infinities) become null."""
    known = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in fields.items()
    }
    return json.dumps(known, allow_nan=False)


def append(file: Path, data: bytes, *, on_new_line: bool = False) -> None:
    """Add `data` to the end of `file` in one write, or nothing of it; RunError if that fails.

    on_new_line: first end a last line that was cut off when its writer was killed.

    The file is opened anew for each call: one that has been deleted is noticed, and over NFS what
    was written is sent to the server when a file is closed, where readers elsewhere find it.
    """
    with run_errors(file.parent, file):
        binary = getattr(os, "O_BINARY", 0)  # on Windows, where files are text otherwise
        handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | binary, 0o644)
        try:
            size = os.fstat(handle).st_size
            if on_new_line and size and not _ends_line(handle):
                data = b"\n" + data
            try:
                while data:  # a second round only where the disk is full, for the error
                    data = data[os.write(handle, data) :]
            except OSError:
                with suppress(OSError):  # what matters is why nothing could be written
                    os.ftruncate(handle, size)
                raise
        finally:
            os.close(handle)


def _ends_line(handle: int) -> bool:
    os.lseek(handle, -1, os.SEEK_END)
    return os.read(handle, 1) == b"\n"


def sync(file: Path) -> None:
    """Have the system write `file` to disk; RunError if it cannot."""
    with run_errors(file.parent, file):
        flush(file)
