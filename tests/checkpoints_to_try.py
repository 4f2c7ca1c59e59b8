"""Ways to change and to damage model files, and to see how they are refused."""

import json

import pytest
import torch
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from trm_core.checkpoints.info import CheckpointError
from trm_core.checkpoints.official import official_name
from trm_core.model.config import HRMConfig

one_kind = pytest.mark.parametrize("model", ["trm-mlp"], indirect=True)
fuzz = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])

damages = st.tuples(
    st.lists(st.tuples(st.integers(-1500, 1500), st.integers(0, 255)), max_size=6),
    st.none() | st.floats(0, 1),
)


def write_official(model, folder):
    """`model` as the official trainers write it: the checkpoint file and its config."""
    config = model.config
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
        arch = "hrm"
        described |= {"L_layers": config.latent_layers, "H_layers": config.answer_layers}
    else:
        arch = "trm"
        described |= {"L_layers": config.layers, "H_layers": 0, "mlp_t": config.mixer == "mlp"}
    checkpoint, config_file = folder / "step_1", folder / "all_config.json"
    prefix = "_orig_mod.model.inner."
    torch.save({prefix + official_name(n): t for n, t in model.state_dict().items()}, checkpoint)
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
