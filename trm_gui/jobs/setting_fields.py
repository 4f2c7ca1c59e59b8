"""All settings of a run as fields to type in, with what each of them means."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from trm_core.checkpoints.info import CONFIGS
from trm_core.training.config import BUILDS, DECIDED_BY_DATA, RunConfig, TrainingSettings


class Setting(NamedTuple):
    """key: TABLE.NAME. value: as in the run's config. choices: where it is one of some texts."""

    key: str
    value: Any
    choices: tuple[str, ...]
    hint: str

    @property
    def name(self) -> str:
        return self.key.partition(".")[2].replace("_", " ")

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
    found = [
        *_settings("training", TrainingSettings, dataclasses.asdict(config.training)),
        *_settings("model", architecture, config.model),
    ]
    found.append(Setting("data.path", str(config.data.get("path", "")), (), "A data set"))
    if (kind := config.data.get("kind")) in BUILDS:
        found += _settings("data", BUILDS[kind], config.data)
    return found


def _settings(table: str, kind: type, values: Any) -> Iterator[Setting]:
    hints, types = _hints(kind), get_type_hints(kind)
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
        hint = hints.get(field.name, "")
        yield Setting(f"{table}.{field.name}", value, choices, hint)


def _hints(kind: type) -> dict[str, str]:
    """By name what the docstrings of `kind` and its bases say of their fields."""
    hints: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        for line in _paragraphs(inspect.cleandoc(each.__doc__ or "")):
            names, colon, words = line.partition(": ")
            if colon and re.fullmatch(r"\w+(, \w+)*", names):
                hints |= dict.fromkeys(names.split(", "), words)
    return hints


def _paragraphs(text: str) -> list[str]:
    """Lines "names: words", with the lines that go on indented below joined to them."""
    joined: list[str] = []
    for line in text.splitlines():
        if line.startswith("    ") and joined:
            separator = " " if ": " in joined[-1] else ": "
            joined[-1] += separator + line.strip()
        else:
            joined.append(line)
    return joined


class SettingField(QWidget):
    """One setting; "" where an empty text leaves it as it is."""

    changed = Signal()

    def __init__(self, setting: Setting, name: str = "", hint: str = "") -> None:
        super().__init__()
        self.setting = setting
        words = hint or setting.hint or setting.name
        self.edit: QComboBox | QLineEdit
        if setting.choices:
            self.edit = QComboBox()
            for choice in setting.choices:
                self.edit.addItem(choice or "as usual", choice)
            self.edit.setCurrentIndex(max(0, self.edit.findData(setting.text)))
            self.edit.currentIndexChanged.connect(self.changed)
        else:
            self.edit = QLineEdit(setting.text)
            self.edit.textEdited.connect(self.changed)
        self.edit.setAccessibleName(name or f"{setting.name} ({setting.key.partition('.')[0]})")
        self.edit.setToolTip(words)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.edit)
        self.setFocusProxy(self.edit)

    @property
    def text(self) -> str:
        if isinstance(self.edit, QComboBox):
            return str(self.edit.currentData())
        return self.edit.text()

    def set_text(self, text: str) -> None:
        """As if somebody typed it."""
        if isinstance(self.edit, QComboBox):
            self.edit.setCurrentIndex(self.edit.findData(text))
        else:
            self.edit.setText(text)
            self.changed.emit()

    @property
    def assignment(self) -> str | None:
        """The change that it stands for; None where it is as it was."""
        text = self.text
        if text == self.setting.text or (self.setting.value is None and not text):
            return None
        return self.setting.assignment(text)
