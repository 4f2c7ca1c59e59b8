"""What the marks on the answer mean: one item for each overlay that is on."""

from __future__ import annotations

from collections.abc import Container

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QLinearGradient, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from trm_core.trace import Trace
from trm_gui import theme as themes
from trm_gui.board import marks
from trm_gui.board.overlays import (
    CANDIDATES,
    CHANGED,
    CONFIDENCE,
    CONFLICTS,
    OVERLAYS,
    VALUES,
    WRONG,
    Overlay,
    OverlaySet,
    heat,
    key_words,
)
from trm_gui.session import Session

ROW = 3 * themes.SPACE
SWATCH = 2 * themes.SPACE
SCALE = 8 * themes.SPACE
"""Width of a scale of colours."""


Item = tuple[Overlay, str, int]
"""An overlay, the words for it, and the width of its swatch."""


def legend_items(trace: Trace, index: int, overlays: Container[Overlay]) -> list[Item]:
    """What there is to explain on the answer at a frame."""
    colouring = heat(trace, index, overlays)
    items = []
    for overlay in OVERLAYS:
        if overlay not in overlays or overlay == VALUES:
            continue
        if not overlay.is_heat:
            items.append((overlay, overlay.words, SWATCH))
        elif colouring is not None:
            ends = " to ".join(filter(None, (colouring.low, colouring.high)))
            items.append((overlay, f"{overlay.words}: {ends}", SCALE))
    return items


class Legend(QWidget):
    """Items in a row; nothing while there is no answer to explain."""

    def __init__(self, session: Session, overlays: OverlaySet) -> None:
        super().__init__()
        self._session = session
        self._overlays = overlays
        self.setAccessibleName("Legend")
        self.setFont(themes.font(themes.SMALL))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        for signal in (session.trace_changed, session.cursor_changed, overlays.changed):
            signal.connect(self._on_change)

    def shown(self) -> list[str]:
        """The words on screen."""
        return [words for _, words, _ in self._items()]

    def sizeHint(self) -> QSize:
        return QSize(sum(self._width(*item) for item in self._items()), ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = themes.current(self)
        left = 0
        for item in self._items():
            overlay, words, swatch = item
            box = QRectF(left, (ROW - SWATCH) / 2, swatch, SWATCH)
            paint_swatch(painter, box, overlay, theme)
            painter.setPen(QColor(theme.secondary_text))
            painter.setFont(self.font())
            text = QRectF(box.right() + themes.SPACE / 2, 0, self.width(), ROW)
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, words)
            left += self._width(*item)

    def _on_change(self) -> None:
        self.setAccessibleDescription(", ".join(self.shown()))
        self.updateGeometry()
        self.update()

    def _items(self) -> list[Item]:
        session = self._session
        if session.frame is None:
            return []
        return legend_items(session.trace, session.cursor, self._overlays)

    def _width(self, overlay: Overlay, words: str, swatch: int) -> int:
        """Of an item and the space after it."""
        return swatch + self.fontMetrics().horizontalAdvance(words) + 5 * themes.SPACE // 2


class LegendBar(QWidget):
    """The legend at the right, and a button that opens the menu of overlays."""

    def __init__(self, session: Session, overlays: OverlaySet) -> None:
        super().__init__()
        self.button = QToolButton()
        self.button.setText("Overlays ▾")
        self.button.setToolTip(f"What is laid over the answer (keys {key_words()})")
        self.button.setAccessibleName("Overlays")
        self.button.setAutoRaise(True)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(themes.SPACE, 0, themes.SPACE, 0)
        layout.addStretch(1)
        layout.addWidget(Legend(session, overlays))
        layout.addWidget(self.button)


def paint_swatch(painter: QPainter, box: QRectF, overlay: Overlay, theme: themes.Theme) -> None:
    """A cell SWATCH high as it looks with the overlay, or a scale of its colours."""
    if overlay.is_heat or overlay == CONFIDENCE:
        gradient = QLinearGradient(box.topLeft(), box.topRight())
        for step in range(9):
            share = step / 8
            colour = QColor(marks.heat_colour(share, theme.scale))
            if not overlay.is_heat:
                colour = themes.translucent(theme.accent, max(share, 1 - marks.DENSEST_VEIL))
            gradient.setColorAt(share, colour)
        painter.fillRect(box.adjusted(0, 2, 0, -2), gradient)
        return
    painter.setPen(QPen(QColor(theme.line), 1))
    painter.setBrush(QColor(theme.board))
    painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
    if overlay == CHANGED:
        painter.setPen(QPen(QColor(theme.accent), 2))
        painter.drawRect(box.adjusted(2, 2, -2, -2))
    elif overlay == CONFLICTS:
        painter.fillRect(box.adjusted(1, 1, -1, -1), themes.translucent(theme.conflict, 0.16))
        corner, edge = box.topRight(), box.width() * 0.45
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.conflict))
        ends = corner - QPointF(edge, 0), corner + QPointF(0, edge)
        painter.drawPolygon(QPolygonF([corner, *ends]))
    elif overlay == WRONG:
        dots = [QRectF(box.left() + 3 + 4 * i, box.bottom() - 5, 2, 2) for i in range(3)]
        marks.draw_bars(painter, dots, theme.text)
    elif overlay == CANDIDATES:
        font = themes.font(weight=QFont.Weight.Bold)
        for digit, side, place in (("3", 9, (0.32, 0.35)), ("5", 6, (0.7, 0.7))):
            font.setPixelSize(side)
            painter.setPen(QColor(theme.text))
            at = box.topLeft() + QPointF(place[0] * box.width(), place[1] * box.height())
            marks.draw_text(painter, at, digit, font)
