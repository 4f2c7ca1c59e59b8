"""What a run says when something ends it that nobody foresaw."""

import re
from dataclasses import fields, replace

import pytest
import torch
from torch.distributed import DistBackendError

from trm_core.checkpoints.directory import build_model
from trm_core.puzzles.base import PuzzleShape
from trm_core.training.config import TrainingSettings, load_preset, presets
from trm_core.training.distributed import PartedError
from trm_core.training.failures import (
    KEPT,
    OWN_GRADIENT,
    is_out_of_memory,
    understood,
    what_takes_less,
)

CONFIG = load_preset("sudoku-4x4")
SHAPE = PuzzleShape("sudoku", 4, 4, 2)


def bytes_kept(samples, hidden_size=64, gradient="full_cycle"):
    """What a supervision step keeps for the backward pass."""
    model = build_model(
        replace(CONFIG, model={**CONFIG.model, "hidden_size": hidden_size}).model_config(SHAPE, 1)
    )
    kept = {}

    def keep(tensor):
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage()
        return tensor

    tokens = torch.ones(samples, SHAPE.cells, dtype=torch.int64)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        out = model.supervision_step(tokens, model.initial_state(samples), gradient=gradient)
    weights = {weight.untyped_storage().data_ptr() for weight in model.parameters()}
    assert out.logits.requires_grad
    return sum(storage.nbytes() for place, storage in kept.items() if place not in weights)


def test_what_is_advised_where_memory_is_short_takes_less():
    usual = bytes_kept(8)
    assert bytes_kept(4) < 0.6 * usual
    assert bytes_kept(8, hidden_size=32) < 0.6 * usual
    by_gradient = [bytes_kept(8, gradient=mode) for mode in KEPT]
    assert by_gradient == sorted(by_gradient)
    assert 1.5 * by_gradient[0] < by_gradient[1] < by_gradient[2] / 1.5


@pytest.mark.parametrize("gradient", ["", *KEPT])
def test_where_memory_is_short_settings_that_help_are_named(gradient):
    short = torch.OutOfMemoryError("CUDA out of memory.\nTried to allocate 2.00 GiB.")
    config = replace(CONFIG, training=replace(CONFIG.training, gradient=gradient))
    sentence = str(understood(short, "error-0.log", config))
    assert sentence.startswith(
        "there is not enough memory; a new run takes less with a smaller micro_batch_size, "
    )
    assert "a smaller batch_size" in sentence
    now = gradient or OWN_GRADIENT["trm"]
    less = KEPT[: KEPT.index(now)]
    assert (f"gradient {' or '.join(less)} in place of {now}" in sentence) == bool(less)
    assert str(understood(MemoryError(), "error-0.log", config)) == sentence


def test_what_pytorch_raises_where_the_machine_has_too_little_memory_is_known():
    """Which has no type of its own: this is where another version that words it anew is noticed."""
    with pytest.raises(RuntimeError) as short:
        torch.empty(2**60, dtype=torch.uint8)
    assert is_out_of_memory(short.value)
    assert not is_out_of_memory(RuntimeError("no kernel"))


def test_a_group_that_cannot_go_on_together_is_told_by_the_type_of_the_error():
    parted = "another process of the group has ended, or cannot be reached; "
    for error in (PartedError("whatever"), DistBackendError("whatever")):
        assert str(understood(error, "error-0.log", CONFIG)).startswith(parted)
    in_words_alone = RuntimeError("gloo, nccl: Connection closed")
    assert not str(understood(in_words_alone, "error-0.log", CONFIG)).startswith(parted)


def test_a_single_sample_cannot_be_fewer():
    training = replace(CONFIG.training, batch_size=1, micro_batch_size=0, gradient="one_step")
    assert what_takes_less(replace(CONFIG, training=training)) == (
        "a new run takes less with a smaller hidden_size, which changes what is learned"
    )


@pytest.mark.parametrize("preset", [file.stem for file in presets()])
def test_every_setting_that_is_advised_is_one(preset):
    config = load_preset(preset)
    named = re.findall(r"\b[a-z]+_(?:[a-z_]+)\b|\bgradient\b", what_takes_less(config))
    settings = {field.name for field in fields(TrainingSettings)} | {*config.model}
    assert {*named} - {*KEPT} <= settings
    assert "hidden_size" in named
    for name in {*named} - {*KEPT}:
        now = config.model[name] if name in config.model else getattr(config.training, name)
        config.changed([f"{name}={now}"])  # as --set takes it


def test_an_error_that_is_not_known_is_told_with_the_file_that_has_more():
    told = str(understood(RuntimeError("no kernel\nat all"), "error-0.log", CONFIG))
    assert told == "RuntimeError: no kernel; error-0.log in the run directory has more"
