"""What is wrong with a config, in a window: names of fields in place of keys."""

import pytest

from trm_core.errors import Key, UserError
from trm_gui.jobs.mistakes import understood

NAMES = {"model.hidden_size": "Hidden size", "training.seed": "Seed", "data.seed": "Seed of data"}


@pytest.mark.parametrize(
    ("error", "sentence", "key"),
    [
        (
            UserError("so many heads and ", Key("hidden_size"), key="model.heads"),
            "So many heads and Hidden size.",
            "model.heads",
        ),
        (UserError.about("model.hidden_size", "", "more"), "Hidden size is empty, expected more.",
         "model.hidden_size"),
        (UserError("model.hidden_size of a file is ''!"), "Model.hidden_size of a file is ''!", ""),
        (UserError.about("training.seed", 1, "2"), "Seed is 1, expected 2.", "training.seed"),
        (UserError(Key("seed"), " of 3", key="data.rows"), "Seed of data of 3.", "data.rows"),
        (UserError(Key("unknown"), " is it?"), "Unknown is it?", "unknown"),
    ],
)  # fmt: skip
def test_names_stand_where_settings_are_marked_and_nowhere_else(error, sentence, key):
    mistake = understood(error, NAMES)
    assert (str(mistake), mistake.key) == (sentence, key)
