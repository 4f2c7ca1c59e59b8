"""Solves as a sequence of pictures, each painted when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from trm_core.export import check_frames
from trm_core.trace import Trace
from trm_gui import theme as themes
from trm_gui.board.content import BoardContent
from trm_gui.board.legend import Item, legend_items
from trm_gui.board.overlays import answer_content
from trm_gui.board.painters import paint_board
from trm_gui.board.task_strip import paint_arrow
from trm_gui.export.curve import paint_curve
from trm_gui.export.legend import legend_row, legend_rows, paint_legend
from trm_gui.export.look import Look

USUAL_SIDE = 640
"""Pixels of a board at which its lines are as wide as on screen; twice as wide at twice that."""

MARGIN, HEADING, TEXT, SMALL = 0.05, 0.036, 0.031, 0.026
"""Of a board's side: the space around it, and the heights of the fonts."""

CURVE = 0.22
"""Height of the halting curve, of a board's side."""

LEAST_TEXT = 7
"""Logical pixels; where lines do not fit even so, they are cut off."""


@dataclass(frozen=True)
class _Column:
    """Where one solve is drawn: its board, or two of an ARC task, and the words around them."""

    trace: Trace
    left: float
    width: float


class Film:
    """Solves side by side, a picture for each frame of the longest; the others stay at their end.

    Needs a QGuiApplication, and works in any thread. Pictures have even sizes, as films need. An
    ARC answer stands beside its input. UserError if a trace has no frames.

    most: of the frames, only so many from the first one.
    trail: whether it moves, so that changes may fade; a still marks no more than its caption says.
    """

    def __init__(
        self,
        traces: Sequence[Trace],
        look: Look,
        most: int | None = None,
        *,
        trail: bool = False,
    ) -> None:
        for trace in traces:
            check_frames(trace)
        self.traces, self.look, self._trail = tuple(traces), look, trail
        self._all_frames = max(map(len, traces))
        self._frames = min(self._all_frames, most or self._all_frames)
        self.ratio = max(1, round(look.side / USUAL_SIDE))
        """Pixels in one logical pixel."""
        self._side = look.side / self.ratio
        self._margin = max(4.0, round(self._side * MARGIN))
        self._columns = list(self._lay_out_columns())
        last = self._columns[-1]
        width = last.left + last.width + self._margin
        self._heading = self._font(HEADING, QFont.Weight.DemiBold)
        self._text, self._small = self._font(TEXT), self._font(SMALL)
        self._fit(self._text, [line for trace in self.traces for line in _longest_lines(trace)])
        line = QFontMetricsF(self._text).height()
        self._top = self._margin + (1.8 * _height(self._heading) if look.title else 0)
        self._board_top = self._top + (1.5 * _height(self._heading) if look.caption else 0)
        self._board_height = max(self._height_of(trace) for trace in self.traces)
        self._caption_top = self._board_top + self._board_height + self._margin / 2
        self._legend_top = self._caption_top + (2.4 * line if look.caption else 0)
        # with the longest words, so that a preview is as large as its film
        rows = max(
            len(self._legend(column, len(column.trace) - 1, trail=True)) for column in self._columns
        )
        self._curve_top = self._legend_top + (rows + (rows > 0) / 4) * legend_row(self._small)
        height = self._curve_top + (self._side * CURVE if look.curve else 0)
        height += self._margin / 2
        self._size = QSizeF(
            *(2 * -(-round(a * self.ratio) // 2) / self.ratio for a in (width, height))
        )

    def __len__(self) -> int:
        return self._frames

    @property
    def size(self) -> QSize:
        """Pixels of a picture."""
        return (self._size * self.ratio).toSize()

    @property
    def logical_size(self) -> QSizeF:
        """What `paint` fills from (0, 0)."""
        return self._size

    def image(self, index: int) -> QImage:
        """The picture of a frame, RGB32."""
        image = QImage(self.size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self.ratio)
        painter = QPainter(image)
        try:
            self.paint(painter, index)
        finally:
            painter.end()  # before the image goes, whatever happened
        return image

    def board_area(self, number: int) -> QRectF:
        """Where the answer of a solve is drawn, in logical pixels."""
        column = self._columns[number]
        left = column.left + column.width - self._side
        return QRectF(left, self._board_top, self._side, self._board_height)

    def paint(self, painter: QPainter, index: int) -> None:
        """Paint the picture of a frame on anything, in logical pixels."""
        theme = self.look.theme
        painter.fillRect(QRectF(QPointF(0, 0), self._size), QColor(theme.background))
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        if self.look.title:
            room = self._size.width() - 2 * self._margin
            line = QRectF(self._margin, self._margin, room, _height(self._heading))
            self._write(painter, line, self.look.title, self._heading, theme.text)
        for number, column in enumerate(self._columns):
            trace = column.trace
            at = min(index, len(trace) - 1)
            self._paint_boards(painter, number, at)
            if self.look.caption:
                self._paint_heading(painter, column)
                self._paint_caption(painter, column, at)
            paint_legend(
                painter,
                QPointF(column.left, self._legend_top),
                self._legend(column, at, trail=self._trail),
                self._small,
                theme,
            )
            if self.look.curve:
                area = QRectF(column.left, self._curve_top, column.width, self._side * CURVE)
                paint_curve(painter, area, trace, at, self._all_frames, theme, self._small)

    def _lay_out_columns(self) -> list[_Column]:
        left, columns = self._margin, []
        for trace in self.traces:
            width = 2 * self._side + 2 * self._margin if _has_input(trace) else self._side
            columns.append(_Column(trace, left, width))
            left += width + 1.5 * self._margin
        return columns

    def _height_of(self, trace: Trace) -> float:
        """Of its boards, which are as wide as they may be."""
        if _has_input(trace):
            return self._side
        rows, cols = trace.puzzle.grid.shape
        cell = int(self._side * self.ratio / max(rows, cols)) / self.ratio
        return rows * cell if rows < cols else self._side

    def _paint_boards(self, painter: QPainter, number: int, at: int) -> None:
        trace, theme = self.traces[number], self.look.theme
        area = self.board_area(number)
        if _has_input(trace):
            posed = BoardContent(trace.puzzle, trace.puzzle.grid)
            paint_board(painter, area.translated(-self._side - 2 * self._margin, 0), posed, theme)
            center = QPointF(area.left() - self._margin, area.center().y())
            paint_arrow(painter, center, self._margin / 3, theme)
        content = answer_content(trace, at, self.look.overlays, trail=self._trail)
        if paint_board(painter, area, content, theme) is None:
            words = "no grid yet"
            self._write(painter, area, words, self._text, theme.secondary_text, centred=True)

    def _paint_heading(self, painter: QPainter, column: _Column) -> None:
        """The puzzle's name at the left, the model's at the right."""
        theme, trace = self.look.theme, column.trace
        line = QRectF(column.left, self._top, column.width, _height(self._heading))
        model = trace.model_name
        taken = min(QFontMetricsF(self._text).horizontalAdvance(model), 0.6 * line.width())
        right = QRectF(line.right() - taken, line.top(), taken, line.height())
        self._write(painter, right, model, self._text, theme.secondary_text)
        left = line.adjusted(0, 0, -taken - self._margin, 0)
        self._write(painter, left, trace.puzzle.title, self._heading, theme.text)

    def _paint_caption(self, painter: QPainter, column: _Column, at: int) -> None:
        theme, trace = self.look.theme, column.trace
        height = QFontMetricsF(self._text).height()
        line = QRectF(column.left, self._caption_top, column.width, height)
        self._write(painter, line, trace.place(at), self._text, theme.text)
        if words := _verdict(trace, at):
            bold = QFont(self._text)
            bold.setWeight(QFont.Weight.Bold)
            taken = QFontMetricsF(bold).horizontalAdvance(words)
            place = QRectF(line.right() - taken, line.top(), taken, line.height())
            self._write(painter, place, words, bold, theme.ok)
        below = line.translated(0, 1.15 * height)
        self._write(painter, below, trace.facts(at), self._text, theme.secondary_text)

    def _legend(self, column: _Column, at: int, trail: bool) -> list[list[Item]]:
        if not self.look.legend:
            return []
        items = legend_items(column.trace, at, self.look.overlays, trail=trail)
        return legend_rows(items, column.width, self._small)

    def _write(
        self,
        painter: QPainter,
        area: QRectF,
        text: str,
        font: QFont,
        colour: str,
        *,
        centred: bool = False,
    ) -> None:
        """One line, cut off where it does not fit."""
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width() + 1)
        left = area.left()
        if centred:
            left = area.center().x() - metrics.horizontalAdvance(shown) / 2
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(QPointF(left, area.center().y() + metrics.capHeight() / 2), shown)

    def _font(self, share: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = themes.font(weight=weight)
        font.setPixelSize(max(LEAST_TEXT + 2, round(self._side * share)))
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def _fit(self, font: QFont, lines: Sequence[str]) -> None:
        """Make the font smaller until all lines fit the narrowest column."""
        room = min(column.width for column in self._columns)
        widest = max(lines, key=QFontMetricsF(font).horizontalAdvance)
        while QFontMetricsF(font).horizontalAdvance(widest) > room:
            if font.pixelSize() <= LEAST_TEXT:
                return
            font.setPixelSize(font.pixelSize() - 1)


def _verdict(trace: Trace, index: int) -> str:
    """What there is to say of an answer that is right."""
    return f"✓ {trace.verdict(index)}" if trace.solved(index) else ""


def _has_input(trace: Trace) -> bool:
    """Whether the puzzle is not to be seen in the answer."""
    return trace.puzzle.kind == "arc"


def _longest_lines(trace: Trace) -> list[str]:
    """The longest of each of the lines, with what may stand beside it."""
    frames = range(len(trace))
    place, facts = (max(map(words, frames), key=len) for words in (trace.place, trace.facts))
    verdict = max((_verdict(trace, index) for index in frames), key=len)
    return [place + (f"   {verdict}" if verdict else ""), facts]


def _height(font: QFont) -> float:
    return QFontMetricsF(font).height()
