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

from trm_core.errors import UserError
from trm_gui import theme as themes
from trm_gui.help import versions


def explained(error: Exception, defect: str) -> tuple[str, str]:
    """A sentence for the user, and the details of what was not foreseen, which is a `defect` in
    these words; to be called while `error` is handled."""
    if isinstance(error, UserError):
        return str(error), ""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}.", ""
    return f"{defect} ({type(error).__name__}: {error}).", traceback.format_exc()


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
