"""How large a file will become, found out by writing the beginning of it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from trm_core.recordings import Recording
from trm_gui.export.exporting import export
from trm_gui.export.look import Look, Pace
from trm_gui.export.pictures import Told

SAMPLE = 8
"""Frames that are written of a film; they tell how much each takes after the first."""


def estimated_bytes(
    recordings: Sequence[Recording], name: str, look: Look, pace: Pace, frame: int, told: Told
) -> int:
    """Exact for a single picture, for data, and for films of up to SAMPLE frames.

    See `export`, which it raises the errors of; `told` may raise to stop.
    """
    frames = max(len(recording.trace) for recording in recordings)

    def size(most: int | None) -> int:
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder, f"export.{name}")
            export(recordings, name, target, look, pace, frame, told, most)
            files = target.iterdir() if target.is_dir() else [target]
            return sum(file.stat().st_size for file in files)

    if frames <= SAMPLE or name not in ("gif", "webp", "mp4", "frames"):
        return size(None)
    first, sample = size(1), size(SAMPLE)
    return round(first + (sample - first) * (frames - 1) / (SAMPLE - 1))


def in_words(size: int) -> str:
    """1,234,567 bytes as 1.2 MB."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / 1_000_000:,.1f} MB"
