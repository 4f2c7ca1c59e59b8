"""Exports from the window: the dialog, and which solves are marked to be side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QToolButton

from trm_core.recordings import Recording
from trm_gui.board.overlays import OVERLAYS
from trm_gui.session import Session

if TYPE_CHECKING:
    from trm_gui.main_window import MainWindow


class Exports(QObject):
    """Marks are kept as long as the window is open, beside what it shows."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self._lane = session.work.lane("export")
        self.marked: list[Recording] = []
        self._export = window.actions_by_name["export"]
        self._mark = window.actions_by_name["mark"]
        self._export.triggered.connect(lambda: self.ask())
        self._mark.toggled.connect(self._on_mark)
        self.count = QToolButton()
        self.count.setAutoRaise(True)
        self.count.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.count.setToolTip("Export the marked solves side by side")
        self.count.clicked.connect(lambda: self.ask(marked=True))
        window.statusBar().addPermanentWidget(self.count)
        for signal in (session.trace_changed, session.solves.solving_changed):
            signal.connect(self._show)
        self._show()

    def ask(self, marked: bool = False) -> None:
        """Open the dialog; for the marked solves, if so or if there are several."""
        from trm_gui.export.dialog import ExportDialog

        solve = self._session.recording
        if marked and self.marked and (solve is None or not solve.trace):
            solve = self.marked[-1]
        if solve is None or not solve.trace:
            return
        dialog = ExportDialog(
            self._session.work,
            self._lane,
            solve,
            self.marked,
            self._session.cursor or 0,
            frozenset(overlay for overlay in OVERLAYS if overlay in self._window.overlays),
            self._window.settings,
            self._window,
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.unmark_all.connect(self.unmark_all)
        if marked or len(self.marked) > 1:
            dialog.show_marked()
        dialog.open()

    def unmark_all(self) -> None:
        self.marked.clear()
        self._show()

    def _on_mark(self, on: bool) -> None:
        recording = self._session.recording
        if recording is None or on == self._is_marked:
            return
        if on:
            self.marked.append(recording)
        else:
            self.marked = [other for other in self.marked if other is not recording]
        self._show()

    @property
    def _is_marked(self) -> bool:
        return any(other is self._session.recording for other in self.marked)

    def _show(self) -> None:
        there = bool(self._session.trace) and not self._session.solving
        self._export.setEnabled(there)
        self._mark.setEnabled(there)
        self._mark.setChecked(self._is_marked)
        count = len(self.marked)
        self.count.setVisible(count > 0)
        self.count.setText(f"{count} marked")
        self.count.setAccessibleName(f"{count} marked, export side by side")
