"""The scrubber: supervision steps as blocks, cycles within, the cursor to drag over them."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from trm_core.trace import Trace, Unit
from trm_gui import theme as themes
from trm_gui.session import Session
from trm_gui.session.span import Span

MARK = 8
BLOCK = 16
FLIP = 4
NUMBER = 16
"""Heights of the strips of marks, blocks, bars for flips and numbers, from top to bottom, in
logical pixels."""

LATENT = 4
"""By how much a latent step is lower than an answer update, above and below."""


class Scrubber(QWidget):
    """Shows every frame of the trace as a cell and room for those still to come.

    Click or drag moves the session's cursor; the wheel moves it by a cycle, with Shift by a
    supervision step, with Alt by a latent step. Latent steps are lower than the answer update that
    ends their cycle. A diamond marks the first right answer, a dot the frame at which halting
    stops, and a bar below a frame that cells flip back to what they were before.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("timeline")
        self.setAccessibleName("Timeline")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        session.trace_changed.connect(self._on_change)
        session.cursor_changed.connect(self._on_change)
        session.solves.settings_changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(400, MARK + BLOCK + FLIP + NUMBER)

    def frame_rect(self, frame: int) -> QRectF:
        """Where a frame is painted."""
        return _frame_rects(self._session.focus.span, self.width())[frame]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = themes.current(self)
        trace = self._session.trace
        frames = 0 if trace is None else len(trace)
        span, cursor = self._session.focus.span, self._session.cursor
        here = QColor(theme.accent)
        there = themes.translucent(theme.accent, 0.35)
        to_come = themes.translucent(theme.secondary_text, 0.15)
        painter.setPen(Qt.PenStyle.NoPen)
        for index, rect in enumerate(_frame_rects(span, self.width())):
            painter.setBrush(here if index == cursor else there if index < frames else to_come)
            lower = LATENT if (index + 1) % span.per_cycle else 0
            painter.drawRoundedRect(rect.adjusted(0, lower, 0, -lower), 2, 2)
        self._paint_numbers(painter, theme)
        if trace is not None:
            self._paint_marks(painter, trace, theme)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._session.move_to(self._frame_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._session.move_to(self._frame_at(event.position().x()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()  # Alt turns it sideways
        held = event.modifiers()
        unit: Unit = "cycle"
        if held & Qt.KeyboardModifier.ShiftModifier:
            unit = "supervision_step"
        elif held & Qt.KeyboardModifier.AltModifier:
            unit = "latent_step"
        if turned:
            self._session.step(unit, -1 if turned > 0 else 1)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            assert isinstance(event, QHelpEvent)
            self._show_tool_tip(event)
            return True
        return super().event(event)

    def _show_tool_tip(self, event: QHelpEvent) -> None:
        trace, frame = self._session.trace, self._frame_at(event.pos().x())
        if trace is None or frame >= len(trace):
            text = f"Supervision step {self._supervision_step(frame)}: not computed"
        else:
            text = trace.sentence(frame)
            if frame == trace.first_right():
                text += "\n◆ first right answer"
            if frame == self._halts_at(trace):
                text += "\n● halting stops here"
            if back := int(trace.flipped_back(frame).sum()):
                text += f"\n▂ {back} {'cell flips' if back == 1 else 'cells flip'} back"
        QToolTip.showText(event.globalPos(), text, self)

    def _on_change(self) -> None:
        trace, cursor = self._session.trace, self._session.cursor
        words = "" if trace is None or cursor is None else trace.sentence(cursor)
        self.setAccessibleDescription(words)
        self.update()

    def _frame_at(self, x: float) -> int:
        """The frame at a horizontal place in the widget, or the nearest to it."""
        frames = self._session.focus.span.frames
        return min(max(int(x / self.width() * frames), 0), frames - 1)

    def _paint_numbers(self, painter: QPainter, theme: themes.Theme) -> None:
        painter.setFont(themes.font(themes.SMALL))
        for step, place in self.numbers().items():
            here = step == self._shown_step
            painter.setPen(QColor(theme.text if here else theme.secondary_text))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, f"{step}")

    @property
    def _shown_step(self) -> int:
        frame = self._session.frame
        return 0 if frame is None else frame.supervision_step

    def numbers(self) -> dict[int, QRectF]:
        """Where the number of each supervision step is, below its block, or of every other, fifth,
        ...; and that of the step at the cursor, which others make room for."""
        span, metrics = self._session.focus.span, QFontMetricsF(themes.font(themes.SMALL))
        steps, shown = span.supervision_steps, self._shown_step
        widest = metrics.horizontalAdvance(f"{steps}") + themes.SPACE
        every = next(n for n in (1, 2, 5, 10, 50, steps) if widest <= n * self.width() / steps)
        places = {}
        for step in {*range(every, steps + 1, every), shown} - {0}:
            first = self.frame_rect((step - 1) * span.per_step)
            middle = first.united(self.frame_rect(step * span.per_step - 1)).center().x()
            half = metrics.horizontalAdvance(f"{step}") / 2 + 1
            middle = min(max(middle, half), self.width() - half)
            places[step] = QRectF(middle - half, MARK + BLOCK + FLIP, 2 * half, NUMBER)
        near = themes.SPACE / 2
        room = places[shown].adjusted(-near, 0, near, 0) if shown else QRectF()
        return {
            step: place
            for step, place in places.items()
            if step == shown or not place.intersects(room)
        }

    def _paint_marks(self, painter: QPainter, trace: Trace, theme: themes.Theme) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        right, halt = trace.first_right(), self._halts_at(trace)
        aside = QPointF(MARK / 2 if right == halt else 0, 0)  # so that both are seen
        if right is not None:
            painter.setBrush(QColor(theme.ok))
            at, half = self._mark_at(right) - aside, MARK / 2
            offsets = (QPointF(0, -half), QPointF(half, 0), QPointF(0, half), QPointF(-half, 0))
            painter.drawPolygon(QPolygonF([at + offset for offset in offsets]))
        if halt is not None:
            painter.setBrush(QColor(theme.text))
            painter.drawEllipse(self._mark_at(halt) + aside, MARK / 3, MARK / 3)
        painter.setBrush(QColor(theme.conflict))
        for index in range(len(trace)):
            if trace.flipped_back(index).any():
                frame = self.frame_rect(index)
                painter.drawRect(QRectF(frame.left(), MARK + BLOCK + 1, frame.width(), FLIP / 2))

    def _mark_at(self, frame: int) -> QPointF:
        return QPointF(self.frame_rect(frame).center().x(), MARK / 2 - 0.5)

    def _halts_at(self, trace: Trace) -> int | None:
        threshold = self._session.settings.halt_threshold
        return None if threshold is None else trace.halts_at(threshold)

    def _supervision_step(self, frame: int) -> int:
        return frame // self._session.focus.span.per_step + 1


@lru_cache(maxsize=4)
def _frame_rects(span: Span, width: int) -> list[QRectF]:
    """Where each frame is painted on a scrubber so wide."""
    room = width / span.supervision_steps
    gap = min(themes.SPACE / 2, room / 8)
    cell = (room - gap) / span.per_step
    inset = min(0.5, cell / 8)
    return [
        QRectF(step * room + gap / 2 + index * cell + inset, MARK, cell - 2 * inset, BLOCK)
        for step in range(span.supervision_steps)
        for index in range(span.per_step)
    ]
