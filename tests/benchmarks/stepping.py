"""Key press to painted step, next to painting the answer board alone.

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


def milliseconds(work) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


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
    step, paint = statistics.median(steps), statistics.median(paints)
    by_size = sorted(steps)
    within = ", ".join(f"{p} % within {by_size[len(steps) * p // 100]:.1f} ms" for p in (95, 99))
    print(name)
    print(f"  painting the answer board alone  {paint:.1f} ms (median of {len(paints)})")
    print(f"  key press to painted step        {step:.1f} ms, {within}")
    print(f"  ratio                            {step / paint:.1f}")


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
        measure(window, "Sudoku 9×9, the overlays of the first start", rounds=10)
        window.session.set_puzzle(large_task())
        window.session.use_model(untrained(Path(folder) / "untrained"))
        window.session.set_settings(SolveSettings(halt_threshold=None))
        for overlay in OVERLAYS:
            window.overlays.set_on(overlay, True)
        solve(window)
        trace = window.session.trace
        assert all(trace.grid(at).shape == (SIDE, SIDE) for at in range(len(trace)))
        measure(window, f"ARC {SIDE}×{SIDE}, all overlays", rounds=3)
        window.close()


if __name__ == "__main__":
    main()
