"""The boards side by side at one size, and below them what belongs to them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from trm_core.puzzles.arc import Arc
from trm_gui import theme as themes
from trm_gui.board.copies import BoardCopies
from trm_gui.board.legend import LegendBar
from trm_gui.board.overlays import OVERLAYS, OverlaySet, command_name
from trm_gui.board.pair_view import PairView
from trm_gui.board.panes import HEADING_HEIGHT, LEAST_PANE, AnswerPane, InputPane, SolutionPane
from trm_gui.board.task_strip import LEAST_SIDE, SIDE, TaskStrip
from trm_gui.board_room import BoardRoom, give_height
from trm_gui.commands import Command, Commands
from trm_gui.editor.tool_strip import ToolStrip
from trm_gui.session import Session
from trm_gui.settings import stored_whole

SOLUTION = "solution"
"""The setting that says whether it stands beside the answer."""


class Boards(QWidget):
    """The panes in a row; below all of them the examples of an ARC task, the tools of an editor,
    and the legend. So the boards stay in line whatever there is to one of them.

    overlays: what is laid over the answer.
    """

    def __init__(
        self, session: Session, settings: QSettings, commands: Commands, room: BoardRoom
    ) -> None:
        super().__init__()
        self._session, self._settings, self._room = session, settings, room
        self.overlays = OverlaySet(settings)
        self.input = InputPane(session)
        self._answer = AnswerPane(session, self.overlays, commands)
        self._solution = SolutionPane(session)
        self._solution.setVisible(bool(stored_whole(settings, SOLUTION, 0)))
        self._legend = LegendBar(session, self.overlays)
        self._tools: ToolStrip | None = None
        self._pair_tools: ToolStrip | None = None
        self._borrowed = 0
        """Logical pixels of height from the row below, for the tools."""
        self.examples = TaskStrip()
        self.examples.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.examples.setFocusProxy(self.input.board)
        self.examples.chosen_moved.connect(self._show_example)
        self.examples.pair_wanted.connect(self._show_pair)
        self._examples_area = _sideways_scrolling(self.examples)
        panes = QHBoxLayout()
        panes.setSpacing(themes.SPACE)
        for pane in (self.input, self._answer, self._solution):
            panes.addWidget(pane, 1)
        self._examples_row = QHBoxLayout()
        self._examples_row.setSpacing(0)
        self._examples_row.addWidget(self._examples_area)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._rows.addLayout(panes, 1)
        self._rows.addLayout(self._examples_row)
        self._rows.addWidget(self._legend)
        self._fit_examples()
        session.puzzle_changed.connect(self._show_examples)
        session.another_puzzle.connect(self._show_first_example)
        self._show_examples()
        self._add_commands(commands)

    def _add_commands(self, commands: Commands) -> None:
        for overlay in OVERLAYS:
            commands.add(
                Command(
                    command_name(overlay),
                    overlay.hint,
                    overlay.hint,
                    partial(self.overlays.turn, overlay),
                    (overlay.key,) if overlay.key else (),
                    checked=partial(self.overlays.__contains__, overlay),
                )
            )
        commands.add(
            Command(
                "solution",
                "Sol&ution beside the answer",
                "Show the solution on a board of its own",
                self._turn_solution,
                ("9",),
                checked=lambda: not self._solution.isHidden(),
            ),
        )
        commands.follow(self.overlays.changed)
        overlays = QMenu(self)
        overlays.addActions([commands[command_name(each)] for each in OVERLAYS])
        self._legend.button.setMenu(overlays)
        copies = ("copy_answer", "copy_picture")
        BoardCopies(
            self._session,
            commands,
            {
                self.input.board: ("edit", "copy_text", "copy_picture", "paste_puzzle"),
                self._solution.board: ("copy_picture", "solution"),
                self._answer.board: (*copies, "save_recording", "export"),
            },
            self,
        )

    def _turn_solution(self) -> None:
        """Show it, or hide it, in the room that docks leave then."""
        self._room.notice()
        shown = self._solution.isHidden()
        self._solution.setVisible(shown)
        self._settings.setValue(SOLUTION, int(shown))
        self._room.make()

    @property
    def least_height(self) -> int:
        """What all of it needs for boards of the usual least size."""
        least = HEADING_HEIGHT + LEAST_PANE + self._legend.sizeHint().height()
        if isinstance(self._session.puzzle, Arc):
            least += self._height_of_examples(LEAST_SIDE)
        return least

    def set_tools(self, tools: ToolStrip | None, pair_tools: ToolStrip | None) -> None:
        """Show the tools of an editor, those for the pairs of a task beside its examples, or none.

        The row below lends the height that they take from the boards, as far as it can.
        """
        for strip in (self._tools, self._pair_tools):
            if strip is not None:
                strip.remove()
        self._tools, self._pair_tools = tools, pair_tools
        for strip in (tools, pair_tools):
            if strip is not None:
                strip.attach(self.input.board)
        self._fit_tools()
        if tools is not None:
            self._rows.insertWidget(self._rows.indexOf(self._legend), tools)
            tools.show()
        if pair_tools is not None:
            self._examples_row.insertWidget(0, pair_tools, alignment=Qt.AlignmentFlag.AlignTop)
        if tools is None:
            self.examples.set_chosen(None)
        self._show_examples()
        self._borrow(0 if tools is None else tools.height_for(self.width()))
        self._rows.activate()  # at once, so that nothing is painted in between

    def _borrow(self, height: int) -> None:
        """Have so much height from the row below, where the boards would get smaller without, and
        give back what was borrowed before."""
        rows = self.parentWidget()
        if not isinstance(rows, QSplitter):
            return
        above, below = rows.sizes()
        if self._borrowed:
            above -= self._borrowed
            rows.setSizes([above, below + self._borrowed])
            self._borrowed = 0
        beside = HEADING_HEIGHT + self._legend.sizeHint().height()
        if isinstance(self._session.puzzle, Arc):
            beside += self._examples_area.height()
        room = above - beside
        spare = room - min(room, self.input.board.width())
        if height:
            lower = rows.widget(1)
            assert lower is not None
            least_below = lower.minimumHeight()
            self._borrowed = give_height(rows, above + height - spare, least_below)
        self._fit_examples()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_tools()
        self._fit_examples()

    def _fit_tools(self) -> None:
        if self._tools is not None:
            self._tools.setFixedHeight(self._tools.height_for(self.width()))

    def _show_examples(self) -> None:
        puzzle = self._session.puzzle
        shown = isinstance(puzzle, Arc)
        if isinstance(puzzle, Arc):
            self.examples.set_puzzle(puzzle)
        for widget in (self._examples_area, self._pair_tools):
            if widget is not None:
                widget.setVisible(shown)
        self._fit_examples()

    def _show_pair(self, number: int) -> None:
        puzzle = self._session.puzzle
        assert isinstance(puzzle, Arc)
        PairView(puzzle, number, self).open()

    def _show_first_example(self) -> None:
        self._examples_area.horizontalScrollBar().setValue(0)

    def _show_example(self, x: int, y: int) -> None:
        self._examples_area.ensureVisible(x, y, self.examples.side // 2 + themes.SPACE, 0)

    def _fit_examples(self) -> None:
        """Have them, and the tools beside them, lower where the boards need the room."""
        height = self.height() - self._borrowed  # what is borrowed is for the tools
        room = height - self.least_height + self._height_of_examples(LEAST_SIDE)
        self.examples.set_side(max(LEAST_SIDE, min(SIDE, room - self._height_of_examples(0))))
        height = self._height_of_examples(self.examples.side)
        self._examples_area.setFixedHeight(height)
        if (strip := self._pair_tools) is not None:
            widths = [strip.width_of(columns) for columns in (2, 3)]
            width = next((w for w in widths if strip.height_for(w) <= height), widths[-1])
            strip.setFixedSize(width, height)

    def _height_of_examples(self, side: int) -> int:
        """With the scroll bar below, for grids of that side."""
        bar = self._examples_area.horizontalScrollBar().sizeHint().height()
        return side + 2 * themes.SPACE + bar


def _sideways_scrolling(widget: QWidget) -> QScrollArea:
    """A strip for `widget`, whatever the width."""
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
