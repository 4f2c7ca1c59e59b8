"""Training speed of the `sudoku-9x9-small` preset on this machine's CPU.

`trm train`'s own step (data, augmentation, metrics and averaging included), against plain PyTorch
loops of the same network on one batch for ever (compiled, the whole batch at once; with autocast,
and with the weights themselves in bfloat16), and against this machine's ceiling: a large matrix
product in bfloat16. All take turns and are compared turn by turn, as a busy machine slows all.
"""

import statistics
import tempfile
import time
from pathlib import Path

import torch
import torch._dynamo
import torch.nn.functional as F  # noqa: N812
from torch import nn

from trm_core.data.build import SudokuBuild, build
from trm_core.data.dataset import read_dataset
from trm_core.model.config import TRMConfig
from trm_core.model.trm import TRM
from trm_core.training.compilation import compile_networks
from trm_core.training.config import load_preset
from trm_core.training.distributed import Group
from trm_core.training.losses import supervision_loss
from trm_core.training.trainer import Trainer

ROUNDS = 7
SIDE = 2048
PRODUCTS = 20
"""Of the ceiling in a turn, so that it lasts about as long as a step."""


def products_per_sample(config: TRMConfig) -> int:
    """Multiplications and additions of the matrix products of one sample's supervision step.

    A call of the network costs its products once without gradient and three times with; of
    `full_cycle`, the last cycle is differentiated.
    """
    network = TRM(config).network
    once = 0
    for name, layer in network.named_modules():
        if isinstance(layer, nn.Linear):
            rows = config.hidden_size if "token_mlp" in name else config.length
            once += 2 * rows * layer.in_features * layer.out_features
    calls = config.latent_steps + 1
    return once * calls * (config.cycles - 1 + 3)


class PlainLoop:
    """Deep supervision as one would write it in an afternoon, compiled, on random puzzles."""

    def __init__(self, config: TRMConfig, batch_size: int, *, autocast: bool) -> None:
        self.autocast = autocast
        self.model = TRM(config) if autocast else TRM(config).bfloat16()
        compile_networks(self.model)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3)
        self.tokens = torch.randint(1, config.vocab_size, (batch_size, config.cells))
        self.labels = torch.randint(2, config.vocab_size, (batch_size, config.cells))
        self.state = self.model.initial_state(batch_size)

    def take_step(self) -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=self.autocast):
            out = self.model.supervision_step(self.tokens, self.state)
        loss = supervision_loss(out.logits, out.halt_logit, self.labels).total / len(self.tokens)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.state = out.state


def seconds(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    torch._dynamo.config.recompile_limit = 32  # three models share one function
    preset = load_preset("sudoku-9x9-small")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        build(SudokuBuild(generate=200, held_out=1), data, lambda done, total: None)
        trainer = Trainer(
            preset, read_dataset(data, "train"), torch.device("cpu"), torch.bfloat16, Group()
        )
        compile_networks(trainer.model)
        batch = preset.training.batch_size
        left, right = torch.randn(2, SIDE, SIDE, dtype=torch.bfloat16)
        work = {
            "trm train": trainer.take_step,
            "autocast": PlainLoop(trainer.config, batch, autocast=True).take_step,
            "bfloat16": PlainLoop(trainer.config, batch, autocast=False).take_step,
            "ceiling": lambda: [F.linear(left, right) for _ in range(PRODUCTS)],
        }
        for run in work.values():
            run()
            run()
        times: dict[str, list[float]] = {name: [] for name in work}
        for _ in range(ROUNDS):
            for name, run in work.items():
                times[name].append(seconds(run))
    ceilings = [PRODUCTS * 2 * SIDE**3 / value for value in times.pop("ceiling")]
    products = products_per_sample(trainer.config) * batch
    print(f"{torch.get_num_threads()} threads, bfloat16, batch {batch}, {ROUNDS} rounds in turn")
    print(f"{'ceiling':12} {statistics.median(ceilings) / 1e9:7.0f} GFLOP/s")
    for name, values in times.items():
        median = statistics.median(values)
        of_it = statistics.median(products / v / c for v, c in zip(values, ceilings, strict=True))
        print(
            f"{name:12} {products / median / 1e9:7.0f} GFLOP/s   "
            f"{of_it:4.0%} of it   {batch / median:5.0f} samples/s"
        )
    for name in ("autocast", "bfloat16"):
        ratios = [b / a for a, b in zip(times["trm train"], times[name], strict=True)]
        print(f"trm train is {statistics.median(ratios):.2f}× as fast as the plain {name} loop")


if __name__ == "__main__":
    main()
