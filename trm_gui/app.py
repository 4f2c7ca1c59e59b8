"""Start-up of `trm-gui`. Qt is imported inside, so that its absence can be told in a sentence."""

from __future__ import annotations

import argparse
import ctypes
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from trm_gui.main_window import MainWindow

DEBIAN_PACKAGES = (
    "libegl1 libgl1 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 fonts-dejavu-core "
    "libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 "
    "libxcb-shape0 libxcb-xinerama0"
)
FIRST_PUZZLE = "sudoku-9x9.sdm"


def main() -> None:
    """Show the window, solve the first puzzle (or the given file's), run until it is closed."""
    parser = argparse.ArgumentParser(
        "trm-gui", description="Watch a Tiny Recursive Model solve puzzles, cycle by cycle."
    )
    parser.add_argument("file", nargs="?", type=Path, help="a Sudoku, maze or ARC file to open")
    parser.add_argument("--version", action="version", version=version("trm-studio"))
    arguments = parser.parse_args()
    if missing := _what_qt_lacks():
        sys.exit(f"trm-gui: {missing}")
    app, window = launch()
    if arguments.file is not None:
        window.session.open(arguments.file)
    else:
        from trm_gui.first_paint import FirstPaint

        FirstPaint(window).happened.connect(window.session.solve)  # imports torch
    sys.exit(app.exec())


def launch(settings_dir: Path | str | None = None) -> tuple[QApplication, MainWindow]:
    """The application, dressed as the system asks, and its window, shown."""
    from PySide6.QtWidgets import QApplication

    from trm_gui import theme

    app = QApplication(sys.argv[:1])
    app.setApplicationName("TRM Studio")
    app.setDesktopFileName("trm-studio")
    theme.apply(app, theme.system_theme())
    app.styleHints().colorSchemeChanged.connect(lambda _: theme.apply(app, theme.system_theme()))
    window = make_window(settings_dir)
    window.show()
    return app, window


def make_window(settings_dir: Path | str | None = None) -> MainWindow:
    """The main window with the first bundled puzzle, inside an existing QApplication.

    settings_dir: where the window's settings are kept; the user's folder if None.
    """
    from trm_core.puzzles.sudoku_files import parse
    from trm_core.resources import RESOURCES
    from trm_gui.main_window import MainWindow
    from trm_gui.settings import open_settings

    window = MainWindow(open_settings(None if settings_dir is None else Path(settings_dir)))
    file = RESOURCES / "puzzles" / FIRST_PUZZLE
    window.session.show_puzzles(parse(file.read_text(encoding="utf-8"), file.stem))
    return window


def _what_qt_lacks() -> str | None:
    """A sentence if this machine cannot show a Qt window, with what to install."""
    install = f"on Debian and Ubuntu: apt-get install {DEBIAN_PACKAGES}"
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        return f"Qt cannot be loaded ({error}); {install}"
    if sys.platform != "linux" or "QT_QPA_PLATFORM" in os.environ:
        return None
    if "WAYLAND_DISPLAY" not in os.environ:
        if "DISPLAY" not in os.environ:
            return "there is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY)"
        try:
            ctypes.CDLL("libxcb-cursor.so.0")
        except OSError as error:
            return f"Qt cannot open a window ({error}); {install}"
    return None
