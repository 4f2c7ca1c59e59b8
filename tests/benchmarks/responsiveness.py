"""How long the GUI thread is held up at most while the first solve imports torch and runs.

A timer ticks every 2 ms; the longest time between two ticks is what a user would feel.
"""

import os
import tempfile
import time
from itertools import pairwise

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt, QTimer

from trm_gui.app import launch


def longest_gap(window) -> tuple[float, float]:
    """Milliseconds of the longest gap between ticks during a solve, and of the whole solve."""
    ticks = [time.perf_counter()]
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    timer.start(2)
    finished = QEventLoop()
    window.session.solve_finished.connect(finished.quit)
    window.session.solve()
    finished.exec()
    window.session.solve_finished.disconnect(finished.quit)
    gaps = [later - earlier for earlier, later in pairwise(ticks)]
    return max(gaps) * 1000, (ticks[-1] - ticks[0]) * 1000


def main() -> None:
    with tempfile.TemporaryDirectory() as settings_dir:
        _, window = launch(settings_dir)
        for name in ("first solve, torch imported", "second solve"):
            gap, whole = longest_gap(window)
            print(f"{name:28} longest gap {gap:4.0f} ms of {whole:5.0f} ms")
        window.close()


if __name__ == "__main__":
    main()
