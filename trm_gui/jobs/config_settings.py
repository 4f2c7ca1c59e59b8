"""What can be set in a run's config: every setting with its value, its choices and its meaning."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from trm_core.checkpoints.info import CONFIGS
from trm_core.data.build import BUILDS
from trm_core.records import words_of
from trm_core.training.config import DECIDED_BY_DATA, DataSet, RunConfig, TrainingSettings

NAMES = {
    "clip_norm": "Longest gradient",
    "ema_decay": "EMA decay",
    "final_learning_rate": "Final learning rate, a share",
    "halt_exploration": "Halting exploration, a share",
    "evaluate_every": "Steps between evaluations",
    "evaluate_puzzles": "Puzzles of an evaluation",
    "checkpoint_every": "Steps between checkpoints",
    "keep_checkpoints": "Checkpoints kept",
    "log_every": "Steps of a row of metrics",
    "max_supervision_steps": "Supervision steps at most",
    "generate": "Puzzles to make",
    "held_out": "Puzzles to hold out",
    "dtype": "Number format",
    "compile": "Compile the networks",
    "beta1": "Beta 1",
    "beta2": "Beta 2",
    "cols": "Columns",
    "box_cols": "Box columns",
    "warmup_steps": "Warm-up steps",
    "materialise": "Write all variants",
}
"""Names of settings that their keys do not tell."""


class Setting(NamedTuple):
    """key: TABLE.NAME. value: as in the run's config. choices: where it is one of some texts."""

    key: str
    value: Any
    choices: tuple[str, ...]
    hint: str

    @property
    def name(self) -> str:
        """What people call it."""
        plain = self.key.partition(".")[2]
        return NAMES.get(plain, plain.replace("_", " ").capitalize())

    @property
    def text(self) -> str:
        """The value as somebody would type it."""
        if self.value is None:
            return ""
        if isinstance(self.value, bool):
            return str(self.value).lower()
        if isinstance(self.value, list | tuple):
            return json.dumps(list(self.value), ensure_ascii=False)
        return str(self.value)

    def assignment(self, text: str) -> str:
        """The change of the config that sets it to `text`."""
        quoted = isinstance(self.value, str)
        return f"{self.key}={json.dumps(text, ensure_ascii=False) if quoted else text.strip()}"


def settings_of(config: RunConfig) -> list[Setting]:
    """All that can be set in `config`, table by table."""
    architecture = CONFIGS[config.model["architecture"]]
    data = {"path": config.data.get("path", "")}
    found = [
        *_settings("training", TrainingSettings, dataclasses.asdict(config.training)),
        *_settings("model", architecture, config.model),
        *_settings("data", DataSet, data),
    ]
    if (kind := config.data.get("kind")) in BUILDS:
        found += _settings("data", BUILDS[kind], config.data)
    return found


def _settings(table: str, kind: type, values: Any) -> Iterator[Setting]:
    words, types = words_of(kind), get_type_hints(kind)
    for field in dataclasses.fields(kind):
        if field.name in DECIDED_BY_DATA and table == "model":
            continue
        wanted = types[field.name]
        choices: tuple[str, ...] = ()
        if get_origin(wanted) is Literal:
            choices = get_args(wanted)
        elif wanted is bool:
            choices = ("true", "false")
        value = values.get(field.name, field.default)
        yield Setting(f"{table}.{field.name}", value, choices, words[field.name])
