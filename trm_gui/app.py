"""Start-up of `trm-gui`. Qt is imported inside, so that its absence can be told in a sentence."""

from __future__ import annotations

import argparse
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from trm_gui.plain_imports import import_plainly
from trm_gui.qt_lacks import what_qt_lacks

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from trm_core.checkpoints.info import ModelInfo
    from trm_core.puzzles.library import Entry
    from trm_gui.garbage import GarbageCollector
    from trm_gui.main_window import MainWindow
    from trm_gui.session import Session

FIRST_PUZZLES = "sudoku-extreme.sdm", "sudoku-9x9.sdm"
"""Shown at the first start: the first one of the first file, the others a key away."""

SWITCH_SECONDS = 0.0001
"""How long a thread that runs Python keeps the GUI thread waiting, each time that this comes back
from painting something: dozens of times for one frame, so Python's own 5 ms add up."""


def main() -> None:
    """Show the window, solve its puzzle unless that was left unsolved, run until it is closed."""
    parser = argparse.ArgumentParser(
        "trm-gui", description="Watch a Tiny Recursive Model solve puzzles, cycle by cycle."
    )
    parser.add_argument(
        "file", nargs="?", type=Path, help="a Sudoku, maze or ARC file, or a recording, to open"
    )
    parser.add_argument(
        "--model", metavar="NAME", help="the model that solves: a bundled one, or a model directory"
    )
    parser.add_argument(
        "--number", type=int, metavar="N", help="which puzzle of the file to show, from 1"
    )
    parser.add_argument(
        "--version", action=_Version, nargs=0, help="show program's version number and exit"
    )
    arguments = parser.parse_args()
    if arguments.number is not None and (arguments.file is None or arguments.number < 1):
        parser.error("--number: expected a number from 1, and a file that has so many puzzles")
    if missing := what_qt_lacks():
        sys.exit(f"trm-gui: {missing}")
    model = None if arguments.model is None else _model_or_exit(arguments.model)
    app, window = launch()
    _watch_for_the_unforeseen(window)
    if model is not None:
        window.session.use_model(model)
    puzzle = window.session.puzzle
    if arguments.file is not None:
        if arguments.number is not None:
            show_number_once_opened(window.session, arguments.number)
        window.session.open(arguments.file)
    elif model is None or (puzzle is not None and model.misfit(puzzle) is None):
        from trm_gui.first_paint import FirstPaint

        if window.begins_solved and window.session.model is not None:
            FirstPaint(window).happened.connect(window.session.solve)  # imports torch
        _show_tour_once(window)
    elif entry := _entry_for(model):
        window.session.open(entry)
    sys.exit(app.exec())


class _Version(argparse.Action):
    """Tells the version, and ends; what knows it takes a while to import."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(version("trm-studio"))
        parser.exit()


def show_number_once_opened(session: Session, number: int) -> None:
    """Of the file that is being opened, show that puzzle, from 1, or tell that there is none."""
    from PySide6.QtCore import Qt

    def show() -> None:
        count = len(session.puzzles)
        if number <= count:
            session.set_puzzle(session.puzzles[number - 1])
        else:
            session.fail(f"There is no puzzle {number} in the file; the last one is {count}.")

    session.opened.connect(show, Qt.ConnectionType.SingleShotConnection)


def _model_or_exit(name: str) -> ModelInfo:
    from trm_core.checkpoints.info import find_model
    from trm_core.errors import UserError

    try:
        return find_model(name)
    except UserError as error:
        sys.exit(f"trm-gui: {error}")


def _entry_for(model: ModelInfo) -> Entry | None:
    """A puzzle of the library that the model solves, or can be given at least."""
    from trm_core.puzzles.library import read_library

    entries = [entry for entry in read_library() if entry.kind == model.puzzle.kind]
    solved = (entry for entry in entries if model.name in entry.solved_by)
    drawn = (entry for entry in entries if entry.drawing)  # reading ARC tasks takes a while
    fitting = (entry for entry in drawn if not any(map(model.misfit, entry.puzzles())))
    return next(solved, None) or next(fitting, None)


def _show_tour_once(window: MainWindow) -> None:
    """After the first solve of the first start."""
    from PySide6.QtCore import Qt

    from trm_gui.tour import SEEN

    if not window.settings.contains(SEEN):
        once = Qt.ConnectionType.SingleShotConnection
        window.session.solve_finished.connect(window.tour.start, once)


def _watch_for_the_unforeseen(window: MainWindow) -> None:
    from trm_gui.failure import Unforeseen

    unforeseen = Unforeseen(window)
    unforeseen.happened.connect(window.session.fail)
    unforeseen.watch()


def launch(settings_dir: Path | str | None = None) -> tuple[QApplication, MainWindow]:
    """The application, dressed as the system asks, and its window, shown. A signal that asks the
    process to end closes it."""
    from PySide6.QtCore import QSize
    from PySide6.QtWidgets import QApplication

    import_plainly()  # before there is much to import
    from trm_gui import theme
    from trm_gui.end_signals import EndSignals
    from trm_gui.icons import program_icon
    from trm_gui.theme_menu import stored_theme

    app = QApplication(sys.argv[:1])
    app.setApplicationName("TRM Studio")
    app.setDesktopFileName("trm-studio")
    app.setWindowIcon(program_icon())
    theme.apply(app, stored_theme(_settings(settings_dir)))
    window = make_window(settings_dir)
    EndSignals(window).came.connect(window.close_at_once)
    room = window.screen().availableSize() - QSize(0, theme.FRAME)
    window.resize(window.size().boundedTo(room))  # else its lowest line is off a small screen
    window.show()
    return app, window


def make_window(settings_dir: Path | str | None = None) -> MainWindow:
    """The main window with what was shown last, at first a bundled puzzle, inside an existing
    QApplication.

    settings_dir: where the window's settings are kept; the user's folder if None.
    """
    from trm_core.puzzles.sudoku_files import parse
    from trm_core.resources import RESOURCES
    from trm_gui.main_window import MainWindow
    from trm_gui.preferences import stored_preferences
    from trm_gui.session.shown import SHOWN_FILE, read_kept
    from trm_gui.settings import beside

    sys.setswitchinterval(SWITCH_SECONDS)
    garbage_collector()
    window = MainWindow(_settings(settings_dir))
    as_before = stored_preferences(window.settings).start is None
    if as_before and (kept := read_kept(beside(window.settings, SHOWN_FILE))) is not None:
        window.session.take_up(kept)
        window.begins_solved = kept.solved
    else:
        files = [RESOURCES / "puzzles" / name for name in FIRST_PUZZLES]
        texts = [(file.read_text(encoding="utf-8"), file.stem) for file in files]
        window.session.show_puzzles([puzzle for text in texts for puzzle in parse(*text)])
    return window


@cache
def garbage_collector() -> GarbageCollector:
    """Have Python look for garbage on the GUI thread alone, from now on."""
    from PySide6.QtCore import QCoreApplication

    from trm_gui.garbage import GarbageCollector

    application = QCoreApplication.instance()
    assert application is not None
    return GarbageCollector(application)


def _settings(settings_dir: Path | str | None) -> QSettings:
    from trm_gui.settings import open_settings

    return open_settings(None if settings_dir is None else Path(settings_dir))
