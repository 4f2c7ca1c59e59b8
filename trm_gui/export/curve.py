"""The halting probability over all frames, drawn below a board."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from trm_core.trace import Trace
from trm_gui import theme as themes
from trm_gui.theme import Theme


def paint_curve(
    painter: QPainter,
    area: QRectF,
    trace: Trace,
    index: int,
    frames: int,
    theme: Theme,
    font: QFont,
) -> None:
    """The curve up to frame `index` strong, the rest faint, with the threshold and step numbers.

    frames: how many there is room for, at least those of the trace.
    """
    metrics = QFontMetricsF(font)
    left = area.left() + metrics.horizontalAdvance("0.5") + metrics.height() / 2
    plot = QRectF(
        left,
        area.top() + metrics.height() / 2,
        area.right() - left,
        area.height() - 2 * metrics.height(),
    )
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    _paint_axis(painter, plot, theme, metrics)
    _paint_numbers(painter, plot, trace, frames, theme, metrics)
    if (threshold := trace.settings.halt_threshold) is not None:
        _paint_threshold(painter, plot, threshold, theme, metrics)
    values = trace.halt_probabilities()
    points = [_place(plot, at, value, frames) for at, value in enumerate(values.tolist())]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    here = points[index]
    painter.setPen(QPen(QColor(theme.secondary_text), 1))
    painter.drawLine(QPointF(here.x(), plot.top()), QPointF(here.x(), plot.bottom()))
    width = max(1.5, metrics.height() / 7)
    painter.setPen(_round_pen(themes.translucent(theme.accent, 0.35), width))
    painter.drawPolyline(QPolygonF(points[index:]))
    painter.setPen(_round_pen(QColor(theme.accent), width))
    painter.drawPolyline(QPolygonF(points[: index + 1]))
    painter.setPen(QPen(QColor(theme.accent), width * 1.25))
    painter.setBrush(QColor(theme.background))
    painter.drawEllipse(here, 2.2 * width, 2.2 * width)
    painter.restore()


def _place(plot: QRectF, index: int, share: float, frames: int) -> QPointF:
    return QPointF(
        plot.left() + (index + 0.5) * plot.width() / frames,
        plot.bottom() - share * plot.height(),
    )


def _round_pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _paint_axis(painter: QPainter, plot: QRectF, theme: Theme, metrics: QFontMetricsF) -> None:
    for share in (0, 0.5, 1):
        y = plot.bottom() - share * plot.height()
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        text = f"{share:g}"
        right = plot.left() - metrics.height() / 2
        painter.setPen(QColor(theme.secondary_text))
        painter.drawText(
            QPointF(right - metrics.horizontalAdvance(text), y + metrics.capHeight() / 2), text
        )


def _paint_numbers(
    painter: QPainter,
    plot: QRectF,
    trace: Trace,
    frames: int,
    theme: Theme,
    metrics: QFontMetricsF,
) -> None:
    """The number of each supervision step below its last frame, or of every other, fifth, ..."""
    ends = [at for at, frame in enumerate(trace.frames) if frame.ends_supervision_step]
    widest = metrics.horizontalAdvance(f"{trace.supervision_steps} ")
    room = plot.width() * trace.frames_per_step / frames
    every = next((n for n in (1, 2, 5, 10, 20, 50) if n * room > widest), 100)
    painter.setPen(QColor(theme.secondary_text))
    for at in ends:
        number = trace[at].supervision_step
        if number % every == 0:
            center = _place(plot, at, 0, frames)
            text = f"{number}"
            painter.drawText(
                QPointF(
                    center.x() - metrics.horizontalAdvance(text) / 2,
                    plot.bottom() + metrics.height() * 1.2,
                ),
                text,
            )


def _paint_threshold(
    painter: QPainter, plot: QRectF, threshold: float, theme: Theme, metrics: QFontMetricsF
) -> None:
    y = plot.bottom() - threshold * plot.height()
    painter.setPen(QPen(QColor(theme.secondary_text), 1, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
    baseline = y - metrics.descent() - 1  # on the left, which curves cross last
    painter.drawText(QPointF(plot.left(), baseline), f"halting threshold {threshold:.2f}")
