"""Values of JSON objects, each checked on its way out."""

from __future__ import annotations

import json
from collections.abc import KeysView
from typing import Any

from trm_core.errors import UserError


class ValuesError(UserError):
    """What is wrong, as "PLACE is FOUND, expected WHAT"; whoever reads the file names it."""


class Values:
    """The members of the JSON object `raw`, which is called `place` in sentences.

    Every method takes a key and raises ValuesError unless its value is what the method is for.
    """

    def __init__(self, raw: object, place: str) -> None:
        if not isinstance(raw, dict):
            raise ValuesError(f"{place} is not an object")
        self._raw = raw
        self.place = place

    def keys(self) -> KeysView[str]:
        return self._raw.keys()

    def get(self, key: str, missing: Any) -> Any:
        return self._raw.get(key, missing)

    def any(self, key: str) -> Any:
        if key not in self._raw:
            raise ValuesError(f"{self.place}.{key} is missing")
        return self._raw[key]

    def text(self, key: str) -> str:
        value = self.any(key)
        if not isinstance(value, str) or not is_text(value):
            raise self._error(key, "a text")
        return value

    def whole(self, key: str, least: int, most: int) -> int:
        """A whole number from `least` to `most`."""
        value = self.any(key)
        if type(value) is not int or not least <= value <= most:
            raise self._error(key, f"a whole number from {least} to {most}")
        return value

    def share(self, key: str) -> float | None:
        """A number from 0 to 1, or null."""
        value = self.any(key)
        if value is None:
            return None
        if type(value) not in (int, float) or not 0 <= value <= 1:
            raise self._error(key, "a number from 0 to 1, or null")
        return float(value)

    def rating(self, key: str) -> float | None:
        """A finite number, or null."""
        value = self.any(key)
        if value is None:
            return None
        if type(value) not in (int, float) or not abs(value) <= 1e300:  # nor NaN
            raise self._error(key, "a number or null")
        return float(value)

    def truth(self, key: str) -> bool:
        value = self.any(key)
        if not isinstance(value, bool):
            raise self._error(key, "true or false")
        return value

    def truth_or_none(self, key: str) -> bool | None:
        return None if self.any(key) is None else self.truth(key)

    def list(self, key: str) -> list[Any]:
        value = self.any(key)
        if not isinstance(value, list):
            raise self._error(key, "a list")
        return value

    def inner(self, key: str) -> Values:
        """The object under `key`."""
        return Values(self.any(key), f"{self.place}.{key}")

    def _error(self, key: str, expected: str) -> ValuesError:
        found = json.dumps(self._raw[key], default=str)
        found = found if len(found) <= 40 else f"{found[:36]} ..."
        return ValuesError(f"{self.place}.{key} is {found}, expected {expected}")


def parse_json(text: str | bytes, place: str) -> Any:
    """The JSON value `text`. Raises ValuesError if it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # no JSON, an endless number, or nested too deeply
        raise ValuesError(f"{place} is not JSON") from None


def is_text(value: str) -> bool:
    """Whether it can be written and shown: JSON may hold halves of characters."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
