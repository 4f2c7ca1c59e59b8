"""The trash of the desktop."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QFile, QStandardPaths


def move_to_trash(path: Path) -> bool:
    """Move a file or folder there; whether that could be. Not for the GUI thread."""
    data = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    with suppress(OSError):
        Path(data).mkdir(parents=True, exist_ok=True)  # Qt makes the trash in it, but not it
    return bool(QFile.moveToTrash(str(path)))
