"""Presets and `--set` changes become a checked config, or are refused in one sentence."""

import dataclasses
import json
import math
import re
from dataclasses import fields

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from trm_core.checkpoints.directory import build_model
from trm_core.checkpoints.info import CONFIGS
from trm_core.data.build import BUILDS
from trm_core.errors import UserError, quoted
from trm_core.puzzles.base import PuzzleShape
from trm_core.records import words_of
from trm_core.training.config import (
    FIXED,
    DataSet,
    FilesMissingError,
    RunConfig,
    TrainingConfigError,
    TrainingSettings,
    data_build,
    load_preset,
    presets,
    read_toml,
)

SHAPES = {
    "sudoku": PuzzleShape("sudoku", 9, 9, 3),
    "maze": PuzzleShape("maze", 30, 30),
    "arc": PuzzleShape("arc", 30, 30),
}
SMALL = {
    "model": {"architecture": "trm", "mixer": "mlp", "positions": "none", "hidden_size": 32},
    "data": {"kind": "sudoku", "generate": 10, "held_out": 5},
    "training": {"steps": 10},
}


@pytest.fixture
def config():
    return RunConfig.from_json({"preset": "small", **SMALL}, "small.toml")


def refusal(work, *arguments):
    """The one sentence with which `work` refuses `arguments`."""
    with pytest.raises(TrainingConfigError) as refused:
        work(*arguments)
    sentence = str(refused.value)
    assert "\n" not in sentence
    return sentence


def config_or_sentence(work, *arguments):
    try:
        return work(*arguments)
    except TrainingConfigError as error:
        return str(error)


# Presets


@pytest.mark.parametrize("file", presets(), ids=lambda file: file.stem)
def test_a_bundled_preset_describes_a_model_and_data_for_it(file):
    assert next(iter(read_toml(file))) == "description"
    config = load_preset(file.stem)
    assert config.preset == file.stem
    if "path" not in config.data:
        data_build(config.data)
    model = config.model_config(SHAPES[config.data["kind"]], 7)
    assert model.puzzle_count == 7
    assert (model.cells, model.vocab_size) == (
        SHAPES[config.data["kind"]].cells,
        SHAPES[config.data["kind"]].vocab_size,
    )


@pytest.mark.parametrize(
    ("name", "epochs", "groups", "mean_examples"),
    [
        ("sudoku-extreme-mlp", 50_000, 1000, 1),
        ("sudoku-extreme-att", 50_000, 1000, 1),
        ("maze-hard", 50_000, 1000, 1),
        ("arc-agi-1", 100_000, 800, 3081 / 800),
        ("arc-agi-2", 100_000, 1120, 4667 / 1120),
        ("sudoku-extreme-hrm", 20_000, 1000, 1),
    ],
)
def test_the_papers_presets_take_as_many_steps_as_the_official_trainer(
    name, epochs, groups, mean_examples
):
    training = load_preset(name).training
    assert training.steps == int(epochs * groups * mean_examples / training.batch_size)


@pytest.mark.parametrize(
    ("name", "millions"),
    [
        ("sudoku-extreme-mlp", 5),
        ("sudoku-extreme-att", 7),
        ("maze-hard", 7),
        ("arc-agi-1", 7),
        ("arc-agi-2", 7),
        ("sudoku-extreme-hrm", 27),
    ],
)
def test_the_papers_presets_have_networks_of_the_papers_size(name, millions):
    config = load_preset(name)
    with torch.device("meta"):
        model = build_model(config.model_config(SHAPES[config.data["kind"]], 1))
    assert sum(weight.numel() for weight in model.parameters()) == pytest.approx(
        millions * 1e6, rel=0.05
    )


@pytest.mark.parametrize("dataset", ["arc-agi-1", "arc-agi-2"])
def test_the_arc_presets_count_the_examples_that_there_are(dataset):
    from trm_core.puzzles.arc_tasks import load_parts

    training, evaluation = load_parts(dataset)
    found = {"arc-agi-1": (800, 3081), "arc-agi-2": (1120, 4667)}
    examples = sum(len(task.train) for task in training + evaluation)
    examples += sum(len(task.test) for task in training)
    assert (len(training + evaluation), examples) == found[dataset]


def test_a_preset_is_read_from_any_file(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(
        'description = "mine"\n[model]\narchitecture = "hrm"\n'
        '[data]\npath = "somewhere"\n[training]\nsteps = 7\n'
    )
    config = load_preset(str(file))
    assert (config.preset, config.training.steps) == ("mine", 7)


@pytest.mark.parametrize("name", ["sudoku-4x5", "", "nothing/like.toml", "x" * 5000, "\0", "."])
def test_an_unknown_preset_is_refused_with_the_known_ones(name):
    sentence = refusal(load_preset, name)
    assert sentence.startswith(f"no preset called {quoted(name)}, ")
    assert "sudoku-4x4" in sentence


@pytest.mark.parametrize(
    "content",
    [b"[model", b"steps = 1\nsteps = 2", b"a = " + b"[" * 10_000, b"a = " + b"9" * 5000],
)
def test_what_is_no_toml_is_refused_with_the_file(tmp_path, content):
    file = tmp_path / "bad.toml"
    file.write_bytes(content)
    assert refusal(load_preset, str(file)).startswith(f"{file}: not TOML, ")
    file.write_bytes(b"steps = 1\n\xff")
    assert refusal(load_preset, str(file)) == (
        f"{file}, line 2: found the byte 0xff, expected text in UTF-8"
    )


@pytest.mark.parametrize(
    ("table", "change", "sentence"),
    [
        ("training", {"stepz": 5}, "training.stepz is unknown, did you mean steps?"),
        ("training", {"steps": 0}, "training.steps is 0, expected a whole number from 1 up"),
        ("training", {"steps": 1.5}, "training.steps is 1.5, expected a whole number"),
        ("training", {"steps": True}, "training.steps is true, expected a whole number"),
        (
            "training",
            {"learning_rate": "1"},
            "training.learning_rate is '1', expected a number from",
        ),
        (
            "training",
            {"learning_rate": 0},
            "training.learning_rate is 0, expected a number from 1e-12 to 1",
        ),
        (
            "training",
            {"weight_decay": math.nan},
            "training.weight_decay is nan, expected a number from 0 to ",
        ),
        ("training", {"beta2": 1.0}, "training.beta2 is 1.0, expected a number from 0 to 0.999999"),
        (
            "training",
            {"ema_decay": -0.1},
            "training.ema_decay is -0.1, expected a number from 0 to 1",
        ),
        ("training", {"augment": 1}, "training.augment is 1, expected true or false"),
        (
            "training",
            {"optimizer": "sgd"},
            "training.optimizer is 'sgd', expected one of adam_atan2, adamw",
        ),
        (
            "training",
            {"show_board": True},
            'training.show_board is true, expected false unless model.positions is "learned" and ',
        ),
        ("training", {"dtype": ["auto"]}, "training.dtype is ['auto'], expected one of auto, "),
        ("model", {"architecture": "rnn"}, "model.architecture is 'rnn', expected trm or hrm"),
        ("model", {"architecture": []}, "model.architecture is [], expected trm or hrm"),
        ("model", {"cells": 81}, "model.cells is decided by the data, expected it to be left out"),
        ("model", {"layer": 2}, "model.layer is unknown, did you mean layers?"),
        ("model", {"hidden_size": 0}, "model.hidden_size is 0, expected a whole number from 1 to "),
        ("model", {"mixer": "conv"}, "model.mixer is 'conv', expected one of attention, mlp"),
        ("data", {"kind": "chess"}, "data.kind is 'chess', expected sudoku, maze, arc; or give "),
        ("data", {"kind": {}}, "data.kind is {}, expected sudoku, maze, arc; or give "),
        ("data", {"rows": 3}, "data.rows is unknown, did you mean box_rows?"),
        ("data", {"held_out": 0}, "expected either files to test on or a number to hold out"),
        ("data", {"path": 5}, "data.path is 5, expected a text"),
    ],
)
def test_a_bad_setting_is_refused_with_what_was_expected(table, change, sentence):
    raw = {**SMALL, table: {**SMALL[table], **change}}
    assert refusal(RunConfig.from_json, raw, "here").startswith(f"here: {sentence}")


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ([], "here: expected an object with model, data, training"),
        ({}, "here: the table [model] is missing"),
        ({**SMALL, "data": 3}, "here: the table [data] is missing"),
        ({**SMALL, "trainings": {}}, "here: trainings is unknown, did you mean training?"),
        ({**SMALL, "training": {}}, "here: training.steps is missing"),
    ],
)
def test_a_table_that_is_missing_or_unknown_is_refused(raw, sentence):
    assert refusal(RunConfig.from_json, raw, "here") == sentence


@pytest.mark.parametrize(
    ("preset", "changes", "key", "found"),
    [
        ("sudoku-4x4", ["learning_rate=fast"], "training.learning_rate", "fast"),
        ("sudoku-4x4", ["hidden_size=0"], "model.hidden_size", 0),
        ("sudoku-4x4", ["mixer=attention", "heads=7"], "model.hidden_size", 64),
        ("sudoku-4x4", ["expansion=0.01"], "model.expansion", None),
        ("sudoku-4x4", ["augment=false", "extra_givens=3"], "training.extra_givens", 3),
        ("sudoku-4x4", ["other_sides=[7]"], "training.other_sides", None),
        ("sudoku-4x4", ["other_sides=[4]"], "training.other_sides", None),
        ("sudoku-4x4", ["show_board=true"], "training.show_board", True),
        ("sudoku-4x4", ["givens_to=2"], "data.givens_to", 2),
        ("maze-15x15", ["data.fewest_loops=99"], "data.fewest_loops", 99),
        ("arc-7x7", ["data.canvas=0"], "data.canvas", 0),
        ("arc-7x7", ['parts=["all"]'], "data.parts", ["all"]),
    ],
)
def test_what_is_wrong_with_a_config_is_told_by_the_setting_and_its_value(
    preset, changes, key, found
):
    """As fields of the error, by which a form marks its own: no words are read for it."""
    with pytest.raises(TrainingConfigError) as refused:
        load_preset(preset).changed(changes)
    assert (refused.value.key, refused.value.found) == (key, found)
    assert bool(refused.value.expected) == (found is not None)


@pytest.mark.parametrize(
    ("change", "kind"), [("path=/nowhere", TrainingConfigError), ('files=["a"]', FilesMissingError)]
)
def test_data_that_are_not_there_are_told_by_the_setting_that_names_them(change, kind):
    config = load_preset("sudoku-4x4").changed([change, "generate=0"])
    with pytest.raises(kind) as refused:
        config.with_data_found()
    assert refused.value.key == f"data.{change.partition('=')[0]}"
    assert "--set" not in str(refused.value), "which is for the command alone"


# Any content

NAMES = sorted(
    {
        field.name
        for kind in (TrainingSettings, *BUILDS.values())
        for field in dataclasses.fields(kind)
    }
    | {"architecture", "hidden_size", "cycles", "layers", "mixer", "positions", "kind", "path"}
    | {"expansion", "puzzle_positions", "puzzle_embedding_size", "heads", "cells"}
)
WORDS = ["trm", "hrm", "mlp", "attention", "none", "rotary", "learned", *BUILDS, "adamw", "bptt"]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-2, 40)
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(max_size=4)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)
tables = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), values, max_size=6)
mostly_tables = st.fixed_dictionaries(
    {},
    optional={
        "model": tables.map(lambda table: {"architecture": "trm", **table}) | values,
        "data": tables.map(lambda table: {**SMALL["data"], **table}) | values,
        "training": tables.map(lambda table: {"steps": 9, **table}) | values,
        "preset": values,
        "description": values,
        "other": values,
    },
)


@given(raw=mostly_tables)
def test_any_tables_are_a_config_or_are_refused_in_a_sentence(raw):
    config = config_or_sentence(RunConfig.from_json, raw, "here")
    if isinstance(config, str):
        assert config.startswith("here: ")
        assert "\n" not in config
    else:
        assert RunConfig.from_json(config.to_json(), "again").training == config.training


@given(
    key=st.sampled_from(NAMES).flatmap(
        lambda name: st.sampled_from([name, f"training.{name}", f"data.{name}", f"model.{name}"])
    )
    | st.text(max_size=8),
    text=values.map(lambda value: json.dumps(value)) | st.text(max_size=8) | st.sampled_from(WORDS),
)
def test_any_change_is_made_or_refused_in_a_sentence(key, text):
    config = RunConfig.from_json(SMALL, "small.toml")
    changed = config_or_sentence(config.changed, [f"{key}={text}"])
    if isinstance(changed, str):
        assert changed.startswith("--set")
        assert "\n" not in changed.removeprefix(f"--set {key}")


@given(content=st.text(max_size=60) | st.binary(max_size=60))
def test_any_file_is_a_preset_or_is_refused(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    assert refusal(load_preset, str(file)).startswith((f"{file}: ", f"{file}, line "))


# Writing and reading back

settings = st.builds(
    TrainingSettings,
    steps=st.integers(1, 10**9),
    batch_size=st.integers(1, 1000),
    learning_rate=st.floats(1e-9, 1),
    weight_decay=st.floats(0, 10),
    beta1=st.floats(0, 0.99),
    ema_decay=st.floats(0, 1),
    optimizer=st.sampled_from(["adamw", "adam_atan2"]),
    gradient=st.sampled_from(["", "full_cycle", "one_step", "bptt"]),
    seed=st.integers(0, 2**63 - 1),
    augment=st.booleans(),
)


@given(settings=settings)
def test_settings_survive_being_written_as_json(settings):
    config = RunConfig("mine", SMALL["model"], SMALL["data"], settings)
    assert RunConfig.from_json(json.loads(json.dumps(config.to_json())), "config.json") == config


@pytest.mark.parametrize("file", presets(), ids=lambda file: file.stem)
def test_a_preset_survives_being_written_as_json(file):
    config = load_preset(file.stem)
    assert RunConfig.from_json(json.loads(json.dumps(config.to_json())), "config.json") == config


# --set


@pytest.mark.parametrize(
    ("assignment", "table", "name", "value"),
    [
        ("steps=20", "training", "steps", 20),
        ("training.steps = 20", "training", "steps", 20),
        ("learning_rate=3e-4", "training", "learning_rate", 3e-4),
        ("optimizer=adamw", "training", "optimizer", "adamw"),
        ('optimizer="adamw"', "training", "optimizer", "adamw"),
        ("gradient=", "training", "gradient", ""),
        ("augment=false", "training", "augment", False),
        ("hidden_size=1_024", "model", "hidden_size", 1024),
        ("model.expansion=2.5", "model", "expansion", 2.5),
        ("givens_from=20", "data", "givens_from", 20),
        ("data.seed=5", "data", "seed", 5),
        ("training.seed=5", "training", "seed", 5),
        ("path=/data/a=b c", "data", "path", "/data/a=b c"),
    ],
)
def test_a_change_is_made_in_the_table_that_has_the_name(config, assignment, table, name, value):
    raw = config.to_json()
    raw[table][name] = value
    assert config.changed([assignment]).to_json() == raw


def test_changes_are_made_one_after_the_other(config):
    changed = config.changed(["steps=5", "steps=6", 'files=["a.csv", "b.csv"]', "generate=0"])
    assert changed.training.steps == 6
    assert data_build(changed.data).files == ("a.csv", "b.csv")
    assert config.training.steps == 10
    assert config.data == SMALL["data"]


@pytest.mark.parametrize(
    ("assignment", "sentence"),
    [
        ("steps", "--set steps: expected KEY=VALUE"),
        ("seed=3", "--set seed: write data.seed or training.seed"),
        ("stpes=3", "--set stpes: unknown, did you mean steps?"),
        ("training.stpes=3", "--set training.stpes: unknown, did you mean training.steps?"),
        ("data.steps=3", "--set data.steps: unknown, did you mean training.steps?"),
        (
            "model.batch_size=3",
            "--set model.batch_size: unknown, did you mean training.batch_size?",
        ),
        ("trainin.lr=3", "--set trainin.lr: unknown, "),
        ("steps.x=3", "--set steps.x: unknown, "),
        ("model.architecture=gpt", "--set: model.architecture is 'gpt', expected trm or hrm"),
        ("architecture=hrm", "--set: model.mixer is unknown, "),
        ("steps=many", "--set: training.steps is 'many', expected a whole number"),
        ("steps=-1", "--set: training.steps is -1, expected a whole number from 1 up"),
        (
            "learning_rate=nan",
            "--set: training.learning_rate is nan, expected a number from",
        ),
        (
            "learning_rate=inf",
            "--set: training.learning_rate is inf, expected a number from",
        ),
        ("batch_size=1979-05-27", "--set: training.batch_size is datetime.date"),
        ("steps=" + "9" * 5000, "--set: training.steps is '999"),
        ("steps=" + "[" * 5000, "--set: training.steps is '[[["),
    ],
)
def test_a_bad_change_is_refused_in_a_sentence(config, assignment, sentence):
    assert refusal(config.changed, [assignment]).startswith(sentence)


def test_a_key_like_none_is_refused_with_all_there_are(config):
    sentence = refusal(config.changed, ["qqq=1"])
    assert sentence.startswith("--set qqq: unknown, expected architecture, ")
    assert "steps" in sentence


@pytest.mark.parametrize("name", FIXED)
def test_what_a_run_began_with_cannot_change(config, name):
    others = {"optimizer": "adamw", "gradient": "bptt", "dtype": "float32", "compile": "off"}
    change = f"training.{name}={others.get(name, 5)}"
    assert refusal(config.retrained, [change]) == (
        f"--set: training.{name} cannot change in a run that has begun"
    )


def test_a_run_in_progress_takes_other_changes(config):
    assert config.retrained(["steps=99", "learning_rate=1e-5"]).training.steps == 99
    assert config.retrained(["data.held_out=5", "hidden_size=32"]) == config
    assert refusal(config.retrained, ["hidden_size=64"]).startswith("--set: model cannot change")
    assert refusal(config.retrained, ["path=elsewhere"]).startswith("--set: data cannot change")


# The model


def test_the_model_gets_its_cells_from_the_data(config):
    model = config.model_config(PuzzleShape("sudoku", 6, 6, 2), 1)
    assert (model.cells, model.vocab_size, model.hidden_size) == (36, 8, 32)


def test_a_model_that_the_data_do_not_fit_is_refused(config):
    narrow = config.changed(["expansion=0.04"])
    with pytest.raises(UserError, match=r"^expansion is 0\.04, too little"):
        narrow.model_config(PuzzleShape("sudoku", 4, 4, 2), 1)


@pytest.mark.parametrize(
    "kind",
    [TrainingSettings, DataSet, *CONFIGS.values(), *BUILDS.values()],
    ids=lambda k: k.__name__,
)
def test_every_setting_says_what_it_means(kind):
    """In one place, which the form for a new job and `trm data build --help` read."""
    words = words_of(kind)
    assert list(words) == [field.name for field in fields(kind)]
    assert all(re.fullmatch(r"\S(.*\S)?\.", said) for said in words.values())
