"""Drawing where there is no window, and perhaps no display."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from trm_core.errors import UserError

if TYPE_CHECKING:
    from PySide6.QtGui import QGuiApplication

_app: QGuiApplication | None = None


def start_qt() -> None:
    """Have the one application that fonts need; again, it does nothing.

    Raises UserError, with what to install, where Qt lacks a library of the system.
    """
    global _app
    from trm_gui.app import why_qt_cannot_be_loaded

    if why := why_qt_cannot_be_loaded():
        raise UserError(why)
    if sys.platform == "linux":
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    _app = QGuiApplication.instance() or QGuiApplication(["trm"])
