"""A film as MP4, encoded by the ffmpeg that imageio-ffmpeg carries."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from trm_core.errors import UserError
from trm_gui.export.film import Film
from trm_gui.export.images import pixels
from trm_gui.export.look import Pace
from trm_gui.export.pictures import Told

COLOURS = ("-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709")
"""What players take for granted in films of this size; ffmpeg would not convert to it by itself."""


def write_mp4(film: Film, pace: Pace, file: Path, told: Told) -> None:
    """H.264 in yuv420p, which plays everywhere. The last frame is repeated to stay.

    Raises OSError, and UserError where ffmpeg is missing or fails.
    """
    size = film.size
    command = [_ffmpeg(), "-y", "-v", "error", "-f", "rawvideo", "-pix_fmt", "bgr0"]
    command += ["-s", f"{size.width()}x{size.height()}", "-r", f"{pace.frames_per_second:g}"]
    command += ["-i", "-", "-an", "-vf", "scale=out_color_matrix=bt709:out_range=tv"]
    command += ["-c:v", "libx264", "-preset", "medium", "-tune", "animation", "-crf", "16"]
    command += ["-pix_fmt", "yuv420p", *COLOURS, "-movflags", "+faststart", "-f", "mp4", str(file)]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            start_new_session=True,  # Ctrl+C is for this program, which then ends it
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        try:
            assert process.stdin is not None
            with process.stdin as pipe:
                picture = b""
                for index in range(len(film)):
                    picture = pixels(film.image(index))
                    pipe.write(picture)
                    told(index + 1)
                for _ in range(round(pace.hold * pace.frames_per_second)):
                    pipe.write(picture)
        except BrokenPipeError:
            pass  # ffmpeg has said why
        except BaseException:
            process.kill()
            raise
        finally:
            failed = process.wait()
        if failed:
            complaints.seek(0)
            raise UserError(f"ffmpeg stopped: {_why(complaints.read(), file)}")


def _ffmpeg() -> str:
    import imageio_ffmpeg

    try:
        program: str = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError:
        raise UserError(
            "films in MP4 need ffmpeg, which imageio-ffmpeg has not for this system; "
            "install ffmpeg, or choose GIF or WebP"
        ) from None
    return program


def _why(complaints: bytes, file: Path) -> str:
    """The last line, without addresses in memory and the name of a file that nobody knows."""
    lines = complaints.decode(errors="replace").replace(str(file), "the film").splitlines()
    said = re.sub(r"\[[^]]* @ 0x[0-9a-f]+\] *", "", lines[-1]).strip() if lines else ""
    return said or "it did not say why"
