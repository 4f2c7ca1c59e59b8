"""The sheet of keys, and the versions that a bug report needs."""

from __future__ import annotations

import platform
from importlib.metadata import version

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMessageBox, QWidget

from trm_gui.actions import COMMANDS

PACKAGES = "trm-studio", "torch", "PySide6-Essentials", "pyqtgraph", "numpy"


def show_keys(parent: QWidget) -> None:
    """A sheet of all commands with their keys."""
    rows = []
    for command in COMMANDS:
        action = parent.actions_by_name[command.name]
        keys = " or ".join(
            keys.toString(QKeySequence.SequenceFormat.NativeText) for keys in action.shortcuts()
        )
        if keys:
            rows.append(f"<tr><td><b>{keys}</b></td><td>&nbsp;&nbsp;{command.hint}</td></tr>")
    _open(parent, "Keys", f"<table cellspacing='4'>{''.join(rows)}</table>")


def versions() -> str:
    """What the program stands on, a line each."""
    lines = [f"{name} {version(name)}" for name in PACKAGES]
    return "\n".join([*lines, f"Python {platform.python_version()}", platform.platform()])


def show_about(parent: QWidget, computed_on: str) -> None:
    """Versions of what the program stands on, and what it computes on ("" if nothing yet)."""
    lines = "<br>".join(versions().splitlines())
    words = "Watch a Tiny Recursive Model think, cycle by cycle."
    device = f"Solves are computed on {computed_on}." if computed_on else "Nothing is solved yet."
    _open(parent, "About TRM Studio", f"<p>{words}</p><p>{lines}</p><p>{device}</p>")


def _open(parent: QWidget, title: str, text: str) -> None:
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, parent=parent)
    box.setAccessibleName(title)
    box.open()
