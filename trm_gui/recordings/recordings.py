"""Recordings as the window has them: the commands for them and what is behind."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDockWidget

from trm_gui.commands import Command, StandardKey
from trm_gui.dock_title import name_buttons
from trm_gui.first_paint import FirstPaint
from trm_gui.recordings.banner import RecoveryBanner
from trm_gui.recordings.dock import RecordingDock
from trm_gui.recordings.files import RecordingFiles
from trm_gui.recordings.recovery import Offer, Recovery
from trm_gui.settings import beside
from trm_gui.workbench import Workbench

PLACED = "recordings/placed"
"""Whether the dock was ever open, in the settings."""


class Recordings(QObject):
    """Put together for one window; `close` ends it."""

    def __init__(self, bench: Workbench, neighbour: QDockWidget) -> None:
        """neighbour: the dock beside which recordings open at first."""
        super().__init__(bench.window)
        self._bench, self._session, self._neighbour = bench, bench.session, neighbour
        self.banner = RecoveryBanner()
        self.recovery = Recovery(bench.session, beside(bench.settings, "recovery"))
        self.recovery.offered.connect(self._on_offered)
        self.banner.restore.clicked.connect(self._restore)
        self.banner.discard.clicked.connect(self._discard)
        FirstPaint(bench.window).happened.connect(self.recovery.look)
        self._add_commands(RecordingFiles(bench))
        self._make_dock()
        bench.session.recording_saved.connect(self.dock.show_file)

    def close(self) -> None:
        """Have what was typed written; what the window shows need not be recovered."""
        self.dock.notes.flush()
        self.recovery.close()

    def _add_commands(self, files: RecordingFiles) -> None:
        self._bench.commands.add(
            Command(
                "open_recording",
                "Open re&cording…",
                "Open a solve that was recorded; it plays with no model",
                files.ask_for_recording,
                ("Ctrl+Shift+O",),
            ),
            Command(
                "save_recording",
                "Save recor&ding…",
                "Keep the solve in a file that opens and plays with no model",
                files.ask_where_to_save,
                (StandardKey.Save,),
                enabled=lambda: bool(self._session.trace),
            ),
            Command(
                "show_recordings",
                "&Recordings",
                "Show the recorded solves, or close them",
                self._turn,
                ("Ctrl+Shift+L",),
                checked=lambda: self.dock.toggleViewAction().isChecked(),
            ),
        )

    def _make_dock(self) -> None:
        """At the left, closed at first."""
        bench, session = self._bench, self._session
        save = bench.commands["save_recording"]
        self.dock = RecordingDock(session.work, session.fail, bench.settings, save)
        self.dock.chosen.connect(session.open)
        bench.window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.dock)
        self.dock.hide()
        bench.room.add("recordings", [self.dock])
        bench.commands.follow(self.dock.toggleViewAction().toggled)
        name_buttons(self.dock, "the recordings", bench.commands.key("show_recordings"))

    def _turn(self) -> None:
        """Show the dock, or close it."""
        shown = not self.dock.toggleViewAction().isChecked()
        if shown:
            self._place_once()
        self._bench.room.ask(self.dock, shown)
        if shown:
            self.dock.enter()

    def _place_once(self) -> None:
        """In front of its neighbour, the first time; then it is where somebody puts it."""
        if not self._bench.settings.contains(PLACED):
            self._bench.settings.setValue(PLACED, 1)
            self._bench.window.tabifyDockWidget(self._neighbour, self.dock)

    def _on_offered(self, offer: Offer | None) -> None:
        self.banner.offer("" if offer is None else offer.sentence)

    def _restore(self) -> None:
        self.banner.offer("")
        self.recovery.restore()
        self._bench.boards.setFocus()  # the arrow keys step

    def _discard(self) -> None:
        self.banner.offer("")
        self.recovery.discard()
        self._bench.boards.setFocus()
