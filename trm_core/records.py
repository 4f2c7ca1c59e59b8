"""Values of documents, checked against the types of the dataclasses that they become.

The annotations of a dataclass say all that its fields may be: `Annotated[int, Between(1, 9)]`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator
from functools import cache
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
    overload,
)

from trm_core.documents import (
    MAX_FLOAT,
    MAX_NUMBER,
    MEDIUM,
    DocumentError,
    is_name,
    is_text,
    read_json,
)
from trm_core.errors import MOST_QUOTED, UserError, in_a_line, quoted, raised_as

_Record = TypeVar("_Record")
_Default = TypeVar("_Default")
_SAID = "words"


@overload
def setting(words: str) -> Any: ...
@overload
def setting(words: str, default: _Default) -> _Default: ...
def setting(words: str, default: Any = dataclasses.MISSING) -> Any:
    """A field of a dataclass, with what it means to whoever sets it; see `words_of`."""
    return dataclasses.field(default=default, metadata={_SAID: words})


def words_of(kind: type) -> dict[str, str]:
    """By name what `setting` says of the fields of a dataclass, also of one that a subclass has
    given another default."""
    return {
        name: field.metadata[_SAID]
        for each in reversed(kind.__mro__)
        for name, field in getattr(each, "__dataclass_fields__", {}).items()
        if _SAID in field.metadata
    }


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

    Types are str, bool, int, float, dict, list, tuples of str, int or Literal, any of them "or
    None", and numbers annotated with what they are `Between`.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        (inner,) = (each for each in arguments if each is not NoneType)
        return None if value is None else misfit(value, inner)
    if origin is Literal:
        names = ", ".join(str(each) or '""' for each in arguments)
        return None if isinstance(value, str) and value in arguments else f"one of {names}"
    if origin is tuple:
        kind = arguments[0]
        fits = isinstance(value, list | tuple) and not any(misfit(each, kind) for each in value)
        if get_origin(kind) is Literal:
            words = f"names out of {', '.join(get_args(kind))}"
        else:
            words = "texts" if kind is str else "whole numbers"
        return None if fits else f"a list of {words}"
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
        return type(value) in (int, float) and abs(cast(float, value)) <= MAX_FLOAT  # nor NaN
    if kind is int:
        return type(value) is int and abs(value) <= MAX_NUMBER
    return isinstance(value, kind) and (not isinstance(value, str) or is_name(value))


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
            raise DocumentError(prefix + unknown(name, fields))
        if expected := misfit(value, fields[name]):
            raise DocumentError.about(f"{prefix}{name}", value, expected)
        values[name] = tuple(value) if get_origin(fields[name]) is tuple else value
    try:
        return kind(**values)
    except UserError as error:
        if error.key and "." not in error.key:
            error.key = prefix + error.key
        raise


def read_record(
    kind: type[_Record], file: Path, most: int = MEDIUM, *, others: bool = False
) -> _Record:
    """The dataclass `kind` that the JSON object in `file` describes; see `record`."""
    raw = read_json(file, most)
    with raised_as(DocumentError, file):
        return record(kind, raw, "", others=others)


def check_fields(instance: object, error: type[UserError] = DocumentError, place: str = "") -> None:
    """Raise `error` for the first field of a dataclass that is not of its type.

    For `__post_init__`: lists are put as tuples where those are meant. place: as in `record`.
    """
    prefix = f"{place}." if place else ""
    for name, hint in _fields(type(instance)).items():  # type: ignore[arg-type]
        value = getattr(instance, name)
        if expected := misfit(value, hint):
            raise error.about(f"{prefix}{name}", value, expected)
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


def unknown(found: str, names: Iterable[str]) -> str:
    """ "FOUND is unknown", and what was expected of `names`."""
    return f"{in_a_line(found, MOST_QUOTED)} is unknown, {expected_one_of(found, names)}"


def expected_one_of(found: str, names: Iterable[str]) -> str:
    """ "did you mean NAME?" for the nearest of `names`, or all of them where none is near."""
    from difflib import get_close_matches

    names = list(names)
    if close := get_close_matches(found[:MOST_QUOTED], names, 1):
        return f"did you mean {close[0]}?"
    return f"expected {', '.join(names)}"
