"""One job in the list: its condition, how far it is, and the buttons to steer it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPainter
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QToolButton,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.elided_label import ElidedLabel
from trm_gui.icons import blank, icon
from trm_gui.jobs.pulse import words
from trm_gui.jobs.report import AT_WORK, SIGNS, STARTABLE, TROUBLE, Report

ICON = QSize(16, 16)

COLOURS = {
    "light": ("#0072B2", "#B34700", "#00704F", "#8A4B7D", "#7A5C00", "#3B3E43"),
    "dark": ("#56B4E9", "#FF9A5C", "#4CC9A0", "#E0A3C8", "#E6C84F", "#C9CCD2"),
}
"""Of curves of several runs: after Okabe & Ito (2008), with contrast for lines and numbers."""


class JobRow(themes.FollowsTheme, QWidget):
    """Shows a Report; its two buttons say what is wanted."""

    go_wanted = Signal()
    """Start, pause or resume, whichever can be done now."""
    stop_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._report: Report | None = None
        self._mark = 0
        self.sign = QLabel()
        self.name = ElidedLabel(themes.font(weight=QFont.Weight.DemiBold))
        self.line = ElidedLabel(themes.font(themes.SMALL))
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(themes.SPACE // 2)
        self.progress.setAccessibleName("Progress of the job")
        self.go, self.stop = QToolButton(), QToolButton()
        self.stop.setToolTip("Stop, with everything saved")
        self.go.clicked.connect(self.go_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        buttons = QHBoxLayout()
        buttons.setSpacing(themes.SPACE // 2)
        for button in (self.go, self.stop):
            button.setAutoRaise(True)
            button.setIconSize(ICON)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            buttons.addWidget(button)
        layout = QGridLayout(self)
        layout.setContentsMargins(themes.SPACE, themes.SPACE // 2, themes.SPACE // 2, 2)
        layout.setHorizontalSpacing(themes.SPACE)
        layout.setVerticalSpacing(2)
        layout.addWidget(self.sign, 0, 0, 2, 1)
        layout.addWidget(self.name, 0, 1)
        layout.addWidget(self.line, 1, 1)
        layout.addLayout(buttons, 0, 2, 2, 1)
        layout.addWidget(self.progress, 2, 0, 1, 3)
        layout.setColumnStretch(1, 1)
        self.follow_theme()

    def show_report(self, report: Report) -> None:
        self._report = report
        self.name.setText(report.name)
        self.line.setText(summary(report))
        self.progress.setRange(0, max(1, report.steps))
        self.progress.setValue(min(report.step, max(1, report.steps)))
        busy = report.condition == "starting"
        if busy:
            self.progress.setRange(0, 0)
        self.progress.setAccessibleDescription(f"step {report.step:,} of {report.steps:,}")
        name, hint, possible = _go(report)
        self.go.setAccessibleName(f"{name} {report.name}")
        self.go.setToolTip(hint)
        self.go.setEnabled(possible)
        self.stop.setAccessibleName(f"Stop {report.name}")
        self.stop.setEnabled(report.condition in (*AT_WORK, "waiting") and report.request != "stop")
        self.setToolTip("\n".join([summary(report), *filter(None, [report.sentence])]))
        self._dress()

    def show_mark(self, mark: int) -> None:
        """The number, from 1, that its curves have in the plots; 0 for none."""
        self._mark = mark
        self._dress()

    def _dress(self) -> None:
        report = self._report
        if report is None:
            return
        theme = themes.current(self)
        trouble = report.condition in TROUBLE
        self.go.setIcon(icon("pause" if report.condition == "running" else "play", theme))
        self.stop.setIcon(icon("cancel", theme))
        colour = theme.conflict_text if trouble else theme.secondary_text
        self.line.setStyleSheet(f"color: {colour}")
        sign = icon(SIGNS[report.condition], theme)
        if self._mark:
            sign = _numbered(self._mark, curve_colour(theme.name, self._mark))
        self.sign.setPixmap(sign.pixmap(ICON, self.devicePixelRatioF()))
        self.sign.setAccessibleName(report.words)


def tells_why(report: Report) -> bool:
    """Whether the summary of a job has its sentence in it."""
    return report.condition in (*TROUBLE, "starting")


def summary(report: Report) -> str:
    """Condition, progress, remaining time and accuracy in a line."""
    parts = [report.words]
    if tells_why(report) and report.sentence:
        if report.condition in TROUBLE:
            parts = [f"{report.words}: {report.sentence}"]
        else:
            parts.append(report.sentence.rstrip("."))
    if report.step or report.condition in AT_WORK:
        parts.append(f"step {report.step:,} of {report.steps:,}")
    elif report.condition in ("waiting", "new"):
        parts.append(f"{report.steps:,} steps")
    if report.remaining_seconds is not None:
        parts.append(f"{words(report.remaining_seconds)} left")
    if report.exact is not None:
        parts.append(f"{report.exact:.1%} exact")
    if report.host and not report.here:
        parts.append(f"on {report.host}")
    return " · ".join(parts)


def curve_colour(theme: str, mark: int) -> str:
    """The colour of the run that is plotted as number `mark`."""
    colours = COLOURS[theme]
    return colours[(mark - 1) % len(colours)]


def _go(report: Report) -> tuple[str, str, bool]:
    """Name and hint of the button that starts, pauses or resumes, and whether it can."""
    if report.condition == "running":
        return "Pause", "Pause; what is done is saved", report.request != "pause"
    if report.condition == "paused":
        return "Resume", "Go on", report.request != "resume"
    if report.condition in STARTABLE:
        if report.saved:
            return "Start", f"Go on from the checkpoint at step {report.saved[-1]:,}", True
        return "Start", "Start now", True
    return "Start", "Nothing is left to do" if report.condition == "finished" else "", False


def _numbered(number: int, colour: str) -> QIcon:
    """A disc with the number of a run's curves."""
    result = QIcon()
    for ratio in (1, 2):
        pixmap = blank(ICON, ratio)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawEllipse(0, 0, ICON.width(), ICON.height())
        light = QColor(colour).lightness() > 140
        painter.setPen(QColor("#10161B" if light else "#FFFFFF"))
        font = themes.font(themes.SMALL, QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.drawText(
            0, 0, ICON.width(), ICON.height(), Qt.AlignmentFlag.AlignCenter, str(number)
        )
        painter.end()
        result.addPixmap(pixmap)
    return result
