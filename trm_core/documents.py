"""Files that come from outside: read within limits, and every value checked on its way out.

Only regular files are opened: a pipe, a device or a socket neither holds the program up nor feeds
it for ever. Their size is bounded before they are read, and so is what JSON may hold. Sentences
have the place, what was found there, shortened, and what was expected.
"""

from __future__ import annotations

import dataclasses
import errno
import json
import math
import os
import stat
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from io import BufferedReader
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from trm_core.errors import MOST_QUOTED, UserError, quoted

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
_MAX_FLOAT = 1e300  # beyond, sums and squares overflow

_Record = TypeVar("_Record")


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
    try:
        return decoded(read_bytes(file, most), str(file))
    except OSError as error:
        raise DocumentError(f"{file}: {said(error)}") from None


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
    try:
        return parse_json(read_bytes(file, most), str(file))
    except OSError as error:
        raise DocumentError(f"{file}: {said(error)}") from None


def parse_json(content: bytes | str, place: str) -> Any:
    """The JSON value that `content` is.

    All of its numbers are finite, at most 1e300 in size, or 2^64 for whole ones; texts can be
    written. Raises DocumentError, also for what is too deep or too much.
    """
    text = decoded(content, place) if isinstance(content, bytes) else content
    if sum(map(text.count, ",[{")) > MAX_VALUES:
        raise DocumentError(f"{place}: more than {MAX_VALUES:,} values, too many for what it is")
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
                bad = kind is dict and not all(map(_is_name, inner))
                expected = "names that are texts"
            elif kind is int:
                bad, expected = not -MAX_NUMBER <= inner <= MAX_NUMBER, "a smaller number"
            elif kind is float:
                bad, expected = not abs(inner) <= _MAX_FLOAT, "a finite number"
            else:
                bad, expected = kind is str and not _is_name(inner), "a text"
            if bad:
                steps = (*keys, key)[1:]
                inside = ", ".join(f"item {s}" if isinstance(s, int) else s[:40] for s in steps)
                raise DocumentError(
                    f"{place}: {inside or 'this'} is {quoted(inner)}, expected {expected}"
                )


def is_text(value: str) -> bool:
    """Whether it can be written and shown: JSON may hold halves of characters."""
    return _is_encodable(value, "strict")


def _is_name(value: str) -> bool:
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


@dataclasses.dataclass(frozen=True)
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
        try:
            return self.check(raw)
        except DocumentError as error:
            raise DocumentError(f"{file}: {error}") from None


class Between(NamedTuple):
    """In `Annotated[int, Between(1, 9)]`: the numbers that a value may be; without `most`, any that
    is not absurd. above: whether it must be more than `least`."""

    least: float
    most: float = math.inf
    above: bool = False

    def holds(self, value: float) -> bool:
        enough = value > self.least if self.above else value >= self.least
        return enough and value <= self.most

    def words(self, value: object) -> str:
        """For people, where `value` is not between them; bounds that few come near are left out."""
        if self.above:
            return f"above {self.least:,}" + f", at most {self.most:,}" * math.isfinite(self.most)
        if self.most < 10**8:
            return f"from {self.least:,} to {self.most:,}"
        if isinstance(value, int | float) and value > self.most:
            return f"of at most {self.most:,}"
        return f"from {self.least:,} up"


def misfit(value: object, hint: Any) -> str | None:
    """What was expected, if `value`, of a document, is not of the type `hint`; None if it is.

    Types are str, bool, int, float, dict, list, `tuple[str, ...]`, Literal, any of them "or None",
    and numbers annotated with what they are `Between`.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        (inner,) = (each for each in arguments if each is not NoneType)
        return None if value is None else misfit(value, inner)
    if origin is Literal:
        names = ", ".join(str(each) or '""' for each in arguments)
        return None if isinstance(value, str) and value in arguments else f"one of {names}"
    if origin is tuple:
        texts = isinstance(value, list | tuple) and not any(misfit(each, str) for each in value)
        return None if texts else "a list of texts"
    if origin is Annotated:
        kind, bounds = arguments
        fits = not misfit(value, kind) and bounds.holds(value)
        return None if fits else f"{_WORDS[kind]} {bounds.words(value)}"
    return None if _is(value, origin or hint) else _WORDS[origin or hint]


_WORDS: dict[Any, str] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    dict: "an object",
    list: "a list",
}


def _is(value: object, kind: Any) -> bool:
    if kind is float:
        return type(value) in (int, float) and abs(cast(float, value)) <= _MAX_FLOAT  # nor NaN
    if kind is int:
        return type(value) is int and abs(value) <= MAX_NUMBER
    return isinstance(value, kind) and (not isinstance(value, str) or _is_name(value))


def record(kind: type[_Record], raw: object, place: str, *, others: bool = False) -> _Record:
    """The dataclass `kind` with the fields that `raw`, an object of a document, names.

    place: what the object is called in sentences; "" for nothing. others: whether it may have
    members that are no fields. Fields without a default must be there.
    Raises DocumentError, or what `kind` itself raises for values that it cannot have.
    """
    if not isinstance(raw, dict):
        raise DocumentError(f"{place} is not an object" if place else "expected an object")
    fields, prefix = _fields(kind), f"{place}." if place else ""  # type: ignore[arg-type]
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        has_default = (field.default, field.default_factory) != (dataclasses.MISSING,) * 2
        if field.name not in raw and not has_default:
            raise DocumentError(f"{prefix}{field.name} is missing")
    values = {}
    for name, value in raw.items():
        if name not in fields:
            if others:
                continue
            unknown = quoted(name).strip("'")
            raise DocumentError(f"{prefix}{unknown} is unknown, {expected_one_of(name, fields)}")
        if expected := misfit(value, fields[name]):
            raise DocumentError(f"{prefix}{name} is {quoted(value)}, expected {expected}")
        values[name] = tuple(value) if get_origin(fields[name]) is tuple else value
    return kind(**values)


def read_record(
    kind: type[_Record], file: Path, most: int = MEDIUM, *, others: bool = False
) -> _Record:
    """The dataclass `kind` that the JSON object in `file` describes; see `record`."""
    raw = read_json(file, most)
    try:
        return record(kind, raw, "", others=others)
    except DocumentError as error:
        raise DocumentError(f"{file}: {error}") from None


def check_fields(instance: object, error: type[UserError] = DocumentError, place: str = "") -> None:
    """Raise `error` for the first field of a dataclass that is not of its type.

    For `__post_init__`: lists are put as tuples where those are meant. place: as in `record`.
    """
    prefix = f"{place}." if place else ""
    for name, hint in _fields(type(instance)).items():  # type: ignore[arg-type]
        value = getattr(instance, name)
        if expected := misfit(value, hint):
            raise error(f"{prefix}{name} is {quoted(value)}, expected {expected}")
        if isinstance(value, list) and get_origin(hint) is tuple:
            object.__setattr__(instance, name, tuple(value))


@cache
def _fields(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


class Values:
    """The members of the JSON object `raw`, which is called `place` in sentences.

    Every method takes a key and raises DocumentError unless its value is what the method is for.
    """

    def __init__(self, raw: object, place: str) -> None:
        if not isinstance(raw, dict):
            raise DocumentError(f"{place} is not an object")
        self._raw = raw
        self.place = place

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def get(self, key: str, missing: Any) -> Any:
        return self._raw.get(key, missing)

    def any(self, key: str) -> Any:
        if key not in self._raw:
            raise DocumentError(f"{self.place}.{key} is missing")
        return self._raw[key]

    def text(self, key: str) -> str:
        value = self._checked(key, str)
        if not is_text(value):
            raise DocumentError(f"{self.place}.{key} is {quoted(value)}, expected a text")
        return cast(str, value)

    def whole(self, key: str, least: int, most: int) -> int:
        """A whole number from `least` to `most`."""
        return cast(int, self._checked(key, Annotated[int, Between(least, most)]))

    def share(self, key: str) -> float | None:
        """A number from 0 to 1, or null."""
        return self._number(key, Annotated[float, Between(0, 1)])

    def rating(self, key: str) -> float | None:
        """A finite number, or null."""
        return self._number(key, float)

    def truth(self, key: str) -> bool:
        return cast(bool, self._checked(key, bool))

    def truth_or_none(self, key: str) -> bool | None:
        return None if self.any(key) is None else self.truth(key)

    def list(self, key: str) -> list[Any]:
        return cast("list[Any]", self._checked(key, list))

    def inner(self, key: str) -> Values:
        """The object under `key`."""
        return Values(self.any(key), f"{self.place}.{key}")

    def _number(self, key: str, hint: Any) -> float | None:
        if self.any(key) is None:
            return None
        return float(self._checked(key, hint, ", or null"))

    def _checked(self, key: str, hint: Any, otherwise: str = "") -> Any:
        value = self.any(key)
        if expected := misfit(value, hint):
            raise DocumentError(
                f"{self.place}.{key} is {quoted(value)}, expected {expected}{otherwise}"
            )
        return value


def expected_one_of(found: str, names: Iterable[str]) -> str:
    """ "did you mean NAME?" for the nearest of `names`, or all of them where none is near."""
    names = list(names)
    if close := get_close_matches(found[:MOST_QUOTED], names, 1):
        return f"did you mean {close[0]}?"
    return f"expected {', '.join(names)}"


def said(error: OSError) -> str:
    """What the system says of a file, for people."""
    if isinstance(error, FileNotFoundError):
        return "no such file"
    return error.strerror or str(error)


def _bytes(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 2**20 else f"{count >> 10} KiB"
