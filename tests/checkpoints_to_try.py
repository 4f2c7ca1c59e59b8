"""Ways to change and to damage model files, and to see how they are refused."""

import json

import pytest
import torch
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from trm_core.checkpoints.directory import build_model
from trm_core.checkpoints.info import CheckpointError
from trm_core.checkpoints.official import official_name
from trm_core.model.config import HRMConfig

one_kind = pytest.mark.parametrize("model", ["trm-mlp"], indirect=True)
every_official_kind = pytest.mark.parametrize("model", ["trm-att", "trm-mlp", "hrm"], indirect=True)
fuzz = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])

damages = st.tuples(
    st.lists(st.tuples(st.integers(-1500, 1500), st.integers(0, 255)), max_size=6),
    st.none() | st.floats(0, 1),
)


PREFIX = "_orig_mod.model.inner."


def random_model(config):
    """A model whose every weight is random, also those that training starts at zero."""
    torch.manual_seed(1)
    model = build_model(config).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=parameter.shape[-1] ** -0.5)
    return model


def official_settings(config):
    """`config` by the names of the official code: the architecture, and its settings."""
    described = {
        "seq_len": config.cells,
        "vocab_size": config.vocab_size,
        "hidden_size": config.hidden_size,
        "H_cycles": config.cycles,
        "L_cycles": config.latent_steps,
        "halt_max_steps": config.max_supervision_steps,
        "num_heads": config.heads,
        "expansion": config.expansion,
        "pos_encodings": {"rotary": "rope"}.get(config.positions, config.positions),
        "num_puzzle_identifiers": config.puzzle_count,
        "puzzle_emb_ndim": config.puzzle_embedding_size,
    }
    if isinstance(config, HRMConfig):
        layers = {"L_layers": config.latent_layers, "H_layers": config.answer_layers}
        return "hrm", described | layers
    of_trm = {"L_layers": config.layers, "H_layers": 0, "mlp_t": config.mixer == "mlp"}
    return "trm", described | of_trm | {"puzzle_emb_len": config.puzzle_positions}


def official_tensors(model, prefix=PREFIX):
    """The weights of `model` as the official trainers name them."""
    return {prefix + official_name(name): t.clone() for name, t in model.state_dict().items()}


def write_official(model, folder):
    """`model` as the official trainers write it: the checkpoint file, and its config as JSON."""
    arch, described = official_settings(model.config)
    checkpoint, config_file = folder / "step_1", folder / "all_config.json"
    torch.save(official_tensors(model), checkpoint)
    config_file.write_text(json.dumps({"arch": arch, "config": described}))
    return checkpoint, config_file


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
