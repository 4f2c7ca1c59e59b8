"""How long a recording takes to open, and how large it is.

Opening is timed in fresh processes in which torch cannot be imported, against importing NumPy and
safetensors alone; and in a process that has opened one before, against reading its bytes.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from trm_core.checkpoints.info import find_model
from trm_core.puzzles.files import load_puzzles
from trm_core.recordings import Recording, read_header, read_recording, write_recording
from trm_core.resources import RESOURCES
from trm_core.solver import Solver
from trm_core.trace import SolveSettings

BARE = "import numpy, safetensors.numpy"
OPEN = """
import sys; from pathlib import Path; sys.modules["torch"] = None
from trm_core.recordings import read_recording
read_recording(Path(sys.argv[1])).trace.sentence(-1)
"""
CLOCK = "import time; before = time.perf_counter()\n{}\nprint(time.perf_counter() - before)"


def seconds_in_a_process(code: str, file: Path) -> float:
    command = [sys.executable, "-c", CLOCK.format(code), str(file)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def seconds(call, runs: int = 200) -> float:
    times = []
    for _ in range(runs):
        before = time.perf_counter()
        call()
        times.append(time.perf_counter() - before)
    return statistics.median(times)


def main(runs: int = 9) -> None:
    solver = Solver.load(find_model("sudoku-9x9"), "cpu", "float32")
    puzzle = load_puzzles(RESOURCES / "puzzles" / "sudoku-9x9.sdm")[0]
    with tempfile.TemporaryDirectory() as folder:
        for what, latent_steps in (("every cycle", False), ("every latent step", True)):
            trace = solver.start(puzzle, SolveSettings(16, None, latent_steps))
            for frame in solver.frames(trace, with_latents=True):
                trace.append(frame)
            file = Path(folder) / "solve.trmrec"
            recording = Recording(trace, "cpu", "float32", datetime.now(UTC))
            writing = seconds(lambda f=file, r=recording: write_recording(f, r), 20)
            size = file.stat().st_size
            print(f"{what}, {len(trace)} frames: {size / 1000:.0f} kB, written in {writing:.3f} s")
            pairs = [
                (seconds_in_a_process(BARE, file), seconds_in_a_process(OPEN, file))
                for _ in range(runs)
            ]
            bare, opened = (statistics.median(each) for each in zip(*pairs, strict=True))
            print(
                f"  opened in a fresh process: {opened:.3f} s, {opened / bare:.2f} × bare imports"
            )
            plain = seconds(file.read_bytes)
            for name, read in (("opened again", read_recording), ("header only", read_header)):
                took = seconds(lambda read=read, file=file: read(file))
                print(f"  {name}: {took * 1000:.2f} ms, {took / plain:.0f} × reading its bytes")


if __name__ == "__main__":
    main()
