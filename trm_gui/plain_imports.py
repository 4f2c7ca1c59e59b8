"""Imports as Python does them, without what PySide adds."""

from __future__ import annotations

import builtins


def import_plainly() -> None:
    """Have modules imported from now on not be read a second time.

    PySide reads the source of every module once it is imported, and keeps it in memory, to see
    whether that might say `from __feature__ import …`, which nothing here does: a quarter of what
    the program's own modules take, and much of what torch's do.
    """
    names = vars(builtins)
    if "__orig_import__" in names and builtins.__import__ is names.get("__feature_import__"):
        builtins.__import__ = names["__orig_import__"]
