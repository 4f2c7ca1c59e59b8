"""The board: one widget that shows any puzzle, and a painter per puzzle kind."""

from trm_gui.board.board import Board
from trm_gui.board.content import BoardContent

__all__ = ["Board", "BoardContent"]
