"""What `torch.load` would have to unpack, told from sizes and a scan of opcodes before it does.

`torch.load` with `weights_only=True` runs no code, but a file of a few kilobytes may unpack to
gigabytes, or keep it busy for hours with a name of a hundred thousand letters.
"""

from __future__ import annotations

import pickletools
import struct
import zipfile
from io import BytesIO
from typing import Any, BinaryIO

_ARCHIVE = b"PK\x03\x04"  # what PyTorch tells its two formats by
_EXPANSION = 4  # times that a file unpacks at most: PyTorch itself packs nothing
_MAX_UNPACKED = 2**35
_MAX_ENTRIES = 100_000
_MAX_PICKLE = 2**20  # bytes; a tensor takes about 150
_MAX_OPCODES = 150_000  # of one pickle; a tensor takes about 35
_MAX_NAME = 256  # letters of a class or function
_MAX_SIZE = 10_000_000  # values and letters that it takes to write out what there is
_BEFORE_STORAGES = 5  # pickles that the older format begins with
_FILLS = {"APPEND": 1, "APPENDS": 0, "SETITEM": 2, "SETITEMS": 0, "BUILD": 1}
"""Opcodes that put so much of the stack, or all to the last mark, into what is below it."""
_CALLS = {"REDUCE", "NEWOBJ"}


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
        content = self._stream.read(min(count, self._left + 1))
        self._left -= len(content)
        if self._left < 0:
            raise _too_long(None)
        return content

    def readline(self) -> bytes:
        """Of what is written in lines, tensors need names of functions alone."""
        line = self._stream.readline(_MAX_NAME + 1)
        if len(line) > _MAX_NAME:
            raise PickleError(
                f"asks to run something with a name of more than {_MAX_NAME} letters, expected "
                "nothing but tensors; not loaded"
            )
        return line


class _Item:
    """On the stack of a pickle. size: how many values and letters it takes to write it out."""

    def __init__(self, size: int) -> None:
        self.size = size


def _scan(stream: _Bounded) -> bool:
    """Read one pickle; whether it is whole. What is wrong otherwise, unpickling tells."""
    stack: list[_Item] = []
    memo: dict[int, _Item] = {}
    marks: list[int] = []
    try:
        opcodes = pickletools.genops(stream)  # type: ignore[arg-type]
        for count, (opcode, argument, _) in enumerate(opcodes):
            if count > _MAX_OPCODES:
                raise _too_much(f"in more than {_MAX_OPCODES:,} steps")
            _step(opcode, argument, stack, memo, marks)
            if stack and stack[-1].size > _MAX_SIZE:
                raise _too_much("with values that are repeated for ever")
    except PickleError:
        raise
    except Exception:  # pickletools lets out whatever a damaged argument trips over
        return False
    return True


def _step(
    opcode: pickletools.OpcodeInfo,
    argument: Any,
    stack: list[_Item],
    memo: dict[int, _Item],
    marks: list[int],
) -> None:
    """What `opcode` does to the stack, as far as sizes go. Raises IndexError or KeyError where it
    can do nothing."""
    name = opcode.name
    if name == "MARK":
        marks.append(len(stack))
    elif "PUT" in name or name == "MEMOIZE":
        memo[len(memo) if argument is None else argument] = stack[-1]
    elif "GET" in name:
        stack.append(memo[argument])
    elif name in _FILLS:
        start = marks.pop() if name.endswith("S") else len(stack) - _FILLS[name]
        inner = stack[start:]
        del stack[start:]
        stack[-1].size += sum(item.size for item in inner)
    else:
        marked = pickletools.markobject in opcode.stack_before
        start = marks.pop() if marked else len(stack) - len(opcode.stack_before)
        inner = stack[start:]
        if name in _CALLS and inner[0].size > _MAX_NAME:
            raise _too_much("by a call of what is no function")
        del stack[start:]
        size = 1 + sum(item.size for item in inner)
        if isinstance(argument, str | bytes):
            size += len(argument)
        stack += [_Item(size) for _ in opcode.stack_after]


def _too_much(how: str) -> PickleError:
    return PickleError(f"describes its tensors {how}, expected as PyTorch does; not loaded")


def _too_long(size: int | None) -> PickleError:
    found = "more than that" if size is None else _size(size)
    return PickleError(
        f"describes its tensors in {found}, expected {_size(_MAX_PICKLE)} at most; not loaded"
    )


def _size(count: int) -> str:
    return f"{count / 2**20:,.1f} MiB"
