"""ARC tasks: a few pairs of grids that show a rule, and test inputs to apply it to.

Grids hold colours 0 to 9. On a model's canvas (30×30 in the official data sets) 0 is padding, 1
marks the end of the grid, and colour c is token c + 2.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from trm_core.puzzles.base import (
    NO_SYMBOL,
    Conflict,
    Grid,
    Puzzle,
    PuzzleError,
    PuzzleShape,
    Tokens,
    Transform,
    make_read_only,
)
from trm_core.puzzles.dihedral import DIHEDRAL, Dihedral

COLOURS = (
    *("#000000", "#0074D9", "#FF4136", "#2ECC40", "#FFDC00"),
    *("#AAAAAA", "#F012BE", "#FF851B", "#7FDBFF", "#870C25"),
)
"""The official colours of the symbols 0 to 9."""

COLOUR_NAMES = (
    *("black", "blue", "red", "green", "yellow"),
    *("grey", "magenta", "orange", "light blue", "maroon"),
)


@dataclass(frozen=True, eq=False)
class Pair:
    """An input and what the rule makes of it, None where that is not known; both read-only."""

    input: Grid
    output: Grid | None = None

    def __post_init__(self) -> None:
        make_read_only(self, "input", "output")

    def _key(self) -> tuple[object, ...]:
        grids = (self.input,) if self.output is None else (self.input, self.output)
        return tuple((grid.shape, grid.tobytes()) for grid in grids)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pair) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def map(self, change: Callable[[Grid], Grid]) -> Pair:
        """The pair with both grids changed."""
        return Pair(change(self.input), None if self.output is None else change(self.output))


UNNAMED = "task"
"""The id of a task that was given none, as one drawn by hand."""


@dataclass(frozen=True)
class Task:
    """Pairs that show the rule, and test pairs whose outputs are asked for."""

    id: str
    train: tuple[Pair, ...]
    test: tuple[Pair, ...]

    @property
    def grids(self) -> list[Grid]:
        """All that are known, pair by pair."""
        pairs = (*self.train, *self.test)
        return [g for pair in pairs for g in (pair.input, pair.output) if g is not None]

    @property
    def canvas(self) -> tuple[int, int]:
        """The rows and columns of the smallest canvas that holds every grid."""
        rows, cols = zip(*(grid.shape for grid in self.grids), strict=True)
        return max(rows), max(cols)

    def puzzles(self, source: str = "") -> list[Arc]:
        """One puzzle for each test input."""
        return [Arc.of(self, index, source) for index in range(len(self.test))]

    def map(self, change: Callable[[Grid], Grid]) -> Task:
        """The task with every grid changed."""
        return Task(
            self.id,
            tuple(pair.map(change) for pair in self.train),
            tuple(pair.map(change) for pair in self.test),
        )

    def format(self) -> str:
        """One line of JSON as in the official files; an unknown or empty output is left out."""

        def grids(pair: Pair) -> dict[str, list[list[int]]]:
            known = {"input": pair.input.tolist()}
            if pair.output is not None and pair.output.size:
                known["output"] = pair.output.tolist()
            return known

        return json.dumps(
            {"train": [grids(pair) for pair in self.train], "test": [grids(p) for p in self.test]}
        )


@dataclass(frozen=True)
class ArcTransform:
    """A symmetry of the square, and new colours: colour c becomes `colours[c]`, 0 stays 0."""

    dihedral: Dihedral = DIHEDRAL[0]
    colours: tuple[int, ...] = tuple(range(10))

    def __call__(self, grid: Grid) -> Grid:
        table = np.array([*self.colours, NO_SYMBOL], dtype=np.int8)  # table[-1] serves NO_SYMBOL
        return self.dihedral(table[grid])

    def inverse(self) -> ArcTransform:
        return ArcTransform(self.dihedral.inverse(), tuple(np.argsort(self.colours).tolist()))

    @classmethod
    def random(cls, rng: np.random.Generator) -> ArcTransform:
        """One of the 8 × 9! symmetries, each as likely."""
        colours = (0, *rng.permutation(np.arange(1, 10)).tolist())
        return cls(DIHEDRAL[rng.integers(len(DIHEDRAL))], colours)


@dataclass(frozen=True, eq=False, kw_only=True)
class Arc(Puzzle):
    """One test input of a task; `grid` and `solution` are always the pair `task.test[test_index]`.

    Replacing `grid` or `solution` replaces them in `task` too. Two are equal when the test input
    and the pairs that show the rule are.
    """

    kind: ClassVar[str] = "arc"
    first_token: ClassVar[int] = 2
    has_rules: ClassVar[bool] = False

    task: Task
    test_index: int = 0

    @classmethod
    def of(cls, task: Task, test_index: int = 0, source: str = "") -> Self:
        pair = task.test[test_index]
        name = task.id if test_index == 0 else f"{task.id}, test {test_index + 1}"
        return cls(pair.input, pair.output, name, source, task=task, test_index=test_index)

    def __post_init__(self) -> None:
        super().__post_init__()
        test = list(self.task.test)
        test[self.test_index] = Pair(self.grid, self.solution)
        object.__setattr__(self, "task", replace(self.task, test=tuple(test)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Arc)
            and np.array_equal(self.grid, other.grid)
            and self.task.train == other.task.train
        )

    def __hash__(self) -> int:
        return hash((self.grid.shape, self.grid.tobytes()))

    @property
    def shape(self) -> PuzzleShape:
        """The smallest canvas that holds the test input and, where known, its output."""
        rows, cols = np.maximum(self.grid.shape, self.open_cells.shape).tolist()
        return PuzzleShape(self.kind, rows, cols)

    @property
    def kind_and_size(self) -> str:
        """Its task's."""
        return str(PuzzleShape(self.kind, *self.task.canvas))

    def fits(self, shape: PuzzleShape) -> bool:
        """Whether the test input and, where known, its output fit the canvas `shape`."""
        needed = self.shape
        return shape.kind == self.kind and needed.rows <= shape.rows and needed.cols <= shape.cols

    @property
    def open_cells(self) -> npt.NDArray[np.bool_]:
        """Every cell of the output, or where that is unknown as many as the input has."""
        return np.ones(
            (self.grid if self.solution is None else self.solution).shape, dtype=np.bool_
        )

    def problems(self) -> list[Conflict]:
        """Pairs that are missing, or that lack the output which would show the rule."""
        if not self.task.train:
            return [Conflict("the task has no train pairs to show its rule", ())]
        return [
            Conflict(f"train pair {number} has no output", ())
            for number, pair in enumerate(self.task.train, start=1)
            if pair.output is None
        ]

    def conflicts(self, answer: Grid) -> list[Conflict]:
        """None: what ARC's answers must obey is for the solver to find out."""
        return []

    def is_solved_by(self, answer: Grid) -> bool | None:
        """Whether `answer` is the known output in size and colours; None if that is unknown."""
        return None if self.solution is None else np.array_equal(answer, self.solution)

    @property
    def solution_count(self) -> int | None:
        return None if self.solution is None else 1

    def nearest_solution(self, answer: Grid) -> Grid | None:
        return self.solution

    @property
    def part(self) -> str:
        tests = len(self.task.test)
        return f", test {self.test_index + 1} of {tests}" if tests > 1 else ""

    def solve(self) -> Grid | None:
        """The known output; no classical solver exists."""
        return self.solution

    def encode(self, grid: Grid, shape: PuzzleShape, *, offset: tuple[int, int] = (0, 0)) -> Tokens:
        """(shape.cells,) tokens with the grid's top left cell at `offset` (row, column).

        As in the official `build_arc_dataset.py`: 1 in the row below the grid, as wide as it, and
        in the column right of it, as high as it, where the canvas has them; 0 elsewhere. A
        NO_SYMBOL cell is padding. Raises PuzzleError if the grid reaches over the canvas.
        """
        top, left = offset
        bottom, right = top + grid.shape[0], left + grid.shape[1]
        if bottom > shape.rows or right > shape.cols:
            raise PuzzleError(
                f"{self.name or 'ARC grid'}: found a grid that needs {bottom}×{right} cells, "
                f"expected at most {shape.rows}×{shape.cols}"
            )
        canvas = np.zeros((shape.rows, shape.cols), dtype=np.int32)
        canvas[top:bottom, left:right] = np.where(grid == NO_SYMBOL, 0, grid + 2)
        canvas[bottom : bottom + 1, left:right] = 1
        canvas[top:bottom, right : right + 1] = 1
        return canvas.reshape(-1)

    def decode(self, tokens: Tokens, shape: PuzzleShape) -> Grid:
        """The largest rectangle of colours that starts at the canvas's top left cell.

        The grid has that rectangle's size: (0, 0) if the top left token is no colour. Of equally
        large rectangles the one with the fewest rows counts, as in the official evaluation.
        """
        canvas = tokens.reshape(shape.rows, shape.cols)
        coloured = (canvas >= 2) & (canvas <= 11)
        leading = np.logical_and.accumulate(coloured, axis=1).sum(axis=1)
        widths = np.minimum.accumulate(leading)  # of the rectangles with 1, 2, ... rows
        height = int(np.argmax(widths * np.arange(1, shape.rows + 1))) + 1
        width = int(widths[height - 1])
        return (canvas[: height if width else 0, :width] - 2).astype(np.int8)

    def format(self, grid: Grid | None = None) -> str:
        """The whole task as one line of JSON; `grid` takes the place of this test's output."""
        puzzle = self if grid is None else replace(self, solution=grid)
        return puzzle.task.format()

    def json_rows(self, grid: Grid) -> list[list[int]]:
        rows: list[list[int]] = grid.tolist()
        return rows

    def random_transform(self, rng: np.random.Generator) -> ArcTransform:
        return ArcTransform.random(rng)

    def transformed(self, transform: Transform) -> Self:
        """This puzzle with every grid of its task under `transform`."""
        task = self.task.map(transform)
        pair = task.test[self.test_index]
        return replace(self, task=task, grid=pair.input, solution=pair.output)
