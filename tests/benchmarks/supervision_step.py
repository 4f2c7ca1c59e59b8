"""One supervision step at batch 1, with and without a watcher, against its matrix products alone.

Random weights of the paper's sizes (TRM-MLP for 9x9 Sudoku: 5 M parameters) and of the bundled
model's; the numbers depend on sizes only.
"""

import statistics
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from trm_core.model.config import TRMConfig
from trm_core.model.device import choose_dtype
from trm_core.model.trm import TRM

SIZES = {
    "bundled size (hidden 128, 2 cycles of 3)": TRMConfig(
        cells=81,
        vocab_size=11,
        hidden_size=128,
        heads=4,
        cycles=2,
        latent_steps=3,
        mixer="mlp",
        positions="none",
    ),
    "paper's size (hidden 512, 3 cycles of 6)": TRMConfig(
        cells=81, vocab_size=11, mixer="mlp", positions="none"
    ),
}


def products_alone(model: TRM) -> Callable[[], None]:
    """The matrix products of one supervision step, on inputs of the right shapes."""
    config, dtype = model.config, model.y_init.dtype
    calls = config.cycles * (config.latent_steps + 1)
    pairs = []
    for block in model.network.blocks:
        for name, layer in block.named_modules():
            if isinstance(layer, nn.Linear):
                rows = config.hidden_size if name.startswith("token_mlp") else config.length
                pairs.append((torch.randn(1, rows, layer.in_features, dtype=dtype), layer.weight))

    def run() -> None:
        for _ in range(calls):
            for x, weight in pairs:
                F.linear(x, weight)

    return run


def milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def main(runs: int = 30) -> None:
    dtype = choose_dtype("auto", torch.device("cpu"))
    print(f"{torch.get_num_threads()} threads, {dtype}, medians of {runs}")
    for title, config in SIZES.items():
        model = TRM(config).to(dtype).eval()
        tokens = torch.randint(1, 11, (1, config.cells))
        state = model.initial_state(1)

        def plain(model=model, tokens=tokens, state=state) -> None:
            model.supervision_step(tokens, state)

        def watched(model=model, tokens=tokens, state=state) -> None:
            model.supervision_step(tokens, state, on_step=lambda step: step.decode())

        work = {"matrix products": products_alone(model), "plain": plain, "watched": watched}
        times: dict[str, list[float]] = {name: [] for name in work}
        with torch.inference_mode():
            for _ in range(runs + 3):
                for name, run in work.items():
                    times[name].append(milliseconds(run))
        medians = {name: statistics.median(values[3:]) for name, values in times.items()}
        print(title)
        for name, median in medians.items():
            print(f"  {name:16} {median:7.2f} ms   {median / medians['matrix products']:.2f}×")


if __name__ == "__main__":
    main()
