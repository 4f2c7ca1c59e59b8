"""What stands below the boards: buttons to step and play, the scrubber, the speed, a plot."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QToolButton, QWidget

from trm_gui import theme as themes
from trm_gui.commands import Commands, plain
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

    The plot above has the scrubber's horizontal scale: a frame is at the same place in both. It
    hides where there is too little height for it.
    """

    def __init__(
        self,
        session: Session,
        playback: Playback,
        commands: Commands,
        plot: HaltingPlot,
    ) -> None:
        super().__init__()
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        for name in BUTTONS:
            button = QToolButton()
            button.setDefaultAction(commands[name])
            button.setAutoRaise(True)
            button.setIconSize(QSize(20, 20))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(plain(commands[name].text()))
            buttons.addWidget(button)
        scrubber = QHBoxLayout()
        scrubber.setContentsMargins(plot.AXIS_WIDTH, 0, 0, 0)
        scrubber.addWidget(Scrubber(session))

        self._plot = plot
        self._speed = QComboBox()
        self._speed.setAccessibleName("Playing speed")
        keys = map(commands.key, ("slower", "faster"))
        self._speed.setToolTip(f"Cycles per second while playing ({' and '.join(keys)})")
        self._speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for speed in SPEEDS:
            self._speed.addItem(f"{speed}/s", speed)
        self._playback = playback
        self._speed.activated.connect(self._on_chosen)
        playback.speed_changed.connect(self._show_speed)
        self._show_speed(playback.speed)

        marks = QLabel("◆ first right\n● halts")
        marks.setFont(themes.font(themes.SMALL))
        marks.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        marks.setAlignment(Qt.AlignmentFlag.AlignBottom)
        marks.setAccessibleName("Marks of the timeline")
        marks.setToolTip("What is marked above the timeline; both where they coincide")
        self._above = (plot, plot.reading, marks)

        self._grid = layout = QGridLayout(self)
        layout.setContentsMargins(themes.SPACE, 0, themes.SPACE, 0)
        layout.setHorizontalSpacing(themes.SPACE)
        layout.setVerticalSpacing(themes.SPACE // 2)
        layout.addWidget(plot.reading, 0, 0)
        layout.addWidget(plot, 0, 1)
        layout.addWidget(marks, 0, 2)
        layout.addLayout(buttons, 1, 0)
        layout.addLayout(scrubber, 1, 1)
        layout.addWidget(self._speed, 1, 2)
        layout.setRowStretch(0, 1)
        layout.setColumnStretch(1, 1)
        self.setMinimumHeight(max(buttons.sizeHint().height(), scrubber.sizeHint().height()))

    @property
    def height_with_plot(self) -> int:
        """What the timeline and a plot of the least height need."""
        least: int = self._plot.minimumHeight()
        return self.minimumHeight() + self._grid.verticalSpacing() + least

    def resizeEvent(self, event: QResizeEvent) -> None:
        for widget in self._above:
            widget.setVisible(self.height() >= self.height_with_plot)
        super().resizeEvent(event)

    def _on_chosen(self, index: int) -> None:
        self._playback.speed = SPEEDS[index]

    def _show_speed(self, speed: int) -> None:
        self._speed.setCurrentIndex(SPEEDS.index(speed))
