"""The library as the window has it: the dock, what is behind it, and the commands for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from trm_gui.board_room import BoardRoom
from trm_gui.library.catalogue import Catalogue
from trm_gui.library.dock import WIDTH, LibraryDock
from trm_gui.library.exchange import Exchange
from trm_gui.library.generator import GeneratorDialog
from trm_gui.library.recent_menu import RecentMenu
from trm_gui.session import Session

if TYPE_CHECKING:
    from trm_gui.main_window import MainWindow


class Library(QObject):
    """Put together for one window; `close` ends it."""

    def __init__(self, window: MainWindow, session: Session, room: BoardRoom) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self._generator: GeneratorDialog | None = None
        self.catalogue = Catalogue(session, window.settings)
        self.exchange = Exchange(session, self.catalogue, window.settings, window)
        self.recent_menu = RecentMenu(self.catalogue, self.exchange, window)
        self.dock = LibraryDock(self.catalogue, self.exchange)
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.dock)
        window.resizeDocks([self.dock], [WIDTH], Qt.Orientation.Horizontal)
        self._room = room
        room.add("library", [self.dock])
        self.dock.generator_wanted.connect(self.show_generator)
        actions = window.actions_by_name
        for name, slot in {
            "generate": self.show_generator,
            "save_puzzle": self.exchange.ask_where_to_save,
            "copy_text": self.exchange.copy_text,
            "paste_puzzle": self.exchange.paste,
            "find_puzzle": self._find,
            "show_fitting": self._show_fitting,
            "favourite": self.dock.toggle_favourite,
            "show_library": self._toggle,
        }.items():
            actions[name].triggered.connect(slot)
        self.dock.toggleViewAction().toggled.connect(actions["show_library"].setChecked)
        actions["show_library"].setChecked(not self.dock.isHidden())

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

    def _find(self) -> None:
        self._room.ask(self.dock)
        self.dock.enter()

    def _show_fitting(self) -> None:
        self._find()
        self.dock.filters.show_fitting()

    def _toggle(self, shown: bool) -> None:
        self._room.ask(self.dock, shown)
        if shown:
            self.dock.enter()
