"""Thousands of random things that a user could do, one after the other."""

import ctypes
import ctypes.util
import gc
import os
import random
import threading
from pathlib import Path
from weakref import WeakSet

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from trm_core.puzzles.library import read_library
from trm_core.trace import SolveSettings
from trm_gui.palette import Palette

ACTIONS, SEED = 2000, 5
SETTLED = 1000
"""Actions after which caches are full and the models are loaded that may be, so that memory should
not grow any more."""
MOST_GROWN = 50
"""MiB; a fifth of that was measured, and each solve that is kept takes some."""
LEAST_SHOWN, MOST_KEPT = 10, 3
"""Solves that are shown at least, and that live at the end at most: the one on screen, and what a
plot behind another may have asked about last."""

KEYS = [getattr(Qt.Key, f"Key_{name}") for name in "0123456789ADEFLMPSWZ"]
KEYS += [
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Escape),
    *(Qt.Key.Key_Space, Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_Home),
    *(Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Plus, Qt.Key.Key_Minus),
]
MODIFIERS = [
    *[Qt.KeyboardModifier.NoModifier] * 4,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
]


class User:
    """Does random things to a window, always the same ones for the same seed."""

    def __init__(self, window, seed):
        self._window = window
        self._random = random.Random(seed)
        # Not the largest, whose solves take so long that few would be shown.
        self._entries = [e for e in read_library() if e.drawing and max(e.rows, e.cols) <= 15]
        self._deeds = (
            [self.press_a_key] * 6
            + [self.click_somewhere] * 5
            + [self.drag_somewhere] * 2
            + [self.take_an_action] * 4
            + [self.turn_the_wheel, self.open_a_puzzle, self.change_the_model, self.resize]
        )
        window.commands["quit"].setEnabled(False)  # which is in the palette, too
        self._closer = QTimer(window, interval=20)  # also of menus that wait in a loop of their own
        self._closer.timeout.connect(self.close_what_popped_up)
        self._closer.start()

    def act(self):
        self._random.choice(self._deeds)()
        QApplication.processEvents()
        self.close_what_popped_up()

    def close_what_popped_up(self):
        for dialog in self._window.findChildren(QDialog):
            if dialog.isVisible():
                dialog.reject()
        for palette in self._window.findChildren(Palette):
            palette.close()  # which covers all that there is to click
        if popup := QApplication.activePopupWidget():
            popup.close()

    def press_a_key(self):
        key, modifier = self._random.choice(KEYS), self._random.choice(MODIFIERS)
        QTest.keyClick(QApplication.focusWidget() or self._window, key, modifier)

    def click_somewhere(self):
        widget, at = self._somewhere()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at)

    def drag_somewhere(self):
        widget, start = self._somewhere()
        _, end = self._somewhere(widget)
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
        QTest.mouseMove(widget, (start + end) / 2)
        QTest.mouseMove(widget, end)
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)

    def take_an_action(self):
        actions = [
            action
            for action in self._window.findChildren(QAction)
            if action.isEnabled() and action.objectName()
        ]
        self._random.choice(actions).trigger()

    def turn_the_wheel(self):
        widget, at = self._somewhere()
        turn = QPoint(0, self._random.choice((-120, 120)))
        QApplication.sendEvent(
            widget,
            QWheelEvent(
                at.toPointF(),
                widget.mapToGlobal(at).toPointF(),
                QPoint(),
                turn,
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            ),
        )

    def open_a_puzzle(self):
        self._window.session.open(self._random.choice(self._entries))

    def change_the_model(self):
        session = self._window.session
        fitting = [m for m in session.models.all if session.puzzle and not m.misfit(session.puzzle)]
        if fitting:
            session.set_model(str(self._random.choice(fitting).directory))

    def resize(self):
        self._window.resize(self._random.randint(800, 1600), self._random.randint(600, 1000))

    def _somewhere(self, widget=None):
        """A visible widget of the window, and a point in it."""
        if widget is None:
            visible = [w for w in self._window.findChildren(QWidget) if w.isVisible()]
            widget = self._random.choice([w for w in visible if w.window() is self._window])
        return widget, QPoint(
            self._random.randrange(max(1, widget.width())),
            self._random.randrange(max(1, widget.height())),
        )


def resident(window):
    """MiB of memory that this process holds beside what somebody wants to be kept.

    What was freed goes back first: else glibc keeps tens of MiB of it, the more so the more the
    process did before.
    """
    window.exports.unmark_all()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    if libc := ctypes.util.find_library("c"):
        ctypes.CDLL(libc).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc to read memory from")
def test_thousands_of_random_actions_leave_nothing_behind(qtbot, window, solve):
    """An exception in any slot or event handler fails the test too, as pytest-qt has it."""
    session = window.session
    solve()
    threads = {thread.name for thread in threading.enumerate()}
    user = User(window, SEED)
    traces, shown = WeakSet(), 0
    settled = 0.0
    for number in range(ACTIONS):
        user.act()
        if session.focus.max_supervision_steps > 16:
            session.solves.set_settings(SolveSettings())
        if session.trace is not None and session.trace not in traces:
            traces.add(session.trace)
            shown += 1
        if number == SETTLED:
            settled = resident(window)
    session.cancel()
    qtbot.waitUntil(lambda: not session.solving and session.opening is None)
    grown = resident(window) - settled
    assert shown > LEAST_SHOWN
    assert len(traces) <= MOST_KEPT
    assert len(window.findChildren(QDialog)) <= 1  # that which makes puzzles is made once
    assert grown < MOST_GROWN
    window.close()
    left = {thread.name for thread in threading.enumerate()} - threads
    assert not left
