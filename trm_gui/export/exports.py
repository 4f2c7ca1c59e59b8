"""Exports from the window: the dialog, and which solves are marked to be side by side."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QToolButton

from trm_core.recordings import Recording
from trm_gui.board.overlays import OVERLAYS
from trm_gui.commands import Command
from trm_gui.workbench import Workbench


class Exports(QObject):
    """Marks are kept as long as the window is open, beside what it shows."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench.window)
        self._bench, self._session = bench, bench.session
        self._lane = bench.session.work.lane("export")
        self.marked: list[Recording] = []
        self.count = QToolButton()
        self.count.setAutoRaise(True)
        self.count.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.count.setToolTip("Export the marked solves side by side")
        self.count.clicked.connect(lambda: self.ask(marked=True))
        bench.window.statusBar().addPermanentWidget(self.count)
        bench.commands.add(
            Command(
                "export",
                "&Export…",
                "Make a picture, a film, a page or a table of the solve",
                self.ask,
                ("Ctrl+E",),
                enabled=self._is_there,
            ),
            Command(
                "mark",
                "&Mark for side by side",
                "Mark the solve, to export it beside others that are marked",
                self._turn_mark,
                ("Ctrl+M",),
                enabled=self._is_there,
                checked=lambda: self._is_marked,
            ),
        )
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
            frozenset(each for each in OVERLAYS if each in self._bench.boards.overlays),
            self._bench.settings,
            self._bench.window,
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.unmark_all.connect(self.unmark_all)
        if marked or len(self.marked) > 1:
            dialog.show_marked()
        dialog.open()

    def unmark_all(self) -> None:
        self.marked.clear()
        self._show()
        self._bench.commands.refresh()

    def _turn_mark(self) -> None:
        recording = self._session.recording
        if recording is None:
            return
        if self._is_marked:
            self.marked = [other for other in self.marked if other is not recording]
        else:
            self.marked.append(recording)
        self._show()

    def _is_there(self) -> bool:
        """Whether there is a solve that can be exported."""
        return bool(self._session.trace) and not self._session.solving

    @property
    def _is_marked(self) -> bool:
        return any(other is self._session.recording for other in self.marked)

    def _show(self) -> None:
        count = len(self.marked)
        self.count.setVisible(count > 0)
        self.count.setText(f"{count} marked")
        self.count.setAccessibleName(f"{count} marked, export side by side")
