"""Items of menus that are made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu


def add_item(
    menu: QMenu, words: str, keys: str, possible: bool, work: Callable[[], object]
) -> None:
    """keys: what does the same in the widget that the menu is of; they are only told here."""
    action = menu.addAction(words)
    action.setShortcut(keys)
    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.setEnabled(possible)
    action.triggered.connect(work)
