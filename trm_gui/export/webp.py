"""A film as an animated WebP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from trm_gui.export.film import Film
from trm_gui.export.images import pillow_image
from trm_gui.export.look import Pace
from trm_gui.export.pictures import Told


def write_webp(film: Film, pace: Pace, file: Path, told: Told) -> None:
    """Without loss. Frames that are equal become one that stays as long. Raises OSError."""

    def draw(index: int) -> Image.Image:
        picture = pillow_image(film.image(index))
        told(index + 1)
        return picture

    if len(film) == 1:
        draw(0).save(file, "WEBP", lossless=True)
        return
    durations = pace.durations(len(film), 1)
    _OnDemand(len(film), draw).save(
        file, "WEBP", save_all=True, duration=durations, loop=0, lossless=True, method=2
    )


class _OnDemand(Image.Image):
    """An image of many frames for Pillow to save, each made when it is sought.

    Pillow would want a list of them all, gigabytes of a long solve.
    """

    def __init__(self, frames: int, draw: Callable[[int], Image.Image]) -> None:
        super().__init__()
        self.n_frames = frames
        self._draw = draw
        self._sought = -1
        self.seek(0)

    def seek(self, frame: int) -> None:
        if frame != self._sought:
            drawn = self._draw(frame)
            self.im, self._mode, self._size = drawn.im, drawn.mode, drawn.size
            self._sought = frame

    def tell(self) -> int:
        return self._sought
