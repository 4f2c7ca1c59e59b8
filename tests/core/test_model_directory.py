"""Model directories: what comes back, what is refused, and how."""

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
import torch
from checkpoints_to_try import (
    damaged,
    damages,
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
from safetensors.torch import load_file, save_file

from trm_core import load_model
from trm_core.checkpoints.directory import save_model
from trm_core.checkpoints.expectations import likeliest
from trm_core.checkpoints.facts import HaltingBin, Learned, Result, StyleResult
from trm_core.checkpoints.info import (
    CheckpointError,
    ModelInfo,
    find_model,
    read_info,
)
from trm_core.data.held_out import held_out_build
from trm_core.model.config import TRMConfig
from trm_core.puzzles.arc_tasks import generate
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.blank import blank
from trm_core.puzzles.maze_generators import generate_perfect
from trm_core.puzzles.styles import style_of

HELD_OUT = {
    **{"kind": "sudoku", "generate": 9, "held_out": 3},
    **{"box_rows": 2, "box_cols": 2, "givens_from": 6, "givens_to": 9},
}


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


def test_info_comes_back_with_results_identifiers_and_held_out_puzzles(model, info):
    names = tuple(f"task {n}" for n in range(model.config.puzzle_count))
    results = Result("test.csv", "hard", 1000, 0.75), Result("held_out", "arc", 9, 0.5, 0.6)
    info = dataclasses.replace(info, results=results, identifiers=names, held_out=HELD_OUT)
    save_model(model, info, "# Tiny × model\n")
    assert read_info(info.directory) == info
    assert find_model(str(info.directory)) == info
    assert (info.directory / "README.md").read_text(encoding="utf-8") == "# Tiny × model\n"
    assert info.size == (info.directory / "model.safetensors").stat().st_size
    assert info.parameters == sum(
        tensor.numel() for name, tensor in model.state_dict().items() if "_init" not in name
    )


def test_weights_in_bfloat16_are_read_as_what_they_are(model, info):
    save_model(model.bfloat16(), info, "# Tiny\n")
    loaded = load_model(info.directory, "cpu", "float32")
    assert same_weights(loaded, model.float())
    assert {tensor.dtype for tensor in loaded.state_dict().values()} == {torch.float32}
    assert info.size < 2.5 * info.parameters + 10_000


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
        (
            placed(2, "format_version"),
            "written by a newer TRM Studio (format_version 2), this one reads up to 1",
        ),
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
        (placed(True, "model.layers"), "model.layers is true, expected a whole number"),
        (placed(0, "model.layers"), "model.layers is 0, expected a whole number from 1 to 1,000"),
        (
            placed(10**9, "model.layers"),
            "model.layers is 1000000000, expected a whole number from 1 to ",
        ),
        (placed("soft", "model.mixer"), "model.mixer is 'soft', expected one of attention, mlp"),
        (placed({}, "results"), "results is not a list"),
        (placed([{"data": 1}], "results"), "results.source is missing"),
        (placed([], "held_out"), "held_out is not an object"),
        (placed({}, "held_out"), "held_out.kind is null, expected 'sudoku' as puzzle.kind"),
        (placed({"kind": "maze"}, "held_out"), "held_out.kind is 'maze', expected 'sudoku' as "),
    ],
)
def test_a_config_that_cannot_be_used_is_refused_with_file_and_place(directory, change, sentence):
    file = directory / "config.json"
    rewrite_json(file, change)
    assert refusal(load_model, directory).startswith(f"{file}: {sentence}")


@one_kind
@pytest.mark.parametrize(
    ("held_out", "sentence"),
    [
        (HELD_OUT | {"files": ["a.csv"]}, "held_out.files is ['a.csv'], expected none"),
        (HELD_OUT | {"sides": 4}, "held_out.sides is unknown, "),
        (HELD_OUT | {"seed": "1"}, "held_out.seed is '1', expected a whole "),
        (HELD_OUT | {"seed": -1}, "held_out.seed is -1, expected a whole "),
        ({"kind": "sudoku"}, "held_out: expected either files to train on or"),
    ],
)
def test_held_out_puzzles_that_cannot_be_made_are_refused_when_they_are_to_be(
    directory, held_out, sentence
):
    """Until then the model can be used: reading it needs nothing of how data sets are built."""
    file = directory / "config.json"
    rewrite_json(file, placed(held_out, "held_out"))
    assert load_model(directory).config == read_info(directory).config
    assert refusal(held_out_build, read_info(directory)).startswith(f"{file}: {sentence}")


@one_kind
def test_a_config_that_is_no_json_is_refused_with_line_and_column(directory):
    file = directory / "config.json"
    file.write_text('{\n  "format": trm\n}')
    assert refusal(load_model, directory) == (
        f"{file}, line 2, column 13: not JSON (Expecting value)"
    )
    for content, sentence in (
        (b"\n\xff\xfe\x00", ", line 2: found the byte 0xff, expected text in UTF-8"),
        (b"9" * 5000, ": found a number of thousands of digits"),
        (b"[" * 100_000, ": nested too deeply, expected 32 levels"),
        (b"[" * 40 + b"]" * 40, ": nested too deeply, expected 32 levels"),
        (b"[" + b" " * 5_000_000 + b"]", ": more than 4 MiB, too large for what it is"),
        (b'{"a": [1, {"b": 1e400}]}', ": a, item 2, b is inf, expected a finite number"),
        (b'{"a": 1' + b"0" * 400 + b"}", ": a is 1000000"),
    ):
        file.write_bytes(content)
        assert refusal(load_model, directory).startswith(f"{file}{sentence}")
        assert len(refusal(load_model, directory)) < len(str(file)) + 150
    file.unlink()
    assert refusal(load_model, directory) == f"{file}: No such file or directory"
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
    assert refusal(load_model, directory) == f"{weights}: No such file or directory"
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


def test_of_models_that_fit_the_one_most_often_right_on_such_puzzles_is_taken():
    def maze_model(name, side, exact, two_guesses=None, by_style=()):
        shape = PuzzleShape("maze", side, side)
        config = TRMConfig(cells=side**2, vocab_size=6, hidden_size=64, heads=1, puzzle_count=1)
        results = () if exact is None else (Result("held_out", "mazes", 10, exact, two_guesses),)
        return ModelInfo("trm", shape, config, results, directory=Path(name), by_style=by_style)

    models = [
        maze_model("large", 9, 0.4),
        maze_model("unmeasured", 7, None),
        maze_model("worse", 7, 0.4),
        maze_model("better", 7, 0.2, two_guesses=0.5),
    ]
    maze = generate_perfect(0, 7, 7)
    assert likeliest(models, maze).name == "better"
    assert likeliest(models[:3], maze).name == "worse"  # as right as the large one
    assert likeliest(models[:2], maze).name == "large"
    assert likeliest(models[1:2], maze).name == "unmeasured"
    assert likeliest(models, generate_perfect(0, 9, 9)).name == "large"
    assert likeliest(models, generate_perfect(0, 11, 11)) is None
    measured = (
        StyleResult("corridors", 7, 10, 9),
        StyleResult("corridors", 31, 10, 1),
        StyleResult("open", 7, 10, 0),
    )
    models.append(maze_model("measured", 15, 0.1, by_style=measured))
    assert style_of(maze) == "corridors"
    assert likeliest(models, maze).name == "measured"
    assert likeliest(models, blank("maze", 7, 7)).name == "better"  # of no style, 0.45


def test_what_is_known_of_a_model_comes_back_and_older_directories_are_read_without(directory):
    info = read_info(directory)
    assert (info.learned, info.by_style, info.calibration) == (None, (), ())
    known = dataclasses.replace(
        info,
        learned=Learned("mazes", ("corridors",)),
        by_style=(StyleResult("corridors", 9, 10, 7),),
        calibration=(HaltingBin(0.9, 1.0, 4, 3),),
    )
    (directory / "config.json").write_text(json.dumps(known.to_json()))
    assert read_info(directory) == known


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"learned": 3}, "learned is not an object"),
        ({"learned": {"words": 3}}, "learned.words is 3, expected a text"),
        ({"by_style": {}}, "by_style is not a list"),
        (
            {"by_style": [{"style": "x", "side": 9, "puzzles": 3, "right": 4}]},
            "by_style.right is 4, expected at most the 3 puzzles",
        ),
        ({"calibration": [{"low": 0}]}, "calibration.high is missing"),
    ],
)
def test_facts_that_make_no_sense_are_refused(directory, changes, sentence):
    config = directory / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | changes))
    with pytest.raises(CheckpointError, match=sentence):
        read_info(directory)
