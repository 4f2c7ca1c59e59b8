"""What users are told when something that they asked for cannot be done, and how it is quoted."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

MOST_QUOTED = 80
"""Characters of what was found that a sentence repeats at most."""

MOST_TOLD = 1000
"""Characters of a sentence, long paths among them."""


class UserError(ValueError):
    """One sentence for the user: the place, what was found there, and what was expected.

    Whatever it is made of, it stays readable: in one line, without what cannot be shown, and a
    sentence of more than `MOST_TOLD` characters has its middle left out.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(in_a_line(sentence, MOST_TOLD))


@contextmanager
def raised_as(kind: type[UserError], place: object = "") -> Iterator[None]:
    """Raises every UserError of the block as `kind`, its sentence beginning with `place` if that is
    given."""
    try:
        yield
    except UserError as error:
        raise kind(f"{place}: {error}" if place else str(error)) from None


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
