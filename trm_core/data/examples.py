"""An example of a data set as the puzzle that it stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trm_core.puzzles.arc import Arc, Pair, Task
from trm_core.puzzles.arc_variants import task_of
from trm_core.puzzles.base import NO_SYMBOL, Grid, Puzzle, PuzzleError, PuzzleShape, Tokens
from trm_core.puzzles.maze import Maze
from trm_core.puzzles.sudoku import Sudoku


@dataclass(frozen=True, eq=False)
class Example:
    """Tokens of a puzzle and of its answer, (cells,) each, `counted` where the answer's count."""

    tokens: Tokens
    labels: Tokens
    counted: npt.NDArray[np.bool_]
    name: str
    source: str

    def puzzle(self, shape: PuzzleShape, identifier: str) -> Puzzle:
        """The puzzle, with its solution if the label tells it. Raises PuzzleError for no puzzle."""
        if shape.kind == "arc":
            return self._arc(shape, identifier)
        grid = _symbols(self.tokens, shape)
        puzzle: Puzzle
        if shape.kind == "sudoku":
            puzzle = Sudoku(grid, None, self.name, self.source, shape.box_rows or 0)
            solution = self._solution(puzzle, shape)
            return Sudoku(grid, solution, self.name, self.source, shape.box_rows or 0)
        puzzle = Maze(grid, None, self.name, self.source)
        return Maze(grid, self._solution(puzzle, shape), self.name, self.source)

    def _solution(self, puzzle: Puzzle, shape: PuzzleShape) -> Grid | None:
        """The label, with the puzzle's own symbol where it does not count; None if unknown."""
        counted = self.counted.reshape(shape.rows, shape.cols)
        if not (counted | ~puzzle.open_cells).all():
            return None
        return np.where(counted, _symbols(self.labels, shape), puzzle.grid)

    def _arc(self, shape: PuzzleShape, identifier: str) -> Arc:
        grid = _on_canvas(self.tokens, shape)
        if grid is None:
            raise PuzzleError("found an input without colours, expected a grid")
        answer = _on_canvas(np.where(self.counted, self.labels, 0), shape)
        task = Task(task_of(identifier), (), (Pair(grid, answer),))
        return Arc(grid, answer, identifier, self.source, task=task)


def _symbols(tokens: Tokens, shape: PuzzleShape) -> Grid:
    return (tokens - 1).astype(np.int8).reshape(shape.rows, shape.cols)


def _on_canvas(tokens: Tokens, shape: PuzzleShape) -> Grid | None:
    """The grid of colours wherever it stands on the canvas; None if there is no colour."""
    canvas = tokens.reshape(shape.rows, shape.cols)
    coloured = canvas >= 2
    rows, cols = np.nonzero(coloured)
    if not len(rows):
        return None
    grid = (canvas[rows.min() : rows.max() + 1, cols.min() : cols.max() + 1] - 2).astype(np.int8)
    if grid.min() <= NO_SYMBOL:
        raise PuzzleError("found colours that fill no rectangle, expected a grid")
    return grid
