"""What stands below the boards: buttons to step and play, the scrubber, the speed, a plot."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QToolButton, QWidget

from trm_gui import theme as themes
from trm_gui.plots.halting import HaltingPlot
from trm_gui.session import Session
from trm_gui.timeline.playback import SPEEDS, Playback
from trm_gui.timeline.scrubber import Scrubber

BUTTONS = (
    "first",
    "previous_supervision_step",
    "previous",
    "play",
    "next",
    "next_supervision_step",
    "last",
    "loop",
)


class Transport(QWidget):
    """Buttons for the stepping actions on the left, the scrubber in the middle.

    The plot above has the scrubber's horizontal scale: a frame is at the same place in both.
    """

    def __init__(
        self,
        session: Session,
        playback: Playback,
        actions: Mapping[str, QAction],
        plot: HaltingPlot,
    ) -> None:
        super().__init__()
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        for name in BUTTONS:
            button = QToolButton()
            button.setDefaultAction(actions[name])
            button.setAutoRaise(True)
            button.setIconSize(QSize(20, 20))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(actions[name].text().replace("&", ""))
            buttons.addWidget(button)
        scrubber = QHBoxLayout()
        scrubber.setContentsMargins(plot.AXIS_WIDTH, 0, 0, 0)
        scrubber.addWidget(Scrubber(session))

        self._speed = QComboBox()
        self._speed.setAccessibleName("Playing speed")
        self._speed.setToolTip("Cycles per second while playing (- and +)")
        self._speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for speed in SPEEDS:
            self._speed.addItem(f"{speed}/s", speed)
        self._playback = playback
        self._speed.activated.connect(self._on_chosen)
        playback.speed_changed.connect(self._show_speed)
        self._show_speed(playback.speed)

        layout = QGridLayout(self)
        layout.setContentsMargins(themes.SPACE, 0, themes.SPACE, 0)
        layout.setHorizontalSpacing(themes.SPACE)
        layout.setVerticalSpacing(themes.SPACE // 2)
        layout.addWidget(plot.reading, 0, 0)
        layout.addWidget(plot, 0, 1)
        layout.addLayout(buttons, 1, 0)
        layout.addLayout(scrubber, 1, 1)
        layout.addWidget(self._speed, 1, 2)
        layout.setRowStretch(0, 1)
        layout.setColumnStretch(1, 1)

    def _on_chosen(self, index: int) -> None:
        self._playback.speed = SPEEDS[index]

    def _show_speed(self, speed: int) -> None:
        self._speed.setCurrentIndex(SPEEDS.index(speed))
