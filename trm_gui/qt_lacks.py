"""What this machine lacks for Qt, in a sentence, where Qt would end the process or raise."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import Any

DEBIAN_PACKAGES = (
    "libegl1 libgl1 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 fonts-dejavu-core "
    "libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 "
    "libxcb-shape0 libxcb-xinerama0"
)
INSTALL = f"on Debian and Ubuntu: apt-get install {DEBIAN_PACKAGES}"


def why_qt_cannot_be_loaded() -> str | None:
    """A sentence if a library is missing, with what to install, or if what is asked for is."""
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        return f"Qt cannot be loaded ({error}); {INSTALL}"
    wanted = os.environ.get("QT_QPA_PLATFORM")
    return None if wanted is None else _why_no_platform(wanted)


def what_qt_lacks() -> str | None:
    """A sentence if this machine cannot show a Qt window, with what to install."""
    if why := why_qt_cannot_be_loaded():
        return why
    if sys.platform != "linux" or {"QT_QPA_PLATFORM", "WAYLAND_DISPLAY"} & os.environ.keys():
        return None
    if "DISPLAY" not in os.environ:
        return "there is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY)"
    try:
        ctypes.CDLL("libxcb-cursor.so.0")
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        return f"Qt cannot open a window ({error}); {INSTALL}"
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if failed:  # Qt would end the process
        return f"the display {os.environ['DISPLAY']} (DISPLAY) does not answer"
    return None


def _why_no_platform(wanted: str) -> str | None:
    """A sentence if Qt has none of the platforms in QT_QPA_PLATFORM, for which it would end the
    process."""
    from PySide6.QtCore import QLibraryInfo, QPluginLoader

    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath), "platforms")
    known: set[str] = set()
    for file in folder.iterdir():
        told: dict[str, Any] = QPluginLoader(str(file)).metaData()  # plain Python, not QJsonValue
        known.update(told.get("MetaData", {}).get("Keys", ()))
    if known.isdisjoint(name.partition(":")[0] for name in wanted.split(";")):
        return f"QT_QPA_PLATFORM is {wanted!r}, expected one of {', '.join(sorted(known))}"
    return None
