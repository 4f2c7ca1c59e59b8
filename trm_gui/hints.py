"""Words that stand in a tooltip."""

from __future__ import annotations

import textwrap
from functools import lru_cache

WIDTH = 72
"""Characters in a line at most; Qt breaks none by itself where the text is plain."""


@lru_cache(maxsize=512)
def wrapped(words: str) -> str:
    """`words` in lines that fit beside what they are about; lines that there are stay apart."""
    return "\n".join(
        textwrap.fill(line, WIDTH, break_on_hyphens=False) for line in words.splitlines()
    )
