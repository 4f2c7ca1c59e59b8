"""What the list of recordings shows of each, from its header alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from trm_core.recordings import Header, RecordingError, read_header
from trm_gui.library.items import KINDS


@dataclass(frozen=True, eq=False)
class Entry:
    """One file of the folder, as it was when `key` was made.

    puzzle: kind and size in words. outcome: whether it is solved, and in how many steps; brief: the
        same in few words.
    notes: what somebody wrote about it. trouble: why it cannot be read; "" if it can.
    """

    file: Path
    key: str
    created: datetime
    model: str = ""
    puzzle: str = ""
    outcome: str = ""
    brief: str = ""
    notes: str = ""
    trouble: str = ""
    words: str = field(init=False)
    """What a search looks through."""

    def __post_init__(self) -> None:
        parts = [self.title, self.puzzle, self.model, self.outcome, self.notes, self.when]
        parts += [f"{self.created.astimezone():%Y-%m-%d}", self.trouble]
        object.__setattr__(self, "words", searched("\n".join(parts)))

    @property
    def title(self) -> str:
        return self.file.stem

    @property
    def day(self) -> str:
        local = self.created.astimezone()
        return f"{local.day} {local:%b %Y}"

    @property
    def when(self) -> str:
        return f"{self.day}, {self.created.astimezone():%H:%M}"

    def __str__(self) -> str:
        """In a sentence, for tooltips and screen readers."""
        if self.trouble:
            return self.trouble
        words = f"{self.title}: {self.puzzle}, {self.model or 'no model'}, {self.outcome}"
        return f"{words}, {self.when}" + (f"\n{self.notes}" if self.notes else "")


def searched(text: str) -> str:
    """What a search compares, on both sides; "solved" does not find what is not."""
    return text.lower().replace("×", "x").replace("not solved", "failed")


def read_entry(file: Path, key: str) -> Entry:
    """The entry of a recording; one that cannot be read says why."""
    try:
        header = read_header(file)
    except RecordingError as error:
        return Entry(file, key, datetime.fromtimestamp(0, UTC), trouble=str(error))
    puzzle = f"{KINDS[header.puzzle.kind]} {header.puzzle.rows}×{header.puzzle.cols}"
    words = _outcome(header)
    return Entry(file, key, header.created, header.model_name, puzzle, *words, header.notes)


def key_of(file: Path) -> str:
    """The same as long as the file is. Raises OSError."""
    found = file.stat()
    return f"{file}\n{found.st_mtime_ns}\n{found.st_size}"


def _outcome(header: Header) -> tuple[str, str]:
    """How it ended, and the same in few words."""
    steps = f"{header.supervision_steps} step{'s' if header.supervision_steps != 1 else ''}"
    if header.frames == 0:
        return "a puzzle alone", "not run"
    if header.solved is None:
        return f"{steps}, solution unknown", steps
    return (
        (f"solved in {steps}", f"✓ {steps}")
        if header.solved
        else (f"not solved in {steps}", "not solved")
    )
