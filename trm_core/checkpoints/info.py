"""What a model directory says about its model, read without torch and without the weights."""

from __future__ import annotations

import dataclasses
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from safetensors import SafetensorError, safe_open

from trm_core.checkpoints.facts import HaltingBin, Learned, Result, StyleResult
from trm_core.documents import DocumentError, Format, read_names, reading, regular, sha256
from trm_core.errors import UserError, counted, in_a_line, quoted, raised_as
from trm_core.files import write_whole
from trm_core.model.config import HRMConfig, RecursionConfig, TRMConfig
from trm_core.puzzles import arc_tasks, maze, sudoku
from trm_core.puzzles.arc import UNNAMED, Arc
from trm_core.puzzles.arc_variants import BLANK, SEPARATOR
from trm_core.puzzles.base import KIND_NAMES, Puzzle, PuzzleShape
from trm_core.records import record
from trm_core.resources import RESOURCES

_Record = TypeVar("_Record")

FORMAT = Format("trm-studio-model", 1, "a model's config")
MAX_SIDES = {"sudoku": sudoku.MAX_SIDE, "maze": maze.MAX_SIDE, "arc": arc_tasks.MAX_SIZE}
"""The largest puzzles that there are."""
START_STATES = {"y_init", "z_init"}
"""Tensors that are drawn once and never trained."""
CONFIG, IDENTIFIERS, WEIGHTS = FILES = "config.json", "identifiers.json", "model.safetensors"
"""Which say what a model is."""
CARD = "README.md"
"""For people."""
Stamp = tuple[tuple[int, int, int, int], ...]
"""Of files: when each was changed, its length and which it is; another one where it is replaced."""
CONFIGS: dict[str, type[RecursionConfig]] = {"trm": TRMConfig, "hrm": HRMConfig}


class CheckpointError(UserError):
    """A model that cannot be loaded or saved."""


@dataclass(frozen=True)
class ModelInfo:
    """A model's `config.json`.

    identifiers: names of the rows of the puzzle embedding (ARC task ids), empty if it has none.
    held_out: the kind and options of a data set, as in a preset, on whose test split the results
    were measured; empty where they were measured on something else. The options are checked where
    it is made, by `data.held_out`.
    learned: None where nobody knows, as of an imported checkpoint. by_style, calibration: empty
    where nothing was measured; calibration is of the puzzles of the results, after the last
    supervision step.
    stamp: of the files when they were read; see `is_current`.
    Raises CheckpointError where puzzle, config and identifiers contradict each other.
    """

    architecture: str
    puzzle: PuzzleShape
    config: RecursionConfig
    results: tuple[Result, ...] = ()
    identifiers: tuple[str, ...] = ()
    directory: Path = field(default=Path(), compare=False)
    held_out: Mapping[str, Any] = field(default_factory=dict, hash=False)
    learned: Learned | None = None
    by_style: tuple[StyleResult, ...] = ()
    calibration: tuple[HaltingBin, ...] = ()
    stamp: Stamp = field(default=(), compare=False)

    def __post_init__(self) -> None:
        shape, config = self.puzzle, self.config
        with raised_as(CheckpointError):
            shape.check("puzzle")
        if (shape.cells, shape.vocab_size) != (config.cells, config.vocab_size):
            raise CheckpointError(
                f"cells and vocab_size are {config.cells} and {config.vocab_size}, "
                f"expected {shape.cells} and {shape.vocab_size} for {shape}"
            )
        if isinstance(config, TRMConfig) and (mistake := _misplaced(config, shape.kind)):
            raise CheckpointError(mistake)
        if len(self.identifiers) > config.puzzle_count:
            raise CheckpointError(
                f"puzzle_count is {config.puzzle_count}, fewer than the "
                f"{len(self.identifiers)} identifiers"
            )

    @property
    def name(self) -> str:
        return self.directory.name

    @property
    def weights_file(self) -> Path:
        return self.directory / WEIGHTS

    @property
    def size(self) -> int:
        """Bytes of the weights on disk."""
        return self.weights_file.stat().st_size

    @property
    def parameters(self) -> int:
        """How many numbers are trained, puzzle embedding included, by the header of their file."""
        file = self.weights_file
        with safetensors_errors(file), safe_open(regular(file), "np") as tensors:
            names = set(tensors.keys()) - START_STATES
            return sum(math.prod(tensors.get_slice(name).get_shape()) for name in names)

    def weights_hash(self) -> str:
        """SHA-256 of the file of weights, in hexadecimal. Raises CheckpointError.

        It is worked out once for each content of the file.
        """
        return _sha256(self.weights_file, _stamp([self.weights_file]))

    @property
    def is_current(self) -> bool:
        """Whether the files in the directory are those that this was read from."""
        return self.stamp == _directory_stamp(self.directory)

    @property
    def accuracy(self) -> float:
        """The share of all puzzles of its results that it gets right, ARC in two guesses; 0
        without results."""
        shares = [r.exact if r.two_guesses is None else r.two_guesses for r in self.results]
        puzzles = [result.puzzles for result in self.results]
        right = sum(share * count for share, count in zip(shares, puzzles, strict=True))
        return right / max(1, sum(puzzles))

    @property
    def design(self) -> str:
        """Its architecture for people, e.g. "TRM-MLP"."""
        if not isinstance(self.config, TRMConfig):
            return self.architecture.upper()
        mixer = {"attention": "Att", "mlp": "MLP", "relations": "Rel"}[self.config.mixer]
        return f"{self.architecture.upper()}-{mixer}"

    @property
    def title(self) -> str:
        """For people, e.g. "TRM-MLP, Sudoku 9×9"."""
        return f"{self.design}, {self.fitting}"

    @property
    def fitting(self) -> str:
        """The puzzles that it reads, for people."""
        if not self.config.any_size:
            return self.puzzle.fitting
        kind, most = self.puzzle.kind, MAX_SIDES[self.puzzle.kind]
        return f"{KIND_NAMES[kind]}, any size to {most}×{most}"

    def board(self, puzzle: Puzzle) -> PuzzleShape:
        """On which the model is shown `puzzle`."""
        if not self.config.any_size:
            return self.puzzle
        shape = puzzle.shape
        if puzzle.kind == "arc":  # as in training, where it can be
            rows, cols = max(shape.rows, self.puzzle.rows), max(shape.cols, self.puzzle.cols)
            return PuzzleShape("arc", rows, cols)
        return shape

    def misfit(self, puzzle: Puzzle) -> str | None:
        """Why this model cannot be given `puzzle`, in a sentence; None if it can."""
        if not self._holds(puzzle):
            return f"{self.name} is made for {self.fitting}, this is {puzzle.kind_and_size}"
        if isinstance(puzzle, Arc) and self._tells_tasks_apart and puzzle.task.id not in self._rows:
            if self.identifiers:
                known = f"it knows {counted(self.tasks, 'task')} by id"
                called = "this task" if puzzle.task.id == UNNAMED else f"the task {puzzle.task.id}"
                return f"{self.name} was not trained on {called}; {known}"
            return f"{self.name} knows tasks by number only; import it with their identifiers"
        return None

    def takes(self, kind: str, rows: int, cols: int, task: str = "") -> bool:
        """`misfit` for a puzzle of which no more than kind, size and ARC task are known."""
        shape = self.puzzle
        knows = kind != "arc" or not self._tells_tasks_apart or task in self._rows
        if kind != shape.kind or self.config.any_size:
            return kind == shape.kind and knows
        if kind == "sudoku":
            return (rows, cols) == (shape.rows, shape.cols)
        return rows <= shape.rows and cols <= shape.cols and knows

    def _holds(self, puzzle: Puzzle) -> bool:
        if self.config.any_size:
            return puzzle.kind == self.puzzle.kind
        return puzzle.fits(self.puzzle)

    @property
    def _tells_tasks_apart(self) -> bool:
        return self.config.puzzle_embedding_size > 0 and self.config.puzzle_count > 1

    @property
    def tasks(self) -> int:
        """How many ARC tasks it knows by their ids, whatever variants it has of them."""
        return len({name.partition(SEPARATOR)[0] for name in self.identifiers} - {BLANK})

    def puzzle_id(self, puzzle: Puzzle) -> int:
        """The row of the puzzle embedding for a `puzzle` that fits; only ARC has more than one."""
        return self._rows.get(puzzle.task.id, 0) if isinstance(puzzle, Arc) else 0

    @cached_property
    def _rows(self) -> dict[str, int]:
        """The row of the puzzle embedding by name; there may be hundreds of thousands."""
        return {name: row for row, name in enumerate(self.identifiers)}

    def to_json(self) -> dict[str, Any]:
        """The content of `config.json`; `read_info` reads it back."""
        described = {
            **FORMAT.header,
            "architecture": self.architecture,
            "puzzle": self.puzzle.to_json(),
            "model": {
                name: list(value) if isinstance(value, tuple) else value
                for name, value in dataclasses.asdict(self.config).items()
            },
            "results": [result.to_json() for result in self.results],
        }
        known: dict[str, Any] = {
            "held_out": dict(self.held_out),
            "learned": None if self.learned is None else self.learned.to_json(),
            "by_style": [dataclasses.asdict(result) for result in self.by_style],
            "calibration": [dataclasses.asdict(each) for each in self.calibration],
        }
        return described | {name: value for name, value in known.items() if value}


def _misplaced(config: TRMConfig, kind: str) -> str | None:
    """What in the config of a model with relations is not for puzzles of `kind`, in a sentence."""
    if config.mixer != "relations":
        return None
    for name, is_so, where in (
        ("candidates", kind != "maze", "Sudoku and ARC"),
        ("canvas", kind == "arc", "ARC"),
    ):
        found = getattr(config, name)
        if found != is_so:
            return f"{name} is {str(found).lower()}, expected true for {where} and false for others"
    if "box" in config.relations and kind != "sudoku":
        return "relations has 'box', expected it for Sudoku only"
    return None


def _stamp(files: Iterable[Path]) -> Stamp:
    found = []
    for file in files:
        try:
            status = file.stat()
        except OSError:
            found.append((0, 0, 0, 0))
        else:
            times = status.st_mtime_ns, status.st_ctime_ns  # a copy may bring its first time along
            found.append((*times, status.st_size, status.st_ino))
    return tuple(found)


def _directory_stamp(directory: Path) -> Stamp:
    return _stamp(directory / name for name in FILES)


@lru_cache(maxsize=256)
def _sha256(file: Path, stamp: Stamp) -> str:
    with reading(file, CheckpointError):
        return sha256(file)


@contextmanager
def safetensors_errors(file: Path) -> Iterator[None]:
    """Raises CheckpointError where the block cannot read `file`."""
    try:
        with reading(file, CheckpointError):
            yield
    except SafetensorError as error:
        raise CheckpointError(
            f"{file}: not a readable safetensors file ({in_a_line(error)})"
        ) from None


def read_info(directory: Path | str) -> ModelInfo:
    """Read a model directory's `config.json` and, if there, `identifiers.json`.

    Raises CheckpointError when it is missing or not what this version can read.
    """
    directory = Path(directory).resolve()
    stamp = _directory_stamp(directory)  # before anything is read
    file = directory / CONFIG
    with raised_as(CheckpointError):
        raw = FORMAT.read(file)
        names = directory / IDENTIFIERS
        identifiers = read_names(names) if os.path.exists(names) else ()
    with raised_as(CheckpointError, file):
        architecture, config_class = architecture_of(raw, "architecture")
        learned = raw.get("learned")
        info = ModelInfo(
            architecture,
            record(PuzzleShape, raw.get("puzzle", {}), "puzzle"),
            record(config_class, raw.get("model", {}), "model"),
            _records(Result, raw, "results"),
            identifiers,
            directory,
            raw.get("held_out", {}),
            None if learned is None else record(Learned, learned, "learned"),
            _records(StyleResult, raw, "by_style"),
            _records(HaltingBin, raw, "calibration"),
            stamp,
        )
        if "held_out" in raw:
            _check_held_out(info)
        return info


def write_info(info: ModelInfo, card: str) -> None:
    """Have the config in `info.directory` say what `info` does, and the card be `card`. Raises
    OSError."""
    write_whole(info.directory / CONFIG, json.dumps(info.to_json(), indent=2) + "\n")
    write_whole(info.directory / CARD, card)


def architecture_of(table: Mapping[str, Any], place: str) -> tuple[str, type[RecursionConfig]]:
    """The architecture that `table` names, called `place` in sentences, and the class of its
    config. Raises DocumentError."""
    name = table.get("architecture")
    if not isinstance(name, str) or name not in CONFIGS:
        raise DocumentError(f"{place} is {quoted(name)}, expected {' or '.join(CONFIGS)}")
    return name, CONFIGS[name]


def _records(kind: type[_Record], raw: Mapping[str, Any], name: str) -> tuple[_Record, ...]:
    """The list of objects `name` of a config, which may be absent."""
    found = raw.get(name, [])
    if not isinstance(found, list):
        raise DocumentError(f"{name} is not a list")
    return tuple(record(kind, each, name) for each in found)


def _check_held_out(info: ModelInfo) -> None:
    """What can be said without knowing how data sets are built; see `data.held_out`."""
    table = info.held_out
    if not isinstance(table, dict):
        raise DocumentError("held_out is not an object")
    if table.get("kind") != info.puzzle.kind:
        raise DocumentError(
            f"held_out.kind is {quoted(table.get('kind'))}, expected {info.puzzle.kind!r} as "
            "puzzle.kind"
        )


def bundled_models() -> list[ModelInfo]:
    """The models that come with the program, by name."""
    return list(_models_in(RESOURCES / "models"))


@cache
def _models_in(folder: Path) -> tuple[ModelInfo, ...]:
    return tuple(read_info(config.parent) for config in sorted(folder.glob("*/config.json")))


def find_model(name_or_directory: str) -> ModelInfo:
    """A bundled model by name, or any model by its directory. Raises CheckpointError."""
    bundled = {info.name: info for info in bundled_models()}
    if name_or_directory in bundled:
        return bundled[name_or_directory]
    if os.path.isdir(name_or_directory):
        return read_info(name_or_directory)
    raise CheckpointError(
        f"no model called {name_or_directory!r}; expected a model directory or one of "
        f"{', '.join(bundled)}"
    )
