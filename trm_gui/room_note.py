"""A word at the bottom while docks have no room, and the way to them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QToolButton

from trm_gui import theme as themes
from trm_gui.board_room import BoardRoom
from trm_gui.hints import wrapped

WAY_BACK = "They come back in a wider window"


class RoomNote(QToolButton):
    """Says which docks are aside, and offers to open each all the same; else it is not there."""

    def __init__(self, room: BoardRoom) -> None:
        super().__init__()
        self._room = room
        self.setAccessibleName("Docks without room")
        self.setAutoRaise(True)
        self.setFont(themes.font(themes.SMALL))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        room.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        words = self._room.words
        self.setVisible(bool(words))
        self.setText(f"No room for the {words} ▾")
        hint = f"{WAY_BACK}, or when another dock is closed; here they can be opened"
        self.setToolTip(wrapped(hint))

    def _fill(self) -> None:
        self.menu().clear()
        self.menu().addAction(WAY_BACK).setEnabled(False)
        self.menu().addSeparator()
        for dock in self._room.aside:
            self.menu().addAction(dock.toggleViewAction())
