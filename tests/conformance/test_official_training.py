"""The trainer's own step agrees with the official losses and gradients, within 1e-4 in float32."""

import dataclasses

import pytest
import torch
from official_passes import CASES, assert_official_gradients

from trm_core.checkpoints.official import guess_puzzle
from trm_core.data.batch import IGNORED
from trm_core.data.dataset import read_dataset
from trm_core.data.writer import DatasetWriter, Group
from trm_core.model.config import HRMConfig
from trm_core.training.config import DECIDED_BY_DATA, RunConfig
from trm_core.training.distributed import Group as Processes
from trm_core.training.losses import supervision_loss
from trm_core.training.trainer import PUZZLE_EMBEDDING, Trainer

WITH_PUZZLE_EMBEDDING = [case for case in CASES if case != "trm-mlp-nopuzzleemb"]
PUZZLE_RATE, PUZZLE_DECAY = 0.01, 0.5


@pytest.fixture(scope="module")
def trained(case, tmp_path_factory):
    """An official model, its golden tensors, and a data set whose one batch is the golden one."""
    model, golden = case
    directory = tmp_path_factory.mktemp("data")
    names = [f"puzzle {row}" for row in range(model.config.puzzle_count)]
    inputs = golden["batch.inputs"].byte().numpy()
    with DatasetWriter(directory, guess_puzzle(model.config), names) as writer:
        for row, identifier in enumerate(golden["batch.puzzle_identifiers"].tolist()):
            tokens = inputs[row : row + 1]
            for split in ("train", "test"):
                writer.add(split, Group("official", [identifier], [1], tokens, tokens))
    dataset = read_dataset(directory, "train")
    # These labels have every token, so none is left to stand on disk for what does not count.
    metadata = dataclasses.replace(dataset.metadata, ignore_label_id=IGNORED)
    labels = golden["batch.labels"].numpy()
    return model, golden, dataclasses.replace(dataset, labels=labels, metadata=metadata)


def trainer_of(trained, micro_batch_size=0):
    """A trainer with the official weights; its optimizer's mean of gradients is the last one."""
    model, golden, dataset = trained
    sizes = dataclasses.asdict(model.config)
    sizes = {name: value for name, value in sizes.items() if name not in DECIDED_BY_DATA}
    raw = {
        "model": {**sizes, "architecture": "hrm" if isinstance(model.config, HRMConfig) else "trm"},
        "data": {"path": str(dataset.directory)},
        "training": {
            "steps": 1,
            "batch_size": len(golden["batch.inputs"]),
            "micro_batch_size": micro_batch_size,
            "optimizer": "adamw",
            "beta1": 0.0,
            "warmup_steps": 0,
            "puzzle_learning_rate": PUZZLE_RATE,
            "puzzle_weight_decay": PUZZLE_DECAY,
            "augment": False,
            "dtype": "float32",
        },
    }
    run = RunConfig.from_json(raw, "test")
    trainer = Trainer(run, dataset, torch.device("cpu"), torch.float32, Processes())
    official = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    tensors = trainer.tensors()
    weights = {f"weights/{n}": t for n, t in official.items() if f"weights/{n}" in tensors}
    trainer.restore(0, 0, {**tensors, **weights}, official)
    return trainer


def gradients(trainer):
    """The gradients of the last step, by name."""
    suffix = "/exp_avg"
    return {
        name.removeprefix("optimizer/").removesuffix(suffix): tensor
        for name, tensor in trainer.tensors().items()
        if name.endswith(suffix)
    }


def test_the_first_step_has_the_official_losses_and_gradients(trained):
    _, golden, _ = trained
    trainer = trainer_of(trained)
    trainer.take_step()
    batch_size = len(golden["batch.inputs"])
    metrics = trainer.take_metrics()
    for name, ours in (("lm_loss", "answer"), ("q_halt_loss", "halting")):
        official = golden[f"train.{name}"].item()
        assert metrics[f"{ours}_loss"] * batch_size == pytest.approx(official, abs=1e-4)
    assert metrics["loss"] * batch_size == pytest.approx(golden["train.loss"].item(), abs=1e-4)

    summed = {name: gradient * batch_size for name, gradient in gradients(trainer).items()}
    assert_official_gradients(summed, golden)


def test_micro_batches_do_not_change_losses_or_gradients(trained):
    whole, parts = trainer_of(trained), trainer_of(trained, micro_batch_size=1)
    assert parts.micro_size == 1
    for trainer in (whole, parts):
        trainer.take_step()
    assert parts.take_metrics() == pytest.approx(whole.take_metrics(), abs=1e-5, nan_ok=True)
    in_parts = gradients(parts)
    for name, gradient in gradients(whole).items():
        torch.testing.assert_close(in_parts[name], gradient, atol=1e-5, rtol=0, msg=name)


@pytest.mark.parametrize("case", WITH_PUZZLE_EMBEDDING, indirect=True)
def test_the_puzzle_embedding_moves_against_the_signs_of_its_gradient(trained):
    model, golden, _ = trained
    tokens, ids = golden["batch.inputs"].long(), golden["batch.puzzle_identifiers"].long()
    model.zero_grad()
    out = model.supervision_step(tokens, model.initial_state(len(tokens)), ids)
    supervision_loss(out.logits, out.halt_logit, golden["batch.labels"]).total.backward()
    gradient = model.puzzle_embedding.weight.grad

    trainer = trainer_of(trained)
    before = trainer.averaged_weights()[PUZZLE_EMBEDDING].clone()
    trainer.take_step()
    after = trainer.averaged_weights()[PUZZLE_EMBEDDING]
    expected = before.clone()
    rows = ids.unique()
    expected[rows] = before[rows] * (1 - PUZZLE_RATE * PUZZLE_DECAY)
    expected[rows] -= PUZZLE_RATE * gradient[rows].sign()
    clear = (gradient.abs() > 1e-6) | (gradient == 0)
    assert clear.float().mean() > 0.99
    torch.testing.assert_close(after[clear], expected[clear], atol=1e-6, rtol=0)
    untouched = torch.ones(len(before), dtype=torch.bool)
    untouched[rows] = False
    assert torch.equal(after[untouched], before[untouched])
