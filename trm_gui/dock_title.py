"""The buttons in the title of a dock, which Qt leaves without words."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QDockWidget


def name_buttons(dock: QDockWidget, what: str, key: str = "") -> None:
    """Say what they do. what: the dock, such as "the library". key: what closes it, too."""
    for name, words, also in (
        ("close", f"Close {what}", f" ({key})" if key else ""),
        ("float", f"Float or dock {what}", ""),
    ):
        button = dock.findChild(QAbstractButton, f"qt_dockwidget_{name}button")
        assert button is not None
        button.setAccessibleName(words)
        button.setToolTip(words + also)
