"""The jobs as a part of the window: dock, dialogs, menu, and the question at its end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QSettings, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from trm_core.puzzles.base import Puzzle
from trm_gui import theme as themes
from trm_gui.board.panes import LEAST_PANE
from trm_gui.commands import Command, Commands
from trm_gui.dock_title import name_buttons
from trm_gui.first_paint import FirstPaint
from trm_gui.jobs.dock import LEAST_HEIGHT, JobsDock
from trm_gui.jobs.jobs import Jobs
from trm_gui.jobs.learning import Learning
from trm_gui.jobs.menu import fill
from trm_gui.jobs.models import copy_newest
from trm_gui.jobs.new_jobs import NewJobs
from trm_gui.jobs.notices import Notices
from trm_gui.jobs.publishing import PublishDialog, Publishing
from trm_gui.jobs.questions import ask_about_running, ask_to_delete
from trm_gui.jobs.report import AT_WORK, STARTABLE, TROUBLE, Report
from trm_gui.settings import beside, stored_texts
from trm_gui.user_models import UserModels
from trm_gui.workbench import Workbench

if TYPE_CHECKING:
    from trm_core.training.config import RunConfig
    from trm_gui.jobs.joblist import Job
    from trm_gui.jobs.pane import JobsPane

AT_WORK_BEFORE = "jobs_at_work"


class JobsRoom(QObject):
    """Put together for one window; `close` ends it, and leaves the jobs alone."""

    def __init__(self, bench: Workbench, user_models: UserModels) -> None:
        window, session = bench.window, bench.session
        super().__init__(window)
        self._window, self.session = window, session
        self._bench, self._user_models = bench, user_models
        self._answered = False
        """Whether somebody has said what becomes of the jobs that run."""
        self._closed = False
        learning = beside(bench.settings, "learning")
        self.jobs = Jobs(session.work, session.fail, learning.parent)
        self.new_jobs = NewJobs(self.jobs)
        self.learning = Learning(self.jobs, session, learning)
        self.dock = JobsDock(self._make_pane)
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.dock)
        self.dock.hide()
        self.dock.filled.connect(self._connect)
        self.dock.dropped.connect(self._attach)
        self.notices = Notices(window)
        self.publishing = Publishing(session.work, self._on_published, self._on_not_published)
        self._left = stored_paths(bench.settings)
        """The jobs that were at work when the last window was closed."""
        self.jobs.came_over.connect(self._on_came_over)
        self.jobs.added.connect(self._show_added)
        self._add_commands(bench.commands)
        window.installEventFilter(self)
        painted = FirstPaint(window).happened
        painted.connect(self.jobs.start)
        painted.connect(lambda: self.jobs.tasks.start(self.new_jobs.prepare()))

    def _add_commands(self, commands: Commands) -> None:
        commands.add(
            Command(
                "new_job",
                "&New job…",
                "Train a model of your own, in a process of its own",
                self.ask_for_new,
                ("Ctrl+T",),
            ),
            Command(
                "train_on_this",
                "New job for this &puzzle…",
                "Train a model for the kind and size of the puzzle, from the nearest preset",
                lambda: self.ask_for_new(puzzle=self.session.puzzle),
                enabled=lambda: self.session.puzzle is not None,
            ),
            Command(
                "open_run",
                "&Open a run…",
                "Watch a training run that was started in a terminal, or on another machine",
                self.ask_for_run,
            ),
            Command(
                "show_jobs",
                "&Jobs",
                "Show the training jobs, or close them; they go on",
                self._turn,
                ("Ctrl+J",),
                checked=lambda: self.dock.is_open,
            ),
        )
        commands.follow(self.dock.toggleViewAction().toggled)
        name_buttons(self.dock, "the jobs", commands.key("show_jobs"))

    def _make_pane(self) -> JobsPane:
        from trm_gui.jobs.pane import JobsPane  # with all that it shows, when that is shown

        return JobsPane(self.jobs, self.learning, self._bench)

    def _connect(self, pane: JobsPane) -> None:
        listing = pane.listing
        listing.go_wanted.connect(self._go)
        listing.stop_wanted.connect(lambda path: self.jobs.ask(path, "stop"))
        listing.delete_wanted.connect(self.ask_to_delete)
        listing.menu_wanted.connect(self._show_menu)
        listing.moved.connect(self.jobs.move)

    def _attach(self, folders: list[Path]) -> None:
        for folder in folders:
            self.jobs.attach(folder)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close the window before it is deleted, also where somebody was to be asked."""
        if event.type() == QEvent.Type.DeferredDelete and not self._answered:
            self._answered = True
            self._window.close()
        return False

    def close(self) -> None:
        self._answered = self._closed = True
        at_work = [str(report.path) for report in self.jobs.at_work]
        self._bench.settings.setValue(AT_WORK_BEFORE, at_work)
        self.jobs.close()

    # Closing the window

    def may_close(self) -> bool:
        """Whether nobody must be asked first; else they are, and the window closes after that."""
        at_work = self.jobs.at_work
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        session_ends = application.isSavingSession()  # which must not wait for answers
        if self._answered or not at_work or session_ends:
            return True

        def close(stop: bool) -> None:
            self._answered = True
            for report in at_work if stop else ():
                self.jobs.ask(report.path, "stop")
            self._window.close()

        names = [report.name for report in at_work]
        ask_about_running(names, partial(close, False), partial(close, True), self._window)
        return False

    def ask_nothing(self) -> None:
        """Let the window close while jobs are at work, which go on."""
        self._answered = True

    # The dock

    def _turn(self) -> None:
        """Show the dock, or close it."""
        if self.dock.is_open:
            self.dock.leave()
        else:
            self._enter()

    def _enter(self) -> None:
        self.dock.enter(floating=not self.dock.isFloating() and not self._has_room())

    def _has_room(self) -> bool:
        """Whether the boards keep their size above the dock."""
        if not self.dock.isHidden():  # behind another as a tab, or in place
            return True
        board = self._bench.boards.input.board
        return board.height() - LEAST_HEIGHT - 4 * themes.SPACE >= LEAST_PANE

    # What is done with jobs

    def ask_for_new(
        self, like: tuple[str, RunConfig, Job] | None = None, puzzle: Puzzle | None = None
    ) -> None:
        """like: name, config and job of a run that is to be had again, with changes. puzzle: what
        the model is to be for, if it is for a certain one."""
        from trm_gui.jobs.new_job import NewJobDialog  # which takes a while to import

        dialog = NewJobDialog(self.new_jobs, self._bench.settings, self._window, like, puzzle)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def ask_for_run(self) -> None:
        dialog = QFileDialog(self._window, "Open a run directory", str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda folder: self.jobs.attach(Path(folder)))
        dialog.open()

    def _show_added(self, path: Path) -> None:
        """Come to the front with it, also where a dialog has just had the focus."""
        if self._closed:
            return
        if self.dock.isVisible():
            self.dock.enter()
        else:
            self._enter()
        assert self.dock.pane is not None
        self.dock.pane.listing.select(path)

    def _on_came_over(self, report: Report, before: Report | None) -> None:
        """Tell what has ended, also while there was no window, and what has broken off."""
        was_at_work = report.path in self._left if before is None else before.condition in AT_WORK
        if not was_at_work or report.condition == "unreadable":  # which may pass, over a network
            return
        show = partial(self._show_added, report.path)
        if report.condition in TROUBLE:
            words = report.sentence or "It cannot be read."
            self.notices.tell(f"{report.name}: {words}", trouble=True, show=show)
        elif report.ended_by_itself:
            exact = (
                "" if report.exact is None else f" {report.exact:.1%} of held-out puzzles right."
            )
            ended = "is done." if report.condition == "finished" else f"stopped. {report.sentence}"
            self.notices.tell(f"{report.name} {ended}{exact}", show=show)

    def _go(self, path: Path) -> None:
        report = self.jobs.reports.get(path)
        if report is None:
            return
        if report.condition == "running":
            self.jobs.ask(path, "pause")
        elif report.condition == "paused":
            self.jobs.ask(path, "resume")
        elif report.condition in STARTABLE:
            self.jobs.start_job(path)

    def ask_to_delete(self, paths: list[Path]) -> None:
        """Ask, and then move the jobs to the trash or take them off the list."""
        reports = [self.jobs.reports[path] for path in paths if path in self.jobs.reports]
        if busy := [report.name for report in reports if report.condition in AT_WORK]:
            self.session.fail(f"{', '.join(busy)} is at work; stop it before it is deleted.")
            return
        if not reports:
            return

        def each(work: Callable[[Path], None]) -> Callable[[], None]:
            def do() -> None:
                for report in reports:
                    work(report.path)

            return do

        names = [report.name for report in reports]
        ask_to_delete(names, each(self.jobs.delete), each(self.jobs.forget), self._window)

    def ask_to_publish(self, path: Path) -> None:
        """Ask for a name, and have the model measured and saved under it."""
        job = self.jobs.list.job(path)
        taken = {model.name for model in self.session.models.all}
        models = self._user_models.folder
        dialog = PublishDialog(self.session.work, path, models, taken, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        device = "auto" if job is None else job.device
        dialog.chosen.connect(lambda target: self.publishing.publish(path, target, device))
        dialog.open()

    def _on_published(self, model: Path, measured: str) -> None:
        self.session.add_model(model)
        self.notices.tell(f"{model.name} is among the models now. {measured}")

    def _on_not_published(self, sentence: str) -> None:
        self.notices.tell(sentence, trouble=True)

    def use_model(self, path: Path) -> None:
        """Offer the newest checkpoint as a model, and use it if it fits the puzzle."""
        self.jobs.tasks.start(self._use_model(path, self._user_models.folder))

    async def _use_model(self, path: Path, folder: Path) -> None:
        self.session.add_model(await self.jobs.on_its_thread(path, copy_newest, path, folder))

    def duplicate(self, path: Path) -> None:
        """Ask for a new job with the config of this one."""
        self.jobs.tasks.start(self._duplicate(path), place="duplicate")

    async def _duplicate(self, path: Path) -> None:
        config, job = await self.jobs.config(path), self.jobs.list.job(path)
        if job is not None:
            self.ask_for_new((path.name, config, job))

    def _show_menu(self, paths: list[Path], place: QPoint) -> None:
        menu = QMenu(self.dock)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill(menu, paths, self)
        menu.popup(place)


def stored_paths(settings: QSettings) -> set[Path]:
    """The jobs that were at work when the last window was closed."""
    return {Path(text) for text in stored_texts(settings, AT_WORK_BEFORE)}
