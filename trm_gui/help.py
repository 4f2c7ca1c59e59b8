"""The sheet of keys, and the versions that a bug report needs."""

from __future__ import annotations

import platform
from importlib.metadata import version

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMessageBox, QWidget

from trm_gui.actions import COMMANDS


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


def show_about(parent: QWidget) -> None:
    """Versions of what the program stands on."""
    packages = ("trm-studio", "torch", "PySide6-Essentials", "pyqtgraph", "numpy")
    rows = [f"<tr><td>{name}</td><td>&nbsp;&nbsp;{version(name)}</td></tr>" for name in packages]
    rows.append(f"<tr><td>Python</td><td>&nbsp;&nbsp;{platform.python_version()}</td></tr>")
    words = "<p>Watch a Tiny Recursive Model think, cycle by cycle.</p>"
    _open(parent, "About TRM Studio", f"{words}<table>{''.join(rows)}</table>")


def _open(parent: QWidget, title: str, text: str) -> None:
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, parent=parent)
    box.setAccessibleName(title)
    box.open()
