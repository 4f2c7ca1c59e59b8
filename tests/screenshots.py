"""Draws the pictures of the README anew: the real window, each kind of puzzle, and the jobs, with
two runs that are trained for it in five to twenty minutes; light and dark.

python tests/screenshots.py [sudoku] [maze] [arc] [jobs]
"""

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from trm_core.puzzles.library import read_library
from trm_gui import theme
from trm_gui.app import launch
from trm_gui.main_window import MainWindow

PICTURES = Path(__file__).parents[1] / ".github"
WIDTH, HEIGHT = 1280, 800
SHOWN = {"sudoku": "sudoku-9x9-hard-01", "maze": "maze-15x15-02", "arc": "arc-agi-1/d511f180"}
"""By kind, the entry of the library."""

RATES = "1e-3", "2e-4"
"""Learning rates of the runs that are compared."""
JOBS = 1120, 560

SETTLE = 1500
"""Milliseconds for thumbnails and plots to be drawn, which come after everything else."""


def train(folder: Path) -> list[Path]:
    """Train at each rate, side by side; the run directories."""
    runs = [folder / f"rate-{rate}" for rate in RATES]
    command = [sys.executable, "-m", "trm_core.cli", "train", "sudoku-4x4"]
    processes = []
    for run, rate in zip(runs, RATES, strict=True):
        settings = [f"training.learning_rate={rate}", "training.log_every=10"]
        options = [part for setting in settings for part in ("--set", setting)]
        processes.append(subprocess.Popen([*command, "--out", str(run), *options]))
    for process in processes:
        process.wait()
    return runs


def draw(app: QApplication, widget: QWidget, name: str) -> None:
    for look in (theme.LIGHT, theme.DARK):
        theme.apply(app, look)
        settle()
        widget.grab().save(str(PICTURES / f"{name}-{look.name}.png"))
        print(PICTURES / f"{name}-{look.name}.png")


def settle() -> None:
    loop = QEventLoop()
    QTimer.singleShot(SETTLE, loop.quit)
    loop.exec()


def wait_for(signal, act) -> None:
    loop = QEventLoop()
    signal.connect(loop.quit)
    act()
    loop.exec()
    signal.disconnect(loop.quit)


def draw_jobs(app: QApplication, window: MainWindow, folder: Path) -> None:
    jobs = window.jobs
    for run in train(folder):
        wait_for(jobs.jobs.added, partial(jobs.jobs.attach, run))
    settle()
    jobs.dock.setFloating(True)
    jobs.dock.resize(*JOBS)
    jobs.dock.pane.listing.selectAll()
    wait_for(jobs.dock.pane.meter.measured, jobs.dock.repaint)
    draw(app, jobs.dock, "jobs")


def main(wanted: set[str]) -> None:
    entries = {entry.id: entry for entry in read_library()}
    with tempfile.TemporaryDirectory() as settings_dir:
        app, window = launch(settings_dir)
        window.resize(WIDTH, HEIGHT)
        session = window.session
        for kind, name in SHOWN.items():
            if kind not in wanted:
                continue
            wait_for(session.another_puzzle, partial(session.open, entries[name]))
            wait_for(session.solve_finished, session.solve)
            session.move_to(len(session.trace) // 2)
            draw(app, window, kind)
        if "jobs" in wanted:
            draw_jobs(app, window, Path(settings_dir))
        window.close()
        QApplication.processEvents()


if __name__ == "__main__":
    main(set(sys.argv[1:]) or {*SHOWN, "jobs"})
