"""A network with relations beside the token-mixing one of `sudoku-9x9`, on this machine's CPU.

A supervision step of one puzzle as the window has it, and of a batch in training, forward and
backward, compiled as `trm train` compiles it; and how much of that time matrix products alone take,
all at once: what is left goes into moving and bending numbers. All take turns and are compared turn
by turn, as a busy machine slows all.
"""

import statistics
import time

import torch
import torch._dynamo
from torch import nn

from trm_core.checkpoints.directory import build_model
from trm_core.checkpoints.info import find_model
from trm_core.puzzles.base import PuzzleShape
from trm_core.training.compilation import compile_networks
from trm_core.training.config import load_preset
from trm_core.training.losses import supervision_loss

ROUNDS = 9
BATCH = 8
SUDOKU = PuzzleShape("sudoku", 9, 9, 3)


def rows_of_products(network, model, tokens):
    """(rows, inputs, outputs) of every matrix product of one call of the network."""
    found = []
    hooks = [
        module.register_forward_hook(
            lambda layer, given, out: found.append(
                (given[0].numel() // layer.in_features, layer.in_features, layer.out_features)
            )
        )
        for module in network.modules()
        if isinstance(module, nn.Linear)
    ]
    state = model.initial_state(len(tokens), SUDOKU)
    with torch.no_grad():
        model.update_latent(state.z, state.y, model.places(state))
    for hook in hooks:
        hook.remove()
    return found


class Contender:
    def __init__(self, config):
        self.plain = build_model(config).bfloat16().eval()
        self.trained = build_model(config).bfloat16()
        self.tokens = torch.randint(1, 11, (BATCH, 81))
        products = rows_of_products(self.plain.network, self.plain, self.tokens)
        self.factors = [
            (
                torch.randn(rows, inputs, dtype=torch.bfloat16),
                torch.randn(inputs, outputs, dtype=torch.bfloat16),
            )
            for rows, inputs, outputs in products
        ]
        calls = config.latent_steps + 1
        self.times = calls * (config.cycles - 1 + 3)  # with gradient each product is three
        compile_networks(self.trained)

    def solve(self):
        """One puzzle, one supervision step."""
        with torch.inference_mode():
            self.plain.supervision_step(self.tokens[:1], self.plain.initial_state(1, SUDOKU))

    def train(self):
        model = self.trained
        out = model.supervision_step(self.tokens, model.initial_state(BATCH, SUDOKU))
        labels = self.tokens.clamp(min=2)
        supervision_loss(out.logits, out.halt_logit, labels, model.probabilities).total.backward()
        model.zero_grad()

    def multiply(self):
        """The matrix products of `train` and nothing else."""
        for _ in range(self.times):
            for left, right in self.factors:
                left @ right


def seconds(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main():
    torch._dynamo.config.recompile_limit = 32
    torch.set_num_threads(1)
    contenders = {
        "TRM-MLP (sudoku-9x9)": Contender(find_model("sudoku-9x9").config),
        "TRM-Rel (sudoku-relations)": Contender(
            load_preset("sudoku-relations").model_config(SUDOKU, 1)
        ),
    }
    works = {
        (name, part): getattr(contender, part)
        for name, contender in contenders.items()
        for part in ("solve", "train", "multiply")
    }
    for work in works.values():
        work()
        work()
    times = {key: [] for key in works}
    for _ in range(ROUNDS):
        for key, work in works.items():
            times[key].append(seconds(work))
    print(f"1 thread, bfloat16, {ROUNDS} rounds in turn")
    for name in contenders:
        solve, train, multiply = (times[name, part] for part in ("solve", "train", "multiply"))
        share = statistics.median(1 - m / t for m, t in zip(multiply, train, strict=True))
        print(
            f"{name:28} {1e3 * statistics.median(solve):6.1f} ms a supervision step   "
            f"{BATCH / statistics.median(train):6.1f} samples/s in training, "
            f"{share:.0%} of it not matrix products"
        )
    mlp, relations = contenders
    for part, words in (("solve", "a supervision step"), ("train", "a training pass")):
        ratios = [b / a for a, b in zip(times[mlp, part], times[relations, part], strict=True)]
        print(f"{words} takes TRM-Rel {statistics.median(ratios):.1f}× as long as TRM-MLP")


if __name__ == "__main__":
    main()
