"""Key press to painted step, next to painting the answer board alone.

Beside each time as it passed is the processor time that the GUI thread itself took, which other
programs on the machine do not lengthen. The first steps are taken while the library reads the ARC
data sets in the background, as after every start.

Real key events go to the real window; a step is over when the window has been painted again. Once
for the first puzzle, and once for an ARC task of 30×30 with all overlays, which a network answers
that nobody has trained: what it says does not matter here, only how much there is to draw.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from trm_core.puzzles.arc import Arc, Pair, Task
from trm_core.trace import SolveSettings
from trm_gui.app import launch
from trm_gui.board.board import Board
from trm_gui.board.overlays import OVERLAYS

SIDE = 30


def milliseconds(work) -> tuple[float, float]:
    """That passed, and that this thread worked."""
    started, worked = time.perf_counter(), time.thread_time()
    work()
    ended, rested = time.perf_counter(), time.thread_time()
    return (ended - started) * 1000, (rested - worked) * 1000


def solve(window) -> None:
    finished = QEventLoop()
    window.session.solve_finished.connect(finished.quit)
    window.session.solve()
    finished.exec()


def measure(window, name: str, rounds: int) -> None:
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
    print(name)
    for what, times in (
        ("painting the answer board", paints),
        ("key press to painted step", steps),
    ):
        for column, words in enumerate(("passed", "worked")):
            by_size = sorted(each[column] for each in times)
            shares = (f"{p} % within {by_size[len(times) * p // 100]:5.1f} ms" for p in (95, 99))
            median = statistics.median(by_size)
            print(f"  {what}  {words}  median {median:5.1f} ms, {', '.join(shares)}")


def large_task() -> Arc:
    rng = np.random.default_rng(0)
    grids = [rng.integers(0, 10, (SIDE, SIDE), np.int8) for _ in range(4)]
    return Arc.of(Task("large", (Pair(*grids[:2]),), (Pair(*grids[2:]),)))


def untrained(directory: Path):
    """A small network for ARC of 30×30, as a model directory."""
    import torch

    from trm_core.checkpoints.directory import build_model, save_model
    from trm_core.checkpoints.info import ModelInfo
    from trm_core.data.augment_arc import BLACK
    from trm_core.model.config import TRMConfig
    from trm_core.puzzles.base import PuzzleShape

    shape = PuzzleShape("arc", SIDE, SIDE)
    config = TRMConfig(
        cells=shape.cells, vocab_size=shape.vocab_size, hidden_size=16, heads=2, cycles=3
    )
    info = ModelInfo("trm", shape, config, directory=directory)
    torch.manual_seed(0)
    model = build_model(config)
    with torch.no_grad():
        model.answer_head.weight[:BLACK] = 0  # of no grid's end, so that all cells are drawn
    save_model(model, info, "# Not trained\n")
    return info


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _, window = launch(folder)
        solve(window)
        measure(window, "Sudoku 9×9, the overlays of the first start", rounds=40)
        window.session.set_puzzle(large_task())
        window.session.use_model(untrained(Path(folder) / "untrained"))
        window.session.solves.set_settings(SolveSettings(halt_threshold=None))
        for overlay in OVERLAYS:
            window.boards.overlays.set_on(overlay, True)
        solve(window)
        trace = window.session.trace
        assert all(trace.grid(at).shape == (SIDE, SIDE) for at in range(len(trace)))
        measure(window, f"ARC {SIDE}×{SIDE}, all overlays", rounds=5)
        window.close()


if __name__ == "__main__":
    main()
