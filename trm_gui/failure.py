"""What went wrong, told in full: for whoever wants to report it."""

from __future__ import annotations

import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.help import versions


class FailureDialog(QDialog):
    """A sentence, what the program knows beyond it, and a button that copies both."""

    def __init__(self, sentence: str, details: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("What went wrong")
        self.resize(80 * themes.SPACE, 48 * themes.SPACE)
        told = QLabel(sentence)
        told.setWordWrap(True)
        self.text = QPlainTextEdit("\n\n".join(filter(None, (sentence, details, versions()))))
        self.text.setReadOnly(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName("Details")
        self.text.setToolTip("What a report should have in it")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.copy = buttons.addButton("&Copy", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.setToolTip("Copy all of it")
        self.copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self.text.toPlainText())
        )
        layout = QVBoxLayout(self)
        for part in (told, self.text, buttons):
            layout.addWidget(part)


class Unforeseen(QObject):
    """Watches for exceptions that nothing has caught, in any thread, and tells of each.

    The program goes on; without this, they would only be printed.
    """

    happened = Signal(str, str)
    """A sentence, and the trace."""

    def watch(self) -> None:
        """From now on, to the end of the program."""
        sys.excepthook = self._tell
        threading.excepthook = lambda args: self._tell(
            args.exc_type, args.exc_value, args.exc_traceback
        )

    def _tell(
        self,
        kind: type[BaseException],
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        sys.__excepthook__(kind, error or kind(), trace)
        if issubclass(kind, Exception):
            sentence = f"Something unforeseen happened ({kind.__name__}); the puzzle is as it was."
            self.happened.emit(sentence, "".join(traceback.format_exception(kind, error, trace)))
