"""Two trainings at once against one alone that has all cores: samples per second, all together.

Real `trm train` processes, of the `sudoku-4x4` preset; between the rounds they are paused and go
on by their run directories. Together they should train at least 0.9 times as fast as one alone.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from trm_core.training.config import load_preset
from trm_core.training.metrics import read_metrics
from trm_core.training.run_directory import RunDirectory, request
from trm_core.training.run_files import RunError
from trm_core.training.status import read_status

ROUNDS = 3
SETTLING = 11.0
"""Seconds until both have looked twice at what the machine does."""
MEASURED = 15.0
CHANGES = [
    *("steps=100000000", "compile=off", "log_every=1", "generate=200", "held_out=10"),
    *("evaluate_every=100000000", "checkpoint_every=100000000"),
]


class Training:
    def __init__(self, path: Path) -> None:
        config = load_preset("sudoku-4x4").changed(CHANGES)
        self.path = RunDirectory.create(path, config.to_json()).path
        command = [sys.executable, "-m", "trm_core.cli", "train", "--resume", str(path)]
        self._process = subprocess.Popen(
            [*command, "--device", "cpu"], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )

    def ask(self, what: str, state: str) -> None:
        """Request something, and wait until it is so."""
        request(self.path, what)
        self.wait_for(state)

    def wait_for(self, state: str) -> None:
        while True:
            if self._process.poll() is not None:
                sys.exit((self.path / "log.txt").read_text())
            try:
                if read_status(self.path).state == state:
                    return
            except RunError:  # there is none yet
                pass
            time.sleep(0.1)

    def samples_between(self, begin: float, end: float) -> int:
        """Trained between two times, Unix seconds."""
        steps = sum(begin <= row["time"] < end for row in read_metrics(self.path / "metrics.jsonl"))
        return steps * load_preset("sudoku-4x4").training.batch_size

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()


def samples_per_second(*trainings: Training) -> float:
    """Of these together, which go on by now."""
    time.sleep(SETTLING)
    begin = time.time()
    time.sleep(MEASURED)
    return sum(one.samples_between(begin, begin + MEASURED) for one in trainings) / MEASURED


def main() -> None:
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        first, second = (Training(Path(folder, name)) for name in ("first", "second"))
        try:
            for one in (first, second):
                one.wait_for("running")
            for _ in range(ROUNDS):
                second.ask("pause", "paused")
                alone = samples_per_second(first)
                second.ask("resume", "running")
                together = samples_per_second(first, second)
                ratios.append(together / alone)
                print(f"alone {alone:6.0f}/s   together {together:6.0f}/s   {ratios[-1]:.2f}x")
        finally:
            for one in (first, second):
                one.end()
    print(f"two at once train {statistics.median(ratios):.2f} times as fast as one alone")


if __name__ == "__main__":
    main()
