"""A mark at the field that a mistake is in."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLineEdit

from trm_gui import theme as themes
from trm_gui.hints import wrapped
from trm_gui.icons import icon

MISTAKE = "mistake"
"""Name of the action that stands for one in a field."""


def mark(edit: QComboBox | QLineEdit, sentence: str) -> None:
    """Show at a field what is wrong in it; nothing any more if `sentence` is ""."""
    if edit.accessibleDescription() == sentence:
        return
    edit.setAccessibleDescription(sentence)
    colour = themes.current(edit).conflict_text
    if isinstance(edit, QComboBox):
        edit.setStyleSheet(f"QComboBox {{ color: {colour} }}" if sentence else "")
        return
    if (sign := edit.findChild(QAction, MISTAKE)) is None:
        sign = QAction(icon("trouble", themes.current(edit)), "", edit)
        sign.setObjectName(MISTAKE)
    sign.setToolTip(wrapped(sentence))
    if sentence:
        edit.addAction(sign, QLineEdit.ActionPosition.TrailingPosition)
    else:
        edit.removeAction(sign)
    edit.setStyleSheet(f"QLineEdit {{ color: {colour} }}" if sentence else "")
