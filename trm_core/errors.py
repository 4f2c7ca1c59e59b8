"""What users are told when something that they asked for cannot be done, and how it is quoted."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Self

MOST_QUOTED = 80
"""Characters of what was found that a sentence repeats at most."""

MOST_TOLD = 1000
"""Characters of a sentence, long paths among them."""


class Key(str):
    """The name of a setting, in the words of a UserError: a window has another one for it."""

    __slots__ = ()


class UserError(ValueError):
    """One sentence for the user: the place, what was found there, and what was expected.

    Whatever it is made of, it stays readable: in one line, without what cannot be shown, and a
    sentence of more than `MOST_TOLD` characters has its middle left out.

    words: what the sentence consists of. key: the setting that it is about, by TABLE.NAME where it
    is in a table, "" for none; unless it is given, the `Key` that the words begin with. found,
    expected: what that is, and in words what it should be, where the sentence says no more.
    """

    found: object = None
    expected = ""

    def __init__(self, *words: str, key: str = "") -> None:
        self.words = words
        self.key = str(words[0]) if not key and isinstance(words[0], Key) else key
        super().__init__(self.named(str))

    @classmethod
    def about(cls, key: str, found: object, *expected: str) -> Self:
        """ "KEY is FOUND, expected EXPECTED"."""
        error = cls(Key(key), " is ", quoted(found), ", expected ", *expected)
        error.found, error.expected = found, "".join(expected)
        return error

    def named(self, name: Callable[[Key], str], empty: str = "''") -> str:
        """The sentence with what `name` calls its settings, and `empty` for a text that is that."""
        words = (
            name(word) if isinstance(word, Key) else empty if word == "''" else word
            for word in self.words
        )
        return in_a_line("".join(words), MOST_TOLD)


@contextmanager
def raised_as(kind: type[UserError], place: object = "", key: str = "") -> Iterator[None]:
    """Raises every UserError of the block as `kind`, its sentence beginning with `place` if that is
    given, and about `key` if that is."""
    try:
        yield
    except UserError as error:
        before = (place if isinstance(place, Key) else str(place), ": ") if place else ()
        other = kind(*before, *error.words, key=key or error.key)
        other.found, other.expected = error.found, error.expected
        raise other from None


def quoted(found: object) -> str:
    """What was found in a file or field, as it was written or nearly so: in one line, and not all
    of it where that is long."""
    if found is None:
        return "null"
    if isinstance(found, bool):
        return str(found).lower()
    brief = reprlib.Repr()
    brief.maxstring = brief.maxother = brief.maxlong = MOST_QUOTED
    try:
        return shortened(brief.repr(found))
    except ValueError:  # Python's limit on digits
        return "a number of thousands of digits"


def in_a_line(words: object, most: int = 200) -> str:
    """What somebody else says, who may quote a file: printable, and no more of it than this."""
    signs = shortened(str(words), most)
    return "".join(s if s.isprintable() else " " if s.isspace() else "�" for s in signs)


def shortened(words: str, most: int = MOST_QUOTED) -> str:
    """`words`, or their beginning and end where there are more than `most` characters."""
    if len(words) <= most:
        return words
    end = most // 4
    return f"{words[: most - end - 1]}…{words[len(words) - end :]}"


def first_of(names: Sequence[str], most: int = 3) -> str:
    """The first `most` of `names`, and how many more there are: "a, b and 3 more"."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def counted(number: int, what: str) -> str:
    """ "1 line", "2 lines"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
