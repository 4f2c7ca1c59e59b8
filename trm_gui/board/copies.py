"""Taking what a board shows elsewhere: as text, as a picture; and the menus of the boards."""

from __future__ import annotations

import json
from collections.abc import Mapping

from PySide6.QtCore import QObject, QPoint, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QMenu, QWidget

from trm_core.puzzles.arc import Arc
from trm_core.puzzles.base import Grid, Puzzle
from trm_gui import theme as themes
from trm_gui.board.board import Board
from trm_gui.board.painters import paint_board
from trm_gui.commands import Command, Commands
from trm_gui.session import Session

SIDE = 960
"""Pixels of the longer side of a picture."""


class BoardCopies(QObject):
    """The commands that copy what boards show, and a menu for each board.

    boards: each with the names of the commands in its menu. The picture is of the board whose menu
    was used, else of the one with the focus, else of the last of them.
    """

    def __init__(
        self,
        session: Session,
        commands: Commands,
        boards: Mapping[Board, tuple[str, ...]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._session, self._commands, self._parent = session, commands, parent
        self._boards = boards
        self._pointed: Board | None = None
        commands.add(
            Command(
                "copy_answer",
                "Copy the &answer",
                "Put the model's answer at the cursor into the clipboard as text",
                self._copy_answer,
                ("Ctrl+Alt+C",),
                enabled=lambda: session.cursor is not None,
            ),
            Command(
                "copy_picture",
                "Copy as p&icture",
                "Put the board with the focus, or the answer, into the clipboard as a picture",
                self._copy_picture,
            ),
        )
        for board in boards:
            board.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            board.customContextMenuRequested.connect(
                lambda place, board=board: self._show_menu(board, place)
            )

    def _show_menu(self, board: Board, place: QPoint) -> None:
        if board.input is not None:  # an editor has its own use of the right button
            return
        self._pointed = board
        menu = QMenu(self._parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        menu.addActions([self._commands[name] for name in self._boards[board]])
        menu.popup(board.mapToGlobal(place))

    def _copy_answer(self) -> None:
        trace, cursor = self._session.trace, self._session.cursor
        if trace is not None and cursor is not None:
            QGuiApplication.clipboard().setText(answer_text(trace.puzzle, trace.grid(cursor)))

    def _copy_picture(self) -> None:
        board, self._pointed = self._pointed or self._board_in_focus(), None
        if board.shown_grid():
            QGuiApplication.clipboard().setImage(picture_of(board))

    def _board_in_focus(self) -> Board:
        boards = list(self._boards)
        return next((board for board in boards if board.hasFocus()), boards[-1])


def answer_text(puzzle: Puzzle, grid: Grid) -> str:
    """An answer as text: as a puzzle of its kind is written; of an ARC task the grid alone."""
    return json.dumps(puzzle.json_rows(grid)) if isinstance(puzzle, Arc) else puzzle.format(grid)


def picture_of(board: Board) -> QImage:
    """What a board shows, large enough for a page, with a margin."""
    content, theme = board.content, themes.current(board)
    assert content is not None
    longer, margin = max(content.rows, content.cols), themes.SPACE
    width, height = (
        round(SIDE * length / longer) + 2 * margin for length in (content.cols, content.rows)
    )
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(theme.background)
    painter = QPainter(image)
    area = QRectF(image.rect()).adjusted(margin, margin, -margin, -margin)
    paint_board(painter, area, content, theme)
    painter.end()
    return image
