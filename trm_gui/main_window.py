"""The main window: puts the parts together and connects the actions to the session."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QSettings, QSize, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QMainWindow,
    QMenu,
    QSplitter,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trm_core.checkpoints.info import ModelInfo, bundled_models
from trm_core.recordings import SUFFIX
from trm_gui import preferences
from trm_gui import theme as themes
from trm_gui.actions import COMMANDS, make_actions, set_icons
from trm_gui.board.boards import Boards
from trm_gui.board.copies import BoardCopies
from trm_gui.board.legend import LegendBar
from trm_gui.board.overlays import OVERLAYS, OverlaySet
from trm_gui.board.panes import AnswerPane, InputPane, SolutionPane
from trm_gui.board_room import BoardRoom, give_height
from trm_gui.editor.commands import History
from trm_gui.editor.editor import PuzzleEditor
from trm_gui.editor.new_puzzle import NewPuzzleDialog
from trm_gui.export.exports import Exports
from trm_gui.first_paint import FirstPaint
from trm_gui.help import show_about
from trm_gui.jobs.room import JobsRoom
from trm_gui.key_sheet import KeySheet
from trm_gui.library.library import Library
from trm_gui.manual import FORMATS, HOW_IT_THINKS, show_page
from trm_gui.model_card import CardDialog
from trm_gui.model_menu import ModelMenu
from trm_gui.plots.docks import PlotDocks
from trm_gui.plots.halting import HaltingPlot
from trm_gui.recordings.recordings import Recordings
from trm_gui.room_note import RoomNote
from trm_gui.session import Session
from trm_gui.settings import restore, save, save_shown
from trm_gui.settings_dialog import SettingsDialog
from trm_gui.solve_bar import SolveBar
from trm_gui.status import Status
from trm_gui.stored import stored_text
from trm_gui.theme_menu import ThemeMenu
from trm_gui.timeline.playback import Playback
from trm_gui.timeline.transport import Transport
from trm_gui.torch_import import thaw
from trm_gui.tour import Tour
from trm_gui.user_models import UserModels
from trm_gui.window_title import WindowTitle

MOMENT = 4000
"""Milliseconds for which the status bar says that something was saved."""


class MainWindow(themes.FollowsTheme, QMainWindow):
    """Library, puzzle, answer; halting below, then the timeline and the status line."""

    def __init__(self, settings: QSettings) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.resize(1280, 800)
        self.setMinimumSize(800, 600)
        self.settings = settings
        self.begins_solved = True
        """Whether what it shows at first is to be solved."""
        self.session = Session(bundled_models())
        self.playback = Playback(self.session)
        self.undo_stack = History(self.session, self)
        self.actions_by_name = make_actions(self)

        self._input = InputPane(self.session)
        self._input.edit.setDefaultAction(self.actions_by_name["edit"])
        FirstPaint(self).happened.connect(self._input.solutions.start)
        self.overlays = OverlaySet()
        self.playback.playing_changed.connect(self.overlays.set_trail)
        self._answer = AnswerPane(self.session, self.overlays)
        self._legend = LegendBar(self.session, self.overlays)
        self._solution = SolutionPane(self.session)
        self._solution.hide()
        others = [self._answer, self._solution]
        self._boards = Boards(self.session, self._input, others, self._legend)
        self.editor = PuzzleEditor(
            self.session, self.undo_stack, self._boards, self.actions_by_name
        )
        self.title = WindowTitle(self, self.session)
        self.user_models = UserModels(self.session, settings, self)
        self.user_models.card_wanted.connect(self._show_card)
        copies = ("copy_answer", "copy_picture")
        self._copies = BoardCopies(
            self.session,
            self.actions_by_name,
            {
                self._input.board: ("edit", "copy_text", "copy_picture", "paste_puzzle"),
                self._solution.board: ("copy_picture", "solution"),
                self._answer.board: (*copies, "save_recording", "export"),
            },
            self,
        )
        self.room = BoardRoom(self)
        self._lay_out()
        self.library = Library(self, self.session, self.room)
        self.recordings = Recordings(self, self.session, self.room)
        self._central_rows.insertWidget(0, self.recordings.banner)
        self.exports = Exports(self, self.session)
        self.plots = PlotDocks(self, self.session, self.room)
        self.jobs = JobsRoom(self, self.session)
        self.tour = Tour(self)
        self._fill_menus()
        self._connect_actions()
        self._answer.way_chosen.connect(lambda name: self.actions_by_name[name].trigger())
        for signal in (
            self.session.puzzle_changed,
            self.session.trace_changed,
            self.session.cursor_changed,
            self.session.solves.solving_changed,
            self.session.solves.settings_changed,
        ):
            signal.connect(self._enable_actions)
        self._enable_actions()
        self.session.puzzle_changed.connect(self._give_boards_height)
        self.session.opening_changed.connect(self._leave_lists)
        self.follow_theme()
        restore(self)
        preferences.begin(self)

    def _lay_out(self) -> None:
        self.rows = QSplitter(Qt.Orientation.Vertical)
        self.rows.addWidget(self._boards)
        plot = HaltingPlot(self.session)
        self._transport = Transport(self.session, self.playback, self.actions_by_name, plot)
        self.rows.addWidget(self._transport)
        self.rows.setStretchFactor(0, 1)
        self.rows.setSizes([600, 22 * themes.SPACE])
        self.rows.setChildrenCollapsible(False)
        self.rows.setHandleWidth(themes.SPACE)

        self.central = central = QWidget()
        central.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # a click beside a field leaves it
        self._central_rows = layout = QVBoxLayout(central)
        layout.setContentsMargins(0, themes.SPACE, 0, 0)
        layout.addWidget(self.rows, 1)
        self.setCentralWidget(central)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(
            Status(self.session, RoomNote(self.room)), 1
        )  # below the docks too
        for saved in (self.session.recording_saved, self.session.plot_saved):
            saved.connect(self._tell_saved)
        self.session.plot_saved.connect(self._remember_folder)
        central.setFocus()

        bar = QToolBar("Solve")
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setIconSize(QSize(20, 20))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for name in ("open", "solve", "cancel"):
            action = self.actions_by_name[name]
            bar.addAction(action)
            bar.widgetForAction(action).setAccessibleName(action.iconText())
        solve_button = bar.widgetForAction(self.actions_by_name["solve"])
        assert isinstance(solve_button, QToolButton)
        self._solve_button = solve_button
        self._solve_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        solve_bar = SolveBar(self.session)
        solve_bar.card.setDefaultAction(self.actions_by_name["model_card"])
        bar.addWidget(solve_bar)
        self.addToolBar(bar)

    def _fill_menus(self) -> None:
        menus: dict[str, QMenu] = {}
        for command in COMMANDS:
            if command.menu not in menus:
                menus[command.menu] = self.menuBar().addMenu(command.menu)
                menus[command.menu].setToolTipsVisible(True)
            elif command.begins:
                menus[command.menu].addSeparator()
            menus[command.menu].addAction(self.actions_by_name[command.name])
        overlays = QMenu(self)
        overlays.addActions([self.actions_by_name[f"overlay_{each.name}"] for each in OVERLAYS])
        self._legend.button.setMenu(overlays)
        menus["&View"].addSeparator()
        menus["&View"].addMenu(self.plots.menu)
        menus["&View"].addMenu(ThemeMenu(self.settings, self))
        first = self.actions_by_name["add_model"]
        menus["&Model"].insertMenu(first, ModelMenu(self.session, self))
        menus["&Model"].insertSeparator(first)
        menus["&Model"].addMenu(self.user_models.cards)
        menus["&Model"].addMenu(self.user_models.menu)
        menus["&File"].insertMenu(self.actions_by_name["generate"], self.library.recent_menu)

    def _connect_actions(self) -> None:
        session, actions = self.session, self.actions_by_name
        for name, slot in {
            "new": self._ask_for_new,
            "open": self._ask_for_file,
            "quit": self.close,
            "undo": self.undo_stack.undo,
            "redo": self.undo_stack.redo,
            "edit": self.editor.toggle,
            "settings": self._ask_for_settings,
            "model_card": self._show_own_card,
            "add_model": self.user_models.ask_for_folder,
            "import_model": self.user_models.ask_for_checkpoint,
            "solve": session.solve,
            "cancel": session.cancel,
            "first": lambda: session.move_to(0),
            "solve_further": session.solves.solve_further,
            "previous_supervision_step": lambda: session.step("supervision_step", -1),
            "previous": lambda: session.step("cycle", -1),
            "previous_latent_step": lambda: session.step("latent_step", -1),
            "next_latent_step": lambda: session.step("latent_step", 1),
            "next": lambda: session.step("cycle", 1),
            "next_supervision_step": lambda: session.step("supervision_step", 1),
            "latent_steps": session.set_latent_steps,
            "last": lambda: session.move_to(len(session.trace or ()) - 1),
            "slower": lambda: self.playback.change_speed(-1),
            "faster": lambda: self.playback.change_speed(1),
            "tour": self.tour.start,
            "keys": lambda: KeySheet(actions, self).open(),
            "how_it_thinks": lambda: show_page(HOW_IT_THINKS, self),
            "formats": lambda: show_page(FORMATS, self),
            "about": lambda: show_about(self, session.solves.computed_on),
        }.items():
            actions[name].triggered.connect(slot)
        actions["full_screen"].triggered.connect(
            lambda: self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        )
        actions["play"].triggered.connect(self.playback.set_playing)
        for overlay in OVERLAYS:
            toggled = actions[f"overlay_{overlay.name}"].toggled
            toggled.connect(partial(self.overlays.set_on, overlay))
        self.overlays.changed.connect(self._show_overlays)
        self._show_overlays()
        actions["loop"].toggled.connect(self._set_looping)
        actions["solution"].toggled.connect(self._show_solution)
        self.editor.editing_changed.connect(actions["edit"].setChecked)
        self.playback.playing_changed.connect(self._show_playing)
        for name, can in (("undo", "canUndo"), ("redo", "canRedo")):
            actions[name].setEnabled(False)
            getattr(self.undo_stack, f"{can}Changed").connect(actions[name].setEnabled)

    def _enable_actions(self) -> None:
        session = self.session
        steps = 0 if session.trace is None else len(session.trace)
        cursor = -1 if session.cursor is None else session.cursor
        enabled = {
            "edit": session.puzzle is not None,
            "model_card": session.model is not None,
            "train_on_this": session.puzzle is not None,
            "solve": session.model is not None and not session.solving,
            "cancel": session.solving,
            "solve_further": steps > 0 and (session.focus.adding or not session.solving),
            "play": steps > 1,
            "copy_answer": cursor >= 0,
            "last": 0 <= cursor < steps - 1,
        }
        backward, forward = cursor > 0, 0 <= cursor < steps - 1 or session.solves.can_step_further
        enabled |= dict.fromkeys(("first", "previous", "previous_supervision_step"), backward)
        enabled |= dict.fromkeys(("next", "next_supervision_step"), forward)
        fine = bool(session.trace and session.trace.settings.every_latent_step)
        enabled["previous_latent_step"] = backward or (steps > 0 and not fine)
        enabled["next_latent_step"] = forward or (steps > 0 and not fine)
        for name, on in enabled.items():
            self.actions_by_name[name].setEnabled(on)
        self.actions_by_name["latent_steps"].setChecked(session.settings.every_latent_step)

    def _dress(self) -> None:
        """Take over the colours of the theme, the accent for the button to solve."""
        theme, half = themes.current(self), themes.SPACE // 2
        set_icons(self.actions_by_name, theme)
        self._solve_button.setStyleSheet(f"""
            QToolButton {{
                color: {theme.on_accent}; background: {theme.accent}; font-weight: bold;
                border: 2px solid {theme.accent}; border-radius: {half}px;
                padding: 2px {2 * themes.SPACE}px; margin: 0 {half}px;
            }}
            QToolButton:hover, QToolButton:focus {{ border-color: {theme.text}; }}
            QToolButton:disabled {{
                color: {theme.secondary_text}; background: {theme.line};
                border-color: {theme.line};
            }}
        """)

    def _show_solution(self, shown: bool) -> None:
        self.room.notice()
        self._solution.setVisible(shown)
        self.room.make()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_boards_height()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.settings.contains("rows"):  # else they are as they were left
            self._give_boards_height()

    def _leave_lists(self) -> None:
        """As something is opened, keys are for it from now on, until somebody goes elsewhere."""
        if self.session.opening is not None:
            self._input.board.setFocus()
            self.activateWindow()  # from a dock that floats

    def _give_boards_height(self) -> None:
        if self.isVisible():  # before, it does not have its size yet
            give_height(self.rows, self._boards.least_height, self._transport.height_with_plot)

    def _set_looping(self, loops: bool) -> None:
        self.playback.loops = loops

    def _show_overlays(self) -> None:
        for overlay in OVERLAYS:
            self.actions_by_name[f"overlay_{overlay.name}"].setChecked(overlay in self.overlays)

    def _show_playing(self, playing: bool) -> None:
        self.actions_by_name["play"].setChecked(playing)
        set_icons(self.actions_by_name, themes.current(self))

    def _tell_saved(self, file: Path) -> None:
        bar, elided = self.statusBar(), Qt.TextElideMode.ElideMiddle
        room = bar.width() - 2 * themes.SPACE
        words = bar.fontMetrics().elidedText(f"Saved as {file}", elided, room)
        bar.showMessage(words, MOMENT)

    def _ask_for_new(self) -> None:
        dialog = NewPuzzleDialog(self.session.models.all, self.session.puzzle, self)
        dialog.chosen.connect(self.editor.new)
        dialog.open()

    def _show_own_card(self) -> None:
        assert self.session.model is not None
        self._show_card(self.session.model)

    def _show_card(self, model: ModelInfo) -> None:
        CardDialog(self.session, model, self).open()

    def _ask_for_settings(self) -> None:
        models = self.user_models.usual_folder
        stored, session = preferences.stored_preferences(self.settings), self.session
        dialog = SettingsDialog(session.work, session.fail, stored, models, self)
        dialog.changed.connect(lambda chosen: preferences.use(chosen, self))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _ask_for_file(self) -> None:
        from trm_core.puzzles.files import IMAGE_SUFFIXES, TEXT_SUFFIXES

        suffixes = (*TEXT_SUFFIXES, *IMAGE_SUFFIXES, SUFFIX)
        patterns = " ".join(f"*{suffix}" for suffix in suffixes)
        dialog = QFileDialog(
            self,
            "Open a puzzle or a recording",
            stored_text(self.settings, "folder", str(Path.home())),
        )
        dialog.setNameFilters([f"Puzzles and recordings ({patterns})", "All files (*)"])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._on_files_chosen)
        dialog.open()

    def _on_files_chosen(self, files: list[str]) -> None:
        self._remember_folder(Path(files[0]))
        self.library.exchange.open_files([Path(file) for file in files])

    def _remember_folder(self, file: Path) -> None:
        """Have the next dialog begin there."""
        self.settings.setValue("folder", str(file.parent))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.library.exchange.takes(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.library.exchange.take(event.mimeData())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.actions_by_name["full_screen"].setChecked(self.isFullScreen())

    def close_at_once(self) -> None:
        """Close the window and end the program, as the system asks: nobody is there to answer."""
        self.jobs.ask_nothing()
        self.close()
        QApplication.quit()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.jobs.may_close():
            event.ignore()
            return
        self.playback.set_playing(False)
        self.editor.stop()
        self.room.bring_back()
        save(self)
        save_shown(self)
        self.hide()  # at once; what runs in the background may take a moment to end
        self.library.close()
        self.jobs.close()
        self.recordings.close()
        self.session.close()
        thaw()
        super().closeEvent(event)
