"""A model's card: what it is, what it learned from, how often it is right and how well it knows."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from trm_core.checkpoints.card_text import card_text
from trm_core.checkpoints.facts import HaltingBin
from trm_core.checkpoints.info import ModelInfo
from trm_gui import theme as themes
from trm_gui.hints import wrapped
from trm_gui.manual import PageDialog
from trm_gui.session import Session

LEAST_DOT, MOST_DOT = 7, 16
"""Logical pixels: a dot's area grows with the number of answers, up to the largest bin."""

CAPTION = "Calibration: how many of its answers are right, by how sure it was of them"


class CardDialog(PageDialog):
    """Reads the model's files and shows what they say."""

    def __init__(self, session: Session, info: ModelInfo, parent: QWidget) -> None:
        super().__init__(f"About {info.name}", "", parent)
        self.setObjectName("model_card")
        self.calibration: CalibrationPlot | None = None
        if info.calibration:
            self.calibration = CalibrationPlot(info.calibration)
            caption = QLabel(CAPTION)
            caption.setFont(themes.font(themes.SMALL))
            caption.setToolTip(self.calibration.toolTip())
            self.rows.insertWidget(1, caption)
            self.rows.insertWidget(2, self.calibration)
        self._tasks = session.work.tasks(session.fail, f"The card of {info.name} cannot be read")
        self._lane = session.work.lane("card")
        self._tasks.start(self._read(info))

    def done(self, result: int) -> None:
        self._tasks.close()
        self._lane.close()
        super().done(result)

    async def _read(self, info: ModelInfo) -> None:
        self.page.show_markdown(await self._lane(card_text, info, of=info.directory))


class CalibrationPlot(themes.FollowsTheme, pg.PlotWidget):
    """A dot for each tenth of halting probability: the share of its answers that is right.

    On the dashed line a model would be right as often as it says.
    """

    def __init__(self, bins: tuple[HaltingBin, ...]) -> None:
        super().__init__(enableMenu=False)
        self.setAccessibleName("Calibration")
        answers = sum(each.puzzles for each in bins)
        self.setToolTip(
            wrapped(
                "Calibration: of the answers with a halting probability in each tenth, the share "
                f"that is right; larger dots stand for more of the {answers:,} answers. On the "
                "dashed line the model is right as often as it says."
            )
        )
        self.setAccessibleDescription(
            "; ".join(
                f"{each.low:.1f} to {each.high:.1f}: {each.right} of {each.puzzles} right"
                for each in bins
            )
        )
        self.setFixedHeight(22 * themes.SPACE)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.ideal = self.plot([0, 1], [0, 1])
        most = max(each.puzzles for each in bins)
        self.dots = pg.ScatterPlotItem(
            [(each.low + each.high) / 2 for each in bins],
            [100 * each.right / each.puzzles for each in bins],
            size=[
                LEAST_DOT + (MOST_DOT - LEAST_DOT) * (each.puzzles / most) ** 0.5 for each in bins
            ],
            pen=None,
        )
        self.ideal.setData([0, 1], [0, 100])
        self.addItem(self.dots)
        self.setXRange(0, 1, padding=0.02)
        self.setYRange(0, 100, padding=0.08)
        self.getAxis("bottom").setTicks([[(n / 5, f"{n / 5:g}") for n in range(6)]])
        self.getAxis("left").setTicks([[(n, str(n)) for n in (0, 50, 100)]])
        self.follow_theme()

    def _dress(self) -> None:
        theme = themes.current(self)
        self.setBackground(theme.surface)
        small = themes.font(themes.SMALL)
        for side, words in (("left", "right, %"), ("bottom", "halting probability")):
            axis = self.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.setPen(theme.line)
            axis.setTextPen(theme.secondary_text)
            axis.setTickFont(small)
            size = f"{small.pointSizeF()}pt"
            axis.setLabel(words, color=theme.secondary_text, **{"font-size": size})
        self.dots.setBrush(theme.accent)
        self.ideal.setPen(pg.mkPen(theme.secondary_text, width=1, style=Qt.PenStyle.DashLine))
