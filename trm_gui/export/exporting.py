"""Every format that recordings can be exported in, and the one way to do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trm_core.errors import UserError
from trm_core.export import WRITERS, export_data
from trm_core.files import whole_directory, whole_file
from trm_core.recordings import Recording
from trm_gui.export.film import Film
from trm_gui.export.gif import write_gif
from trm_gui.export.look import Look, Pace
from trm_gui.export.pictures import Told, write_frames, write_png, write_svg
from trm_gui.export.video import write_mp4
from trm_gui.export.webp import write_webp


@dataclass(frozen=True)
class Format:
    """`name` is the ending of a file's name, or "frames" for a folder of pictures."""

    name: str
    words: str
    moves: bool = False
    """Whether it has a speed."""

    @property
    def is_drawn(self) -> bool:
        """Whether it looks like the board, and can have several solves side by side."""
        return self.name not in WRITERS

    @property
    def suffix(self) -> str:
        return "" if self.name == "frames" else f".{self.name}"


FORMATS = (
    Format("png", "PNG picture of one frame"),
    Format("svg", "SVG drawing of one frame"),
    Format("gif", "Animated GIF", moves=True),
    Format("webp", "Animated WebP", moves=True),
    Format("mp4", "MP4 film", moves=True),
    Format("frames", "Folder of PNG pictures, one a frame"),
    Format("html", "Web page that plays by itself"),
    Format("csv", "CSV table, a row a frame"),
    Format("jsonl", "JSON lines, one a frame"),
    Format("npz", "NumPy arrays"),
)

_FILMS = {"gif": write_gif, "webp": write_webp, "mp4": write_mp4}
_PICTURES = {"png": write_png, "svg": write_svg}


def export(
    recordings: Sequence[Recording],
    name: str,
    target: Path,
    look: Look,
    pace: Pace,
    frame: int,
    told: Told,
    most: int | None = None,
) -> None:
    """Write `target`, a file or for "frames" a folder, whole or not at all.

    name: of the format. frame: which one a single picture shows. told: is told how many frames
    are done, and may raise to stop. most: of a film, only so many frames are written. Raises
    OSError, and UserError where there is nothing to write or a format cannot have it.
    """
    if name in WRITERS:
        (recording,) = recordings
        export_data(recording, name, target, lambda: told(len(recording.trace)))
        return
    traces = [recording.trace for recording in recordings]
    film = Film(traces, look, most, trail=name in _FILMS)
    if name == "frames":
        with whole_directory(target) as folder:
            write_frames(film, folder, told)
        return
    if name in _PICTURES and not 0 <= frame < len(film):
        raise UserError(f"there is no frame {frame + 1}, the last one is {len(film)}")
    with whole_file(target) as file:
        if name in _FILMS:
            _FILMS[name](film, pace, file, told)
        else:
            _PICTURES[name](film, frame, file)
            told(len(film))
