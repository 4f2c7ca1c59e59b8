"""Every optimizer step of the trainer is the official trainer's, from the same state and batch.

Losses, halts, gradients, weights, moments, averaged weights, puzzle embedding and what is carried
to the next step. Each step starts from the recorded state: rounding, which differs from processor
to processor, grows with every supervision step.
"""

import dataclasses

import pytest
import torch
from official_steps import CASES, FOLDER, official_steps
from torch.optim.optimizer import register_optimizer_step_pre_hook

from trm_core.checkpoints.official import guess_puzzle, official_name
from trm_core.checkpoints.official_config import described_config, read_architecture
from trm_core.data.batch import Batch
from trm_core.data.dataset import read_dataset
from trm_core.data.writer import DatasetWriter, Group
from trm_core.training.config import DECIDED_BY_DATA, RunConfig
from trm_core.training.distributed import Group as Processes
from trm_core.training.optimizers import AdamAtan2
from trm_core.training.trainer import PUZZLE_EMBEDDING, Trainer

CARRIED = {
    "y": "z_H",
    "z": "z_L",
    "tokens": "inputs",
    "labels": "labels",
    "puzzle_ids": "puzzle_identifiers",
    "steps": "steps",
    "halted": "halted",
}
METRICS = {
    "answer_loss": "lm_loss",
    "halting_loss": "q_halt_loss",
    "cell_accuracy": "accuracy",
    "exact_accuracy": "exact_accuracy",
    "halting_accuracy": "q_halt_accuracy",
    "supervision_steps": "steps",
}
MOMENTS = "exp_avg", "exp_avg_sq"
OF_ALL_SAMPLES = "answer_loss", "halting_loss"
SIZE = 6


class RecordedBatches:
    """The official loader's batches, in place of those that a data set and a seed decide on."""

    def __init__(self, tensors):
        self._tensors = tensors

    def batch(self, step):
        names = "inputs", "labels", "puzzle_identifiers"
        parts = (self._tensors[f"batch/{name}"][step].long() for name in names)
        return Batch(*parts), torch.Generator()


class Case:
    """An official run, and a trainer with its settings."""

    def __init__(self, name, folder, micro_batch_size):
        self.official, self.tensors = official_steps(name)
        architecture = read_architecture(FOLDER / name / "config.json", {})
        config = described_config(architecture, {}, {}, None)
        puzzle = guess_puzzle(config)
        with DatasetWriter(
            folder, puzzle, [str(row) for row in range(config.puzzle_count)]
        ) as data:
            tokens = self.tensors["batch/inputs"][0, :1].byte().numpy()
            for split in ("train", "test"):
                data.add(split, Group("any", [0], [1], tokens, tokens))
        sizes = dataclasses.asdict(config)
        raw = {
            "model": {n: v for n, v in sizes.items() if n not in DECIDED_BY_DATA},
            "data": {"path": str(folder)},
            "training": self.settings() | {"micro_batch_size": micro_batch_size},
        }
        raw["model"]["architecture"] = "trm"
        run = RunConfig.from_json(raw, "test")
        self.trainer = Trainer(
            run, read_dataset(folder, "train"), torch.device("cpu"), torch.float32, Processes()
        )
        fixed = {"y_init", "z_init", PUZZLE_EMBEDDING}
        ours = [name for name in self.trainer.averaged_weights() if name not in fixed]
        self.weights = {name: official_name(name) for name in ours}

    def settings(self):
        official = self.official["training"]
        return {
            "steps": official["total_steps"],
            "batch_size": official["global_batch_size"],
            "optimizer": "adamw",
            "learning_rate": official["lr"],
            "final_learning_rate": official["lr_min_ratio"],
            "warmup_steps": official["lr_warmup_steps"],
            "beta1": official["beta1"],
            "beta2": official["beta2"],
            "weight_decay": official["weight_decay"],
            "puzzle_learning_rate": official.get("puzzle_emb_lr", 0.0),
            "puzzle_weight_decay": official.get("puzzle_emb_weight_decay", 0.0),
            "ema_decay": official["ema_rate"],
            "halt_exploration": 0.0,
            "augment": False,
            "dtype": "float32",
        }

    def begin(self, step):
        """Have the trainer in the official state after `step` steps."""
        tensors, state = self.tensors, {"tally": self.trainer.tensors()["tally"].zero_()}
        averaged = {name: tensors[official_name(name)] for name in ("y_init", "z_init")}
        for ours, name in self.weights.items():
            state[f"weights/{ours}"] = tensors[f"weight/{name}"][step]
            averaged[ours] = tensors[f"ema/{name}"][step]
            if step:
                for moment in MOMENTS:
                    state[f"optimizer/{ours}/{moment}"] = tensors[f"{moment}/{name}"][step].clone()
                state[f"optimizer/{ours}/step"] = torch.tensor(float(step))
        for ours, name in CARRIED.items():
            found = tensors[f"carry/{name}"][step]
            state[f"carry/{ours}"] = found.long() if found.dtype == torch.int32 else found
        if "puzzle_emb" in tensors:
            averaged[PUZZLE_EMBEDDING] = tensors["puzzle_emb"][step]
        self.trainer.restore(step, 0, state, averaged)
        self.trainer._sampler = RecordedBatches(tensors)


@pytest.fixture(scope="module", params=[(case, size) for case in CASES for size in (0, 2)])
def case(request, tmp_path_factory):
    name, micro_batch_size = request.param
    return Case(name, tmp_path_factory.mktemp(name), micro_batch_size)


def assert_close(ours, official, what, atol=1e-5):
    """Within `atol` everywhere, and within 2e-5 of the norm."""
    ours, official = ours.double(), official.double()
    torch.testing.assert_close(ours, official, atol=atol, rtol=0, msg=lambda m: f"{what}: {m}")
    assert (ours - official).norm() <= 2e-5 * official.norm() + 1e-7, what


def test_each_step_is_the_official_one(case):
    trainer, gradients = case.trainer, []

    def keep(optimizer, *_):
        gradients.append([w.grad.clone() for w in optimizer.param_groups[0]["params"]])

    hook = register_optimizer_step_pre_hook(keep)
    try:
        for step in range(case.official["training"]["total_steps"]):
            case.begin(step)
            trainer.take_step()
            metrics = trainer.take_metrics()
            assert_step(case, step, gradients.pop(), metrics)
    finally:
        hook.remove()


def assert_step(case, step, gradients, metrics):
    """Compare what step `step` (from 0) has left with what the official one left."""
    tensors, after = case.tensors, case.trainer.tensors()
    averaged = case.trainer.averaged_weights()
    for (ours, name), gradient in zip(case.weights.items(), gradients, strict=True):
        place = f"step {step + 1}, {name}"
        assert_close(gradient, tensors[f"gradient/{name}"][step], place)
        assert_close(after[f"weights/{ours}"], tensors[f"weight/{name}"][step + 1], place)
        assert_close(averaged[ours], tensors[f"ema/{name}"][step + 1], place)
        for moment in MOMENTS:
            found = after[f"optimizer/{ours}/{moment}"]
            assert_close(found, tensors[f"{moment}/{name}"][step + 1], place)
    for ours, name in CARRIED.items():
        found, recorded = after[f"carry/{ours}"], tensors[f"carry/{name}"][step + 1]
        if found.is_floating_point():
            assert_close(found, recorded, f"step {step + 1}, {name}", atol=1e-3)
        else:
            assert torch.equal(found.long(), recorded.long()), (step + 1, name)
    if "puzzle_emb" in tensors:
        found, recorded = averaged[PUZZLE_EMBEDDING], tensors["puzzle_emb"][step + 1]
        torch.testing.assert_close(found, recorded, atol=1e-6, rtol=0)
    assert metrics["learning_rate"] == pytest.approx(tensors["lr"][step].item(), abs=1e-15)
    assert metrics["loss"] * SIZE == pytest.approx(tensors["loss"][step].item(), abs=1e-5)
    halted = tensors["sum/count"][step].item()
    for ours, name in METRICS.items():
        count = SIZE if ours in OF_ALL_SAMPLES else halted or float("nan")
        expected = tensors[f"sum/{name}"][step].item() / count
        assert metrics[ours] == pytest.approx(expected, abs=1e-5, nan_ok=True), (step + 1, name)


def test_adam_atan2_moves_the_weights_from_official_moments_by_the_formula_of_its_kernel(case):
    """lr / (1 − β₁ᵗ) · atan2(m, √(v / (1 − β₂ᵗ))), weights decayed before as by AdamW."""
    official, tensors = case.official["training"], case.tensors
    rate, decay = official["lr"], official["weight_decay"]
    beta1, beta2 = official["beta1"], official["beta2"]
    for name in case.weights.values():
        before = tensors[f"weight/{name}"].double()
        weight = torch.nn.Parameter(before[0].clone())
        optimizer = AdamAtan2([weight], lr=rate, betas=(beta1, beta2), weight_decay=decay)
        for step, gradient in enumerate(tensors[f"gradient/{name}"].double(), start=1):
            with torch.no_grad():
                weight.copy_(before[step - 1])
            weight.grad = gradient
            optimizer.step()
            mean, square = (tensors[f"{m}/{name}"][step].double() for m in MOMENTS)
            turned = torch.atan2(mean, (square / (1 - beta2**step)).sqrt()) / (1 - beta1**step)
            expected = before[step - 1] * (1 - rate * decay) - rate * turned
            clear = gradient.abs() > 1e-6  # of smaller ones the moments have lost too much
            torch.testing.assert_close(weight.detach()[clear], expected[clear], atol=1e-7, rtol=0)
