"""Where the jobs dock is: below the boards while they have room, else a window of its own."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from trm_gui import theme as themes
from trm_gui.board.panes import LEAST_PANE

FLOATING = QSize(960, 560)
"""Logical pixels of the dock where it floats."""
_SEEN = 12 * themes.SPACE
"""Logical pixels of the title that must be on a screen, so that it can be taken there."""
_TITLE = 4 * themes.SPACE
"""Logical pixels above the dock that its title may take."""
_ABOVE_AND_BELOW = (
    Qt.DockWidgetArea.TopDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)


class DockPlace(QObject):
    """Has the dock float where, docked above or below the boards, it would press them too much:
    after somebody opened it or put it there, or made the window smaller."""

    def __init__(self, dock: QDockWidget, window: QMainWindow) -> None:
        super().__init__(dock)
        self._dock, self._window = dock, window
        self._soon = QTimer(self, singleShot=True, interval=0)  # after the window is laid out
        self._soon.timeout.connect(self._make_room)
        self._tried = 0
        """The height from which it was made lower last."""
        dock.topLevelChanged.connect(self._look)
        dock.visibilityChanged.connect(self._look)
        window.installEventFilter(self)
        self._look()

    def float(self) -> None:
        """Float beside the window, or over its middle."""
        self._dock.setFloating(True)
        screen = self._window.screen().availableGeometry()
        screen.setTop(screen.top() + _TITLE)
        self._dock.setGeometry(floating_place(self._window.geometry(), screen, FLOATING))

    def bring_back(self) -> None:
        """Where it floats beyond all screens, since one is gone, put it on one."""
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        if self._dock.isFloating() and not is_seen(self._dock.geometry(), screens):
            self.float()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._look()
        return False

    def _look(self) -> None:
        self._tried = 0
        self._soon.start()

    def _make_room(self) -> None:
        dock, window = self._dock, self._window
        area = window.dockWidgetArea(dock)
        if dock.isFloating() or not dock.isVisible() or area not in _ABOVE_AND_BELOW:
            return
        board = window.findChild(QWidget, "input_board")
        assert board is not None
        missing = LEAST_PANE - board.height()
        if missing <= 0:
            return
        height, least = dock.height(), dock.minimumSizeHint().height()
        if height <= least or height == self._tried:
            self.float()
            return
        self._tried = height
        window.resizeDocks([dock], [max(least, height - missing)], Qt.Orientation.Vertical)
        self._soon.start()  # the row below the boards may have taken a part


def floating_place(window: QRect, screen: QRect, size: QSize) -> QRect:
    """Beside the window where the screen has room, else over the middle of the window."""
    size = size.boundedTo(screen.size())
    place = QRect(QPoint(), size)
    if screen.right() - window.right() >= size.width():
        place.moveTopLeft(window.topRight() + QPoint(1, 0))
    elif window.left() - screen.left() >= size.width():
        place.moveTopRight(window.topLeft() - QPoint(1, 0))
    else:
        place.moveCenter(window.center())
    place.moveRight(min(place.right(), screen.right()))
    place.moveBottom(min(place.bottom(), screen.bottom()))
    place.moveLeft(max(place.left(), screen.left()))
    place.moveTop(max(place.top(), screen.top()))
    return place


def is_seen(place: QRect, screens: list[QRect]) -> bool:
    """Whether enough of the upper edge is on a screen to take hold of it."""
    edge = QRect(place.topLeft(), QSize(place.width(), themes.SPACE))
    parts = [edge.intersected(screen) for screen in screens]
    return any(part.width() >= _SEEN and part.height() >= themes.SPACE // 2 for part in parts)
