"""A film as an animated GIF."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import GifImagePlugin, Image
from PySide6.QtGui import QColor

from trm_core.errors import UserError
from trm_gui.export.film import Film
from trm_gui.export.images import colours
from trm_gui.export.look import Pace
from trm_gui.export.pictures import Told
from trm_gui.theme import Theme

MOST_SPEED = 50
"""Frames per second; browsers show anything faster at 10."""

UNCHANGED = 255
"""In frames after the first, stands for the colour that was there before."""

SAMPLED = 6
"""Frames of which the colours are taken."""

Indices = npt.NDArray[np.uint8]


def write_gif(film: Film, pace: Pace, file: Path, told: Told) -> None:
    """One image for every frame, each of what is new in it, all with the same colours.

    Raises OSError, and UserError if it is to go too fast.
    """
    if pace.frames_per_second > MOST_SPEED:
        raise UserError(
            f"a GIF of {pace.frames_per_second:g} frames per second: "
            f"expected at most {MOST_SPEED}, which is all that browsers show"
        )
    palette = _Palette(film)
    before: Indices | None = None
    with file.open("wb") as stream:
        for index, units in enumerate(pace.durations(len(film), 10)):
            milliseconds = 10 * units
            picture = palette.indices(colours(film.image(index)))
            if before is None:
                whole = palette.image(picture)
                info = {"duration": milliseconds, "loop": 0}
                header, _ = GifImagePlugin.getheader(whole, info=info)
                stream.writelines(header)
                stream.writelines(GifImagePlugin.getdata(whole, duration=milliseconds))
            else:
                part, corner = _news(picture, before)
                image = palette.image(part)
                parameters = {"duration": milliseconds, "transparency": UNCHANGED}
                stream.writelines(GifImagePlugin.getdata(image, corner, **parameters))
            before = picture
            told(index + 1)
        stream.write(b";")


def _news(picture: Indices, before: Indices) -> tuple[Indices, tuple[int, int]]:
    """The part of `picture` that has all that is new, UNCHANGED elsewhere, and its left and top."""
    new = picture != before
    rows, cols = np.flatnonzero(new.any(1)), np.flatnonzero(new.any(0))
    if not len(rows):
        return np.full((1, 1), UNCHANGED, np.uint8), (0, 0)
    box = slice(rows[0], rows[-1] + 1), slice(cols[0], cols[-1] + 1)
    return np.where(new[box], picture[box], np.uint8(UNCHANGED)), (int(cols[0]), int(rows[0]))


class _Palette:
    """Up to 255 colours, those of the theme and the most frequent ones, and the nearest to any."""

    def __init__(self, film: Film) -> None:
        counts: Counter[int] = Counter()
        for index in {number * (len(film) - 1) // (SAMPLED - 1) for number in range(SAMPLED)}:
            found, count = np.unique(colours(film.image(index)), return_counts=True)
            counts.update(dict(zip(found.tolist(), count.tolist(), strict=True)))
        of_theme = [colour for colour in _theme_colours(film.look.theme) if colour in counts]
        frequent = [colour for colour, _ in counts.most_common(UNCHANGED)]
        chosen = list(dict.fromkeys(of_theme + frequent))[:UNCHANGED]
        self._channels = _channels(np.array(chosen, np.uint32))
        self._nearest = np.full(1 << 24, -1, np.int16)
        """By colour, the index of the nearest that there is; -1 where that is not known yet."""

    def indices(self, picture: npt.NDArray[np.uint32]) -> Indices:
        """(height, width) which colour is nearest to each pixel's."""
        found = self._nearest[picture]
        for colour in np.unique(picture[found < 0]).tolist():
            distances = np.square(self._channels - _channels(np.array(colour, np.uint32))).sum(-1)
            self._nearest[colour] = distances.argmin()
        if (found < 0).any():
            found = self._nearest[picture]
        return found.astype(np.uint8)

    def image(self, indices: Indices) -> Image.Image:
        image = Image.fromarray(indices).convert("P")
        channels = self._channels.flatten().tolist()
        image.putpalette(channels + [0] * (768 - len(channels)))
        return image


def _channels(colour: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """(..., 3) red, green and blue of 0xRRGGBB."""
    return np.stack([colour >> 16, colour >> 8 & 255, colour & 255], -1).astype(np.int64)


def _theme_colours(theme: Theme) -> list[int]:
    values = [getattr(theme, field.name) for field in dataclasses.fields(theme)]
    names = [value for value in values if isinstance(value, str) and value.startswith("#")]
    return [QColor(name).rgb() & 0xFFFFFF for name in (*theme.arc, *names)]
