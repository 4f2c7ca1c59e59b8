"""Where the square cells of a board lie, aligned to the pixels of the device."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

Cell = tuple[int, int]
"""(row, column) from 0."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CellGeometry:
    """A grid of square cells in logical coordinates.

    `pixel` is the size of one device pixel: 1 for files, 0.5 on a screen at 200 %.
    """

    left: float
    top: float
    size: float
    rows: int
    cols: int
    pixel: float = 1.0

    @classmethod
    def fit(
        cls, area: QRectF, rows: int, cols: int, device_pixel_ratio: float = 1.0
    ) -> CellGeometry:
        """The largest grid of whole-pixel cells that fits `area`, centred in it."""
        pixel = 1 / device_pixel_ratio
        room = min(area.width() / cols, area.height() / rows)
        size = max(1, math.floor(room / pixel + 1e-6)) * pixel
        left = area.left() + (area.width() - cols * size) / 2
        top = area.top() + (area.height() - rows * size) / 2
        return cls(round(left / pixel) * pixel, round(top / pixel) * pixel, size, rows, cols, pixel)

    @property
    def outline(self) -> QRectF:
        return QRectF(self.left, self.top, self.cols * self.size, self.rows * self.size)

    def rect(self, row: int, col: int) -> QRectF:
        return QRectF(self.left + col * self.size, self.top + row * self.size, self.size, self.size)

    def center(self, row: int, col: int) -> QPointF:
        return QPointF(self.left + (col + 0.5) * self.size, self.top + (row + 0.5) * self.size)

    def cell_at(self, position: QPointF) -> Cell | None:
        """The cell under a point; None beside the grid."""
        row, col = self.place_of(position)
        return (row, col) if 0 <= row < self.rows and 0 <= col < self.cols else None

    def place_of(self, position: QPointF) -> Cell:
        """The (row, column) of a point, numbered on beyond the edges of the grid."""
        return (
            math.floor((position.y() - self.top) / self.size),
            math.floor((position.x() - self.left) / self.size),
        )

    def snap(self, length: float) -> float:
        """`length` as a whole number of device pixels, at least one."""
        return max(1, round(length / self.pixel)) * self.pixel

    def boxes(self, left: float, top: float, width: float, height: float) -> list[QRectF]:
        """The same box in every cell, row by row; `left` and `top` count from the cell's corner."""
        return _boxes(self, left, top, width, height)

    @property
    def squares(self) -> list[QRectF]:
        """Every cell, row by row."""
        return self.boxes(0, 0, self.size, self.size)

    def cells_path(self, mask: Mask) -> QPainterPath:
        """The area of the cells in `mask` as one path, so that neighbours merge without a seam."""
        path = QPainterPath()
        for row, col in np.argwhere(mask).tolist():
            path.addRect(self.rect(row, col))
        return path

    def row_lines(self, rows: Iterable[int], width: float) -> list[QRectF]:
        """Horizontal bars of `width` centred on the top edges of `rows`, for `drawRects`."""
        reach = self.cols * self.size + width
        half = math.floor(width / self.pixel / 2) * self.pixel
        return [
            QRectF(self.left - half, self.top + row * self.size - half, reach, width)
            for row in rows
        ]

    def col_lines(self, cols: Iterable[int], width: float) -> list[QRectF]:
        """Vertical bars of `width` centred on the left edges of `cols`."""
        reach = self.rows * self.size + width
        half = math.floor(width / self.pixel / 2) * self.pixel
        return [
            QRectF(self.left + col * self.size - half, self.top - half, width, reach)
            for col in cols
        ]


@lru_cache(maxsize=64)
def _boxes(
    cells: CellGeometry, left: float, top: float, width: float, height: float
) -> list[QRectF]:
    """Kept for what is painted again and again: making a thousand objects takes a while."""
    return [
        QRectF(x, y, width, height)
        for y in (cells.top + top + row * cells.size for row in range(cells.rows))
        for x in (cells.left + left + col * cells.size for col in range(cells.cols))
    ]
