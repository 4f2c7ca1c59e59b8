"""How long the GUI thread is held up at most while the first solve imports torch and runs.

A timer ticks every 2 ms; the longest time between two ticks is what a user would feel. On a machine
that has other things to do some of that is the wait for a core, which Linux tells: the second
number is without it.
"""

import os
import tempfile
import time
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt, QTimer

from trm_gui.app import launch

WAITS = Path("/proc/thread-self/schedstat")


def seconds_without_a_core() -> float:
    """For which this thread could have run, but none was free."""
    return int(WAITS.read_text().split()[1]) / 1e9 if WAITS.exists() else 0.0


def longest_gap(window) -> tuple[float, float, float]:
    """Milliseconds of the longest gap between ticks during a solve, of the longest but for waits
    for a core, and of the whole solve."""
    ticks = [(time.perf_counter(), seconds_without_a_core())]
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: ticks.append((time.perf_counter(), seconds_without_a_core())))
    timer.start(2)
    finished = QEventLoop()
    window.session.solve_finished.connect(finished.quit)
    window.session.solve()
    finished.exec()
    window.session.solve_finished.disconnect(finished.quit)
    gaps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(ticks)]
    own = max(gap - waited for gap, waited in gaps)
    return max(gaps)[0] * 1000, own * 1000, (ticks[-1][0] - ticks[0][0]) * 1000


def main() -> None:
    with tempfile.TemporaryDirectory() as settings_dir:
        _, window = launch(settings_dir)
        for name in ("first solve, torch imported", "second solve"):
            gap, own, whole = longest_gap(window)
            print(
                f"{name:28} longest gap {gap:4.0f} ms, but for waits for a core {own:4.0f} ms, "
                f"of {whole:5.0f} ms"
            )
        window.close()


if __name__ == "__main__":
    main()
