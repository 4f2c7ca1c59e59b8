"""Draws the pictures of the README anew: the real window, each kind of puzzle, light and dark.

python tests/screenshots.py
"""

import os
import tempfile
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from trm_core.puzzles.library import read_library
from trm_gui import theme
from trm_gui.app import launch

PICTURES = Path(__file__).parents[1] / ".github"
WIDTH, HEIGHT = 1280, 800
SHOWN = {"sudoku": "sudoku-9x9-hard-01", "maze": "maze-15x15-02", "arc": "arc-agi-1/d511f180"}
"""By kind, the entry of the library."""

SETTLE = 1500
"""Milliseconds for thumbnails and plots to be drawn, which come after everything else."""


def wait_for(signal, act) -> None:
    loop = QEventLoop()
    signal.connect(loop.quit)
    act()
    loop.exec()
    signal.disconnect(loop.quit)


def main() -> None:
    entries = {entry.id: entry for entry in read_library()}
    with tempfile.TemporaryDirectory() as settings_dir:
        app, window = launch(settings_dir)
        window.resize(WIDTH, HEIGHT)
        session = window.session
        for kind, name in SHOWN.items():
            wait_for(session.another_puzzle, partial(session.open, entries[name]))
            wait_for(session.solve_finished, session.solve)
            session.move_to(len(session.trace) // 2)
            for look in (theme.LIGHT, theme.DARK):
                theme.apply(app, look)
                loop = QEventLoop()
                QTimer.singleShot(SETTLE, loop.quit)
                loop.exec()
                window.grab().save(str(PICTURES / f"{kind}-{look.name}.png"))
                print(PICTURES / f"{kind}-{look.name}.png")
        window.close()
        QApplication.processEvents()


if __name__ == "__main__":
    main()
