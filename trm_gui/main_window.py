"""The main window: makes the rooms, and puts them in their places."""

from __future__ import annotations

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
    QMainWindow,
    QSplitter,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trm_core.checkpoints.info import bundled_models
from trm_gui import menu_bar, preferences
from trm_gui import theme as themes
from trm_gui.board.boards import Boards
from trm_gui.board_room import BoardRoom, give_height
from trm_gui.commands import Command, Commands, StandardKey
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
from trm_gui.model_menu import ModelMenu
from trm_gui.palette import Palette
from trm_gui.plots.docks import PlotDocks
from trm_gui.plots.halting import HaltingPlot
from trm_gui.recordings.recordings import Recordings
from trm_gui.room_note import RoomNote
from trm_gui.session import Session
from trm_gui.session.shown import SHOWN_FILE, write_kept
from trm_gui.settings import beside, remember_folder
from trm_gui.settings_dialog import SettingsDialog
from trm_gui.solve_bar import SolveBar
from trm_gui.status import Status
from trm_gui.theme_menu import ThemeMenu
from trm_gui.timeline.playback import Playback
from trm_gui.timeline.stepping import add_solving, add_stepping
from trm_gui.timeline.transport import Transport
from trm_gui.torch_import import thaw
from trm_gui.tour import Tour
from trm_gui.user_models import UserModels
from trm_gui.window_layout import ROWS, restore_layout, save_layout
from trm_gui.window_title import WindowTitle
from trm_gui.workbench import Workbench

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
        self.session = session = Session(bundled_models())
        self.commands = commands = Commands(self)
        self.room = BoardRoom(self)
        self.boards = Boards(session, settings, commands, self.room)
        bench = Workbench(self, session, settings, commands, self.boards, self.room)
        FirstPaint(self).happened.connect(self.boards.input.solutions.start)
        self.playback = Playback(session, settings)
        self.playback.playing_changed.connect(self.boards.overlays.set_trail)
        add_solving(commands, session)
        add_stepping(commands, session, self.playback)
        self.undo_stack = History(session, self)
        self.editor = PuzzleEditor(session, self.undo_stack, self.boards, commands)
        WindowTitle(self, session)
        self.user_models = UserModels(bench)
        self.library = Library(bench)
        self.recordings = Recordings(bench, self.library.dock)
        self.exports = Exports(bench)
        self.plots = PlotDocks(bench)
        self.jobs = JobsRoom(bench, self.user_models)
        self.tour = Tour(bench, self.playback)
        self._add_commands()
        self._lay_out()
        commands.follow(
            session.puzzle_changed,
            session.solves.solving_changed,
            session.solves.settings_changed,
        )
        commands.refresh()
        session.puzzle_changed.connect(self._give_boards_height)
        session.opening_changed.connect(self._leave_lists)
        self.follow_theme()
        restore_layout(self, self.rows, self.room, settings, self.plots.reset)
        preferences.begin(session, settings)
        preferences.SolveMemory(session, settings, self)

    def _lay_out(self) -> None:
        session, commands = self.session, self.commands
        self.rows = QSplitter(Qt.Orientation.Vertical)
        self.rows.addWidget(self.boards)
        plot = HaltingPlot(session, self.settings)
        self._transport = Transport(session, self.playback, commands, plot)
        self.rows.addWidget(self._transport)
        self.rows.setStretchFactor(0, 1)
        self.rows.setSizes([600, 22 * themes.SPACE])
        self.rows.setChildrenCollapsible(False)
        self.rows.setHandleWidth(themes.SPACE)

        central = QWidget()
        central.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # a click beside a field leaves it
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, themes.SPACE, 0, 0)
        layout.addWidget(self.recordings.banner)
        layout.addWidget(self.rows, 1)
        self.setCentralWidget(central)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().insertWidget(0, Status(session, RoomNote(self.room)), 1)  # below the docks
        for saved in (session.recording_saved, session.plot_saved):
            saved.connect(self._tell_saved)
        session.plot_saved.connect(self._remember_folder)
        central.setFocus()

        bar = QToolBar("Solve")
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setIconSize(QSize(20, 20))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for name in ("open", "solve", "cancel"):
            bar.addAction(commands[name])
            bar.widgetForAction(commands[name]).setAccessibleName(commands[name].iconText())
        solve_button = bar.widgetForAction(commands["solve"])
        assert isinstance(solve_button, QToolButton)
        self._solve_button = solve_button
        self._solve_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        solve_bar = SolveBar(session)
        solve_bar.card.setDefaultAction(commands["model_card"])
        bar.addWidget(solve_bar)
        self.addToolBar(bar)
        menu_bar.fill(
            self.menuBar(),
            commands,
            {
                "recent": self.library.recent_menu,
                "choose_model": ModelMenu(session, self),
                "cards": self.user_models.cards,
                "forget_model": self.user_models.menu,
                "plots": self.plots.menu,
                "theme": ThemeMenu(self.settings, self),
            },
        )

    def _add_commands(self) -> None:
        self.commands.add(
            Command("new", "&New…", "Begin an empty puzzle", self._ask_for_new, (StandardKey.New,)),
            Command("quit", "&Quit", "Close the window", self.close, (StandardKey.Quit,)),
            Command(
                "settings",
                "&Settings…",
                "What solves are computed on",
                self._ask_for_settings,
                (StandardKey.Preferences,),
            ),
            Command(
                "full_screen",
                "&Full screen",
                "Have the window fill the screen, or leave it as it was",
                self._turn_full_screen,
                ("F11",),
                checked=self.isFullScreen,
            ),
            Command(
                "palette",
                "&Find a command…",
                "Search all commands, models and puzzles by a few letters",
                self._search,
                ("Ctrl+Shift+P",),
            ),
            Command(
                "keys",
                "&Keys",
                "What the keys do",
                lambda: KeySheet(self.commands, self).open(),
                ("?", "F1"),
            ),
            Command(
                "how_it_thinks",
                "&How it thinks",
                "y, z, latent, cycle, supervision step: what the words mean, and what plots show",
                lambda: show_page(HOW_IT_THINKS, self),
            ),
            Command(
                "formats",
                "F&ormats of puzzles",
                "What puzzle files and texts look like",
                lambda: show_page(FORMATS, self),
            ),
            Command(
                "about",
                "&About TRM Studio",
                "Versions, licence, papers",
                lambda: show_about(self, self.session.solves.computed_on),
            ),
        )

    def _search(self) -> None:
        places = list(menu_bar.places(self.menuBar()))
        Palette(places, self.library, self.settings, self).enter()

    def _turn_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _dress(self) -> None:
        """Take over the colours of the theme, the accent for the button to solve."""
        theme, half = themes.current(self), themes.SPACE // 2
        self.commands.dress(theme)
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_boards_height()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.settings.contains(ROWS):  # else they are as they were left
            self._give_boards_height()

    def _leave_lists(self) -> None:
        """As something is opened, keys are for it from now on, until somebody goes elsewhere."""
        if self.session.opening is not None:
            self.boards.input.board.setFocus()
            self.activateWindow()  # from a dock that floats

    def _give_boards_height(self) -> None:
        if self.isVisible():  # before, it does not have its size yet
            give_height(self.rows, self.boards.least_height, self._transport.height_with_plot)

    def _tell_saved(self, file: Path) -> None:
        bar, elided = self.statusBar(), Qt.TextElideMode.ElideMiddle
        room = bar.width() - 2 * themes.SPACE
        words = bar.fontMetrics().elidedText(f"Saved as {file}", elided, room)
        bar.showMessage(words, MOMENT)

    def _remember_folder(self, file: Path) -> None:
        remember_folder(self.settings, file)

    def _ask_for_new(self) -> None:
        dialog = NewPuzzleDialog(self.session.models.all, self.session.puzzle, self)
        dialog.chosen.connect(self.editor.new)
        dialog.open()

    def _ask_for_settings(self) -> None:
        models = self.user_models.usual_folder
        stored, session = preferences.stored_preferences(self.settings), self.session
        dialog = SettingsDialog(session.work, session.fail, stored, models, self)
        dialog.changed.connect(
            lambda chosen: preferences.use(chosen, session, self.settings, self.user_models)
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.library.exchange.takes(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.library.exchange.take(event.mimeData())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.commands.refresh()

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
        save_layout(self, self.rows, self.room, self.settings)
        self.settings.sync()
        if (kept := self.session.kept) is not None:
            shown = beside(self.settings, SHOWN_FILE)
            self.session.writer.surely(write_kept, kept, shown)
        self.hide()  # at once; what runs in the background may take a moment to end
        self.library.close()
        self.jobs.close()
        self.recordings.close()
        self.session.close()
        thaw()
        super().closeEvent(event)
