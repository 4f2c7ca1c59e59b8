"""What every kind of puzzle can do. The three kinds live in `sudoku`, `maze` and `arc`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt

from trm_core.errors import UserError, quoted

Grid = npt.NDArray[np.int8]
"""(rows, cols) symbol codes: Sudoku digits with 0 for empty, indices into `# SGo`, ARC colours."""

Tokens = npt.NDArray[np.int32]
"""(cells,) what a model reads and writes, row by row; 0 is padding for every kind."""

KIND_NAMES = {"sudoku": "Sudoku", "maze": "Maze", "arc": "ARC"}
"""What the kinds of puzzle are called."""

NO_SYMBOL = -1
"""Code of a cell whose token stands for no symbol of the puzzle (padding, for example)."""

MOST_COMPARED = 300
"""Solutions of one puzzle among which the one nearest to an answer is looked for one by one."""


class PuzzleError(UserError):
    """A puzzle that cannot be used."""


@dataclass(frozen=True)
class Conflict:
    """One broken rule: a sentence for people, and the (row, column) cells that break it, from 0."""

    rule: str
    cells: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class PuzzleShape:
    """The puzzles that one model is made for.

    `rows` and `cols` are the exact size for Sudoku; mazes and ARC grids may be smaller than that.
    `box_rows` (Sudoku only) is the height of a box; its width is `rows // box_rows`.
    """

    kind: str
    rows: int
    cols: int
    box_rows: int | None = None

    @property
    def cells(self) -> int:
        return self.rows * self.cols

    @property
    def vocab_size(self) -> int:
        """Number of tokens, padding included (token tables of the official data sets)."""
        return {"sudoku": self.rows + 2, "maze": 6, "arc": 12}[self.kind]

    def check(self, place: str) -> None:
        """Raise PuzzleError, beginning with `place`, if there can be no puzzles of this shape."""
        boxes, square = self.box_rows or 0, self.rows == self.cols
        divided = square and boxes > 0 and self.rows % boxes == 0
        if self.kind not in KIND_NAMES:
            expected = ", ".join(KIND_NAMES)
            raise PuzzleError(f"{place}.kind is {quoted(self.kind)}, expected one of {expected}")
        if min(self.rows, self.cols) < 1 or (self.kind == "sudoku" and not divided):
            raise PuzzleError(
                f"{place} is {self.rows}×{self.cols} with box_rows {self.box_rows}, expected "
                "sizes from 1 up, and for Sudoku a square with boxes that divide it"
            )

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}

    def __str__(self) -> str:
        size = f"{self.rows}×{self.cols}"
        return f"{KIND_NAMES[self.kind]} {'up to ' if self.kind == 'arc' else ''}{size}"

    @property
    def fitting(self) -> str:
        """The puzzles that a model of this shape reads, for people."""
        return f"Maze up to {self.rows}×{self.cols}" if self.kind == "maze" else str(self)


def make_read_only(owner: object, *names: str) -> None:
    """Put read-only copies in the place of a frozen dataclass's grids; None stays."""
    for name in names:
        value = getattr(owner, name)
        if value is not None:
            grid = np.array(value, dtype=np.int8)
            grid.setflags(write=False)
            object.__setattr__(owner, name, grid)


class Transform(Protocol):
    """A symmetry of one puzzle kind: solved stays solved."""

    def __call__(self, grid: Grid) -> Grid: ...

    def inverse(self) -> Transform: ...


@dataclass(frozen=True, eq=False)
class Puzzle(ABC):
    """A puzzle as posed, with its solution where one is known. Grids are read-only.

    `name` is what people call it, `source` the file or collection it came from. There may be other
    solutions than `solution`: what is right in an answer is for `judgement.judged` to say.
    Two puzzles are equal when kind, grid and rules are; name, source and solution do not count.
    """

    kind: ClassVar[str]
    first_token: ClassVar[int]
    """The token of symbol code 0; those of the others follow in order."""
    has_rules: ClassVar[bool] = True
    """Whether an answer can break one."""

    grid: Grid
    solution: Grid | None = None
    name: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        make_read_only(self, "grid", "solution")

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Puzzle)
            and self.shape == other.shape
            and np.array_equal(self.grid, other.grid)
        )

    def __hash__(self) -> int:
        return hash((self.shape, self.grid.tobytes()))

    @property
    def rows(self) -> int:
        return int(self.grid.shape[0])

    @property
    def cols(self) -> int:
        return int(self.grid.shape[1])

    @property
    def shape(self) -> PuzzleShape:
        """The smallest shape that holds this puzzle."""
        return PuzzleShape(self.kind, self.rows, self.cols)

    @property
    def kind_and_size(self) -> str:
        """For people, such as "Maze 9×9"."""
        return str(self.shape)

    @property
    def title(self) -> str:
        """Its name, or if it has none its kind and size, for people."""
        return self.name or self.kind_and_size

    def fits(self, shape: PuzzleShape) -> bool:
        """Whether a model made for `shape` can read this puzzle."""
        return self.shape == shape

    def largest_answer(self, shape: PuzzleShape) -> tuple[int, int]:
        """Rows and columns, from the top left, that answers decoded from `shape` never exceed."""
        return shape.rows, shape.cols

    @property
    @abstractmethod
    def open_cells(self) -> npt.NDArray[np.bool_]:
        """(rows, cols) of the answer: the cells that a solver is to decide."""

    @abstractmethod
    def problems(self) -> list[Conflict]:
        """What is wrong with the puzzle as posed (no solution, several, ...); empty if valid."""

    @abstractmethod
    def conflicts(self, answer: Grid) -> list[Conflict]:
        """The rules that `answer` breaks, changed givens included; empty cells break none."""

    @abstractmethod
    def is_solved_by(self, answer: Grid) -> bool | None:
        """Whether `answer` is a full solution by the puzzle's own rules; None if unknown."""

    @property
    @abstractmethod
    def solution_count(self) -> int | None:
        """How many solutions there are: 0, 1, or more for several, which need not all be counted.

        None where that cannot be told. Slow for a Sudoku, the first time.
        """

    @abstractmethod
    def nearest_solution(self, answer: Grid) -> Grid | None:
        """Of all solutions the one that `answer` differs from in the fewest cells.

        None where there is none, none is known, or that cannot be told. Slow for a Sudoku, the
        first time.
        """

    def find_solutions(self) -> None:
        """Do what is slow in `solution_count` and `nearest_solution`, both quick from then on."""
        _ = self.solution_count

    @property
    def part(self) -> str:
        """What to add to a verdict where this is one of several tests (ARC); else ""."""
        return ""

    @abstractmethod
    def solve(self) -> Grid | None:
        """A correct answer by classical means (or the known one); None if there is none."""

    @abstractmethod
    def encode(self, grid: Grid, shape: PuzzleShape) -> Tokens:
        """(shape.cells,) tokens of a puzzle or answer grid; PuzzleError if it does not fit."""

    @abstractmethod
    def decode(self, tokens: Tokens, shape: PuzzleShape) -> Grid:
        """The answer grid that (shape.cells,) tokens stand for, NO_SYMBOL where for nothing."""

    @abstractmethod
    def format(self, grid: Grid | None = None) -> str:
        """`grid` (the puzzle itself if None) as text that `parse` of its kind reads back."""

    @abstractmethod
    def json_rows(self, grid: Grid) -> list[list[Any]]:
        """Rows of `grid` as `trm solve --json` prints them: numbers, or characters for mazes."""

    @abstractmethod
    def random_transform(self, rng: np.random.Generator) -> Transform:
        """A symmetry that applies to this puzzle, drawn uniformly."""

    @abstractmethod
    def transformed(self, transform: Transform) -> Self:
        """This puzzle, with its solution, under `transform`."""
