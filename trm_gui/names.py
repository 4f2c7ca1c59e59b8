"""Names of folders and files: which ones every file system takes, told while typing, and which are
free."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

MOST_LETTERS = 50
"""Of a name. File systems take 255 bytes, but a letter may have four of them, and a folder that is
being made has a longer name at first."""

REFUSED = '/\\<>:"|?*'
"""Characters that a folder's name cannot have here or on Windows."""

_DEVICES = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)


def trouble_with_name(name: str, taken: Iterable[str] = (), what: str = "folder") -> str:
    """Why a folder cannot have this name, in a sentence; "" if it can, on every system.

    taken: names that are not free; names that differ only in the case of letters are the same to
    some file systems, and to the eye. what: what one of them is called.
    """
    if not name.strip():
        return "Name is empty, expected a word or two."
    if found := [character for character in name if character in REFUSED]:
        return f"Name has {found[0]} in it, which not every system takes in the name of a folder."
    if not name.isprintable():
        return "Name has a character in it that cannot be seen."
    if name[0] == ".":
        return "Name begins with a dot, which hides a folder."
    if name != name.strip():
        return "Name begins or ends with a space."
    if name[-1] == ".":
        return "Name ends with a dot, which not every system keeps."
    if _DEVICES.fullmatch(name):
        return f"Name is {name}, which Windows keeps for a device."
    if len(name) > MOST_LETTERS:
        return f"Name has {len(name)} letters, expected at most {MOST_LETTERS}."
    for other in taken:
        if other == name:
            return f"Name: there is a {what} {name} already."
        if other.casefold() == name.casefold():
            return f"Name: there is a {what} {other} already; only upper and lower case differ."
    return ""


def safe_name(words: str) -> str:
    """`words` as a part of the name of a file that every system takes, dashes for other signs."""
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in words)


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """`wanted`, or with a number from 2 up where it is taken, be it in other letters."""
    folded = {name.casefold() for name in taken}
    names = [wanted, *(f"{wanted}-{number}" for number in range(2, len(folded) + 3))]
    return next(name for name in names if name.casefold() not in folded)


def free_file(folder: Path, name: str) -> Path:
    """A file in `folder` of that name, with a number before its suffix where there is one."""
    stem, suffix = Path(name).stem, Path(name).suffix
    return folder / (free_name(stem, (file.stem for file in folder.glob(f"*{suffix}"))) + suffix)
