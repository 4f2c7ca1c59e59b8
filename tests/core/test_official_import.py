"""Official checkpoints: what comes back, what is refused, and how."""

import json
import pickle
import re
from pathlib import Path

import pytest
import torch
from checkpoints_to_try import (
    PREFIX,
    damaged,
    damages,
    every_official_kind,
    fuzz,
    loads_or_is_refused,
    one_kind,
    placed,
    refusal,
    rewrite_json,
    same_weights,
    without,
)
from hypothesis import given
from hypothesis import strategies as st

from trm_core import import_official, load_model
from trm_core.checkpoints.official import guess_puzzle
from trm_core.model.config import TRMConfig
from trm_core.puzzles.base import PuzzleShape

HEAD = "lm_head.weight"


def rewritten(file, **changed):
    """Replace or add tensors of a checkpoint, or with None leave them out."""
    tensors = torch.load(file, weights_only=True)
    tensors |= {PREFIX + name.replace("__", "."): tensor for name, tensor in changed.items()}
    torch.save({name: t for name, t in tensors.items() if t is not None}, file)


@every_official_kind
@pytest.mark.parametrize("prefix", ["_orig_mod.model.inner.", "model.inner.", "model.", ""])
def test_an_official_checkpoint_comes_back_bit_by_bit(model, official, prefix):
    checkpoint, config = official
    tensors = torch.load(checkpoint, weights_only=True)
    torch.save({name.replace(PREFIX, prefix): t for name, t in tensors.items()}, checkpoint)
    imported = import_official(checkpoint, config)
    assert imported.config == model.config
    assert same_weights(imported, model)
    assert not imported.training
    assert guess_puzzle(imported.config) == PuzzleShape("sudoku", 4, 4, 2)


@every_official_kind
def test_a_checkpoint_in_another_number_format_is_imported_as_float32(model, official):
    checkpoint, config = official
    tensors = torch.load(checkpoint, weights_only=True)
    torch.save({name: tensor.double() for name, tensor in tensors.items()}, checkpoint)
    assert same_weights(import_official(checkpoint, config), model)


@one_kind
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"lm_head__weight": None}, f"tensor '{HEAD}' is missing"),
        ({"H_init": None, "q_head__bias": None}, "tensor 'H_init' and 1 more is missing"),
        ({"more": torch.ones(1)}, "tensor 'more' is not part of this model"),
        (
            {"lm_head__weight": torch.ones(6, 15)},
            f"tensor '{HEAD}' has shape (6, 15), expected (6, 16)",
        ),
        ({"H_init": torch.full((16,), torch.nan)}, "tensor 'H_init' holds NaN or infinity"),
        (
            {"H_init": torch.full((16,), 1e300, dtype=torch.float64)},
            "tensor 'H_init' holds NaN or infinity",
        ),
        *(
            ({"H_init": wrong}, "'H_init' is not a tensor of floating-point numbers")
            for wrong in (
                torch.ones(16, dtype=torch.int32),
                torch.ones(16).to_sparse(),
                torch.ones(16, device="meta"),
                "text",
                {"nested": torch.ones(16)},
            )
        ),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_refused_with_the_tensor(official, changed, sentence):
    checkpoint, config = official
    rewritten(checkpoint, **changed)
    assert refusal(import_official, checkpoint, config) == f"{checkpoint}: {sentence}"


@pytest.mark.parametrize("model", ["trm-att", "hrm"], indirect=True)
def test_a_checkpoint_of_the_other_architecture_is_refused(official):
    checkpoint, config = official
    is_hrm = json.loads(config.read_text())["arch"] == "hrm"
    rewrite_json(config, placed(False, "config.mlp_t"))
    rewrite_json(config, placed(2, "config.H_layers"))
    rewrite_json(config, placed("trm" if is_hrm else "hrm", "arch"))
    found, described = ("tensors", "a TRM") if is_hrm else ("no tensors", "an HRM")
    assert refusal(import_official, checkpoint, config) == (
        f"{checkpoint} has {found} called H_level, but {config} describes {described}"
    )


@one_kind
def test_files_that_are_no_checkpoint_are_refused(official, tmp_path):
    checkpoint, config = official
    whole = checkpoint.read_bytes()
    for content in (b"", b"plain text\n", whole[:-200], whole[:1000], whole[500:], b"PK\x03\x04"):
        checkpoint.write_bytes(content)
        assert re.match(
            rf"{re.escape(str(checkpoint))} is (truncated or )?not a PyTorch checkpoint",
            refusal(import_official, checkpoint, config),
        )
    assert refusal(import_official, tmp_path, config) == f"{tmp_path}: Is a directory"
    absent = tmp_path / "absent"
    assert refusal(import_official, absent, config) == f"{absent}: No such file or directory"
    for value in ([torch.ones(1)], torch.ones(1), {1: torch.ones(1)}):
        torch.save(value, checkpoint)
        assert refusal(import_official, checkpoint, config) == (
            f"{checkpoint} holds a {type(value).__name__}, expected a dictionary of tensors"
        )


class Intruder:
    """Creates a file when it is unpickled."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return Path.touch, (self.file,)


@one_kind
@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_checkpoint_never_runs(official, tmp_path, zipped):
    checkpoint, config = official
    footprint = tmp_path / "footprint"
    contents = {"weights": Intruder(footprint)}
    if zipped:
        torch.save(contents, checkpoint)
    else:
        checkpoint.write_bytes(pickle.dumps(contents, protocol=2))
    sentence = refusal(import_official, checkpoint, config)
    assert sentence.startswith(f"{checkpoint} asks to run ")
    assert sentence.endswith(", expected nothing but tensors; not loaded")
    assert not footprint.exists()


def described(change):
    return lambda raw: {**raw, "config": change(raw["config"])}


@one_kind
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda raw: [raw], 'expected {"arch": …, "config": {…}}'),
        (without("config"), 'expected {"arch": …, "config": {…}}'),
        (without("arch"), "arch is null, expected 'trm' or 'hrm'"),
        (placed(["trm"], "arch"), "arch is ['trm'], expected 'trm' or 'hrm'"),
        (described(without("L_cycles")), "'L_cycles' is missing from config"),
        (placed("nine", "config.seq_len"), "seq_len is 'nine', expected a whole number from 1 to "),
        (placed(0, "config.hidden_size"), "hidden_size is 0, expected a whole number from 1 to "),
        (placed([2], "config.puzzle_emb_ndim"), "puzzle_emb_ndim is [2], expected a whole number "),
        (placed({}, "config.num_heads"), "num_heads is {}, expected a whole number from 1 to "),
        (placed(1e999, "config.expansion"), "config, expansion is inf, expected a finite number"),
        (placed("waves", "config.pos_encodings"), "pos_encodings is 'waves', expected one of "),
        (placed("yes", "config.mlp_t"), "mlp_t is 'yes', expected true or false"),
    ],
)
def test_an_official_config_that_cannot_be_used_is_refused_in_its_own_words(
    official, change, sentence
):
    checkpoint, config = official
    rewrite_json(config, change)
    assert refusal(import_official, checkpoint, config).startswith(f"{config}: {sentence}")


@pytest.mark.parametrize(
    ("cells", "vocab_size", "puzzle"),
    [
        (81, 11, PuzzleShape("sudoku", 9, 9, 3)),
        (256, 18, PuzzleShape("sudoku", 16, 16, 4)),
        (900, 6, PuzzleShape("maze", 30, 30)),
        (900, 12, PuzzleShape("arc", 30, 30)),
    ],
)
def test_the_puzzle_is_guessed_from_cells_and_vocabulary(cells, vocab_size, puzzle):
    assert guess_puzzle(TRMConfig(cells=cells, vocab_size=vocab_size)) == puzzle


def test_sizes_of_two_kinds_of_puzzles_are_asked_about():
    assert refusal(guess_puzzle, TRMConfig(cells=100, vocab_size=12)) == (
        "100 cells with 12 tokens fit two kinds of puzzles; say with --puzzle which: "
        "sudoku:10x10 or arc:10x10"
    )


def test_sizes_of_no_puzzle_are_refused():
    for cells, vocab_size in [(49, 9), (82, 11), (900, 7)]:
        config = TRMConfig(cells=cells, vocab_size=vocab_size)
        assert refusal(guess_puzzle, config).startswith(f"{cells} cells with {vocab_size} tokens ")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@one_kind
def test_a_damaged_checkpoint_is_refused_in_a_sentence_if_at_all(official):
    checkpoint, config = official
    whole = checkpoint.read_bytes()

    @fuzz
    @given(damages.map(lambda damage: damaged(whole, damage)) | st.binary(max_size=200))
    def check(content):
        checkpoint.write_bytes(content)
        loads_or_is_refused(import_official, checkpoint, config)

    check()


@one_kind
def test_any_value_anywhere_in_a_config_is_refused_in_a_sentence_if_at_all(directory, official):
    checkpoint, official_config = official
    own_config = directory / "config.json"
    own, theirs = (json.loads(file.read_text()) for file in (own_config, official_config))

    def places(raw):
        inner = [
            f"{name}.{key}" for name in raw if isinstance(raw[name], dict) for key in raw[name]
        ]
        return st.sampled_from([*raw, *inner])

    @fuzz
    @given(places(own), places(theirs), values)
    def check(own_place, official_place, value):
        own_config.write_text(json.dumps(placed(value, own_place)(json.loads(json.dumps(own)))))
        loads_or_is_refused(load_model, directory, "cpu")
        official_config.write_text(
            json.dumps(placed(value, official_place)(json.loads(json.dumps(theirs))))
        )
        loads_or_is_refused(import_official, checkpoint, official_config)

    check()
