"""What recordings are called and where they are kept."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths

from trm_core.recordings import SUFFIX, Recording
from trm_gui.settings import usual_directory

LONGEST = 80
"""Characters of a puzzle's name in the name of a file."""

FORBIDDEN = frozenset('/\\:*?"<>|\0\n')
"""Signs that some system does not have in the name of a file."""


def default_folder(settings_file: Path) -> Path:
    """Among the user's documents, where a file manager shows it. Beside the settings, where it was
    at first, for who has recordings there, and where the settings are in a place of their own."""
    beside = settings_file.absolute().with_name("recordings")
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    usual = beside.parent == usual_directory()
    if not documents or not usual or any(beside.glob(f"*{SUFFIX}")):
        return beside
    return Path(documents, "TRM Studio", "Recordings")


def usual_name(recording: Recording) -> str:
    """Puzzle, model and date, as the name of a file."""
    puzzle = recording.trace.puzzle
    words = f"{puzzle.title[:LONGEST]} {recording.trace.model_name}"
    safe = "".join("-" if sign in FORBIDDEN or not sign.isprintable() else sign for sign in words)
    when = recording.created.astimezone()
    return f"{safe.strip(' .') or puzzle.kind} {when:%Y-%m-%d %H.%M.%S}{SUFFIX}"
