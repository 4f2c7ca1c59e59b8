"""Room for the boards: a dock beside them closes before they get too small."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QDockWidget, QMainWindow

from trm_gui.board_room import missing_width


class RoomForBoards(QObject):
    """Closes a dock when the window gets too narrow for it, and opens it again when there is room.

    What the user opens or closes stays so until the window is resized.
    """

    def __init__(self, window: QMainWindow, dock: QDockWidget) -> None:
        super().__init__(dock)
        self._window = window
        self._dock = dock
        self.closed_for_room = False
        """Whether the dock is closed because of this, not because somebody closed it."""
        self._reserved = 0
        window.installEventFilter(self)
        dock.toggleViewAction().triggered.connect(self._on_user)

    def reserve(self, width: int) -> None:
        """Let there be so many pixels beside the boards, for tools."""
        self._reserved = width
        self.make_room()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.make_room()
        return False

    def _on_user(self) -> None:
        self.closed_for_room = False

    def make_room(self) -> None:
        """Close the dock, or open it again, as the boards have room."""
        dock = self._dock
        if dock.isFloating():
            return
        if self.closed_for_room:
            if missing_width(self._window, [dock]) + self._reserved <= 0:
                self.closed_for_room = False
                dock.show()
        elif not dock.isHidden() and missing_width(self._window) + self._reserved > 0:
            self.closed_for_room = True
            dock.hide()
