"""What the marks on the answer mean: one item for each overlay that is on."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from trm_core.trace import Trace
from trm_gui import theme as themes
from trm_gui.board import marks
from trm_gui.board.content import FADE_FRAMES
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
GAP = 2 * themes.SPACE
SCALE = 8 * themes.SPACE
"""Width of a scale of colours."""


@dataclass(frozen=True)
class Item:
    """An overlay, the words for it, and how a sample of it looks.

    kind: of the puzzle.
    levels: of a colouring, see `Heat`.
    strip: whether confidence is the length of a strip.
    trail: whether changes fade.
    """

    overlay: Overlay
    words: str
    kind: str
    levels: int | None = None
    strip: bool = False
    trail: bool = False

    @property
    def width(self) -> int:
        """Of its sample, as high as SWATCH."""
        return SCALE if self.overlay.is_heat and self.levels not in (0, 1) else SWATCH


def legend_items(
    trace: Trace, index: int, overlays: Container[Overlay], *, trail: bool = False
) -> list[Item]:
    """What there is to explain on the answer at a frame. trail: as for `answer_content`."""
    colouring, kind = heat(trace, index, overlays), trace.puzzle.kind
    items = []
    for overlay in OVERLAYS:
        if overlay not in overlays or overlay == VALUES:
            continue
        if overlay == CONFLICTS and not trace.puzzle.has_rules:
            continue
        if overlay.is_heat:
            if colouring is not None:
                words = f"{overlay.words}: {colouring.words}"
                items.append(Item(overlay, words, kind, colouring.levels))
        elif overlay == CONFIDENCE and colouring is not None:
            items.append(Item(overlay, "short: unsure", kind, strip=True))
        elif overlay == CHANGED and trail:
            items.append(Item(overlay, "changed, fading", kind, trail=True))
        else:
            items.append(Item(overlay, overlay.words, kind))
    return items


def in_rows(
    items: Sequence[Item], room: float, width_of: Callable[[Item], float], gap: float
) -> list[list[Item]]:
    """The items in as many rows as they need in so much room."""
    rows: list[list[Item]] = []
    taken = room
    for item in items:
        needed = width_of(item)
        if taken + needed > room or not rows:
            rows.append([])
            taken = 0.0
        rows[-1].append(item)
        taken += needed + gap
    return rows


class Legend(QWidget):
    """Items in as many rows as they need; nothing while there is no answer to explain."""

    def __init__(self, session: Session, overlays: OverlaySet) -> None:
        super().__init__()
        self._session = session
        self._overlays = overlays
        self._room = 0
        self.setAccessibleName("Legend")
        self.setFont(themes.font(themes.SMALL))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        for signal in (session.trace_changed, session.cursor_changed, overlays.changed):
            signal.connect(self._on_change)

    def shown(self) -> list[str]:
        """The words on screen."""
        return [item.words for item in self._items()]

    def set_room(self, room: int) -> None:
        """Have rows no wider than that."""
        self._room = room
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        rows = self._rows()
        widths = [sum(map(self._width, row)) + (len(row) - 1) * GAP for row in rows]
        return QSize(max(widths, default=0), max(1, len(rows)) * ROW)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = themes.current(self)
        for number, row in enumerate(self._rows()):
            left, top = 0, number * ROW
            for item in row:
                box = QRectF(left, top + (ROW - SWATCH) / 2, item.width, SWATCH)
                paint_swatch(painter, box, item, theme)
                painter.setPen(QColor(theme.secondary_text))
                painter.setFont(self.font())
                text = QRectF(box.right() + themes.SPACE / 2, top, self.width(), ROW)
                painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, item.words)
                left += self._width(item) + GAP

    def _on_change(self) -> None:
        self.setAccessibleDescription(", ".join(self.shown()))
        self.updateGeometry()
        self.update()

    def _items(self) -> list[Item]:
        trace, cursor, overlays = self._session.trace, self._session.cursor, self._overlays
        if trace is None or cursor is None:
            return []
        return legend_items(trace, cursor, overlays, trail=overlays.trail)

    def _rows(self) -> list[list[Item]]:
        return in_rows(self._items(), self._room, self._width, GAP)

    def _width(self, item: Item) -> int:
        words = self.fontMetrics().horizontalAdvance(item.words)
        return item.width + themes.SPACE // 2 + words


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
        self._row = layout = QHBoxLayout(self)
        layout.setContentsMargins(themes.SPACE, 0, themes.SPACE, 0)
        layout.addStretch(1)
        self._legend = Legend(session, overlays)
        layout.addWidget(self._legend)
        layout.addWidget(self.button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        margins = self._row.contentsMargins()
        beside = self.button.sizeHint().width() + self._row.spacing()
        self._legend.set_room(self.width() - margins.left() - margins.right() - beside)


def paint_swatch(painter: QPainter, box: QRectF, item: Item, theme: themes.Theme) -> None:
    """A cell SWATCH high as it looks with the overlay, or a scale of its colours."""
    overlay = item.overlay
    if overlay.is_heat and item.levels is not None:
        _paint_levels(painter, box, item.levels, theme)
        return
    if overlay.is_heat or (overlay == CONFIDENCE and not item.strip):
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
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for age in range(FADE_FRAMES if item.trail else 1):
            colour = themes.translucent(theme.accent, 1 - age / FADE_FRAMES)
            painter.setPen(QPen(colour, 2))
            inset = 2 + 2.5 * age
            painter.drawRect(box.adjusted(inset, inset, -inset, -inset))
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
    elif overlay == CONFIDENCE:
        strip = QRectF(box.left() + 1, box.bottom() - 5, box.width() * 0.45, 4)
        marks.draw_bars(painter, [strip], theme.secondary_text)
    elif overlay == CANDIDATES:
        _paint_candidates(painter, box, item.kind, theme)


def _paint_levels(painter: QPainter, box: QRectF, levels: int, theme: themes.Theme) -> None:
    """A block for each colour that can be there; an empty one where there is none."""
    painter.setPen(QPen(QColor(theme.line), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box.adjusted(0.5, 2.5, -0.5, -2.5))
    width = box.width() / max(1, levels)
    for level in range(levels):
        block = QRectF(box.left() + level * width, box.top() + 2, width, box.height() - 4)
        shown = block.adjusted(0, 0, -1, 0) if width > 3 else block
        marks.draw_bars(painter, [shown], marks.heat_colour((level + 1) / levels, theme.scale))


def _paint_candidates(painter: QPainter, box: QRectF, kind: str, theme: themes.Theme) -> None:
    """Digits of a Sudoku; else the second symbol as a square, as on the board."""
    if kind == "sudoku":
        font = themes.font(weight=QFont.Weight.Bold)
        for digit, side, place in (("3", 9, (0.32, 0.35)), ("5", 6, (0.7, 0.7))):
            font.setPixelSize(side)
            painter.setPen(QColor(theme.text))
            at = box.topLeft() + QPointF(place[0] * box.width(), place[1] * box.height())
            marks.draw_text(painter, at, digit, font)
        return
    ground, second = theme.floor, theme.accent
    if kind == "arc":
        ground, second = theme.arc[1], theme.arc[4]
    painter.fillRect(box.adjusted(1, 1, -1, -1), QColor(ground))
    painter.setPen(QPen(QColor(theme.strong_line), 1))
    painter.setBrush(QColor(second))
    painter.drawRect(box.adjusted(4.5, 4.5, -4.5, -4.5))
