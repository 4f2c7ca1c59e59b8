"""Where the bundled models, puzzles and icons are, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
RESOURCES = next(
    folder for folder in (_PACKAGE / "_resources", _PACKAGE.parent / "resources") if folder.is_dir()
)
