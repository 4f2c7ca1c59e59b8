"""Drawing where there is no window, and perhaps no display: what `trm render` draws with."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from trm_core.errors import UserError
from trm_gui.qt_lacks import why_qt_cannot_be_loaded

if TYPE_CHECKING:
    from PySide6.QtCore import QCoreApplication

    from trm_core.cli.render import Options
    from trm_core.recordings import Recording

_app: QCoreApplication | None = None


def start_qt() -> None:
    """Have the one application that fonts need; again, it does nothing.

    Raises UserError, with what to install, where Qt lacks a library of the system.
    """
    global _app
    if why := why_qt_cannot_be_loaded():
        raise UserError(why)
    if sys.platform == "linux":
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    _app = QGuiApplication.instance() or QGuiApplication(["trm"])


class QtPainter:
    """The Painter of this package, an entry point of it: the board's own painters."""

    def __init__(self, options: Options) -> None:
        start_qt()
        from trm_gui.board.overlays import OVERLAYS
        from trm_gui.export.look import Look, Pace
        from trm_gui.theme import DARK, LIGHT

        by_name = {overlay.name: overlay for overlay in OVERLAYS}
        if unknown := [name for name in options.overlays if name not in by_name]:
            raise LookupError(f"--overlay: found {unknown[0]!r}, expected {', '.join(by_name)}")
        themes = {"light": LIGHT, "dark": DARK}
        if options.theme not in themes:
            raise LookupError(f"--theme: found {options.theme!r}, expected light or dark")
        self._look = Look(
            options.side,
            themes[options.theme],
            frozenset(by_name[name] for name in options.overlays),
            options.title,
            options.caption,
            options.legend,
            options.curve,
        )
        self._pace = Pace(options.frames_per_second, options.hold)

    def paint(
        self,
        recordings: list[Recording],
        name: str,
        target: Path,
        frame: int,
        told: Callable[[int], None],
    ) -> None:
        from trm_gui.export.exporting import export

        export(recordings, name, target, self._look, self._pace, frame, told)
