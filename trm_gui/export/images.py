"""Qt's images for Pillow and NumPy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image
from PySide6.QtGui import QImage


def pixels(image: QImage) -> bytes:
    """A copy of an image's memory, blue, green, red and nothing for each pixel of RGB32."""
    return bytes(image.constBits())  # which is gone when the image is


def pillow_image(image: QImage) -> Image.Image:
    """An RGB32 image as one of Pillow's, with its own memory."""
    size = image.width(), image.height()
    return Image.frombuffer("RGB", size, pixels(image), "raw", "BGRX", image.bytesPerLine(), 1)


def colours(image: QImage) -> npt.NDArray[np.uint32]:
    """(height, width) 0xRRGGBB of an RGB32 image, with its own memory."""
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
    return pixels[:, : image.width()] & np.uint32(0xFFFFFF)
