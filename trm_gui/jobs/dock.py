"""The jobs dock: the list of jobs, and what the selected ones do."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QDockWidget,
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
from trm_gui.jobs.curves import CurvePane
from trm_gui.jobs.joblist import MOST_AT_ONCE
from trm_gui.jobs.jobs import Jobs
from trm_gui.jobs.listing import JobListing
from trm_gui.jobs.load import Load, LoadMeter
from trm_gui.jobs.log import LogPane
from trm_gui.jobs.report import TROUBLE, Report
from trm_gui.jobs.rows import summary

LEAST_LIST = 38 * themes.SPACE
USUAL_LIST = 45 * themes.SPACE
LEAST_HEIGHT = 26 * themes.SPACE


class JobsDock(QDockWidget):
    """Has its contents from the first time that it is seen. A run directory that is dropped on it
    is attached."""

    filled = Signal(object)
    """The JobsPane that is in it from now on."""
    dropped = Signal(list)
    """Folders."""

    def __init__(self, jobs: Jobs, settings: QSettings) -> None:
        super().__init__("Training jobs")
        self._jobs, self._settings = jobs, settings
        self.pane: JobsPane | None = None
        self.setObjectName("jobs")
        self.setAccessibleName("Training jobs")
        self.setAcceptDrops(True)
        self._name_title_buttons()

    def sizeHint(self) -> QSize:
        return QSize(120 * themes.SPACE, 36 * themes.SPACE)

    def enter(self) -> None:
        """Come to the front, with the list in focus."""
        self.show()
        self.raise_()
        self.activateWindow()
        self.pane.listing.setFocus()

    def close_pane(self) -> None:
        """Measure and watch no more."""
        if self.pane is not None:
            self.pane.meter.close()

    def showEvent(self, event: QShowEvent) -> None:
        if self.pane is None:
            self.pane = JobsPane(self._jobs, self._settings)
            self.setWidget(self.pane)
            self.visibilityChanged.connect(self.pane.meter.switch)
            self.filled.emit(self.pane)
        super().showEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        self.dropped.emit([file if file.suffix != ".json" else file.parent for file in files])

    def _name_title_buttons(self) -> None:
        for name, words, hint in (
            ("qt_dockwidget_closebutton", "Close the jobs", "Close; jobs go on (Ctrl+J)"),
            ("qt_dockwidget_floatbutton", "Float the jobs", "Make it a window, or a dock again"),
        ):
            button = self.findChild(QAbstractButton, name)
            button.setAccessibleName(words)
            button.setToolTip(hint)


class JobsPane(QSplitter):
    """The list and its buttons at the left, what the selected jobs do at the right."""

    new_wanted = Signal()
    open_wanted = Signal()

    def __init__(self, jobs: Jobs, settings: QSettings) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._jobs = jobs
        self.listing = JobListing(jobs)
        self.curves = CurvePane(jobs, settings)
        self.log = LogPane(jobs)
        self.meter = LoadMeter()
        self._lay_out()
        self.listing.selected.connect(self._show_selected)
        jobs.listed.connect(self._show_list)
        jobs.reported.connect(self._on_report)
        self.meter.measured.connect(self._show_load)
        self._show_list()
        self._show_selected(self.listing.paths)

    def _lay_out(self) -> None:
        new = QPushButton("&New job…")
        new.setToolTip("Train a model, in a process of its own")
        new.clicked.connect(self.new_wanted)
        attach = QToolButton(text="Open a run…")
        attach.setToolTip("Watch a run that was started in a terminal, or on another machine")
        attach.clicked.connect(self.open_wanted)
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
        self._empty.button_clicked.connect(self.new_wanted)
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
        self.log.show_run(paths[0] if paths else None)
        self._tell(self._jobs.reports.get(paths[0]) if len(paths) == 1 else None)

    def _on_report(self, report: Report) -> None:
        if self.listing.paths == [report.path]:
            self._tell(report)

    def _tell(self, report: Report | None) -> None:
        """Everything there is to say about one job."""
        self.told.setVisible(report is not None)
        if report is None:
            return
        trouble = report.condition in TROUBLE
        sentence = "" if trouble else report.sentence
        self.told.setText(
            " ".join(filter(None, [f"{report.name}: {summary(report)}.", sentence, *report.notes]))
            .replace("..", ".")
            .replace(". .", ".")
        )
        theme = themes.current(self)
        self.told.setStyleSheet(f"color: {theme.conflict_text if trouble else theme.text}")

    def _show_load(self, load: Load) -> None:
        self.load.setText(load.words)
        self.load.setToolTip(load.words)
