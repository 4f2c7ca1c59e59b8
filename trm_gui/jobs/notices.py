"""Short notices over the window: what has ended, and why; those about trouble stay until read."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trm_gui import theme as themes
from trm_gui.jobs.tray import Tray

WIDTH = 44 * themes.SPACE
MOST = 3
SHOWN_MS = 15_000
"""How long a notice stays that needs nobody to do anything."""


class Notices(QObject):
    """Puts notices into the lower right corner of a window, and into the tray where there is one
    and the window is not in front."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._tray = Tray(window)
        self.shown: list[Notice] = []
        self._passing: list[Notice] = []
        """Those that go by themselves some time after the window has come to the front."""
        window.installEventFilter(self)

    def tell(
        self, sentence: str, trouble: bool = False, show: Callable[[], None] | None = None
    ) -> None:
        """show: what the button of the notice does, and a click on it in the tray."""
        notice = Notice(sentence, trouble, show, self._window)
        notice.gone.connect(lambda: self._remove(notice))
        self.shown.append(notice)
        while len(self.shown) > MOST:
            self._remove(self.shown[0])
        if not trouble:
            self._passing.append(notice)
        notice.show()
        self._place()
        if self._window.isActiveWindow():
            self._let_pass()
        else:
            QApplication.alert(self._window)
            self._tray.tell(sentence, trouble, show)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        elif event.type() == QEvent.Type.WindowActivate:
            self._let_pass()
            self._tray.hide()
        elif event.type() == QEvent.Type.Hide and not event.spontaneous():  # not iconified
            self._tray.hide()
        return False

    def _let_pass(self) -> None:
        for notice in self._passing:
            QTimer.singleShot(SHOWN_MS, notice, notice.gone.emit)
        self._passing.clear()

    def _remove(self, notice: Notice) -> None:
        if notice in self.shown:
            self.shown.remove(notice)
            if notice in self._passing:
                self._passing.remove(notice)
            notice.hide()
            notice.deleteLater()
            self._place()

    def _place(self) -> None:
        """One above the other, the newest at the bottom."""
        window, gap = self._window, themes.SPACE
        bottom = window.height() - window.statusBar().height() - gap
        for notice in reversed(self.shown):
            height = notice.heightForWidth(WIDTH)
            bottom -= height
            notice.setGeometry(window.width() - WIDTH - gap, bottom, WIDTH, height)
            notice.raise_()
            bottom -= gap


class Notice(themes.FollowsTheme, QFrame):
    """A sentence, a button that shows more, and one that closes it."""

    gone = Signal()
    """It has been read, or its time is over."""

    def __init__(
        self,
        sentence: str,
        trouble: bool,
        show: Callable[[], None] | None,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._trouble = trouble
        self.setAccessibleName("Notice")
        self.setAccessibleDescription(sentence)
        self.setAutoFillBackground(True)
        self.told = QLabel(f"{'⚠ ' if trouble else ''}{sentence}", wordWrap=True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        buttons = QVBoxLayout()
        close = QToolButton()
        close.setText("✕")
        close.setToolTip("Close this notice")
        close.setAccessibleName("Close the notice")
        close.setAutoRaise(True)
        close.clicked.connect(self.gone)
        buttons.addWidget(close, alignment=Qt.AlignmentFlag.AlignRight)
        if show is not None:
            more = QToolButton()
            more.setText("Show")
            more.setToolTip("Show the job")
            more.setAccessibleName("Show the job")
            more.clicked.connect(show)
            more.clicked.connect(self.gone)
            buttons.addWidget(more)
        buttons.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * themes.SPACE, themes.SPACE, themes.SPACE, themes.SPACE)
        layout.addWidget(self.told, 1)
        layout.addLayout(buttons)
        self.follow_theme()

    def _dress(self) -> None:
        theme = themes.current(self)
        edge = theme.conflict_text if self._trouble else theme.accent
        sheet = f"""
            Notice {{
                background: {theme.surface}; border: 1px solid {theme.line};
                border-left: {themes.SPACE // 2}px solid {edge};
            }}
        """
        if sheet != self.styleSheet():
            self.setStyleSheet(sheet)
