"""Cursor move to painted window with every plot in view, next to the same without plots.

A solve of 16 supervision steps with all latent steps; a move is over when the window has been
painted again and what the worker thread had answered by then is on screen.
"""

import os
import statistics
import tempfile
import time
from itertools import pairwise

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from trm_core.trace import SolveSettings
from trm_gui.app import launch


def milliseconds(work) -> float:
    """Of this thread at work, not of waiting for a busy machine."""
    started = time.thread_time()
    work()
    return (time.thread_time() - started) * 1000


def solve(window) -> tuple[float, float]:
    """Milliseconds of work between two ticks of a timer in a solve: the most, and of all."""
    finished, ticks = QEventLoop(), [time.thread_time()]
    window.session.solve_finished.connect(finished.quit)
    timer = QTimer(interval=2, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: ticks.append(time.thread_time()))
    timer.start()
    window.session.solve()
    finished.exec()
    held_up = [later - earlier for earlier, later in pairwise(ticks)]
    return max(held_up) * 1000, (ticks[-1] - ticks[0]) * 1000


def moves(session) -> list[float]:
    """Milliseconds of a move to each frame in turn."""

    def move(frame: int) -> None:
        session.move_to(frame)
        QApplication.processEvents()

    move(0)
    return [milliseconds(lambda i=i: move(i)) for i in range(1, len(session.trace))]


def show_all(window) -> None:
    """Three docks above one another on each side of the boards."""
    for number, dock in enumerate(window.plots.docks.values()):
        window.removeDockWidget(dock)
        sides = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        window.addDockWidget(sides[number % 2], dock, Qt.Orientation.Vertical)
        dock.show()
    for _ in range(5):
        QApplication.processEvents()


def report(name: str, times: list[float]) -> float:
    median = statistics.median(times)
    slowest = sorted(times)[int(len(times) * 0.95)]
    print(f"{name:28} {median:5.1f} ms, 95 % within {slowest:.1f} ms (median of {len(times)})")
    return median


def report_solve(name: str, window) -> None:
    most, whole = solve(window)
    print(f"{name:28} {most:5.1f} ms at once at most, {whole:.0f} ms in all")


def main() -> None:
    with tempfile.TemporaryDirectory() as settings_dir:
        _, window = launch(settings_dir)
        window.resize(1920, 1200)
        session = window.session
        session.solves.set_settings(SolveSettings(16, None, every_latent_step=True))
        for name in ("sudoku-9x9", "sudoku-9x9-att"):
            session.set_model(name)
            for dock in window.plots.docks.values():
                dock.hide()
            solve(window)
            print(f"{name}, {len(session.trace)} frames")
            report_solve("a solve without plots", window)
            without = report("cursor move without plots", moves(session))
            show_all(window)
            session.moment.look_at((2, 3))
            assert all(dock.isVisible() for dock in window.plots.docks.values())
            plots = report("cursor move with all six", moves(session))
            print(f"{'ratio':28} {plots / without:5.1f}")
            hovers = [milliseconds(lambda c=c: hover(session, c)) for c in range(81)]
            report("pointing at another cell", hovers)
            report_solve("a solve that fills them", window)
        window.close()


def hover(session, cell: int) -> None:
    session.moment.look_at(divmod(cell, 9))
    QApplication.processEvents()


if __name__ == "__main__":
    main()
