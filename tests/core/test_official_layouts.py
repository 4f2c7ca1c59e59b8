"""The forms in which checkpoints and configs of the official code are found in the world."""

import hashlib
import itertools
import json

import pytest
import torch
import yaml
from checkpoints_to_try import (
    PREFIX,
    fuzz,
    loads_or_is_refused,
    official_settings,
    official_tensors,
    random_model,
    refusal,
    same_weights,
)
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file

from trm_core import import_official, load_model
from trm_core.checkpoints.info import read_info
from trm_core.checkpoints.official import import_to
from trm_core.model.config import HRMConfig, TRMConfig
from trm_core.puzzles.base import PuzzleShape

SIZES = {
    "cells": 25,
    "vocab_size": 6,
    "hidden_size": 16,
    "heads": 2,
    "cycles": 2,
    "max_supervision_steps": 4,
}
EMBEDDING = {"puzzle_count": 5, "puzzle_embedding_size": 24, "puzzle_positions": 16}
ATTENTION = TRMConfig(**SIZES, **EMBEDDING)
MIXING = TRMConfig(**SIZES, **EMBEDDING, mixer="mlp", positions="none")
HIERARCHICAL = HRMConfig(
    **SIZES | EMBEDDING | {"puzzle_positions": 2},
    positions="learned",
    latent_layers=1,
    answer_layers=2,
)
NAMES = {
    "trm": "recursive_reasoning.trm@TinyRecursiveReasoningModel_ACTV1",
    "hrm": "hrm.hrm_act_v1@HierarchicalReasoningModel_ACTV1",
}
OF_THE_DATA = "seq_len", "vocab_size", "num_puzzle_identifiers"
MAZE = PuzzleShape("maze", 5, 5)


def all_config(config, **changed):
    """The content of the `all_config.yaml` that the official trainers write."""
    kind, settings = official_settings(config)
    arch = {name: value for name, value in settings.items() if name not in OF_THE_DATA}
    arch |= {
        "name": NAMES[kind],
        "loss": {"name": "losses@ACTLossHead", "loss_type": "stablemax_cross_entropy"},
        "halt_exploration_prob": 0.1,
        "forward_dtype": "bfloat16",
    }
    if kind == "trm":
        arch["no_ACT_continue"] = True
    return {
        "arch": arch | changed,
        "data_paths": ["data/sudoku-extreme-1k-aug-1000"],
        "evaluators": [],
        "global_batch_size": 768,
        "lr": 0.0001,
        "ema": True,
        "checkpoint_path": "checkpoints/project/run",
    }


def written(model, folder, config=None):
    """`model` as the official trainer writes it into `folder`."""
    torch.save(official_tensors(model), folder / "step_1")
    (folder / "all_config.yaml").write_text(yaml.dump(config or all_config(model.config)))
    return folder / "step_1"


def is_imported(model, *arguments, **options):
    imported = import_official(*arguments, **options)
    assert imported.config == model.config
    assert same_weights(imported, model)


# The config


@pytest.mark.parametrize("config", [MIXING, HIERARCHICAL], ids=["trm", "hrm"])
def test_the_config_that_the_official_trainer_writes_is_found_beside_its_checkpoint(
    tmp_path, config
):
    """The sizes that the data set decides are read off the tensors."""
    model = random_model(config)
    is_imported(model, written(model, tmp_path))


FORMS = {
    "all of it": lambda whole: whole,
    "its arch section": lambda whole: whole["arch"],
    "arch and config": lambda whole: {"arch": whole["arch"].pop("name"), "config": whole["arch"]},
    "in short": lambda whole: {"arch": "trm", "config": whole["arch"]},
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dump", [yaml.dump, json.dumps], ids=["yaml", "json"])
def test_the_official_config_comes_in_several_forms(tmp_path, form, dump):
    model = random_model(MIXING)
    checkpoint = written(model, tmp_path)
    file = tmp_path / "config"
    file.write_text(dump(FORMS[form](all_config(MIXING))))
    is_imported(model, checkpoint, file)


@pytest.mark.parametrize(
    "name",
    [
        "recursive_reasoning.hrm@HierarchicalReasoningModel_ACTV1",
        "HierarchicalReasoningModel_ACTV1",
    ],
)
def test_the_hierarchical_model_has_the_same_class_name_in_both_official_projects(tmp_path, name):
    model = random_model(HIERARCHICAL)
    is_imported(model, written(model, tmp_path, all_config(HIERARCHICAL, name=name)))


@pytest.mark.parametrize(
    "name",
    [
        "recursive_reasoning.trm_singlez@TinyRecursiveReasoningModel_ACTV1",
        "recursive_reasoning.transformers_baseline@Model_ACTV2",
        "TRM",
        None,
        3,
    ],
)
def test_another_architecture_is_refused_by_its_name(tmp_path, name):
    checkpoint = written(random_model(MIXING), tmp_path, all_config(MIXING, name=name))
    sentence = refusal(import_official, checkpoint)
    shown = "null" if name is None else repr(name)
    assert sentence.startswith(f"{tmp_path / 'all_config.yaml'}: arch is {shown}, expected 'trm'")


def test_settings_that_the_official_code_does_not_have_are_not_passed_over(tmp_path):
    model = random_model(MIXING)
    checkpoint = written(model, tmp_path, all_config(MIXING, residual_connections=True, old=False))
    assert refusal(import_official, checkpoint) == (
        f"{tmp_path / 'all_config.yaml'}: 'residual_connections' is true, a setting that the "
        "official TRM does not have; if it changes nothing that is computed, set it to null with "
        "--set"
    )
    is_imported(model, checkpoint, settings={"residual_connections": None})


def test_a_config_as_the_official_repository_has_it_names_a_size_by_another(tmp_path):
    config = TRMConfig(
        **SIZES | EMBEDDING | {"puzzle_embedding_size": 16}, mixer="mlp", positions="none"
    )
    model = random_model(config)
    written(model, tmp_path)
    (tmp_path / "all_config.yaml").write_text(
        yaml.dump(all_config(config)["arch"] | {"puzzle_emb_ndim": "${.hidden_size}"})
    )
    is_imported(model, tmp_path / "step_1")


def test_an_exponent_needs_no_point_as_for_the_official_trainer(tmp_path):
    model = random_model(MIXING)
    checkpoint = written(model, tmp_path)
    with (tmp_path / "all_config.yaml").open("w") as file:
        yaml.dump(all_config(MIXING)["arch"], file)
        file.write("rms_norm_eps: 1e-6\n")
    assert import_official(checkpoint).config.norm_epsilon == 1e-6


def test_a_checkpoint_without_a_config_says_what_is_missing(tmp_path):
    torch.save(official_tensors(random_model(MIXING)), tmp_path / "step_1")
    assert refusal(import_official, tmp_path / "step_1") == (
        f"{tmp_path / 'step_1'}: there is no all_config.yaml beside it to say its architecture; "
        "give the file that does with --config"
    )


def test_a_setting_that_is_missing_can_be_given(tmp_path):
    model = random_model(MIXING)
    config = all_config(MIXING)
    del config["arch"]["L_cycles"]
    checkpoint = written(model, tmp_path, config)
    assert refusal(import_official, checkpoint) == (
        f"{tmp_path / 'all_config.yaml'}: 'L_cycles' is missing from config; add it there, or with "
        "--set L_cycles=…"
    )
    is_imported(model, checkpoint, settings={"L_cycles": MIXING.latent_steps})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"arch: [1, 2\nlr: 3\n", ", line 2, column 3: not YAML ("),
        (b"one: &a [1]\ntwo: *a\n", ", line 2, column 6: not YAML (aliases are not read)"),
        (b"arch: !!python/object/apply:os.getcwd []\n", ", line 1, column 7: not YAML ("),
        (b"day: 2001-13-45\n", ": not YAML"),
        (b"a: " + b"[" * 10_000, ": more than 1,000 lists, too many for a config"),
        (b"a: " + b"[" * 900, ": not YAML"),
        (b"a: " + b"9" * 5_000, ": not YAML"),
        (b"# much\n" * 10_000, ": more than 16 KiB, too large for what it is"),
        (b"\xff\xfe", ", line 1: found the byte 0xff, expected text in UTF-8"),
        (b"", ': expected {"arch": '),
        (b"just words\n", ': expected {"arch": '),
        (b"lr: 1\n", ': expected {"arch": '),
    ],
)
def test_a_file_that_is_no_config_is_refused_with_the_place(tmp_path, content, sentence):
    checkpoint = written(random_model(MIXING), tmp_path)
    file = tmp_path / "all_config.yaml"
    file.write_bytes(content)
    assert refusal(import_official, checkpoint).startswith(f"{file}{sentence}")


def test_any_change_to_a_config_is_refused_in_a_sentence_if_at_all(tmp_path):
    checkpoint = written(random_model(MIXING), tmp_path)
    file = tmp_path / "all_config.yaml"
    whole = file.read_text()

    @fuzz
    @given(
        st.integers(0, len(whole)),
        st.integers(0, 9),
        st.text("\t\n -:[]{}&*!|>%@`'\"#e.0a\0é", max_size=6),
    )
    def check(start, dropped, inserted):
        file.write_text(whole[:start] + inserted + whole[start + dropped :])
        loads_or_is_refused(import_official, checkpoint)

    check()


# What the data set decides


def test_a_number_of_cells_that_nothing_shows_is_asked_for(tmp_path):
    model = random_model(ATTENTION)
    checkpoint = written(model, tmp_path)
    assert refusal(import_official, checkpoint) == (
        f"{tmp_path / 'all_config.yaml'}: seq_len is missing from config and no tensor shows it; "
        "say which puzzle the model is for, as in --puzzle maze:30x30, or give the dataset.json "
        "that it was trained on with --dataset"
    )
    is_imported(model, checkpoint, puzzle=MAZE)
    is_imported(model, checkpoint, settings={"seq_len": 25})


@pytest.mark.parametrize("place", ["dataset.json", "data/train/dataset.json"])
def test_the_data_set_says_the_number_of_cells(tmp_path, place):
    model = random_model(ATTENTION)
    checkpoint = written(model, tmp_path)
    file = tmp_path / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"seq_len": 25, "vocab_size": 6, "num_puzzle_identifiers": 5}))
    is_imported(model, checkpoint, dataset=None if file.parent == tmp_path else tmp_path / "data")
    is_imported(model, checkpoint, dataset=file)


def test_a_data_set_of_another_size_is_told_by_the_tensor(tmp_path):
    checkpoint = written(random_model(ATTENTION), tmp_path)
    file = tmp_path / "dataset.json"
    file.write_text(json.dumps({"seq_len": 25, "vocab_size": 6, "num_puzzle_identifiers": 8}))
    assert refusal(import_official, checkpoint) == (
        f"{checkpoint}: tensor 'puzzle_emb.weights' has shape (5, 24), expected (8, 24)"
    )
    file.write_text("[]")
    assert refusal(import_official, checkpoint) == (
        f"{file}: expected seq_len, vocab_size and num_puzzle_identifiers"
    )


def test_a_data_set_gives_the_tasks_their_names(tmp_path):
    model = random_model(ATTENTION)
    checkpoint = written(model, tmp_path)
    data = tmp_path / "data"
    (data / "test").mkdir(parents=True)
    (data / "test" / "dataset.json").write_text('{"seq_len": 25}')
    names = ["<blank>", "a", "b", "c", "d"]
    (data / "identifiers.json").write_text(json.dumps(names))
    info = import_to(tmp_path / "model", checkpoint, puzzle=MAZE, dataset=data)
    assert info.identifiers == tuple(names)
    (data / "identifiers.json").rename(tmp_path / "identifiers.json")
    beside = import_to(tmp_path / "other", checkpoint, puzzle=MAZE)
    assert beside.identifiers == tuple(names)


@pytest.mark.parametrize(
    ("config", "positions"),
    [(ATTENTION, 16), (MIXING, 16), (HIERARCHICAL, 2)],
    ids=["attention", "mlp", "hrm"],
)
def test_positions_that_the_config_does_not_say_are_those_of_the_official_code(
    tmp_path, config, positions
):
    model = random_model(config)
    raw = all_config(config)
    raw["arch"].pop("puzzle_emb_len", None)
    checkpoint = written(model, tmp_path, raw)
    assert import_official(checkpoint, puzzle=MAZE).config.puzzle_positions == positions


def test_no_positions_means_as_few_as_hold_the_puzzle_embedding(tmp_path):
    config = TRMConfig(**SIZES | EMBEDDING | {"puzzle_positions": 2})
    model = random_model(config)
    is_imported(model, written(model, tmp_path, all_config(config, puzzle_emb_len=0)), puzzle=MAZE)


def test_a_model_without_puzzle_embedding_has_no_positions_for_it(tmp_path):
    config = TRMConfig(**SIZES, mixer="mlp", positions="none")
    raw = all_config(config)
    del raw["arch"]["puzzle_emb_len"], raw["arch"]["puzzle_emb_ndim"]
    model = random_model(config)
    is_imported(model, written(model, tmp_path, raw))


# The tensors


@pytest.mark.parametrize(
    "prefix",
    ["".join(each) for each in itertools.permutations(["module.", "_orig_mod.", "model.inner."])],
)
def test_wrappers_may_stand_in_any_order(tmp_path, prefix):
    model = random_model(MIXING)
    checkpoint = written(model, tmp_path)
    torch.save(official_tensors(model, prefix), checkpoint)
    is_imported(model, checkpoint)


@pytest.mark.parametrize("part", ["model", "model_state_dict", "state_dict"])
def test_a_state_dict_one_level_down_is_found(tmp_path, part):
    model = random_model(MIXING)
    checkpoint = written(model, tmp_path)
    content = {
        "step": 5,
        "optimizer": {"state": {}},
        part: official_tensors(model, "module.model.inner."),
    }
    torch.save(content, checkpoint)
    is_imported(model, checkpoint)
    import_to(tmp_path / "model", checkpoint, puzzle=MAZE)
    assert f"those of its part `{part}`" in (tmp_path / "model" / "README.md").read_text()


def test_what_only_training_needs_is_left_out(tmp_path):
    model = random_model(MIXING)
    checkpoint = written(model, tmp_path)
    tensors = official_tensors(model)
    tensors[f"{PREFIX}puzzle_emb.local_weights"] = torch.zeros(8, 24)
    tensors[f"{PREFIX}puzzle_emb.local_ids"] = torch.zeros(8, dtype=torch.int32)
    torch.save(tensors, checkpoint)
    is_imported(model, checkpoint)


@pytest.mark.parametrize("prefix", ["", PREFIX])
def test_safetensors_are_read_whatever_the_file_is_called(tmp_path, prefix):
    model = random_model(MIXING)
    checkpoint = written(model, tmp_path)
    save_file(official_tensors(model, prefix), checkpoint)
    is_imported(model, checkpoint)
    checkpoint.write_bytes(checkpoint.read_bytes()[:-100])
    assert refusal(import_official, checkpoint).startswith(
        f"{checkpoint}: not a readable safetensors file"
    )


# Other projects


def nano_trm(model, **changed):
    """`model` in a Lightning checkpoint of nano-trm, one row of the halting head as there."""
    names = {
        "embed_tokens.embedding_weight": "input_embedding.embedding_weight",
        "H_init": "z_H_init",
        "L_init": "z_L_init",
    }
    tensors = {}
    for name, tensor in official_tensors(model, "").items():
        tensor = tensor[:1] if name.startswith("q_head.") else tensor
        tensors[names.get(name, name.replace("L_level.", "lenet."))] = tensor.clone()
    config = model.config
    described = {
        "hidden_size": config.hidden_size,
        "num_layers": config.layers,
        "num_heads": config.heads,
        "H_cycles": config.cycles,
        "L_cycles": config.latent_steps,
        "N_supervision": config.max_supervision_steps,
        "N_supervision_val": config.max_supervision_steps,
        "ffn_expansion": config.expansion,
        "learning_rate": 1e-4,
        "puzzle_emb_dim": config.puzzle_embedding_size,
        "puzzle_emb_len": config.puzzle_positions,
        "rope_theta": 10000,
        "pos_emb_type": "1d",
        "use_mlp_t": False,
        "attn_gate_type": None,
        "vocab_size": config.vocab_size,
        "num_puzzles": config.puzzle_count,
        "seq_len": config.cells,
    }
    return {
        "pytorch-lightning_version": "2.5.0",
        "state_dict": tensors,
        "hyper_parameters": described | changed,
        "callbacks": {},
    }


def same_but_for_continuing(imported, model):
    """Whether all but the head that says to continue is the same, which nano-trm does not have."""
    mine, theirs = imported.state_dict(), model.state_dict()
    for tensors in (mine, theirs):
        for name in ("halt_head.weight", "halt_head.bias"):
            tensors[name] = tensors[name][:1]
    return all(torch.equal(mine[name], theirs[name]) for name in mine)


def test_a_lightning_checkpoint_of_nano_trm_is_converted(tmp_path):
    model = random_model(ATTENTION)
    checkpoint = tmp_path / "last.ckpt"
    torch.save(nano_trm(model), checkpoint)
    imported = import_official(checkpoint)
    assert imported.config == model.config
    assert same_but_for_continuing(imported, model)
    assert imported.state_dict()["halt_head.weight"][1].count_nonzero() == 0


def test_the_averaged_weights_of_nano_trm_are_those_that_are_taken(tmp_path):
    model, averaged = random_model(ATTENTION), random_model(ATTENTION)
    with torch.no_grad():
        for parameter in averaged.parameters():
            parameter *= 0.5
    content = nano_trm(model)
    starts = ("z_H_init", "z_L_init")
    shadow = {n: t for n, t in nano_trm(averaged)["state_dict"].items() if n not in starts}
    content["callbacks"] = {"EMACallback": {"shadow": shadow, "decay": 0.999}}
    torch.save(content, tmp_path / "last.ckpt")
    assert same_but_for_continuing(import_official(tmp_path / "last.ckpt"), averaged)
    import_to(tmp_path / "model", tmp_path / "last.ckpt", puzzle=MAZE)
    card = (tmp_path / "model" / "README.md").read_text()
    assert "nano-trm" in card
    assert "the averaged ones (EMA)" in card


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"pos_emb_type": "2d"}, "position encoding is '2d', which differs from the official ones"),
        ({"use_mlp_t": True}, "token MLP is normalised over the hidden size, which differs from"),
        ({"use_conv_swiglu": True}, "MLP has a convolution, which differs from the official"),
        ({"attn_gate_type": "headwise"}, "attention has gates, which differs from the official"),
        ({"vocab_size": 12}, "tokens differ from the official ones: it has 12 kinds, and only"),
    ],
)
def test_what_differs_in_nano_trm_is_named(tmp_path, changed, what):
    checkpoint = tmp_path / "last.ckpt"
    torch.save(nano_trm(random_model(ATTENTION), **changed), checkpoint)
    sentence = refusal(import_official, checkpoint)
    assert sentence.startswith(f"{checkpoint} is a Lightning checkpoint of nano-trm, whose {what}")


def test_a_setting_of_nano_trm_that_is_no_plain_value_is_as_if_missing(tmp_path):
    checkpoint = tmp_path / "last.ckpt"
    wrong = {"num_heads": torch.ones(2), "use_mlp_t": torch.ones(2)}
    torch.save(nano_trm(random_model(ATTENTION), **wrong), checkpoint)
    assert refusal(import_official, checkpoint).startswith(f"{checkpoint}: 'num_heads' is missing")


@pytest.mark.parametrize("wrong", [torch.tensor(1.0), torch.ones(1, 16).to_sparse(), "text"])
def test_a_halting_head_of_nano_trm_that_is_none_is_refused(tmp_path, wrong):
    content = nano_trm(random_model(ATTENTION))
    content["state_dict"]["q_head.weight"] = wrong
    torch.save(content, tmp_path / "last.ckpt")
    assert "q_head.weight" in refusal(import_official, tmp_path / "last.ckpt")


def test_a_checkpoint_of_lucidrains_is_refused_by_name(tmp_path):
    names = "input_embed.weight", "output_init_embed", "latent_init_embed", "to_halt_pred.1.weight"
    torch.save({name: torch.zeros(4, 4) for name in names}, tmp_path / "model.pt")
    assert refusal(import_official, tmp_path / "model.pt").startswith(
        f"{tmp_path / 'model.pt'} is a checkpoint of lucidrains' tiny-recursive-model, whose "
    )


# The command


def test_the_command_finds_the_config_and_the_card_says_where_the_model_is_from(tmp_path, trm):
    model = random_model(MIXING)
    checkpoint = written(model, tmp_path)
    done = trm("import", checkpoint, "--out", tmp_path / "mine", "--puzzle", "maze:5x5")
    assert done.status == 0, done.err
    assert done.out.startswith("TRM-MLP, Maze up to 5×5, ")
    assert same_weights(load_model(tmp_path / "mine", "cpu", "float32"), model)
    digest = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    card = (tmp_path / "mine" / "README.md").read_text()
    assert f"the checkpoint `step_1` (SHA-256 `{digest}`)" in card
    assert "`all_config.yaml`" in card


def test_the_command_takes_what_is_missing(tmp_path, trm):
    model = random_model(ATTENTION)
    config = all_config(ATTENTION, residual_connections=True)
    del config["arch"]["L_cycles"]
    checkpoint = written(model, tmp_path, config)
    done = trm(
        "import", checkpoint, "--out", tmp_path / "mine", "--puzzle", "maze:5x5",
        "--set", f"L_cycles={ATTENTION.latent_steps}", "--set", "residual_connections=null",
    )  # fmt: skip
    assert done.status == 0, done.err
    assert read_info(tmp_path / "mine").config == ATTENTION
    for wrong in ("L_cycles", "=3", "L_cycles=[1"):
        done = trm("import", checkpoint, "--out", tmp_path / "other", "--set", wrong)
        assert done.status == 2
        assert wrong in done.said
