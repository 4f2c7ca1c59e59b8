"""Where the window, its rows and its docks are, from one start to the next."""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QSplitter

from trm_gui.board_room import BoardRoom
from trm_gui.first_paint import FirstPaint

ROWS = "rows"
"""The setting that has the heights of the boards and of what is below them."""

SEAL = 4
"""Bytes of a checksum."""


def save_layout(window: QMainWindow, rows: QSplitter, room: BoardRoom, settings: QSettings) -> None:
    settings.setValue("geometry", _sealed(window.saveGeometry()))
    settings.setValue(ROWS, _sealed(rows.saveState()))
    settings.setValue("docks", _sealed(window.saveState()))
    settings.setValue("dock_sizes", room.save())


def restore_layout(
    window: QMainWindow,
    rows: QSplitter,
    room: BoardRoom,
    settings: QSettings,
    place_docks: Callable[[], None],
) -> None:
    """Take over what was saved; whatever is missing or makes no sense stays as it is.

    place_docks: puts the docks in place where it is not known where they were.
    """
    geometry, heights, docks = (_unsealed(settings.value(n)) for n in ("geometry", ROWS, "docks"))
    if geometry is not None:
        window.restoreGeometry(geometry)
    if heights is not None:
        rows.restoreState(heights)
    if docks is None or not _restore_docks(window, docks):
        place_docks()
    room.restore(settings.value("dock_sizes"))


def _sealed(state: QByteArray) -> QByteArray:
    """What Qt has saved, and a checksum of it: Qt takes damaged states for good ones, and crashes
    when their docks are moved."""
    content = bytes(state.data())
    return QByteArray(content + _checksum(content))


def _unsealed(value: object) -> QByteArray | None:
    """What Qt had saved; None where it is not there, or not as it was."""
    if not isinstance(value, QByteArray):
        return None
    content = bytes(value.data())
    state, seal = content[:-SEAL], content[-SEAL:]
    return QByteArray(state) if seal == _checksum(state) else None


def _checksum(state: bytes) -> bytes:
    return crc32(state).to_bytes(SEAL)


def _restore_docks(window: QMainWindow, state: QByteArray) -> bool:
    """Those that float come on screen after the window, which would cover them else."""
    docks = window.findChildren(QDockWidget)
    for dock in docks:
        dock.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    restored = window.restoreState(state)
    floating = [dock for dock in docks if dock.isFloating() and not dock.isHidden()]
    for dock in floating:
        dock.hide()
    for dock in docks:
        dock.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen, False)

    def come() -> None:
        for dock in floating:
            dock.show()
        window.activateWindow()

    if floating:
        FirstPaint(window).happened.connect(come)
    return restored
