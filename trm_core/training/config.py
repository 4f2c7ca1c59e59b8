"""What a training run is: its model, data and settings, from a preset and `--set` changes."""

from __future__ import annotations

import dataclasses
import json
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal

from trm_core.checkpoints.info import CONFIGS, architecture_of
from trm_core.data.blocks import MakeBlock, SudokuBlocks
from trm_core.data.build import BUILDS, FILES, Build
from trm_core.data.layout import METADATA_FILE
from trm_core.data.plan import PuzzleBuild
from trm_core.documents import MEDIUM, DocumentError, read_text
from trm_core.errors import Key, UserError, in_a_line, quoted, raised_as
from trm_core.model.config import RecursionConfig
from trm_core.puzzles.base import PuzzleShape
from trm_core.records import Between, check_fields, expected_one_of, record, setting, unknown
from trm_core.resources import RESOURCES

PRESETS = RESOURCES / "presets"

GradientMode = Literal["", "full_cycle", "one_step", "bptt"]
Optimizer = Literal["adam_atan2", "adamw"]
Dtype = Literal["auto", "float32", "bfloat16"]
Compile = Literal["auto", "on", "off"]

DECIDED_BY_DATA = "cells", "vocab_size", "puzzle_count"
"""Fields of the model's config that the data set decides."""

FIXED = "batch_size", "micro_batch_size", "optimizer", "gradient", "dtype", "compile", "seed"
"""Settings that cannot change once a run has begun."""

_TABLES = "model", "data", "training"


class TrainingConfigError(UserError):
    """A preset or a change to one that cannot be used."""


class FilesMissingError(TrainingConfigError):
    """Files that a preset needs are not there; its key is the setting that names them."""


Count = Annotated[int, Between(0, 2**40)]
CountFrom1 = Annotated[int, Between(1, 2**40)]
Number = Annotated[float, Between(0, 10**6)]
Share = Annotated[float, Between(0, 1)]
Beta = Annotated[float, Between(0, 0.999999)]


_WEIGHTS = "For all weights but the puzzle embedding."


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """How a model is trained."""

    steps: CountFrom1 = setting(
        "Optimizer steps after which it is done; each is one supervision step of every sample in "
        "the batch."
    )
    batch_size: Annotated[int, Between(1, 1_000_000)] = setting(
        "Samples, each a puzzle, per optimizer step, over all processes together.", 768
    )
    micro_batch_size: Annotated[int, Between(0, 1_000_000)] = setting(
        "Samples of one forward and backward pass; 0 for what suits the device.", 0
    )
    start_from: str = setting(
        "Name or directory of a model whose weights are the first ones; empty for fresh weights. "
        "It may be one for smaller mazes or ARC canvases.",
        "",
    )
    show_board: bool = setting(
        "Whether attention with learned positions begins with weights by which it sees the board.",
        False,
    )
    deepening_steps: Count = setting(
        "Steps over which samples come to get the model's number of supervision steps: at first "
        "one at most, then twice as many at equal intervals. Attention learns the near before the "
        "far.",
        0,
    )
    optimizer: Optimizer = setting(f"By what steps are taken. {_WEIGHTS}", "adam_atan2")
    learning_rate: Annotated[float, Between(1e-12, 1)] = setting(
        f"How far one step goes, at most; 0.001 or less. {_WEIGHTS}", 1e-4
    )
    final_learning_rate: Share = setting(
        "After the warm-up, the learning rate falls along a cosine to this share of itself at the "
        "last step (1: it stays).",
        1.0,
    )
    warmup_steps: Count = setting("The learning rate rises linearly for so many steps.", 2000)
    beta1: Beta = setting(
        f"Share that the running mean of the gradient keeps in each step. {_WEIGHTS}", 0.9
    )
    beta2: Beta = setting(
        f"Share that the running mean of its square keeps in each step. {_WEIGHTS}", 0.95
    )
    weight_decay: Number = setting(
        f"By how much weights shrink in each step, times the learning rate. {_WEIGHTS}", 0.1
    )
    clip_norm: Number = setting(
        "Longest gradient, longer ones are shortened; 0 to leave them as they are.", 0.0
    )
    puzzle_learning_rate: Number = setting(
        "Of the puzzle embedding, by the sign of its gradient (SignSGD).", 1e-2
    )
    puzzle_weight_decay: Number = setting("Of the puzzle embedding, times its learning rate.", 0.1)
    ema_decay: Share = setting(
        "Share that the averaged weights keep in each step; they are what is evaluated and saved.",
        0.999,
    )
    gradient: GradientMode = setting(
        "How much of a supervision step is differentiated; empty for the architecture's own way.",
        "",
    )
    halting_weight: Number = setting(
        "Of the halting loss beside that of the answer; the official code has 0.5.", 0.5
    )
    halt_exploration: Share = setting(
        "Probability with which a sample gets a random number of supervision steps at least.", 0.1
    )
    augment: bool = setting(
        "Whether samples are replaced by symmetric ones (all kinds), moved on their canvas (ARC).",
        True,
    )
    extra_givens: Count = setting(
        "Most cells of the answer that are given away with a puzzle (Sudoku), drawn for each.", 0
    )
    other_sides: tuple[int, ...] = setting(
        "Rows of Sudokus of other sizes that are made up beside those of the data set, for a model "
        "with relations; one that is named twice comes twice as often.",
        (),
    )
    other_sides_every: Annotated[int, Between(2, 1_000)] = setting(
        "One of so many times `stream.STEPS_EACH` steps is for Sudokus of other sizes.", 3
    )
    dtype: Dtype = setting('Number format of the passes; "auto" for what suits the device.', "auto")
    compile: Compile = setting(
        'Whether torch.compile builds the passes; "auto" measures whether that pays.', "auto"
    )
    threads: Annotated[int, Between(0, 1_000)] = setting(
        "Threads on the CPU; 0 for a share of its cores with the other trainings and what else "
        "runs.",
        0,
    )
    seed: Annotated[int, Between(0, 2**63 - 1)] = setting(
        "The same run with the same seed learns the same, on the same device.", 0
    )
    evaluate_every: CountFrom1 = setting("Steps between evaluations.", 5000)
    evaluate_puzzles: Count = setting(
        "How many held-out puzzles an evaluation has; 0 for all there are.", 1000
    )
    checkpoint_every: CountFrom1 = setting("Steps between checkpoints.", 5000)
    keep_checkpoints: Annotated[int, Between(1, 1_000)] = setting(
        "The newest so many are kept, and the most accurate one.", 2
    )
    log_every: Annotated[int, Between(1, 1_000_000)] = setting(
        "Steps that one row of metrics sums up.", 10
    )

    def __post_init__(self) -> None:
        check_fields(self, DocumentError, "training")
        if self.extra_givens and not self.augment:
            raise DocumentError.about(
                "training.extra_givens", self.extra_givens, "0 where augment is false"
            )
        with raised_as(DocumentError, Key("training.other_sides")):
            _ = SudokuBlocks(self.other_sides)


@dataclass(frozen=True)
class DataSet:
    """A data set that is there already."""

    path: str = setting("The folder of a data set; empty to make the preset's own.")


@dataclass(frozen=True)
class RunConfig:
    """All that decides what a run does; a run directory's `config.json`.

    model: `architecture` and the sizes of its config, without those that the data decide.
    data: `path` of a data set, or the options of one to build (see `trm_core.data.build`).
    """

    preset: str
    model: Mapping[str, Any]
    data: Mapping[str, Any]
    training: TrainingSettings

    def to_json(self) -> dict[str, Any]:
        """What a file of it holds: lists where it has tuples, so that both compare as equal."""
        raw: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self)))
        return raw

    @classmethod
    def from_json(cls, raw: Any, place: str) -> RunConfig:
        """What `to_json` wrote, checked. `place` begins the sentence of TrainingConfigError."""
        if not isinstance(raw, dict):
            raise TrainingConfigError(f"{place}: expected an object with {', '.join(_TABLES)}")
        with raised_as(TrainingConfigError, place):
            for table in _TABLES:
                if not isinstance(raw.get(table), dict):
                    raise DocumentError(f"the table [{table}] is missing")
            if extra := sorted(raw.keys() - {*_TABLES, "preset", "description"}):
                raise DocumentError(unknown(extra[0], _TABLES))
            _check_model(raw["model"])
            _check_data(raw["data"])
            _check_sizes(raw["model"], raw["data"])
            settings = record(TrainingSettings, raw["training"], "training")
            if settings.show_board:
                _check_attention(raw["model"])
            if settings.other_sides:
                _check_other_sides(raw["model"], raw["data"])
        return cls(str(raw.get("preset", "")), raw["model"], raw["data"], settings)

    def changed(self, assignments: Iterable[str], place: str = "--set") -> RunConfig:
        """This config with "key=value" changes, as `--set` takes them; `place` begins sentences.

        A key is TABLE.NAME or, as names differ between tables, NAME alone; a value is written as
        in TOML, texts also without quotes. Raises TrainingConfigError.
        """
        raw = self.to_json()
        for assignment in assignments:
            key, equals, text = assignment.partition("=")
            if not equals:
                raise TrainingConfigError(f"--set {assignment}: expected KEY=VALUE")
            table, name = self._place_of(key.strip(), raw)
            raw[table][name] = _value(text.strip())
        return RunConfig.from_json(raw, place)

    def retrained(self, assignments: Iterable[str]) -> RunConfig:
        """This config changed as a run in progress can be. Raises TrainingConfigError."""
        changed = self.changed(assignments)
        for name, value in self._fixed().items():
            if changed._fixed()[name] != value:
                raise TrainingConfigError(f"--set: {name} cannot change in a run that has begun")
        return changed

    def _fixed(self) -> dict[str, Any]:
        """What cannot change once a run has begun."""
        settings = {f"training.{name}": getattr(self.training, name) for name in FIXED}
        return {"model": self.model, "data": self.data, **settings}

    def _place_of(self, key: str, raw: Mapping[str, Any]) -> tuple[str, str]:
        names = {
            "model": ["architecture", *_model_names(raw["model"])],
            "data": _data_names(raw["data"]),
            "training": [field.name for field in fields(TrainingSettings)],
        }
        known = [f"{table}.{name}" for table in _TABLES for name in names[table]]
        if "." in key and key in known:
            table, name = key.split(".")
            return table, name
        tables = [table for table in _TABLES if key in names[table]]
        if len(tables) == 1:
            return tables[0], key
        if tables:
            raise TrainingConfigError(
                f"--set {key}: write {' or '.join(f'{t}.{key}' for t in tables)}"
            )
        if "." in key:
            elsewhere = [place for place in known if place.endswith(key[key.index(".") :])]
            raise TrainingConfigError(
                f"--set {key}: unknown, did you mean {' or '.join(elsewhere)}?"
                if elsewhere
                else f"--set {key}: unknown, {expected_one_of(key, known)}"
            )
        bare = [name for table in _TABLES for name in names[table]]
        raise TrainingConfigError(f"--set {key}: unknown, {expected_one_of(key, bare)}")

    def with_data_found(self) -> RunConfig:
        """This config with whole paths to its data, so that it holds in any current directory.

        Raises TrainingConfigError, for files FilesMissingError, unless they are there.
        """
        data = dict(self.data)
        if path := data.get("path"):
            if not os.path.isfile(Path(path, "train", METADATA_FILE)):
                raise TrainingConfigError(
                    Key("data.path"),
                    f": {path} is no data set (no train/{METADATA_FILE} in it)",
                )
            data["path"] = str(Path(path).resolve())
            return dataclasses.replace(self, data=data)
        for option in FILES:
            for file in data.get(option, ()):
                if not os.path.exists(file):
                    raise FilesMissingError(
                        Key(f"data.{option}"),
                        f": {file} is not there; the preset {self.preset} needs files that do not "
                        "come with the program",
                    )
            if option in data:
                data[option] = [str(Path(file).resolve()) for file in data[option]]
        return dataclasses.replace(self, data=data)

    @property
    def blocks(self) -> MakeBlock | None:
        """What makes up puzzles while a model trains on them; None where they are stored."""
        if self.data.get("path"):
            return None
        build = data_build(self.data)
        return build.blocks if isinstance(build, PuzzleBuild) else None

    def model_config(self, shape: PuzzleShape, puzzle_count: int) -> RecursionConfig:
        """The model's config for data of `shape` with `puzzle_count` puzzle identifiers."""
        sizes = {name: value for name, value in self.model.items() if name != "architecture"}
        sizes |= {"cells": shape.cells, "vocab_size": shape.vocab_size}
        return record(
            CONFIGS[self.model["architecture"]], {**sizes, "puzzle_count": puzzle_count}, "model"
        )


def presets() -> list[Path]:
    """The files of the presets that come with the program, by name."""
    return sorted(PRESETS.glob("*.toml"))


def load_preset(name_or_file: str) -> RunConfig:
    """A preset by name, or any TOML file laid out like one. Raises TrainingConfigError."""
    names = [file.stem for file in presets()]
    file = PRESETS / f"{name_or_file}.toml" if name_or_file in names else Path(name_or_file)
    if not os.path.isfile(file):  # also a name that no file can have
        raise TrainingConfigError(
            f"no preset called {quoted(name_or_file)}, {expected_one_of(name_or_file, names)}"
        )
    return RunConfig.from_json({"preset": file.stem, **read_toml(file)}, str(file))


def read_toml(file: Path) -> dict[str, Any]:
    """The tables in `file`. Raises TrainingConfigError."""
    with raised_as(TrainingConfigError):
        text = read_text(file, MEDIUM)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # no TOML, or what Python cannot hold
        raise TrainingConfigError(f"{file}: not TOML, {in_a_line(error)}") from None


def _check_model(table: Mapping[str, Any]) -> None:
    """Refuse a model table that no data could complete."""
    _, config_class = architecture_of(table, "model.architecture")
    for name in DECIDED_BY_DATA:
        if name in table:
            raise DocumentError(f"model.{name} is decided by the data, expected it to be left out")
    sizes = {name: value for name, value in table.items() if name != "architecture"}
    record(config_class, {**sizes, "cells": 81, "vocab_size": 11}, "model")


def _check_attention(table: Mapping[str, Any]) -> None:
    """Refuse a model table whose model has no attention with learned positions."""
    if table.get("positions") != "learned" or table.get("mixer") == "mlp":
        raise DocumentError.about(
            "training.show_board",
            True,
            "false unless ",
            Key("model.positions"),
            ' is "learned" and the model has attention',
        )


def _model_names(table: Mapping[str, Any]) -> list[str]:
    config = CONFIGS.get(str(table.get("architecture")), RecursionConfig)
    return [field.name for field in fields(config) if field.name not in DECIDED_BY_DATA]


def _check_data(table: Mapping[str, Any]) -> None:
    """Refuse a data table that neither names a data set nor says how to build one."""
    if table.get("path"):
        record(DataSet, {"path": table["path"]}, "data")
    else:
        data_build(table)


def _check_sizes(model: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    """Refuse puzzles of several sizes for a model that has one."""
    if data.get("endless") and data.get("smallest") and model.get("mixer") != "relations":
        raise DocumentError.about(
            "data.smallest",
            data["smallest"],
            "0 where ",
            Key("data.endless"),
            " is true, unless ",
            Key("model.mixer"),
            ' is "relations": other models are for one size',
        )


def _check_other_sides(model: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    """Refuse Sudokus of other sizes for a model, or beside a data set, that can have none."""
    if not model.get("candidates") or data.get("kind", "sudoku") != "sudoku":
        raise DocumentError(
            Key("training.other_sides"),
            " names sides, expected none unless the puzzles are Sudokus, ",
            Key("model.mixer"),
            ' is "relations" and ',
            Key("model.candidates"),
            " is true",
        )


def data_build(table: Mapping[str, Any]) -> Build:
    """The build that a data table without `path` describes. Raises UserError."""
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in BUILDS:
        raise DocumentError.about(
            "data.kind",
            kind,
            f"{', '.join(BUILDS)}; or give the directory of a data set as ",
            Key("data.path"),
        )
    options = {name: value for name, value in table.items() if name not in ("kind", "path")}
    return record(BUILDS[kind], options, "data")


def _data_names(table: Mapping[str, Any]) -> list[str]:
    options = fields(BUILDS[table["kind"]]) if table.get("kind") in BUILDS else ()
    return ["path", "kind", *(field.name for field in options)]


def _value(text: str) -> Any:
    """`text` as TOML reads a value, or itself where it is none."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):  # no TOML, or what Python cannot hold
        return text
