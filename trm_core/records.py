"""Dataclasses from what JSON and TOML files name, refused in one sentence where they cannot be."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from difflib import get_close_matches
from types import NoneType
from typing import Any, TypeVar

from trm_core.errors import UserError

_Record = TypeVar("_Record")

_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    "str": ((str,), "a text"),
    "bool": ((bool,), "true or false"),
    "int": ((int,), "a whole number"),
    "int | None": ((int, NoneType), "a whole number"),
    "float": ((int, float), "a number"),
    "float | None": ((int, float, NoneType), "a number"),
}


class RecordError(UserError):
    """What is wrong, as "PLACE is FOUND, expected WHAT"; whoever reads the file names it."""


def record(kind: type[_Record], raw: object, place: str) -> _Record:
    """The dataclass `kind` with the fields that `raw`, an object of a file, names.

    place: what the object is called in sentences. Fields without a default must be there.
    Raises RecordError, or what `kind` itself raises for values that it cannot have.
    """
    if not isinstance(raw, dict):
        raise RecordError(f"{place} is not an object")
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for name in fields:
        if name not in raw and fields[name].default is dataclasses.MISSING:
            raise RecordError(f"{place}.{name} is missing")
    values = {}
    for name, value in raw.items():
        if name not in fields:
            raise RecordError(f"{place}.{name} is unknown, {expected_one_of(name, fields)}")
        values[name] = _checked(value, str(fields[name].type), f"{place}.{name}")
    return kind(**values)


def expected_one_of(found: str, names: Iterable[str]) -> str:
    """ "did you mean NAME?" for the nearest of `names`, or all of them where none is near."""
    names = list(names)
    if close := get_close_matches(found, names, 1):
        return f"did you mean {close[0]}?"
    return f"expected {', '.join(names)}"


def _checked(value: Any, wanted: str, place: str) -> Any:
    if wanted == "tuple[str, ...]":
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            raise RecordError(f"{place} is {value!r}, expected a list of texts")
        return tuple(value)
    types, expected = _TYPES.get(wanted, ((object,), ""))
    truth_where_number = isinstance(value, bool) and int in types
    if not isinstance(value, types) or truth_where_number:
        raise RecordError(f"{place} is {value!r}, expected {expected}")
    return value
