"""Words that stand in a tooltip."""

from __future__ import annotations

import textwrap

WIDTH = 72
"""Characters in a line at most; Qt breaks none by itself where the text is plain."""


def wrapped(words: str) -> str:
    """`words` in lines that fit beside what they are about; lines that there are stay apart."""
    return "\n".join(
        textwrap.fill(line, WIDTH, break_on_hyphens=False) for line in words.splitlines()
    )
