"""The jobs dock: in place from the start, filled when it is first seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow

from trm_gui import theme as themes
from trm_gui.jobs.dock_place import DockPlace

if TYPE_CHECKING:
    from trm_gui.jobs.pane import JobsPane


LEAST_HEIGHT = 26 * themes.SPACE


class JobsDock(QDockWidget):
    """Has its contents from the first time that it is seen. A run directory that is dropped on it
    is attached."""

    filled = Signal(object)
    """The JobsPane that is in it from now on."""
    dropped = Signal(list)
    """Folders."""

    def __init__(self, make_pane: Callable[[], JobsPane]) -> None:
        super().__init__("Training jobs")
        self._make_pane = make_pane
        self.pane: JobsPane | None = None
        self.place: DockPlace | None = None
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._come)
        self.setObjectName("jobs")
        self.setAccessibleName("Training jobs")
        self.setAcceptDrops(True)

    def sizeHint(self) -> QSize:
        return QSize(120 * themes.SPACE, 36 * themes.SPACE)

    @property
    def is_open(self) -> bool:
        """Whether it is there, be it behind another as a tab, or is about to come."""
        return self._next.isActive() or self.toggleViewAction().isChecked()

    def enter(self, floating: bool = False) -> None:
        """Come to the front, with the list in focus. floating: whether as a window of its own."""
        self.fill()
        if floating:
            assert self.place is not None
            self.place.float()
        self._next.start()  # made and shown at once, it would hold up the window for too long

    def _come(self) -> None:
        assert self.place is not None
        assert self.pane is not None
        self.place.bring_back()
        self.show()
        self.raise_()
        self.activateWindow()
        self.pane.listing.setFocus()

    def leave(self) -> None:
        self._next.stop()
        self.hide()

    def fill(self) -> None:
        """Make the contents, unless they are there."""
        if self.pane is not None:
            return
        window = self.parentWidget()
        assert isinstance(window, QMainWindow)
        self.place = DockPlace(self, window)
        self.pane = self._make_pane()
        if self.isVisible():
            self.setWidget(self.pane)
        self.visibilityChanged.connect(self.pane.meter.switch)
        self.pane.meter.switch(self.isVisible())
        self.filled.emit(self.pane)

    def showEvent(self, event: QShowEvent) -> None:
        if self.pane is None:  # it was open when the last window was closed
            QTimer.singleShot(0, self._fill_if_seen)
        else:
            self.setWidget(self.pane)  # not before, else it takes more height than its hint says
        super().showEvent(event)

    def _fill_if_seen(self) -> None:
        """Not where it only waits for the window, which would then wait for it."""
        if self.isVisible():
            self.fill()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        self.dropped.emit([file if file.suffix != ".json" else file.parent for file in files])
