"""What the rooms of a window share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMainWindow

from trm_gui.session import Session

if TYPE_CHECKING:
    from trm_gui.board.boards import Boards
    from trm_gui.board_room import BoardRoom
    from trm_gui.commands import Commands


@dataclass(frozen=True)
class Workbench:
    """Handed to each room of a window.

    window: where docks are put, and the parent of dialogs. room: what docks leave to the boards.
    """

    window: QMainWindow
    session: Session
    settings: QSettings
    commands: Commands
    boards: Boards
    room: BoardRoom
