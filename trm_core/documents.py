"""Files that come from outside, read within limits.

Only regular files are opened: a pipe, a device or a socket neither holds the program up nor feeds
it for ever. Their size is bounded before they are read, and so is what JSON may hold. Sentences
have the place, what was found there, shortened, and what was expected. What types and ranges the
values should have is checked in `records`.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trm_core.errors import UserError, in_a_line, quoted, raised_as

if TYPE_CHECKING:
    import gzip

SMALL = 2**16
"""Bytes of a file with a few numbers, such as a status."""
MEDIUM = 2**22
"""Bytes of a description, such as a model's config, at most."""
LARGE = 2**27
"""Bytes of a list of names or puzzles, at most."""

MAX_VALUES = 4_000_000
"""That one document holds: they take up to some hundred bytes each."""
MAX_DEPTH = 32
"""Of lists and objects in each other."""
MAX_NUMBER = 2**64
"""Of whole numbers, in size."""
MAX_FLOAT = 1e300
"""Beyond, sums and squares overflow."""


class DocumentError(UserError):
    """What is wrong, as "PLACE is FOUND, expected WHAT"; PLACE begins with the file where one was
    read, else whoever read it names it."""


def open_file(file: Path) -> BufferedReader:
    """`file`, a regular one, to be read. Raises OSError, also for a pipe or a device."""
    try:
        stream = open(file, "rb", opener=_opened)  # noqa: SIM115
    except ValueError:  # a zero byte in it
        raise OSError(errno.EINVAL, "not a name that a file can have", str(file)) from None
    try:
        _check_regular(os.fstat(stream.fileno()), file)
    except OSError:
        stream.close()
        raise
    return stream


@contextmanager
def open_unpacked(file: Path) -> Iterator[BufferedReader | gzip.GzipFile]:
    """`file` as by `open_file`, unpacked while it is read if its name ends in ".gz".

    The block raises OSError where it is not packed so.
    """
    with open_file(file) as stream:
        if file.suffix.lower() != ".gz":
            yield stream
            return
        import gzip

        try:
            with gzip.open(stream) as unpacked:
                yield unpacked
        except (EOFError, zlib.error, gzip.BadGzipFile):
            sentence = "not a gzip file, or a truncated one"
            raise OSError(errno.EINVAL, sentence, str(file)) from None


@contextmanager
def reading(file: Path, kind: type[UserError]) -> Iterator[None]:
    """Raises as `kind` what the system says against reading `file` in the block."""
    try:
        yield
    except OSError as error:
        raise kind(f"{file}: {error.strerror or error}") from None


def sha256(file: Path) -> str:
    """The SHA-256 of the content of `file`, in hexadecimal. Raises OSError."""
    import hashlib

    with open_file(file) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _opened(file: str, flags: int) -> int:
    """A pipe that nobody writes to does not hold this up."""
    return os.open(file, flags | getattr(os, "O_NONBLOCK", 0))


def regular(file: Path) -> Path:
    """`file` itself, for whoever opens it by name. Raises OSError unless it is a regular file."""
    _check_regular(file.stat(), file)
    return file


def _check_regular(found: os.stat_result, file: Path) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "a pipe or a device, expected a file", str(file))


def read_bytes(file: Path, most: int) -> bytes:
    """The content of `file`. Raises OSError, also where it has more than `most` bytes."""
    with open_file(file) as stream:
        size = os.fstat(stream.fileno()).st_size
        content = stream.read(most + 1) if size <= most else b""
    if size > most or len(content) > most:
        raise OSError(errno.EFBIG, f"more than {_bytes(most)}, too large for what it is", str(file))
    return content


def read_text(file: Path, most: int) -> str:
    """The text in `file`, in UTF-8. Raises DocumentError."""
    with reading(file, DocumentError):
        return decoded(read_bytes(file, most), str(file))


def decoded(content: bytes, place: str) -> str:
    """`content`, of UTF-8, as text. Raises DocumentError with the line where it is none."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            f"{place}, line {line}: found the byte {content[error.start]:#04x}, expected text in "
            "UTF-8"
        ) from None


def read_json(file: Path, most: int = MEDIUM) -> Any:
    """The JSON value in `file`, checked as by `parse_json`. Raises DocumentError."""
    return parse_json(read_text(file, most), str(file))


def read_names(file: Path) -> tuple[str, ...]:
    """The list of names in `file`, which may be long. Raises DocumentError."""
    names = read_json(file, LARGE)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DocumentError(f"{file}: expected a list of names")
    return tuple(names)


def parse_json(content: bytes | str, place: str) -> Any:
    """The JSON value that `content` is.

    All of its numbers are finite, at most 1e300 in size, or 2^64 for whole ones; texts can be
    written. Raises DocumentError, also for what is too deep or too much.
    """
    text = decoded(content, place) if isinstance(content, bytes) else content
    check_amount(text, place, MAX_VALUES)
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise DocumentError(
            f"{place}, line {error.lineno}, column {error.colno}: not JSON ({error.msg})"
        ) from None
    except RecursionError:
        raise DocumentError(f"{place}: nested too deeply, expected {MAX_DEPTH} levels") from None
    except ValueError:  # Python's limit on digits
        raise DocumentError(f"{place}: found a number of thousands of digits") from None
    _check_all(value, place)
    return value


def check_amount(text: str, place: str, most: int) -> None:
    """Raise DocumentError where the JSON `text` could hold more than `most` values, or a tenth as
    many lists and objects, which take ten times the memory."""
    if text.count(",") > most or text.count("[") + text.count("{") > most // 10:
        raise DocumentError(f"{place}: more than {most:,} values, too many for what it is")


def _check_all(value: Any, place: str) -> None:
    """Raise DocumentError for the first value, at any depth, that JSON should not hold."""
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [([value], ())]
    while waiting:
        outer, keys = waiting.pop()
        members = outer.items() if isinstance(outer, dict) else enumerate(outer, start=1)
        for key, inner in members:
            kind = type(inner)
            if kind is dict or kind is list:
                if len(keys) > MAX_DEPTH:
                    raise DocumentError(f"{place}: nested too deeply, expected {MAX_DEPTH} levels")
                waiting.append((inner, (*keys, key)))
                bad = kind is dict and not all(map(is_name, inner))
                expected = "names that are texts"
            elif kind is int:
                bad, expected = not -MAX_NUMBER <= inner <= MAX_NUMBER, "a smaller number"
            elif kind is float:
                bad, expected = not abs(inner) <= MAX_FLOAT, "a finite number"
            else:
                bad, expected = kind is str and not is_name(inner), "a text"
            if bad:
                steps = (*keys, key)[1:]
                inside = ", ".join(
                    f"item {s}" if isinstance(s, int) else in_a_line(s, 40) for s in steps
                )
                raise DocumentError(
                    f"{place}: {inside or 'this'} is {quoted(inner)}, expected {expected}"
                )


def is_text(value: str) -> bool:
    """Whether it can be written and shown: JSON may hold halves of characters."""
    return _is_encodable(value, "strict")


def is_name(value: str) -> bool:
    """Whether it is a text, or the name of a file, which may have any bytes."""
    return _is_encodable(value, "surrogateescape")


def _is_encodable(value: str, errors: str) -> bool:
    if value.isascii():
        return True
    try:
        value.encode(errors=errors)
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True)
class Format:
    """What a document says that it is, in `format` and `format_version`.

    what: for people. version: a text where the document has texts alone.
    """

    name: str
    version: int | str
    what: str

    @property
    def header(self) -> dict[str, Any]:
        return {"format": self.name, "format_version": self.version}

    def check(self, raw: object) -> dict[str, Any]:
        """`raw` if it is an object of this format and version.

        Raises DocumentError without the place.
        """
        if not isinstance(raw, dict) or raw.get("format") != self.name:
            raise DocumentError(f"expected {self.what} with format {self.name!r}")
        found = raw.get("format_version")
        if type(found) is not type(self.version) or found != self.version:
            digits = str(found)[:9] if type(found) is type(self.version) else ""
            if digits.isascii() and digits.isdigit() and int(digits) > int(self.version):
                raise DocumentError(
                    f"written by a newer TRM Studio (format_version {digits}), this one reads up "
                    f"to {self.version}"
                )
            raise DocumentError(f"format_version is {quoted(found)}, expected {self.version!r}")
        return raw

    def read(self, file: Path, most: int = MEDIUM) -> dict[str, Any]:
        """The document in `file`. Raises DocumentError."""
        raw = read_json(file, most)
        with raised_as(DocumentError, file):
            return self.check(raw)


def _bytes(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 2**20 else f"{count >> 10} KiB"
