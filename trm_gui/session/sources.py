"""What puzzles and recordings are read from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from trm_core.puzzles.base import Puzzle
from trm_core.recordings import SUFFIX, Recording, read_recording


class HasPuzzles(Protocol):
    """Puzzles that are not in a file of their own; `str` names them for people, `id` for the
    library."""

    @property
    def id(self) -> str: ...

    def puzzles(self) -> Sequence[Puzzle]: ...


Source = Path | HasPuzzles
"""Where puzzles are read from: a file, an entry of a library, or a text that was pasted."""


def key_of(source: Source) -> str:
    """What a source is called in the library and its settings, the same in every run."""
    return str(source.absolute()) if isinstance(source, Path) else source.id


def read(source: Source) -> Sequence[Puzzle] | Recording:
    """The puzzles, or the recording that is in a file. Raises UserError."""
    from trm_core.puzzles.files import load_puzzles

    if not isinstance(source, Path):
        return source.puzzles()
    return read_recording(source) if source.suffix.lower() == SUFFIX else load_puzzles(source)
