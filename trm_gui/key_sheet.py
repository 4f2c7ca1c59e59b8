"""The sheet of keys: every command that has some, in the groups of the menus."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.commands import Command, Commands, plain
from trm_gui.menu_bar import MENUS

COLUMNS = 3

SIZE = QSize(150 * themes.SPACE, 100 * themes.SPACE)

EDITING = "While the puzzle is edited"
EDITING_KEYS = (
    ("Arrows", "Select another cell"),
    ("1-9, A-P, Delete", "Sudoku: put a digit into the cell, or empty it"),
    ("Space, Enter", "Maze, ARC: draw at the cell"),
    ("Shift+Arrows", "Maze, ARC: draw on from the cell"),
    ("W, F, S, G, P", "Maze: wall, floor, start, goal, shortest path"),
    ("0-9", "ARC: choose a colour"),
    ("P, R, F", "ARC: pencil, rectangle, fill"),
    ("PgUp, PgDown", "ARC: edit another grid of the task"),
    ("O, A, D, X, comma, full stop", "ARC: copy the input, add, duplicate, remove, move a pair"),
    ("Ctrl+C, Ctrl+V", "Copy and paste the puzzle as text"),
    ("Ctrl+Delete", "Empty it"),
    ("Escape", "Give up what is being drawn, or leave the puzzle"),
)
"""What the keys do while a puzzle is edited; the tools tell theirs one by one."""

Row = tuple[str, str, str]
"""Keys, what they do, and what that is called in the menus, which can be searched for, too."""

Group = tuple[str, list[Row]]
"""A heading, and what stands below it."""


class KeySheet(QDialog):
    """Groups in columns, and a search that leaves those rows that have its words."""

    def __init__(self, commands: Commands, parent: QWidget) -> None:
        super().__init__(parent)
        self._groups: list[Group] = [
            (title, [(keys, each.hint, plain(each.text)) for keys, each in rows])
            for title, rows in with_keys(commands)
        ]
        self._groups.append((EDITING, [(keys, does, "") for keys, does in EDITING_KEYS]))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys")
        self.search = QLineEdit(placeholderText="Search, such as step")
        self.search.setAccessibleName("Search the keys")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._show)
        self.sheet = QTextBrowser()
        self.sheet.setAccessibleName("Keys")
        self.sheet.setFont(themes.font(themes.SMALL))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for part in (self.search, self.sheet, buttons):
            layout.addWidget(part)
        self.resize(SIZE.boundedTo(parent.screen().availableSize() * 0.95))
        self._show("")

    def _show(self, wanted: str) -> None:
        words = wanted.lower().split()
        found = [
            (heading, [row for row in rows if all(w in " ".join(row).lower() for w in words)])
            for heading, rows in self._groups
        ]
        columns = _columns([(heading, rows) for heading, rows in found if rows])
        cells = "".join(f"<td width='33%'>{''.join(map(_html, column))}</td>" for column in columns)
        self.sheet.setHtml(
            f"<table cellspacing='8' width='100%'><tr>{cells}</tr></table>"
            if columns
            else "Nothing found."
        )


def with_keys(commands: Commands) -> Iterator[tuple[str, list[tuple[str, Command]]]]:
    """By menu, its commands that have keys, each after these."""
    named = {command.name: command for command in commands}
    native = QKeySequence.SequenceFormat.NativeText
    for title, sections in MENUS.items():
        names = filter(named.__contains__, chain.from_iterable(sections))
        rows = [
            (" or ".join(each.toString(native) for each in commands[name].shortcuts()), named[name])
            for name in names
            if commands[name].shortcuts()
        ]
        if rows:
            yield plain(title), rows


def readme_table(commands: Commands) -> str:
    """What the README tells of them: a row for each menu."""
    lines = ["| menu | keys |", "|---|---|"]
    for heading, rows in with_keys(commands):
        told = ", ".join(f"{plain(each.text).rstrip('…')} **{keys}**" for keys, each in rows)
        lines.append(f"| {heading} | {told} |")
    return "\n".join(lines)


def _columns(groups: list[Group]) -> list[list[Group]]:
    """The groups in their order, divided so that the columns are about as long."""
    whole = sum(len(rows) + 2 for _, rows in groups)
    columns: list[list[Group]] = [[] for _ in range(COLUMNS)]
    above = 0
    for heading, rows in groups:
        middle = above + (len(rows) + 2) / 2
        columns[min(int(COLUMNS * middle / whole), COLUMNS - 1)].append((heading, rows))
        above += len(rows) + 2
    return [column for column in columns if column]


def _html(group: Group) -> str:
    from html import escape

    heading, rows = group
    apart = "style='padding-right: 8px'"
    told = "".join(
        f"<tr><td {apart}><b>{escape(keys)}</b></td><td>{escape(does)}</td></tr>"
        for keys, does, _ in rows
    )
    return f"<p><b>{escape(heading)}</b></p><table cellspacing='2'>{told}</table>"
