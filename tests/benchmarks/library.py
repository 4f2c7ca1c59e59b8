"""How long the library holds up the GUI thread: while it reads, is searched, and scrolls.

A timer ticks every 2 ms while the ARC data sets are read in the background; the longest time
between two ticks is what a user would feel. Then with 10,000 entries in the list: one letter typed
until the list is painted, and one step of the wheel until it is painted, thumbnails drawn between.
Beside each time as it passed is the processor time that the GUI thread itself took, which other
programs on the machine do not lengthen.
"""

import os
import statistics
import tempfile
import time
from itertools import pairwise

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from trm_core.puzzles.library import Entry
from trm_gui.app import launch
from trm_gui.library.items import ALL, of_entry

ENTRIES = 10_000
WORDS = "sudoku 9x9 hard"


Times = list[tuple[float, float]]
"""Milliseconds that passed, and that this thread worked."""


def now() -> tuple[float, float]:
    return time.perf_counter() * 1000, time.thread_time() * 1000


def gaps_while(busy) -> Times:
    """The times between ticks of the event loop for as long as `busy()`."""
    ticks = [now()]
    loop = QEventLoop()

    def tick() -> None:
        ticks.append(now())
        if not busy():
            loop.quit()

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    timer.start(2)
    loop.exec()
    return [(c - a, d - b) for (a, b), (c, d) in pairwise(ticks)]


def milliseconds(work) -> tuple[float, float]:
    started, worked = now()
    work()
    QApplication.processEvents()
    ended, rested = now()
    return ended - started, rested - worked


def tell(title: str, times: Times) -> None:
    print(f"{title} ({len(times)} times)")
    for name, values in zip(("passed", "worked"), zip(*times, strict=True), strict=True):
        values = sorted(values)
        high = values[int(len(values) * 0.99)]
        print(f"  {name}  median {statistics.median(values):5.1f} ms", end="")
        print(f"  99 % within {high:5.1f} ms  longest {values[-1]:5.1f} ms")


def main() -> None:
    with tempfile.TemporaryDirectory() as settings_dir:
        _, window = launch(settings_dir)
        dock, catalogue = window.library.dock, window.library.catalogue
        tell("first paint", gaps_while(lambda: not catalogue.reading))
        tell("event loop while 1,920 ARC tasks are read", gaps_while(lambda: catalogue.reading))
        drawn = [item.source for item in catalogue.items.values() if item.kind == "sudoku"]
        copies = [
            Entry(f"copy-{n}", e.kind, e.rows, e.cols, e.difficulty, n, e.drawing)
            for n in range(ENTRIES - len(catalogue.items))
            for e in [drawn[n % len(drawn)]]
        ]
        items = [of_entry(entry, ALL) for entry in copies]
        tell(f"{len(items):,} entries added", [milliseconds(lambda: catalogue._add(items))])
        typed = []
        for _ in range(5):
            for end in [*range(1, len(WORDS) + 1), *reversed(range(len(WORDS)))]:
                words = WORDS[:end]
                typed.append(milliseconds(lambda words=words: dock.search.setText(words)))
        tell(f"a letter typed, {ENTRIES:,} entries", typed)
        bar = dock.view.verticalScrollBar()
        for title, step in (("a wheel step", 108), ("a page", dock.view.height())):
            bar.setValue(0)
            times = [
                milliseconds(lambda step=step: bar.setValue(bar.value() + step)) for _ in range(300)
            ]
            tell(f"{title} scrolled, thumbnails drawn between", times)
        window.close()


if __name__ == "__main__":
    main()
