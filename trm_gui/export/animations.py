"""A film as an animated GIF or WebP."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from PIL import GifImagePlugin, Image, ImageChops
from PySide6.QtGui import QColor, QImage

from trm_core.errors import UserError
from trm_gui.export.film import Film
from trm_gui.export.look import Pace
from trm_gui.export.pictures import Told
from trm_gui.theme import Theme

MOST_GIF_SPEED = 50
"""Frames per second; browsers show anything faster at 10."""

SAMPLED = 6
"""Frames of which the colours of a GIF are taken."""


def write_gif(film: Film, pace: Pace, file: Path, told: Told) -> None:
    """One image for every frame, each of what is new in it, all with the same colours.

    Raises OSError, and UserError if it is to go too fast.
    """
    if pace.frames_per_second > MOST_GIF_SPEED:
        raise UserError(
            f"a GIF of {pace.frames_per_second:g} frames per second: "
            f"expected at most {MOST_GIF_SPEED}, which is all that browsers show"
        )
    palette, before = _palette(film), None
    with file.open("wb") as stream:
        for index, units in enumerate(pace.durations(len(film), 10)):
            picture = pillow_image(film.image(index)).quantize(
                palette=palette, dither=Image.Dither.NONE
            )
            duration = {"duration": 10 * units}
            if before is None:
                header, _ = GifImagePlugin.getheader(picture, info={**duration, "loop": 0})
                stream.writelines(header)
                stream.writelines(GifImagePlugin.getdata(picture, **duration))
            else:
                box = ImageChops.subtract_modulo(picture, before).getbbox() or (0, 0, 1, 1)
                part = GifImagePlugin.getdata(picture.crop(box), box[:2], **duration)
                stream.writelines(part)
            before = picture
            told(index + 1)
        stream.write(b";")


def write_webp(film: Film, pace: Pace, file: Path, told: Told) -> None:
    """Without loss. Frames that are equal become one that stays as long. Raises OSError."""

    def draw(index: int) -> Image.Image:
        told(index + 1)
        return pillow_image(film.image(index))

    durations = pace.durations(len(film), 1)
    if len(film) == 1:
        draw(0).save(file, "WEBP", lossless=True)
        return
    _OnDemand(len(film), draw).save(
        file, "WEBP", save_all=True, duration=durations, loop=0, lossless=True, method=2
    )


def pillow_image(image: QImage) -> Image.Image:
    """An RGB32 image as one of Pillow's, with its own memory."""
    size = image.width(), image.height()
    return Image.frombuffer(
        "RGB", size, bytes(image.constBits()), "raw", "BGRX", image.bytesPerLine(), 1
    )


class _OnDemand(Image.Image):
    """An image of many frames for Pillow to save, each made when it is sought."""

    def __init__(self, frames: int, draw: Callable[[int], Image.Image]) -> None:
        super().__init__()
        self.n_frames = frames
        self._draw = draw
        self._shown = -1
        self.seek(0)

    def seek(self, frame: int) -> None:
        if frame != self._shown:
            drawn = self._draw(frame)
            self.im, self._mode, self._size = drawn.im, drawn.mode, drawn.size
            self._shown = frame

    def tell(self) -> int:
        return max(0, self._shown)


def _palette(film: Film) -> Image.Image:
    """An image with the colours of a GIF: those of the theme, then the most frequent ones.

    Pillow takes colours for one that differ by less than 4 in each channel.
    """
    counts: Counter[tuple[int, int, int]] = Counter()
    for number in range(SAMPLED):
        picture = pillow_image(film.image(number * (len(film) - 1) // (SAMPLED - 1)))
        for count, colour in picture.getcolors(picture.width * picture.height):
            counts[colour] += count
    chosen: dict[tuple[int, int, int], tuple[int, int, int]] = {}
    for colour in (*_colours(film.look.theme), *(colour for colour, _ in counts.most_common())):
        if len(chosen) < 256:
            chosen.setdefault(tuple(channel >> 2 for channel in colour), colour)
    image = Image.new("P", (1, 1))
    image.putpalette([channel for colour in chosen.values() for channel in colour])
    return image


def _colours(theme: Theme) -> list[tuple[int, int, int]]:
    values = [getattr(theme, field.name) for field in dataclasses.fields(theme)]
    names = [value for value in values if isinstance(value, str) and value.startswith("#")]
    return [QColor(name).toTuple()[:3] for name in (*names, *theme.arc)]
