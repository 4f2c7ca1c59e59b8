"""What is wrong with a config that somebody types, told by the names of the fields."""

from __future__ import annotations

from collections.abc import Mapping

from trm_core.errors import Key, UserError
from trm_core.training.config import RunConfig

TABLES = "model", "data", "training"


class Mistake(UserError):  # noqa: N818
    """In a window's own words; its key is that of the field."""


def changed_config(
    base: RunConfig, changes: Mapping[str, str], last: str, names: Mapping[str, str]
) -> RunConfig:
    """`base` with changes as `--set` takes them, by TABLE.NAME. Raises Mistake.

    last: the key of what was changed last, which is about what is wrong, in doubt.
    names: what people call the settings, by TABLE.NAME.
    """
    try:
        return base.changed(changes.values(), place="")
    except UserError as error:
        found = understood(error, names)
        if found.key not in changes:
            found.key = _to_blame(base, changes, last) or found.key
        raise found from None


def understood(error: UserError, names: Mapping[str, str]) -> Mistake:
    """What a part of the program without a window says, with names for people instead of keys."""
    table = error.key.partition(".")[0]

    def name(key: Key) -> str:
        places = [key, *(f"{each}.{key}" for each in (table, *TABLES))]
        return next((names[place] for place in places if place in names), key)

    sentence = error.named(name, empty="empty")
    sentence = sentence[:1].upper() + sentence[1:]
    whole = sentence.endswith((".", "?", "!"))
    return Mistake(sentence if whole else f"{sentence}.", key=error.key)


def _to_blame(base: RunConfig, changes: Mapping[str, str], last: str) -> str:
    """The change without which the others would do, `last` if that is one; "" if there is none."""
    for key in sorted(changes, key=lambda key: key != last):
        try:
            base.changed(change for other, change in changes.items() if other != key)
        except UserError:
            continue
        return key
    return ""
