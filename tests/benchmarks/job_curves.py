"""How long the window stands still while it opens the jobs, and reads, plots, smooths and zooms a
long run.

python tests/benchmarks/job_curves.py [ROWS]
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from trm_core.training.config import load_preset
from trm_core.training.run_directory import RunDirectory
from trm_gui import theme
from trm_gui.app import make_window
from trm_gui.jobs.new_job import NewJobDialog

NAMES = "loss", "answer_loss", "halting_loss", "gradient_norm", "cell_accuracy", "exact_accuracy"
NAMES += "halting_accuracy", "supervision_steps", "learning_rate", "samples_per_second"


def write_run(path: Path, rows: int) -> None:
    RunDirectory.create(path, load_preset("sudoku-4x4").to_json())
    values = np.random.default_rng(0).random((rows, len(NAMES))).round(6).tolist()
    with (path / "metrics.jsonl").open("w") as file:
        for step, row in enumerate(values, start=1):
            named = {f"train/{name}": value for name, value in zip(NAMES, row, strict=True)}
            file.write(json.dumps({"step": 10 * step, "time": 0.0, **named}) + "\n")


class Stalls:
    """Measures by how much a timer comes late."""

    def __init__(self, interval: int = 5) -> None:
        self.worst, self._interval, self._last = 0.0, interval / 1000, time.perf_counter()
        self._timer = QTimer(interval=interval)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.worst = max(self.worst, now - self._last - self._interval)
        self._last = now

    def take(self) -> float:
        worst, self.worst = self.worst, 0.0
        return worst


def main(rows: int) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    theme.apply(app, theme.LIGHT)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "runs", "long")
        write_run(path, rows)
        short = path.with_name("short")
        write_run(short, 5000)
        window = make_window(Path(folder, "settings"))
        window.show()
        window.session.solve()  # as the program does first, with torch's import
        spin(app, 60, lambda: not window.session.solving)
        spin(app, 2)
        stalls = Stalls()
        window.jobs.jobs.attach(short)
        spin(app, 3)
        print(f"the first run attached: the longest standstill {1000 * stalls.take():.0f} ms")
        began = time.perf_counter()
        window.jobs.jobs.attach(path)
        jobs = window.jobs.jobs
        spin(app, 600, lambda: path in jobs.reports and not jobs.reports[path].behind)
        print(f"{rows:,} rows read in {time.perf_counter() - began:.1f} s, ", end="")
        print(f"the longest standstill {1000 * stalls.take():.0f} ms")
        spin(app, 1)
        curves = window.jobs.dock.pane.curves
        plot = next(iter(curves.plots.values()))
        stalls.take()
        for what, do in {
            "nothing": lambda turn: None,
            "zooming": lambda turn: plot.setXRange(turn * rows / 20, 10 * rows - turn * rows / 20),
            "smoothing": lambda turn: curves.bar.smoothing.setCurrentIndex(turn % 5),
            "log scale": lambda turn: curves.bar.logarithmic.setChecked(turn % 2 == 0),
            "hover": lambda turn: curves.canvas.scene().sigMouseMoved.emit(
                plot.mapRectToScene(plot.vb.geometry()).center()
            ),
        }.items():
            for turn in range(40):
                do(turn)
                spin(app, 0.1)
            print(f"{what}: the longest standstill {1000 * stalls.take():.0f} ms")
        window.jobs.ask_for_new()
        spin(app, 3)
        dialog = window.findChild(NewJobDialog)
        print(f"the dialog for a new job: the longest standstill {1000 * stalls.take():.0f} ms")
        for number in range(40):
            dialog.field("training.steps").set_text(str(number))
            spin(app, 0.1)
        print(f"typing in it: the longest standstill {1000 * stalls.take():.0f} ms")
        dialog.reject()
        window.close()


def spin(app: QApplication, seconds: float, until: object = lambda: False) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end and not until():
        app.processEvents()
        time.sleep(0.001)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
