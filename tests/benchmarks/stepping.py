"""Key press to painted step, next to painting the answer board alone.

Real key events go to the real window; a step is over when the window has been painted again.
"""

import os
import statistics
import tempfile
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from trm_gui.app import launch
from trm_gui.board.board import Board


def milliseconds(work) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def main(rounds: int = 10) -> None:
    with tempfile.TemporaryDirectory() as settings_dir:
        _, window = launch(settings_dir)
        finished = QEventLoop()
        window.session.solve_finished.connect(finished.quit)
        window.session.solve()
        finished.exec()
        board = window.findChild(Board, "answer_board")

        def press(key: Qt.Key) -> None:
            QTest.keyClick(window, key)
            QApplication.processEvents()

        steps, paints = [], []
        for _ in range(rounds):
            press(Qt.Key.Key_Home)
            for _ in range(len(window.session.trace) - 1):
                steps.append(milliseconds(lambda: press(Qt.Key.Key_Right)))
                paints.append(milliseconds(board.repaint))
        window.close()
    step, paint = statistics.median(steps), statistics.median(paints)
    slowest = sorted(steps)[int(len(steps) * 0.95)]
    print(f"painting the answer board alone  {paint:.1f} ms (median of {len(paints)})")
    print(f"key press to painted step        {step:.1f} ms, 95 % within {slowest:.1f} ms")
    print(f"ratio                            {step / paint:.1f}")


if __name__ == "__main__":
    main()
