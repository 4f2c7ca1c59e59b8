"""A step of the trainer does what deep supervision says, and leaves nothing out of its state."""

import math

import pytest
import torch
from torch import nn
from torch.func import functional_call

from trm_core.data.batch import IGNORED
from trm_core.data.build import ArcBuild, SudokuBuild, build
from trm_core.data.dataset import read_dataset
from trm_core.training.config import RunConfig
from trm_core.training.distributed import Group
from trm_core.training.losses import supervision_loss
from trm_core.training.trainer import PUZZLE_EMBEDDING, Trainer

CPU = torch.device("cpu")
SIZE = 8
TINY = {"architecture": "trm", "hidden_size": 16, "heads": 2, "cycles": 2, "latent_steps": 2}
MLP = {**TINY, "mixer": "mlp", "positions": "none"}
HRM = {**TINY, "architecture": "hrm", "latent_layers": 1, "answer_layers": 1}
WITH_PUZZLES = {**TINY, "puzzle_embedding_size": 16, "puzzle_positions": 1}


@pytest.fixture(scope="module")
def sudokus(tmp_path_factory):
    directory = tmp_path_factory.mktemp("data") / "sudokus"
    spec = SudokuBuild(generate=30, held_out=2, box_rows=2, box_cols=2, givens_from=5, givens_to=8)
    build(spec, directory, lambda done, total: None)
    return read_dataset(directory, "train")


@pytest.fixture(scope="module")
def tasks(tmp_path_factory):
    """ARC tasks whose variants are drawn on the fly."""
    directory = tmp_path_factory.mktemp("data") / "tasks"
    spec = ArcBuild(generate=4, canvas=6, augmentations=3, materialise=False)
    build(spec, directory, lambda done, total: None)
    return read_dataset(directory, "train")


def trainer_of(dataset, model=MLP, dtype=torch.float32, **settings):
    training = {"steps": 1000, "batch_size": SIZE, "optimizer": "adamw", "warmup_steps": 0}
    raw = {
        "model": model,
        "data": {"path": str(dataset.directory)},
        "training": {**training, **settings},
    }
    return Trainer(RunConfig.from_json(raw, "test"), dataset, CPU, dtype, Group())


def carried(trainer):
    """What the trainer carries from step to step, by name."""
    return part_of(trainer, "carry/")


def part_of(trainer, prefix):
    found = trainer.tensors().items()
    return {n.removeprefix(prefix): t.clone() for n, t in found if n.startswith(prefix)}


def gradients(dataset, model, dtype=torch.float32, steps=1, **settings):
    """The gradients of the last of `steps` steps at a tiny learning rate, by name."""
    options = {"beta1": 0.0, "learning_rate": 1e-12, "augment": False, **settings}
    trainer = trainer_of(dataset, model, dtype, **options)
    for _ in range(steps):
        trainer.take_step()
    suffix = "/exp_avg"  # which is the last gradient, as beta1 is 0
    means = part_of(trainer, "optimizer/").items()
    return {name.removesuffix(suffix): mean for name, mean in means if name.endswith(suffix)}


def flat(tensors):
    return torch.cat([tensor.flatten() for tensor in tensors.values()])


# Deep supervision


def test_samples_keep_their_puzzles_until_the_most_supervision_steps(sudokus):
    trainer = trainer_of(sudokus, {**MLP, "max_supervision_steps": 3})
    seen = []
    for _ in range(7):
        trainer.take_step()
        seen.append(carried(trainer))
    assert [carry["steps"].tolist() for carry in seen] == [
        [step] * SIZE for step in (1, 2, 3, 1, 2, 3, 1)
    ]
    assert [carry["halted"].all().item() for carry in seen] == [
        step in (3, 6) for step in range(1, 8)
    ]
    for name in ("tokens", "labels", "puzzle_ids"):
        assert torch.equal(seen[0][name], seen[2][name])
        assert torch.equal(seen[3][name], seen[5][name])
    assert not torch.equal(seen[2]["tokens"], seen[3]["tokens"])
    assert not torch.equal(seen[0]["y"], seen[1]["y"])


def test_the_latents_go_on_from_where_they_were(sudokus):
    """The second step's loss is that of a model that went on from the first step's state."""
    trainer = trainer_of(sudokus, learning_rate=1e-12)
    trainer.take_step()
    trainer.take_metrics()
    before = carried(trainer)
    model = trainer.averaged_model(torch.float32)
    trainer.take_step()
    state = model.initial_state(SIZE)
    for expected in (before, carried(trainer)):
        out = model.supervision_step(before["tokens"], state)
        state = out.state
        torch.testing.assert_close(state.y, expected["y"], atol=1e-4, rtol=0)
        torch.testing.assert_close(state.z, expected["z"], atol=1e-4, rtol=0)
    losses = supervision_loss(out.logits, out.halt_logit, before["labels"])
    metrics = trainer.take_metrics()
    assert metrics["answer_loss"] * SIZE == pytest.approx(losses.answer.item(), rel=1e-4)
    assert metrics["halting_loss"] * SIZE == pytest.approx(losses.halting.item(), rel=1e-4)
    assert metrics["loss"] == pytest.approx(
        metrics["answer_loss"] + metrics["halting_loss"] / 2, rel=1e-6
    )


def test_a_cell_that_does_not_count_adds_nothing_though_no_answer_could_be_its_token():
    """As beyond the end of an ARC grid, where a model with relations has no candidate."""
    logits = torch.tensor([[[-1000.0, 1.0, 2.0], [-1000.0, 3.0, 1.0]]], requires_grad=True)
    labels = torch.tensor([[2, IGNORED]])
    losses = supervision_loss(logits, torch.zeros(1), labels, lambda each: each.float().softmax(-1))
    assert losses.answer.item() == pytest.approx(-logits[0, 0].log_softmax(-1)[2].item())
    losses.total.backward()
    assert logits.grad.isfinite().all()
    assert not logits.grad[0, 1].any()


def test_metrics_of_answers_are_of_the_samples_that_halted(sudokus):
    trainer = trainer_of(sudokus, {**MLP, "max_supervision_steps": 2})
    trainer.take_step()
    metrics = trainer.take_metrics()
    assert math.isnan(metrics["exact_accuracy"])
    assert metrics["loss"] > 0
    trainer.take_step()
    metrics = trainer.take_metrics()
    assert metrics["supervision_steps"] == 2
    assert 0 <= metrics["cell_accuracy"] <= 1
    assert metrics["halting_accuracy"] == 1  # nothing is right yet, and the head says so
    assert metrics["exact_accuracy"] == 0


def test_a_tiny_model_learns_one_puzzle_and_then_halts_early(tmp_path):
    spec = SudokuBuild(generate=1, held_out=1, box_rows=2, box_cols=2, givens_from=6, givens_to=6)
    build(spec, tmp_path / "one", lambda done, total: None)
    trainer = trainer_of(
        read_dataset(tmp_path / "one", "train"),
        {**MLP, "hidden_size": 32, "max_supervision_steps": 8},
        learning_rate=3e-3,
        warmup_steps=10,
        augment=False,
        halt_exploration=0.0,
    )
    rows = []
    for _ in range(14):
        for _ in range(8):
            trainer.take_step()
        rows.append(trainer.take_metrics())
    assert (rows[0]["exact_accuracy"], rows[0]["supervision_steps"]) == (0, 8)
    assert (rows[6]["exact_accuracy"], rows[6]["supervision_steps"]) == (1, 8)
    assert (rows[-1]["exact_accuracy"], rows[-1]["supervision_steps"]) == (1, 1)
    assert rows[-1]["halting_accuracy"] == 1
    assert rows[-1]["loss"] < rows[0]["loss"] / 5


# Gradients


@pytest.mark.parametrize("model", [MLP, HRM], ids=["trm", "hrm"])
def test_the_gradient_modes_differ_and_are_one_where_they_should_be(sudokus, model):
    found = {
        (mode, cycles): flat(gradients(sudokus, {**model, "cycles": cycles}, gradient=mode))
        for mode in ("", "full_cycle", "one_step", "bptt")
        for cycles in (1, 2)
    }
    assert torch.equal(found["bptt", 1], found["full_cycle", 1])
    own = "one_step" if model is HRM else "full_cycle"
    for cycles in (1, 2):
        assert torch.equal(found["", cycles], found[own, cycles])
        assert not torch.allclose(found["one_step", cycles], found["full_cycle", cycles])
    assert not torch.allclose(found["bptt", 2], found["full_cycle", 2])


@pytest.mark.parametrize("model", [TINY, HRM, WITH_PUZZLES], ids=["trm", "hrm", "puzzles"])
def test_micro_batches_add_up_to_the_whole_batch(sudokus, model):
    whole = gradients(sudokus, model, steps=2)
    parts = gradients(sudokus, model, steps=2, micro_batch_size=2)
    torch.testing.assert_close(parts, whole, atol=1e-5, rtol=0)


def test_a_micro_batch_is_a_divisor_of_the_batch(sudokus):
    sizes = {
        wanted: trainer_of(sudokus, micro_batch_size=wanted).micro_size for wanted in (1, 3, 5, 99)
    }
    assert sizes == {1: 1, 3: 2, 5: 4, 99: 8}
    assert SIZE % trainer_of(sudokus).micro_size == 0


@pytest.mark.parametrize(
    ("model", "share"),
    [
        pytest.param(TINY, 0.05, id="trm-att"),
        pytest.param(HRM, 0.05, id="hrm"),
        # Token mixing amplifies rounding: with PyTorch's autocast it is 0.07 to 0.13 apart too.
        pytest.param(MLP, 0.15, id="trm-mlp"),
    ],
)
def test_passes_in_bfloat16_have_nearly_the_same_gradient(sudokus, model, share):
    exact, rounded = gradients(sudokus, model), gradients(sudokus, model, torch.bfloat16)
    assert {gradient.dtype for gradient in rounded.values()} == {torch.float32}
    assert (flat(rounded) - flat(exact)).norm() < share * flat(exact).norm()


class CastForEachCall(nn.Module):
    """A network with weights in float32, of which every call has a copy in its number format."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, latent, injected, rotary):
        weights = {name: w.to(latent.dtype) for name, w in self.network.named_parameters()}
        return functional_call(self.network, weights, (latent, injected, rotary))


@pytest.mark.parametrize("micro_batch_size", [0, 2])
@pytest.mark.parametrize("model", [MLP, TINY], ids=["mlp", "att"])
def test_gradients_in_bfloat16_add_up_in_float32_over_the_calls_of_the_recursion(
    sudokus, model, micro_batch_size
):
    settings = {"beta1": 0.0, "learning_rate": 1e-12, "micro_batch_size": micro_batch_size}
    trainer = trainer_of(sudokus, {**model, "latent_steps": 6}, torch.bfloat16, **settings)
    plain = trainer.averaged_model(torch.float32)
    network = plain.network
    plain.network = nn.Identity()
    plain.bfloat16().network = CastForEachCall(network)
    trainer.take_step()
    carry = carried(trainer)
    for part in range(0, SIZE, trainer.micro_size):
        rows = slice(part, part + trainer.micro_size)
        out = plain.supervision_step(carry["tokens"][rows], plain.initial_state(trainer.micro_size))
        losses = supervision_loss(out.logits, out.halt_logit, carry["labels"][rows])
        (losses.total / SIZE).backward()
    found = part_of(trainer, "optimizer/")
    for name, weight in network.named_parameters():
        difference = found[f"network.{name}/exp_avg"] - weight.grad
        assert difference.norm() <= 1e-5 * weight.grad.norm(), name


@pytest.mark.parametrize("optimizer", ["adamw", "adam_atan2"])
def test_with_passes_in_bfloat16_weights_move_in_float32(sudokus, optimizer):
    trainer = trainer_of(sudokus, MLP, torch.bfloat16, optimizer=optimizer, learning_rate=1e-6)
    before = part_of(trainer, "weights/")
    for _ in range(3):
        trainer.take_step()
    after = part_of(trainer, "weights/")
    for name, weight in after.items():
        assert weight.dtype == torch.float32
        in_passes = dict(trainer.model.named_parameters())[name]
        assert torch.equal(in_passes, weight.bfloat16())
    # by less than a bfloat16 could tell apart from nothing
    assert 0 < (flat(after) - flat(before)).abs().max() < 1e-4
    assert {t.dtype for t in trainer.averaged_weights().values()} == {torch.float32}
    assert carried(trainer)["y"].dtype == torch.bfloat16


def test_a_gradient_is_shortened_to_the_clip_norm(sudokus):
    free, clipped = gradients(sudokus, MLP), gradients(sudokus, MLP, clip_norm=1e-3)
    assert flat(clipped).norm().item() == pytest.approx(1e-3, rel=1e-3)
    torch.testing.assert_close(
        flat(clipped) * flat(free).norm() * 1e3, flat(free), rtol=1e-3, atol=1e-6
    )
    long = gradients(sudokus, MLP, clip_norm=1e6)
    torch.testing.assert_close(long, free)


def test_the_gradient_norm_that_metrics_tell_is_before_clipping(sudokus):
    trainer = trainer_of(sudokus, clip_norm=1e-3, augment=False)
    trainer.take_step()
    expected = flat(gradients(sudokus, MLP)).norm().item()
    assert trainer.take_metrics()["gradient_norm"] == pytest.approx(expected, rel=1e-4)


# Weights


def test_the_averaged_weights_are_the_moving_average_of_the_weights(sudokus):
    trainer, decay = trainer_of(sudokus, ema_decay=0.9, learning_rate=1e-2), 0.9
    history = [part_of(trainer, "weights/")]
    for _ in range(5):
        trainer.take_step()
        history.append(part_of(trainer, "weights/"))
    averaged = trainer.averaged_weights()
    for name, first in history[0].items():
        expected = decay**5 * first
        for step, weights in enumerate(history[1:], start=1):
            expected = expected + (1 - decay) * decay ** (5 - step) * weights[name]
        torch.testing.assert_close(averaged[name], expected, atol=1e-6, rtol=1e-5)
        assert not torch.equal(first, history[-1][name]) or "position" in name


def test_without_decay_the_averaged_weights_are_the_weights(sudokus):
    trainer = trainer_of(sudokus, ema_decay=0.0)
    for _ in range(2):
        trainer.take_step()
    averaged = trainer.averaged_weights()
    for name, weight in part_of(trainer, "weights/").items():
        assert torch.equal(averaged[name], weight)


def test_the_learning_rate_follows_its_schedule(sudokus):
    trainer = trainer_of(
        sudokus, steps=8, warmup_steps=4, learning_rate=0.004, final_learning_rate=0.5
    )
    rates = []
    for _ in range(8):
        trainer.take_step()
        rates.append(trainer.take_metrics()["learning_rate"])
    half = [0.004 * (0.5 + 0.25 * (1 + math.cos(math.pi * part / 4))) for part in range(5)]
    assert rates == pytest.approx([0.001, 0.002, 0.003, *half])


def test_the_averaged_model_has_the_whole_puzzle_embedding(tasks):
    trainer = trainer_of(tasks, WITH_PUZZLES)
    for _ in range(3):
        trainer.take_step()
    model = trainer.averaged_model(torch.float32)
    table = model.puzzle_embedding.weight
    assert table.shape == (len(tasks.identifiers), 16)
    assert torch.equal(table, trainer.averaged_weights()[PUZZLE_EMBEDDING])
    moved = table.any(1)
    assert not moved[0]  # the blank one, which no task has
    assert moved[carried(trainer)["puzzle_ids"]].all()
    assert model.config == trainer.config


def test_a_loss_that_is_no_number_is_noticed(sudokus):
    trainer = trainer_of(sudokus)
    trainer.take_step()
    assert trainer.is_finite()
    with torch.no_grad():
        next(trainer.model.parameters()).fill_(math.nan)
    trainer.take_step()
    assert not trainer.is_finite()


# State


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=["float32", "bfloat16"])
@pytest.mark.parametrize("optimizer", ["adamw", "adam_atan2"])
def test_a_restored_trainer_goes_on_bit_for_bit(tasks, dtype, optimizer):
    def new():
        model = {**WITH_PUZZLES, "max_supervision_steps": 3}
        return trainer_of(tasks, model, dtype, optimizer=optimizer, halt_exploration=0.5)

    trainer = new()
    for _ in range(4):
        trainer.take_step()
    tensors = {name: tensor.clone() for name, tensor in trainer.tensors().items()}
    averaged = {name: tensor.clone() for name, tensor in trainer.averaged_weights().items()}
    other = new()
    other.take_step()
    other.restore(4, 0, tensors, averaged)
    for _ in range(5):
        for one in (trainer, other):
            one.take_step()
    assert other.take_metrics() == trainer.take_metrics()
    for ours, theirs in (
        (other.tensors(), trainer.tensors()),
        (other.averaged_weights(), trainer.averaged_weights()),
    ):
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_after_a_rewind_other_puzzles_come(sudokus):
    def tokens_after(rewinds):
        trainer = trainer_of(sudokus)
        trainer.restore(0, rewinds, trainer.tensors(), trainer.averaged_weights())
        trainer.take_step()
        return carried(trainer)["tokens"]

    assert torch.equal(tokens_after(0), tokens_after(0))
    assert not torch.equal(tokens_after(0), tokens_after(1))


def test_the_seed_decides_on_everything(sudokus):
    def after_two_steps(seed):
        trainer = trainer_of(sudokus, seed=seed)
        for _ in range(2):
            trainer.take_step()
        return {**trainer.tensors(), **trainer.averaged_weights()}

    one, again, other = (after_two_steps(seed) for seed in (1, 1, 2))
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert not torch.equal(one["carry/tokens"], other["carry/tokens"])
    assert not torch.equal(one["y_init"], other["y_init"])
