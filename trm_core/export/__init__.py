"""What a recording becomes elsewhere: tables, arrays, a page. Pictures and films are Qt's work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from trm_core.export.data import write_csv, write_json_lines, write_npz
from trm_core.export.page import write_page
from trm_core.recordings import Recording

WRITERS: dict[str, Callable[[Recording, Path], None]] = {
    "csv": write_csv,
    "jsonl": write_json_lines,
    "npz": write_npz,
    "html": write_page,
}
"""By the ending of the file's name. Each raises OSError where it cannot write."""
