"""The list of jobs with its buttons, and what the selected ones do."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.board.message import BoardMessage
from trm_gui.commands import Commands
from trm_gui.jobs.curves import CurvePane
from trm_gui.jobs.dock import LEAST_HEIGHT
from trm_gui.jobs.joblist import MOST_AT_ONCE
from trm_gui.jobs.jobs import Jobs
from trm_gui.jobs.learning import Learning
from trm_gui.jobs.listing import JobListing
from trm_gui.jobs.load import Load, LoadMeter
from trm_gui.jobs.log import LogPane
from trm_gui.jobs.report import TROUBLE, Report
from trm_gui.jobs.rows import summary, tells_why
from trm_gui.jobs.strip import LearningPane
from trm_gui.workbench import Workbench

LEAST_LIST = 38 * themes.SPACE
USUAL_LIST = 45 * themes.SPACE


class JobsPane(themes.FollowsTheme, QSplitter):
    """The list and its buttons at the left, what the selected jobs do at the right."""

    def __init__(self, jobs: Jobs, learning: Learning, bench: Workbench) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._jobs = jobs
        self.listing = JobListing(jobs)
        self.curves = CurvePane(jobs, bench.settings)
        self.learning = LearningPane(learning, bench.session)
        self.log = LogPane(jobs)
        self.meter = LoadMeter(bench.session.work, jobs.tasks, self._show_load)
        self._lay_out(bench.commands)
        self.listing.selected.connect(self._show_selected)
        jobs.listed.connect(self._show_list)
        jobs.reported.connect(self._on_report)
        self._show_list()
        self._show_selected(self.listing.paths)
        self.follow_theme()

    def _lay_out(self, commands: Commands) -> None:
        new = QPushButton("&New job…")
        new.setToolTip("Train a model, in a process of its own")
        new.clicked.connect(commands["new_job"].trigger)
        attach = QToolButton()
        attach.setText("Open a run…")
        attach.setToolTip("Watch a run that was started in a terminal, or on another machine")
        attach.clicked.connect(commands["open_run"].trigger)
        self.at_once = QSpinBox()
        self.at_once.setRange(1, MOST_AT_ONCE)
        self.at_once.setPrefix("at once: ")
        self.at_once.setToolTip("Jobs that wait are started while fewer than this are running")
        self.at_once.valueChanged.connect(self._jobs.set_at_once)
        for control, name in (
            (new, "New job"),
            (attach, "Open a run"),
            (self.at_once, "Jobs at once"),
        ):
            control.setAccessibleName(name)
            control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        top = QHBoxLayout()
        top.setSpacing(themes.SPACE)
        for control in (new, attach, self.at_once):
            top.addWidget(control)
        top.addStretch(1)
        self._empty = BoardMessage()
        self._empty.set_message(
            "No jobs yet",
            "Train a model of your own, or watch a run that goes on elsewhere.",
            "New job…",
        )
        self._empty.button_clicked.connect(commands["new_job"].trigger)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.listing)
        self._stack.addWidget(self._empty)
        self.load = QLabel()
        self.load.setFont(themes.font(themes.SMALL))
        self.load.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.load.setAccessibleName("Load of this machine")
        left = QWidget()
        rows = QVBoxLayout(left)
        rows.setContentsMargins(themes.SPACE, themes.SPACE // 2, 0, themes.SPACE // 2)
        rows.setSpacing(themes.SPACE // 2)
        rows.addLayout(top)
        rows.addWidget(self._stack, 1)
        rows.addWidget(self.load)
        left.setMinimumWidth(LEAST_LIST)

        self.told = QLabel(wordWrap=True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.told.setAccessibleName("What the job says")
        self.told.setFont(themes.font(themes.SMALL))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.curves, "Curves")
        self.tabs.addTab(self.learning, "Seeing it learn")
        self.tabs.addTab(self.log, "Log")
        right = QWidget()
        columns = QVBoxLayout(right)
        columns.setContentsMargins(0, themes.SPACE // 2, themes.SPACE // 2, themes.SPACE // 2)
        columns.setSpacing(themes.SPACE // 2)
        columns.addWidget(self.told)
        columns.addWidget(self.tabs, 1)
        self.addWidget(left)
        self.addWidget(right)
        self.setChildrenCollapsible(False)
        self.setStretchFactor(1, 1)
        self.setSizes([USUAL_LIST, 80 * themes.SPACE])
        self.setMinimumHeight(LEAST_HEIGHT)

    def _show_list(self) -> None:
        self._stack.setCurrentIndex(0 if self._jobs.list.jobs else 1)
        self.at_once.blockSignals(True)
        self.at_once.setValue(self._jobs.list.at_once)
        self.at_once.blockSignals(False)

    def _show_selected(self, paths: list[Path]) -> None:
        self.curves.show_runs(paths)
        first = paths[0] if paths else None
        self.learning.show_run(first)
        self.log.show_run(first)
        self._tell_of_selected()

    def _tell_of_selected(self) -> None:
        paths = self.listing.paths
        self._tell(self._jobs.reports.get(paths[0]) if len(paths) == 1 else None)

    _dress = _tell_of_selected

    def _on_report(self, report: Report) -> None:
        if self.listing.paths == [report.path]:
            self._tell(report)

    def _tell(self, report: Report | None) -> None:
        """Everything there is to say about one job."""
        self.told.setVisible(report is not None)
        if report is None:
            return
        trouble, line = report.condition in TROUBLE, summary(report)
        sentence = "" if tells_why(report) else report.sentence
        self.told.setText(
            " ".join(filter(None, [f"{report.name}: {line}.", sentence, *report.notes]))
            .replace("..", ".")
            .replace(". .", ".")
        )
        theme = themes.current(self)
        self.told.setStyleSheet(f"color: {theme.conflict_text if trouble else theme.text}")

    def _show_load(self, load: Load) -> None:
        self.load.setText(load.words)
        self.load.setToolTip(load.words)
