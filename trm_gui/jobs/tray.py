"""The program's icon in the tray: there while a message of it has not been seen in the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMainWindow, QSystemTrayIcon

from trm_gui.icons import program_icon


class Tray(QObject):
    """Does nothing where the desktop has no tray. A click brings the window to the front."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._show: Callable[[], None] | None = None
        self.icon: QSystemTrayIcon | None = None
        """None until there was something to tell."""

    def tell(self, sentence: str, trouble: bool, show: Callable[[], None] | None) -> None:
        """show: what a click does besides."""
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if self.icon is None:
            self.icon = QSystemTrayIcon(program_icon(), self)
            self.icon.messageClicked.connect(self._bring_forward)
            self.icon.activated.connect(self._bring_forward)
        self._show = show
        self.icon.setToolTip(f"TRM Studio: {sentence}")
        self.icon.show()
        kinds = QSystemTrayIcon.MessageIcon
        self.icon.showMessage(
            "TRM Studio", sentence, kinds.Warning if trouble else kinds.Information
        )

    def hide(self) -> None:
        """As the window is seen again, or closed."""
        self._show = None
        if self.icon is not None:
            self.icon.hide()

    def _bring_forward(self) -> None:
        window, show = self._window, self._show
        self._show = None  # some trays tell of a click twice
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        if show is not None:
            show()
