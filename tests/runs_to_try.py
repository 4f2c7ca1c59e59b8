"""Small training runs, and real processes that train them."""

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import torch

from trm_core.cli import main
from trm_core.data.build import SudokuBuild, build
from trm_core.training.config import load_preset
from trm_core.training.metrics import read_metrics
from trm_core.training.run import train
from trm_core.training.run_directory import RunDirectory
from trm_core.training.run_files import RunError
from trm_core.training.status import read_status

ROOT = Path(__file__).parents[1]
PATIENCE = 90  # seconds, for machines that are slow and busy

PRESET = """
[model]
architecture = "trm"
mixer = "mlp"
positions = "none"
hidden_size = 16
heads = 2
layers = 1
cycles = 2
latent_steps = 2
max_supervision_steps = 4

[data]
path = '{data}'

[training]
steps = 24
batch_size = 8
optimizer = "adamw"
learning_rate = 1e-2
warmup_steps = 10
clip_norm = 1.0
ema_decay = 0.9
dtype = "float32"
compile = "off"
evaluate_every = 8
checkpoint_every = 8
log_every = 4
"""

SUDOKUS = SudokuBuild(generate=20, held_out=4, box_rows=2, box_cols=2, givens_from=8, givens_to=12)
ENDLESS = "steps=1000000", "evaluate_every=1000000", "checkpoint_every=50", "log_every=5"

IMPORTED_FIRST = [
    *("trm_core.cli", "trm_core.training.run", "tensorboard.summary.writer.record_writer"),
    "torch._dynamo",  # which the first step of an optimizer imports
]

NOT_COMPARED = "time", "train/samples_per_second"
"""What is another in every run."""


def write_preset(file, data):
    """A preset for a tiny model, to be trained on the 4×4 Sudokus in the directory `data`."""
    file.write_text(PRESET.format(data=data))
    return file


def preset_with_data(folder):
    """A preset for a tiny model, with 4×4 Sudokus that are made for it in `folder`."""
    build(SUDOKUS, folder / "sudokus", lambda done, total: None)
    return write_preset(folder / "tiny.toml", folder / "sudokus")


def with_data_to_make(preset):
    """`preset`, which now says how to make data that take far longer than a test may, where its
    path is set to nothing."""
    data = "kind = 'maze'\nstyle = 'perfect'\ngenerate = 100_000\nheld_out = 1\n"
    preset.write_text(preset.read_text().replace("[training]", f"{data}[training]"))
    return preset


def new_run(directory, preset, *changes):
    """A new run directory, as `trm train` makes it."""
    return RunDirectory.create(directory, load_preset(str(preset)).changed(changes).to_json())


def train_here(run, **options):
    """Train in this process, on its one thread."""
    return train(run, torch.device("cpu"), **options)


def numbers(directory):
    """The rows of metrics that count, without times and speeds."""
    rows = read_metrics(directory / "metrics.jsonl")
    return [{n: v for n, v in row.items() if n not in NOT_COMPARED} for row in rows]


def last_step(directory):
    return max((row["step"] for row in read_metrics(directory / "metrics.jsonl")), default=0)


def status_of(directory):
    """The status, or None where there is none yet."""
    try:
        return read_status(directory)
    except RunError:
        return None


def in_state(directory, *states):
    """A condition to wait for."""

    def reached():
        status = status_of(directory)
        return status is not None and status.state in states

    return reached


class TrmTrain:
    """A process that runs `trm train`; its output goes to files.

    It is forked from one that has imported torch already, which saves seconds.
    """

    def __init__(self, folder, *arguments, environment=(), largest_file=None):
        self._output = folder / "out.txt", folder / "err.txt"
        arguments = "train", *map(str, arguments), "--device", "cpu"
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(IMPORTED_FIRST)
        self._process = context.Process(
            target=_trm, args=(arguments, self._output, dict(environment), largest_file)
        )
        self._process.start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._process.kill()
        self._process.join()

    @property
    def pid(self):
        return self._process.pid

    @property
    def ended(self):
        return self._process.exitcode is not None

    def wait_until(self, condition):
        """Until `condition()` is true; fails if the process ends before, or it takes too long."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert not self.ended, f"ended too early: {self.outcome()}"
            assert time.monotonic() < deadline, f"nothing happened: {self._output[1].read_text()}"
            time.sleep(0.005)

    def running_after(self, seconds):
        self._process.join(seconds)
        return not self.ended

    def send(self, number):
        os.kill(self.pid, number)

    def outcome(self, seconds=PATIENCE):
        """Exit status, what was printed, and what was said on stderr, once it has ended."""
        self._process.join(seconds)
        assert self.ended, f"still running: {self._output[1].read_text()}"
        return self._process.exitcode, *(file.read_text() for file in self._output)


def _trm(arguments, output, environment, largest_file):
    for number, file in enumerate(output, start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.environ |= environment
    torch.set_num_threads(1)
    if largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    sys.argv = ["trm", *arguments]
    main()


def trm_command(*arguments):
    """The command that runs `trm` with nothing imported before."""
    return [sys.executable, "-m", "trm_core.cli", *map(str, arguments)]


def start(command, folder, **environment):
    """A process of its own group, in the checkout, that writes `folder`/log.txt."""
    with (folder / "log.txt").open("w") as log:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
            start_new_session=True,
        )


def end_group(process):
    """End a process that `start` started, with all that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
