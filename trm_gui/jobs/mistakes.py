"""What is wrong with a config that somebody types, told by the names of the fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from trm_core.errors import UserError
from trm_core.training.config import RunConfig

TABLES = "model", "data", "training"
_KEY = re.compile(r"(?:(model|data|training)\.)?([a-z]\w*)")


class Mistake(UserError):  # noqa: N818
    """A sentence, and the key of the field that it is about; "" if that cannot be told."""

    def __init__(self, sentence: str, key: str = "") -> None:
        super().__init__(sentence)
        self.key = key


def changed_config(
    base: RunConfig, changes: Mapping[str, str], last: str, names: Mapping[str, str]
) -> RunConfig:
    """`base` with changes as `--set` takes them, by TABLE.NAME. Raises Mistake.

    last: the key of what was changed last, which is about what is wrong, in doubt.
    names: what people call the settings, by TABLE.NAME.
    """
    try:
        return base.changed(changes.values())
    except UserError as error:
        found = understood(str(error).removeprefix("--set: ").removeprefix("--set "), names)
        key = found.key if found.key in changes else _to_blame(base, changes, last) or found.key
        raise Mistake(str(found), key) from None


def understood(sentence: str, names: Mapping[str, str]) -> Mistake:
    """What a part of the program without a window says, with names for people instead of keys."""
    about = ""
    if (first := _KEY.match(sentence)) and (about := _key_of(first, names)):
        sentence = names[about] + sentence[first.end() :]

    def name(found: re.Match[str]) -> str:
        key = _key_of(found, names) if "." in found[0] or "_" in found[0] else ""
        return names[key] if key else found[0]

    sentence = _KEY.sub(name, sentence).replace(" is '',", " is empty,")
    sentence = sentence[:1].upper() + sentence[1:]
    return Mistake(sentence if sentence.endswith((".", "?", "!")) else f"{sentence}.", about)


def _key_of(found: re.Match[str], names: Mapping[str, str]) -> str:
    """The key that is written there with its table or without; "" if it is none."""
    tables: Sequence[str] = (found[1],) if found[1] else TABLES
    return next((key for table in tables if (key := f"{table}.{found[2]}") in names), "")


def _to_blame(base: RunConfig, changes: Mapping[str, str], last: str) -> str:
    """The change without which the others would do, `last` if that is one; "" if there is none."""
    for key in sorted(changes, key=lambda key: key != last):
        try:
            base.changed(change for other, change in changes.items() if other != key)
        except UserError:
            continue
        return key
    return ""
