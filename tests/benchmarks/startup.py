"""Time from process start to the first painted window, as a multiple of a bare window's.

The bare window is PySide6 with one pyqtgraph plot. Both start in turn, each in its own process.
Modules are compiled beforehand, as they are once installed. The CPU time says the same on a machine
that has other things to do.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

BARE = """
import sys
import pyqtgraph
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication(sys.argv[:1])
window = QMainWindow()
window.setCentralWidget(pyqtgraph.PlotWidget())
window.resize(1280, 800)
window.show()
"""
FULL = """
import sys
from trm_gui.app import launch
app, window = launch(sys.argv[1])
"""
UNTIL_PAINTED = """
import time
from PySide6.QtCore import QEvent, QObject, QTimer
def end():
    print(time.monotonic(), time.process_time(), "torch" in sys.modules)
    window.close()
    app.quit()
class Clock(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            app.removeEventFilter(self)
            QTimer.singleShot(0, end)  # after all widgets of this first paint
        return False
clock = Clock()
app.installEventFilter(clock)
app.exec()
"""


def seconds_to_paint(script: str, settings_dir: str) -> tuple[float, float]:
    """On the clock, and of CPU time."""
    started = time.monotonic()
    command = [sys.executable, "-c", script + UNTIL_PAINTED, settings_dir]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    painted, computed, has_torch = done.stdout.split()
    if has_torch == "True":
        raise SystemExit("torch was imported before the window was painted")
    return float(painted) - started, float(computed)


def main(runs: int = 9) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    bare, full = [], []
    with tempfile.TemporaryDirectory() as settings_dir, tempfile.TemporaryDirectory() as compiled:
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        for script in (BARE, FULL):
            seconds_to_paint(script, settings_dir)  # compiles, and warms the file cache
        for _ in range(runs):
            bare.append(seconds_to_paint(BARE, settings_dir))
            full.append(seconds_to_paint(FULL, settings_dir))
    for clock, name in enumerate(("on the clock", "CPU time")):
        one, other = [each[clock] for each in bare], [each[clock] for each in full]
        ratios = [b / a for a, b in zip(one, other, strict=True)]
        print(f"{name}, medians of {runs}")
        print(f"  bare window  {statistics.median(one):.2f} s")
        print(f"  trm-gui      {statistics.median(other):.2f} s")
        print(
            f"  ratio        {statistics.median(ratios):.2f} "
            f"({min(ratios):.2f} to {max(ratios):.2f})"
        )


if __name__ == "__main__":
    main()
