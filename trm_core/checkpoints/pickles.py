"""What `torch.load` would have to unpack, told from sizes and a scan of opcodes before it does.

`torch.load` with `weights_only=True` runs no code, but a file of a few kilobytes may unpack to
gigabytes, or keep it busy for hours with a name of a hundred thousand letters.
"""

from __future__ import annotations

import pickletools
import struct
import zipfile
from io import BytesIO
from typing import BinaryIO

_ARCHIVE = b"PK\x03\x04"  # what PyTorch tells its two formats by
_EXPANSION = 4  # times that a file unpacks at most: PyTorch itself packs nothing
_MAX_UNPACKED = 2**35
_MAX_ENTRIES = 100_000
_MAX_PICKLE = 2**20  # bytes; a tensor takes about 150
_MAX_OPCODES = 300_000  # of one pickle; a tensor takes about 35
_MAX_NAME = 256  # letters of a class or function
_BEFORE_STORAGES = 5  # pickles that the older format begins with
_NAMES = {"GLOBAL", "INST"}


class PickleError(ValueError):
    """Why a file is not unpacked, to be said after its name."""


def check(stream: BinaryIO) -> None:
    """Raise PickleError where unpacking `stream`, which is put back to its start, could take more
    time or memory than its size explains; whether it is a checkpoint at all is not looked at."""
    start = stream.read(len(_ARCHIVE))
    stream.seek(0)
    if start == _ARCHIVE:
        _check_archive(stream)
    else:
        for _ in range(_BEFORE_STORAGES):
            if not _scan(_Bounded(stream)):
                break
    stream.seek(0)


def _check_archive(stream: BinaryIO) -> None:
    size = stream.seek(0, 2)
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError):
        raise PickleError("is truncated or not a PyTorch checkpoint") from None
    with archive:
        entries = archive.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > min(_EXPANSION * size + 2**20, _MAX_UNPACKED) or len(entries) > _MAX_ENTRIES:
            raise PickleError(
                f"is an archive of {_size(size)} that unpacks to {_size(unpacked)}, expected "
                "tensors, which do not shrink; not loaded"
            )
        for entry in entries:
            if entry.filename.endswith(".pkl"):
                if entry.file_size > _MAX_PICKLE:
                    raise _too_long(entry.file_size)
                try:
                    content = archive.read(entry)
                except Exception:  # zipfile lets out whatever a damaged entry trips over
                    raise PickleError("is truncated or not a PyTorch checkpoint") from None
                _scan(_Bounded(BytesIO(content)))


class _Bounded:
    """A stream of which a pickle may take no more than any of a checkpoint does."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = _MAX_PICKLE

    def read(self, count: int) -> bytes:
        return self._taken(self._stream.read(min(count, self._left + 1)))

    def readline(self) -> bytes:
        return self._taken(self._stream.readline(self._left + 1))

    def _taken(self, content: bytes) -> bytes:
        self._left -= len(content)
        if self._left < 0:
            raise _too_long(None)
        return content


def _scan(stream: _Bounded) -> bool:
    """Read one pickle; whether it is whole. What is wrong otherwise, unpickling tells."""
    try:
        opcodes = pickletools.genops(stream)  # type: ignore[arg-type]
        for count, (opcode, argument, _) in enumerate(opcodes):
            if count > _MAX_OPCODES:
                raise PickleError(
                    f"describes its tensors in more than {_MAX_OPCODES:,} steps, expected fewer; "
                    "not loaded"
                )
            if opcode.name in _NAMES and len(str(argument)) > _MAX_NAME:
                raise PickleError(
                    f"asks to run something with a name of {len(str(argument)):,} letters, "
                    "expected nothing but tensors; not loaded"
                )
    except PickleError:
        raise
    except Exception:  # pickletools lets out whatever a damaged argument trips over
        return False
    return True


def _too_long(size: int | None) -> PickleError:
    found = "more than that" if size is None else _size(size)
    return PickleError(
        f"describes its tensors in {found}, expected {_size(_MAX_PICKLE)} at most; not loaded"
    )


def _size(count: int) -> str:
    return f"{count / 2**20:,.1f} MiB"
