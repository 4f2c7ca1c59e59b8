"""What a recording becomes elsewhere: tables, arrays, a page. Pictures and films are Qt's work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from trm_core.errors import UserError
from trm_core.export.data import write_csv, write_json_lines, write_npz
from trm_core.export.page import write_page
from trm_core.files import whole_file
from trm_core.recordings import Recording
from trm_core.trace import Trace

WRITERS: dict[str, Callable[[Recording, Path], None]] = {
    "csv": write_csv,
    "jsonl": write_json_lines,
    "npz": write_npz,
    "html": write_page,
}
"""By the ending of the file's name. Each raises OSError where it cannot write."""


def export_data(
    recording: Recording, name: str, target: Path, written: Callable[[], None] = lambda: None
) -> None:
    """Write the file `target` in a format of WRITERS, whole or not at all.

    written: is called before the file has its name; may raise to stop. Raises OSError, and
    UserError where the recording has no frames.
    """
    check_frames(recording.trace)
    with whole_file(target) as file:
        WRITERS[name](recording, file)
        written()


def check_frames(trace: Trace) -> None:
    """Raises UserError if there is nothing to show."""
    if not trace.frames:
        raise UserError(f"{trace.puzzle.title}: the recording has no frames, expected a solve")
