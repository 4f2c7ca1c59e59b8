"""Ways to change and to damage model files, and to see how they are refused."""

import json

import pytest
import torch
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from trm_core.checkpoints.info import CheckpointError

one_kind = pytest.mark.parametrize("model", ["trm-mlp"], indirect=True)
fuzz = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])

damages = st.tuples(
    st.lists(st.tuples(st.integers(-1500, 1500), st.integers(0, 255)), max_size=6),
    st.none() | st.floats(0, 1),
)


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
