"""The picture that an export would have, scaled down, or words where it has none."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from trm_gui import theme as themes
from trm_gui.export.order import Drawn


class PreviewView(QWidget):
    """As large as fits; `resized` tells when another picture would fit better."""

    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.drawn: Drawn | None = None
        self.words = ""
        self.setAccessibleName("Preview")
        self.setToolTip("How the frame looks in the export")
        self.setMinimumSize(40 * themes.SPACE, 40 * themes.SPACE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(60 * themes.SPACE, 56 * themes.SPACE)

    @property
    def room(self) -> QSize:
        """Pixels of the screen for a picture."""
        inner = self.rect().adjusted(themes.SPACE, themes.SPACE, -themes.SPACE, -themes.SPACE)
        return (inner.size().toSizeF() * self.devicePixelRatioF()).toSize()

    def show_picture(self, drawn: Drawn) -> None:
        self.drawn, self.words = drawn, ""
        size = drawn.size
        self.setAccessibleDescription(f"{size.width()} by {size.height()} pixels")
        self.update()

    def show_words(self, words: str) -> None:
        self.drawn, self.words = None, words
        self.setAccessibleDescription(words)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.resized.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = themes.current(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.line))
        painter.setBrush(QColor(theme.surface))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, themes.SPACE / 2, themes.SPACE / 2)
        if self.drawn is not None:
            image = self.drawn.image
            place = QRectF(0, 0, image.width(), image.height())
            fitting = place.size() / self.devicePixelRatioF()
            room = frame.adjusted(themes.SPACE, themes.SPACE, -themes.SPACE, -themes.SPACE)
            if fitting.width() > room.width() or fitting.height() > room.height():
                fitting.scale(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place.setSize(fitting)
            place.moveCenter(room.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, image)
        elif self.words:
            painter.setPen(QColor(theme.secondary_text))
            room = frame.adjusted(*[4 * themes.SPACE] * 2, *[-4 * themes.SPACE] * 2)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(room, flags, self.words)
