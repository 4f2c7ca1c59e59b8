"""The library as the window has it: the dock, what is behind it, and the commands for it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt

from trm_gui.commands import Command, Commands, StandardKey
from trm_gui.dock_title import name_buttons
from trm_gui.library.catalogue import Catalogue
from trm_gui.library.dock import WIDTH, LibraryDock
from trm_gui.library.exchange import Exchange
from trm_gui.library.generator import GeneratorDialog
from trm_gui.library.recent_menu import RecentMenu
from trm_gui.workbench import Workbench


class Library(QObject):
    """Put together for one window; `close` ends it."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench.window)
        self._window, self._session, self._room = bench.window, bench.session, bench.room
        self._generator: GeneratorDialog | None = None
        self.catalogue = Catalogue(bench.session, bench.settings)
        self.exchange = Exchange(bench, self.catalogue)
        self.recent_menu = RecentMenu(self.catalogue, self.exchange, bench.window)
        self.dock = LibraryDock(self.catalogue, self.exchange)
        bench.window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.dock)
        bench.window.resizeDocks([self.dock], [WIDTH], Qt.Orientation.Horizontal)
        self._room.add("library", [self.dock])
        self.dock.generator_wanted.connect(self.show_generator)
        self._add_commands(bench.commands)

    def _add_commands(self, commands: Commands) -> None:
        commands.add(
            Command(
                "generate",
                "&Generate a puzzle…",
                "Have a puzzle made",
                self.show_generator,
                ("Ctrl+G",),
            ),
            Command(
                "show_fitting",
                "Puzzles that fit a &model",
                "List the puzzles that a model here can be given; of ARC the tasks that it learned",
                self._show_fitting,
            ),
            Command(
                "find_puzzle",
                "&Find a puzzle",
                "Search the library",
                self._find,
                (StandardKey.Find,),
            ),
            Command(
                "favourite",
                "Fa&vourite",
                "Make the puzzle chosen in the library a favourite, or an ordinary one again",
                self.dock.toggle_favourite,
                ("Ctrl+D",),
                checked=self._is_favourite,
            ),
            Command(
                "show_library",
                "&Library",
                "Show the library of puzzles, or close it",
                self._turn,
                ("Ctrl+L",),
                checked=self.dock.toggleViewAction().isChecked,
            ),
        )
        commands.follow(self.dock.toggleViewAction().toggled, self.catalogue.marks_changed)
        name_buttons(self.dock, "the library", commands.key("show_library"))

    def show_generator(self) -> None:
        """Ask what puzzle to make."""
        self.catalogue.read_all()
        if self._generator is None:
            self._generator = GeneratorDialog(self.catalogue, self._session, self._window)
            self._generator.made.connect(self.exchange.open_item)
        self._generator.open()

    def close(self) -> None:
        """Have written what is to outlive the window."""
        self.catalogue.close()

    def _is_favourite(self) -> bool:
        item = self.dock.current
        return item is not None and item.key in self.catalogue.favourites

    def _find(self) -> None:
        self._room.ask(self.dock)
        self.dock.enter()

    def _show_fitting(self) -> None:
        self._find()
        self.dock.filters.show_fitting()

    def _turn(self) -> None:
        """Show the dock, or close it."""
        shown = not self.dock.toggleViewAction().isChecked()
        self._room.ask(self.dock, shown)
        if shown:
            self.dock.enter()
