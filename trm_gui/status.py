"""The bottom line: where the cursor is, in words, or what went wrong; and how far a solve is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QWidget

from trm_gui import theme as themes
from trm_gui.elided_label import ElidedLabel
from trm_gui.failure import FailureDialog
from trm_gui.hints import wrapped
from trm_gui.manual import PAGES, show_page
from trm_gui.session import Session

ALL_THAT_IS_KNOWN = "All that is known of what went wrong, to be copied"


class Status(themes.FollowsTheme, QWidget):
    """A failure stays until the cursor moves or something else is shown. note: stands beside it."""

    def __init__(self, session: Session, note: QWidget) -> None:
        super().__init__()
        self._session = session
        self._failed = False
        self._sentence = ""
        self.line = ElidedLabel(themes.font())
        self.line.setObjectName("status_line")
        self.line.setAccessibleName("Status")
        self.details = QToolButton()
        self.details.setText("Details…")
        self.details.setAccessibleName("Details of what went wrong")
        self.details.clicked.connect(self._show_details)
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress of the solve")
        self.progress.setFixedWidth(20 * themes.SPACE)
        self.progress.setMaximumHeight(2 * themes.SPACE)
        self.progress.setFormat("%v of %m")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(themes.SPACE // 2, 0, themes.SPACE // 2, themes.SPACE // 2)
        self.setMinimumHeight(self.details.sizeHint().height() + themes.SPACE // 2)  # as it comes
        layout.addWidget(self.line, 1)
        layout.addWidget(self.details)
        layout.addWidget(self.progress)
        layout.addWidget(note)
        for signal in (session.cursor_changed, session.puzzle_changed):
            signal.connect(self._show)
        session.solves.solving_changed.connect(self._show)
        session.trace_changed.connect(self._show_progress)
        session.solves.solving_changed.connect(self._show_progress)
        session.opening_changed.connect(self._show)
        session.failed.connect(self._on_failed)
        self._show()
        self._show_progress()
        self.follow_theme()

    def _show(self) -> None:
        trace, cursor = self._session.trace, self._session.cursor
        if self._session.opening is not None:
            words = f"Opening {self._session.opening}"
        elif trace is not None and cursor is not None:
            words = trace.sentence(cursor)
        elif self._session.solving:
            words = f"Loading {self._session.model_name}"
        elif self._session.puzzle is not None:
            words = f"{self._session.puzzle.kind_and_size}, not solved yet"
        else:
            words = ""
        self._set_words(words)

    def _on_failed(self, sentence: str) -> None:
        self._sentence = sentence
        self._set_words(f"⚠ {sentence}", failed=True)

    def _show_details(self) -> None:
        if page := self._session.help_page:
            show_page(page, self)
            return
        dialog = FailureDialog(self._sentence, self._session.details, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _set_words(self, words: str, failed: bool = False) -> None:
        self._failed = failed
        page, details = self._session.help_page, self._session.details
        self.details.setVisible(failed and bool(page or details))
        self.details.setToolTip(PAGES[page] if page else ALL_THAT_IS_KNOWN)
        self.line.setText(words)
        self.line.setToolTip(wrapped(words))
        self._dress()

    def _dress(self) -> None:
        theme = themes.current(self)
        self.line.ink = QColor(theme.conflict_text if self._failed else theme.text)
        self.line.update()

    def _show_progress(self) -> None:
        session = self._session
        self.progress.setVisible(session.solving)
        if not session.trace:
            self.progress.setRange(0, 0)
            return
        self.progress.setUpdatesEnabled(False)  # else Qt paints it, and all else due, at once
        self.progress.setRange(0, session.trace.max_supervision_steps)
        self.progress.setValue(session.trace[-1].supervision_step)
        self.progress.setUpdatesEnabled(True)
