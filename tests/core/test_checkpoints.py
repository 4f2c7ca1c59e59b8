"""Model directories and official checkpoints: what comes back, what is refused, and how."""

import dataclasses
import json
import pickle
import re
import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from trm_core import import_official, load_model
from trm_core.checkpoints.directory import save_model
from trm_core.checkpoints.info import CheckpointError, ModelInfo, Result, find_model, read_info
from trm_core.checkpoints.official import guess_puzzle
from trm_core.model.config import TRMConfig
from trm_core.puzzles.arc_tasks import generate
from trm_core.puzzles.base import PuzzleShape

one_kind = pytest.mark.parametrize("model", ["trm-mlp"], indirect=True)
fuzz = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
PREFIX = "_orig_mod.model.inner."
HEAD = "lm_head.weight"


def refusal(load, *arguments):
    """The sentence with which `load` refuses."""
    with pytest.raises(CheckpointError) as refused:
        load(*arguments)
    sentence = str(refused.value)
    assert "\n" not in sentence
    return sentence


def same_weights(one, other):
    mine, theirs = one.state_dict(), other.state_dict()
    return list(mine) == list(theirs) and all(
        torch.equal(mine[name], theirs[name]) for name in mine
    )


def rewrite_json(file, change):
    """Put what `change` makes of the JSON in `file` in its place."""
    file.write_text(json.dumps(change(json.loads(file.read_text()))))


def without(key):
    return lambda value: {name: value[name] for name in value if name != key}


def placed(value, part):
    """A change that puts `value` at `part`, as in "model.layers"."""

    def change(raw):
        *outer, last = part.split(".")
        inner = raw
        for name in outer:
            inner = inner[name]
        inner[last] = value
        return raw

    return change


# Model directories


def test_a_saved_model_comes_back_bit_by_bit(model, directory):
    loaded = load_model(directory, "cpu", "float32")
    assert type(loaded) is type(model)
    assert loaded.config == model.config
    assert same_weights(loaded, model)
    assert not loaded.training
    assert {path.name for path in directory.iterdir()} == {
        "README.md",
        "config.json",
        "model.safetensors",
    }


def test_weights_are_cast_when_they_are_loaded(model, directory):
    loaded = load_model(directory, "cpu", "bfloat16")
    assert same_weights(loaded, model.to(torch.bfloat16))


@one_kind
def test_a_loaded_model_outlives_its_directory(model, directory):
    loaded = load_model(directory, "cpu", "float32")
    (directory / "model.safetensors").write_bytes(b"")
    shutil.rmtree(directory)
    assert same_weights(loaded, model)


def test_info_comes_back_with_results_and_identifiers(model, info):
    names = tuple(f"task {n}" for n in range(model.config.puzzle_count))
    result = Result("test.csv", "hard", 1000, 0.75)
    info = dataclasses.replace(info, results=(result,), identifiers=names)
    save_model(model, info, "# Tiny × model\n")
    assert read_info(info.directory) == info
    assert find_model(str(info.directory)) == info
    assert (info.directory / "README.md").read_text(encoding="utf-8") == "# Tiny × model\n"
    assert info.size == (info.directory / "model.safetensors").stat().st_size


@one_kind
def test_save_model_refuses_a_directory_that_exists(model, info):
    info.directory.mkdir()
    sentence = refusal(save_model, model, info, "")
    assert sentence == f"{info.directory} exists already; choose a directory that does not"
    assert not any(info.directory.iterdir())


@one_kind
def test_save_model_leaves_nothing_behind_when_it_fails(model, info, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    under_a_file = dataclasses.replace(info, directory=in_the_way / "tiny")
    assert refusal(save_model, model, under_a_file, "").startswith(f"{in_the_way / 'tiny'} cannot ")
    with pytest.raises(UnicodeEncodeError):
        save_model(model, info, "half a character: \ud800")
    assert list(tmp_path.iterdir()) == [in_the_way]


@one_kind
def test_an_info_that_contradicts_itself_is_refused(info):
    def with_puzzle(*shape):
        return refusal(lambda: dataclasses.replace(info, puzzle=PuzzleShape(*shape)))

    assert with_puzzle("sudoku", 9, 9, 3) == (
        "cells and vocab_size are 16 and 6, expected 81 and 11 for Sudoku 9×9"
    )
    assert with_puzzle("chess", 4, 4) == "puzzle.kind is 'chess', expected one of sudoku, maze, arc"
    for boxes in (None, 0, -2, 3):
        assert with_puzzle("sudoku", 4, 4, boxes).startswith(f"puzzle is 4×4 with box_rows {boxes}")
    assert with_puzzle("sudoku", 4, 9, 2).startswith("puzzle is 4×9 with box_rows 2, expected ")
    assert with_puzzle("maze", -4, -4).startswith("puzzle is -4×-4 with box_rows None, expected ")
    assert refusal(lambda: dataclasses.replace(info, identifiers=("a", "b"))) == (
        "puzzle_count is 1, fewer than the 2 identifiers"
    )


@one_kind
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda raw: [], "expected a model's config with format 'trm-studio-model'"),
        (without("format"), "expected a model's config with format 'trm-studio-model'"),
        (placed(2, "format_version"), "format_version is 2, this program reads 1"),
        (placed("gpt", "architecture"), "architecture is 'gpt', expected trm or hrm"),
        (placed(["trm"], "architecture"), "architecture is ['trm'], expected trm or hrm"),
        (without("puzzle"), "puzzle.kind is missing"),
        (placed([], "model"), "model is not an object"),
        (placed({}, "model"), "model.cells is missing"),
        (placed({"kind": "maze"}, "puzzle"), "puzzle.rows is missing"),
        (placed("4", "puzzle.rows"), "puzzle.rows is '4', expected a whole number"),
        (placed(4.0, "puzzle.cols"), "puzzle.cols is 4.0, expected a whole number"),
        (placed(5, "puzzle.cols"), "puzzle is 4×5 with box_rows 2, expected sizes from 1 up, "),
        (placed(17, "model.cells"), "cells and vocab_size are 17 and 6, expected 16 and 6 for "),
        (placed(3, "model.wheels"), "model.wheels is unknown, expected cells, vocab_size, "),
        (placed("x", "model.layers"), "model.layers is 'x', expected a whole number"),
        (placed(True, "model.layers"), "model.layers is True, expected a whole number"),
        (placed(0, "model.layers"), "layers is 0, expected a whole number from 1 to 1000"),
        (placed(10**9, "model.layers"), "layers is 1000000000, expected a whole number from 1 to "),
        (placed("soft", "model.mixer"), "mixer is 'soft', expected one of attention, mlp"),
        (placed({}, "results"), "results is not a list"),
        (placed([{"data": 1}], "results"), "results.source is missing"),
    ],
)
def test_a_config_that_cannot_be_used_is_refused_with_file_and_place(directory, change, sentence):
    file = directory / "config.json"
    rewrite_json(file, change)
    assert refusal(load_model, directory).startswith(f"{file}: {sentence}")


@one_kind
def test_a_config_that_is_no_json_is_refused_with_line_and_column(directory):
    file = directory / "config.json"
    file.write_text('{\n  "format": trm\n}')
    assert refusal(load_model, directory) == (
        f"{file}, line 2, column 13: not JSON (Expecting value)"
    )
    for content in (b"\xff\xfe\x00", b"9" * 5000, b"[" * 100_000):
        file.write_bytes(content)
        assert refusal(load_model, directory) == f"{file}: not JSON"
    file.unlink()
    assert refusal(load_model, directory) == f"{file}: no such file"
    file.mkdir()
    assert refusal(load_model, directory) == f"{file}: Is a directory"


def test_an_arc_model_takes_only_the_tasks_that_its_puzzle_embedding_has():
    config = TRMConfig(
        cells=64,
        vocab_size=12,
        hidden_size=16,
        heads=2,
        puzzle_count=3,
        puzzle_embedding_size=16,
        puzzle_positions=1,
    )
    known, other = generate(1, rows=8, cols=8), generate(2, rows=8, cols=8)
    shape = PuzzleShape("arc", 8, 8)
    info = ModelInfo("trm", shape, config, identifiers=("<blank>", "x", known.task.id))
    assert info.misfit(known) is None
    assert info.puzzle_id(known) == 2
    assert "was not trained on the task" in info.misfit(other)
    assert "by number only" in dataclasses.replace(info, identifiers=()).misfit(known)


@one_kind
def test_identifiers_that_are_no_names_are_refused(directory):
    names = directory / "identifiers.json"
    for wrong in ("{}", "[1]", '"name"'):
        names.write_text(wrong)
        assert refusal(read_info, directory) == f"{names}: expected a list of names"


@one_kind
def test_a_directory_without_readable_weights_is_refused(directory):
    weights = directory / "model.safetensors"
    whole = weights.read_bytes()
    for content in (whole[:-1], whole[:100], whole[:4], b"", b"text\n" * 20):
        weights.write_bytes(content)
        sentence = refusal(load_model, directory)
        assert sentence.startswith(f"{weights}: not a readable safetensors file (")
    weights.unlink()
    assert refusal(load_model, directory) == f"{weights}: no such file"
    weights.mkdir()
    assert refusal(load_model, directory).startswith(f"{weights}: ")


@one_kind
def test_weights_that_do_not_fit_the_config_are_refused(directory):
    weights = directory / "model.safetensors"
    tensors = load_file(weights)

    def refused_with(**changed):
        save_file({**tensors, **changed}, weights)
        return refusal(load_model, directory).removeprefix(f"{weights}: ")

    assert refused_with(more=torch.ones(1)) == "tensor 'more' is not part of this model"
    assert refused_with(y_init=torch.ones(3)) == "tensor 'y_init' has shape (3,), expected (16,)"
    wrong = torch.ones(16, dtype=torch.int64)
    assert refused_with(y_init=wrong) == "'y_init' is not a tensor of floating-point numbers"
    for number in (float("nan"), float("-inf")):
        wrong = torch.full((16,), number)
        assert refused_with(y_init=wrong) == "tensor 'y_init' holds NaN or infinity"


@one_kind
def test_a_config_of_impossible_size_takes_no_memory(directory):
    rewrite_json(directory / "config.json", placed(10_000_000, "model.hidden_size"))
    assert "has shape" in refusal(load_model, directory)


# Official checkpoints


def rewritten(file, **changed):
    """Replace or add tensors of a checkpoint, or with None leave them out."""
    tensors = torch.load(file, weights_only=True)
    tensors |= {PREFIX + name.replace("__", "."): tensor for name, tensor in changed.items()}
    torch.save({name: t for name, t in tensors.items() if t is not None}, file)


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
        ({"H_init": None, "q_head__bias": None}, "tensor 'H_init' (and 1 more) is missing"),
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
        (without("arch"), "arch is None, expected 'trm' or 'hrm'"),
        (placed(["trm"], "arch"), "arch is ['trm'], expected 'trm' or 'hrm'"),
        (described(without("L_cycles")), "'L_cycles' is missing from config"),
        (placed("nine", "config.seq_len"), "seq_len is 'nine', expected a whole number from 1 to "),
        (placed(0, "config.hidden_size"), "hidden_size is 0, expected a whole number from 1 to "),
        (placed([2], "config.puzzle_emb_ndim"), "puzzle_emb_ndim is [2], expected a whole number "),
        (placed({}, "config.num_heads"), "num_heads is {}, expected a whole number from 1 to "),
        (placed(1e999, "config.expansion"), "expansion is inf, expected a number above 0, at "),
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


def test_sizes_of_no_puzzle_are_refused():
    for cells, vocab_size in [(49, 9), (82, 11), (900, 7)]:
        config = TRMConfig(cells=cells, vocab_size=vocab_size)
        assert refusal(guess_puzzle, config).startswith(f"{cells} cells with {vocab_size} tokens ")


# Whatever a file holds

damages = st.tuples(
    st.lists(st.tuples(st.integers(-1500, 1500), st.integers(0, 255)), max_size=6),
    st.none() | st.floats(0, 1),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def damaged(content, damage):
    """`content` with some bytes near its ends changed, and cut off somewhere."""
    edits, kept = damage
    changed = bytearray(content)
    for at, byte in edits:
        changed[at % len(changed)] = byte
    return bytes(changed if kept is None else changed[: int(kept * len(changed))])


def loads_or_is_refused(load, *arguments):
    try:
        load(*arguments)
    except CheckpointError as error:
        assert "\n" not in str(error)  # noqa: PT017


@one_kind
@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_damaged_model_directory_is_refused_in_a_sentence_if_at_all(directory, name):
    file = directory / name
    whole = file.read_bytes()

    @fuzz
    @given(damages.map(lambda damage: damaged(whole, damage)) | st.binary(max_size=200))
    def check(content):
        file.write_bytes(content)
        loads_or_is_refused(load_model, directory, "cpu")

    check()


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
