"""Recordings as the window has them: the commands for them and what is behind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from trm_core.recordings import SUFFIX
from trm_gui.board_room import BoardRoom
from trm_gui.first_paint import FirstPaint
from trm_gui.recordings.banner import RecoveryBanner
from trm_gui.recordings.dock import RecordingDock
from trm_gui.recordings.files import RecordingFiles
from trm_gui.recordings.recovery import Offer, Recovery
from trm_gui.session import Session

if TYPE_CHECKING:
    from trm_gui.main_window import MainWindow

PLACED = "recordings/placed"
"""Whether the dock was ever open, in the settings."""


class Recordings(QObject):
    """Put together for one window; `close` ends it."""

    def __init__(self, window: MainWindow, session: Session, room: BoardRoom) -> None:
        super().__init__(window)
        self._window, self._session, self._room = window, session, room
        self._files = RecordingFiles(session, window.settings, window)
        self._save = window.actions_by_name["save_recording"]
        self._save.triggered.connect(self._files.ask_where_to_save)
        window.actions_by_name["open_recording"].triggered.connect(self._files.ask_for_recording)
        session.recording_saved.connect(self._on_saved)
        session.opened.connect(self._on_opened)
        session.trace_changed.connect(self._follow)
        self._recording = session.recording
        self.banner = RecoveryBanner()
        beside_settings = Path(window.settings.fileName()).absolute().parent
        self.recovery = Recovery(session, beside_settings / "recovery")
        self.recovery.offered.connect(self._on_offered)
        self.banner.restored.connect(self._restore)
        self.banner.discarded.connect(self._discard)
        FirstPaint(window).happened.connect(self.recovery.look)
        self._make_dock()
        self._follow()

    def close(self) -> None:
        """Have what was typed written; what the window shows need not be recovered."""
        self.dock.notes.flush()
        self.recovery.close()

    def _make_dock(self) -> None:
        """At the left, closed at first."""
        window, actions = self._window, self._window.actions_by_name
        session = self._session
        self.dock = RecordingDock(session.work, session.fail, window.settings, self._save)
        self.dock.chosen.connect(self._session.open)
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.dock)
        self.dock.hide()
        self._room.add("recordings", [self.dock])
        actions["show_recordings"].triggered.connect(self._toggle)
        self.dock.toggleViewAction().toggled.connect(actions["show_recordings"].setChecked)

    def _toggle(self, shown: bool) -> None:
        if shown:
            self._place_once()
        self._room.ask(self.dock, shown)
        if shown:
            self.dock.enter()

    def _place_once(self) -> None:
        """In front of the library of puzzles, the first time; then it is where somebody puts it."""
        if not self._window.settings.contains(PLACED):
            self._window.settings.setValue(PLACED, 1)
            self._window.tabifyDockWidget(self._window.library.dock, self.dock)

    def _on_offered(self, offer: Offer | None) -> None:
        self.banner.offer("" if offer is None else offer.sentence)

    def _restore(self) -> None:
        self.banner.offer("")
        self.recovery.restore()
        self._window.central.setFocus()  # the arrow keys step

    def _discard(self) -> None:
        self.banner.offer("")
        self.recovery.discard()
        self._window.central.setFocus()

    def _on_saved(self, file: Path) -> None:
        self.dock.show_file(file)
        self._window.title.set_recording(file)

    def _on_opened(self, source: object) -> None:
        if isinstance(source, Path) and source.suffix.lower() == SUFFIX:
            self._window.title.set_recording(source)

    def _follow(self) -> None:
        """Another solve has no file yet; one without frames cannot be saved."""
        session = self._session
        if session.recording is not self._recording:
            self._recording = session.recording
            self._window.title.set_recording(None)
        self._save.setEnabled(bool(session.trace))
