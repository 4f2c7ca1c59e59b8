"""The sheet of keys, and the versions that a bug report needs."""

from __future__ import annotations

import platform
from functools import partial
from importlib.metadata import version

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence
from PySide6.QtWidgets import QDialog, QLabel, QMessageBox, QTextBrowser, QVBoxLayout, QWidget

from trm_gui.actions import COMMANDS
from trm_gui.manual import PAGES, show_page

LICENCE = "MIT"
PAPERS = {
    "TRM (arXiv 2510.04871)": "https://arxiv.org/abs/2510.04871",
    "HRM (arXiv 2506.21734)": "https://arxiv.org/abs/2506.21734",
}
PACKAGES = "trm-studio", "torch", "PySide6-Essentials", "pyqtgraph", "numpy"

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


def show_keys(parent: QWidget) -> None:
    """A sheet of all commands with their keys."""
    rows = []
    for command in COMMANDS:
        action = parent.actions_by_name[command.name]
        keys = " or ".join(
            keys.toString(QKeySequence.SequenceFormat.NativeText) for keys in action.shortcuts()
        )
        if keys:
            rows.append(_row(keys, command.hint))
    rows.append("<tr><td colspan='2'>While the puzzle is edited:</td></tr>")
    rows += [_row(keys, hint) for keys, hint in EDITING_KEYS]
    sheet = QTextBrowser()
    sheet.setAccessibleName("Keys")
    sheet.setHtml(f"<table cellspacing='4'>{''.join(rows)}</table>")
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("Keys")
    dialog.resize(parent.size() * 0.75)  # and it scrolls
    QVBoxLayout(dialog).addWidget(sheet)
    dialog.open()


def versions() -> str:
    """What the program stands on, a line each."""
    lines = [f"{name} {version(name)}" for name in PACKAGES]
    return "\n".join([*lines, f"Python {platform.python_version()}", platform.platform()])


def show_about(parent: QWidget, computed_on: str) -> None:
    """Versions of what the program stands on, what it computes on ("" if nothing yet), its licence,
    and where to read on."""
    lines = "<br>".join(versions().splitlines())
    words = "Watch a Tiny Recursive Model think, cycle by cycle."
    device = f"Solves are computed on {computed_on}." if computed_on else "Nothing is solved yet."
    papers = ", ".join(f'<a href="{link}">{name}</a>' for name, link in PAPERS.items())
    manual = ", ".join(f'<a href="{name}">{title}</a>' for name, title in PAGES.items())
    box = QMessageBox(QMessageBox.Icon.NoIcon, "About TRM Studio", "", parent=parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setAccessibleName("About TRM Studio")
    box.setText(
        f"<p>{words}</p><p>Free software under the {LICENCE} licence.</p><p>Papers: {papers}</p>"
        f"<p>Manual: {manual}</p><p>{lines}</p><p>{device}</p>"
    )
    told = box.findChild(QLabel, "qt_msgbox_label")
    told.setOpenExternalLinks(False)
    told.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
    told.linkActivated.connect(partial(_follow, parent))
    box.open()


def _follow(parent: QWidget, link: str) -> None:
    """Open a page of the manual, or what is elsewhere."""
    if link in PAGES:
        show_page(link, parent)
    else:
        QDesktopServices.openUrl(QUrl(link))


def _row(keys: str, hint: str) -> str:
    return f"<tr><td><b>{keys}</b></td><td>&nbsp;&nbsp;{hint}</td></tr>"
