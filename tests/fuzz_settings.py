"""Read what the window remembers from a file that is damaged in all ways (see `fuzzing`)."""

import json
import os
import shutil
from functools import cache
from itertools import count
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from fuzzing import Reader, main
from PySide6.QtWidgets import QApplication

from trm_gui.app import make_window
from trm_gui.board.overlays import OverlaySet
from trm_gui.export.choices import Choices, store_choices, stored_choices
from trm_gui.jobs.room import AT_WORK_BEFORE, stored_paths
from trm_gui.library import catalogue
from trm_gui.preferences import begin, stored_preferences
from trm_gui.settings import open_settings
from trm_gui.theme_menu import stored_theme
from trm_gui.timeline.playback import Playback
from trm_gui.window_layout import restore_layout, save_layout

FILE = "window.ini"
NUMBERS = count()


@cache
def window_in(folder: Path):
    """A window, into which what is read is put."""
    QApplication.instance() or QApplication([])
    return make_window(folder)


def samples(folder):
    window = window_in(folder)
    stored = window.settings
    save_layout(window, window.rows, window.room, stored)
    store_choices(stored, Choices())
    for name, value in {
        "library/own": json.dumps([["text:1", "sudoku", 4, 4, "1...\n", "1..............."]]),
        "library/recent": json.dumps(["sudoku-4x4-easy-01"]),
        "speed": 8,
        "loops": 1,
        "solution": 1,
        "overlays": "values,flips",
        "extent": "stepping",
        "latent_steps": 1,
        "threshold": 0.75,
        "steps_by_hand": json.dumps({"/nowhere/one": 8}),
        "threads": 2,
        "start_threshold": 0.5,
        "start_max_supervision_steps": 8,
        "device": "cpu",
        "theme": "dark",
        "models": ["/nowhere/one", "/nowhere/two"],
        AT_WORK_BEFORE: ["/nowhere/one"],
    }.items():
        stored.setValue(name, value)
    stored.sync()
    return [{FILE: (folder / FILE).read_bytes()}]


def read(folder):
    """By another name each time, since Qt keeps what it has read."""
    place = folder.parent / str(next(NUMBERS))
    shutil.copytree(folder, place)
    stored, window = open_settings(place), window_in(folder.parent / "samples")
    preferences = stored_preferences(stored)
    stored_choices(stored)
    stored_paths(stored)
    stored_theme(stored)
    list(catalogue._remembered(stored))
    for name in ("library/recent", "library/favourites", "recent"):
        catalogue._texts(stored, name)
    OverlaySet(stored)
    Playback(window.session, stored)
    try:
        begin(window.session, stored)
        restore_layout(window, window.rows, window.room, stored, window.plots.reset)
    finally:
        shutil.rmtree(place)
    return f"theme {stored.value('theme')}"[:12] if preferences else ""


READERS = (Reader("settings", samples, read),)

if __name__ == "__main__":
    main(READERS, __doc__)
