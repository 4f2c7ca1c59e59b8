"""What recordings are called and where they are kept."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings

from trm_core.recordings import SUFFIX, Recording

LONGEST = 80
"""Characters of a puzzle's name in the name of a file."""

FORBIDDEN = frozenset('/\\:*?"<>|\0\n')
"""Signs that some system does not have in the name of a file."""


def default_folder(settings: QSettings) -> Path:
    """Beside the settings."""
    return Path(settings.fileName()).absolute().with_name("recordings")


def usual_name(recording: Recording) -> str:
    """Puzzle, model and date, as the name of a file."""
    puzzle = recording.trace.puzzle
    words = f"{puzzle.title[:LONGEST]} {recording.trace.model_name}"
    safe = "".join("-" if sign in FORBIDDEN or not sign.isprintable() else sign for sign in words)
    when = recording.created.astimezone()
    return f"{safe.strip(' .') or puzzle.kind} {when:%Y-%m-%d %H.%M.%S}{SUFFIX}"
