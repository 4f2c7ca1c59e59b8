"""Peak memory and time of one training pass in each gradient mode, by number of cycles.

With `full_cycle` and `one_step` only the last cycle, or less, is differentiated, so memory stays
flat as cycles are added; with `bptt` it grows with them. Each measurement runs in a process of its
own; memory is the most that the process held (ru_maxrss) above what it held before the pass.
"""

import multiprocessing
import resource
import statistics
import sys
import time

import torch

from trm_core.checkpoints.directory import build_model
from trm_core.model.config import HRMConfig, TRMConfig
from trm_core.training.losses import supervision_loss

CYCLES = 1, 2, 4, 8
MODES = "full_cycle", "one_step", "bptt"
BATCH = 16
SIZES = {"cells": 81, "vocab_size": 11, "hidden_size": 128, "heads": 4, "latent_steps": 3}
MODELS = {
    "TRM-MLP": lambda cycles: TRMConfig(**SIZES, cycles=cycles, mixer="mlp", positions="none"),
    "HRM": lambda cycles: HRMConfig(**SIZES, cycles=cycles, latent_layers=2, answer_layers=2),
}


def measure(model_name: str, mode: str, cycles: int) -> tuple[float, float]:
    """MiB above the start, and the median of the seconds of three passes."""
    torch.manual_seed(0)
    model = build_model(MODELS[model_name](cycles))
    tokens = torch.randint(1, 11, (BATCH, 81))

    def one_pass() -> None:
        out = model.supervision_step(tokens, model.initial_state(BATCH), gradient=mode)
        supervision_loss(out.logits, out.halt_logit, tokens).total.backward()
        model.zero_grad()

    before = peak()
    times = []
    for _ in range(3):
        started = time.perf_counter()
        one_pass()
        times.append(time.perf_counter() - started)
    return peak() - before, statistics.median(times)


def peak() -> float:
    """The most memory that this process has held, in MiB."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main() -> None:
    print(f"batch {BATCH}, float32, {torch.get_num_threads()} threads")
    context = multiprocessing.get_context("spawn")
    for name in MODELS:
        print(f"{name:10} {'':10}", *(f"{cycles:>7} cycles" for cycles in CYCLES))
        for mode in MODES:
            with context.Pool(1, maxtasksperchild=1) as pool:
                jobs = [(name, mode, cycles) for cycles in CYCLES]
                rows = pool.starmap(measure, jobs, chunksize=1)
            print(f"{'':10} {mode:10}", *(f"{memory:10.0f} MiB" for memory, _ in rows))
            print(f"{'':21}", *(f"{seconds:12.2f} s" for _, seconds in rows))


if __name__ == "__main__":
    main()
