"""Puzzles of every kind as JSON values, and back with everything checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from trm_core.documents import DocumentError
from trm_core.errors import quoted
from trm_core.puzzles import arc_tasks, maze, sudoku
from trm_core.puzzles.arc import Arc, Pair, Task
from trm_core.puzzles.base import Grid, Puzzle
from trm_core.puzzles.maze import Maze
from trm_core.puzzles.sudoku import Sudoku
from trm_core.records import Values


def puzzle_to_json(puzzle: Puzzle) -> dict[str, Any]:
    """What `puzzle_from_json` makes the same puzzle of, its name, source and solution included.

    Grids are as `trm solve --json` prints them; of ARC there is the whole task.
    """
    raw: dict[str, Any] = {"kind": puzzle.kind, "name": puzzle.name, "source": puzzle.source}
    if isinstance(puzzle, Arc):
        task = puzzle.task
        pairs = {
            part: [
                {"input": pair.input.tolist(), "output": _rows(puzzle, pair.output)}
                for pair in getattr(task, part)
            ]
            for part in ("train", "test")
        }
        return raw | {"task": {"id": task.id, **pairs}, "test": puzzle.test_index + 1}
    raw["grid"], raw["solution"] = _rows(puzzle, puzzle.grid), _rows(puzzle, puzzle.solution)
    if isinstance(puzzle, Sudoku):
        raw |= {"box_rows": puzzle.box_rows, "rating": puzzle.rating}
    return raw


def puzzle_from_json(raw: object, place: str) -> Puzzle:
    """The puzzle that `puzzle_to_json` described. Raises DocumentError or PuzzleError."""
    values = Values(raw, place)
    kind, name, source = (values.text(key) for key in ("kind", "name", "source"))
    if kind == "sudoku":
        grids = (_grid(values, key, sudoku.MAX_SIDE, _digit) for key in ("grid", "solution"))
        box_rows = values.whole("box_rows", 2, sudoku.MAX_SIDE)
        grid, solution = grids
        return Sudoku(
            _known(grid, f"{place}.grid"), solution, name, source, box_rows, values.rating("rating")
        )
    if kind == "maze":
        grid, solution = (_grid(values, key, maze.MAX_SIDE, _sign) for key in ("grid", "solution"))
        grid = _known(grid, f"{place}.grid")
        if solution is not None and solution.shape != grid.shape:
            raise DocumentError(f"{place}.solution has another size than the maze")
        return Maze(grid, solution, name, source)
    if kind == "arc":
        task = _task(values.inner("task"))
        test = values.whole("test", 1, len(task.test)) - 1
        pair = task.test[test]
        return Arc(pair.input, pair.output, name, source, task=task, test_index=test)
    raise DocumentError(f"{place}.kind is {quoted(kind)}, expected sudoku, maze or arc")


def _rows(puzzle: Puzzle, grid: Grid | None) -> list[list[Any]] | None:
    return None if grid is None or not grid.size else puzzle.json_rows(grid)


def _task(values: Values) -> Task:
    def pairs(part: str) -> tuple[Pair, ...]:
        found = []
        for number, raw in enumerate(values.list(part), start=1):
            pair = Values(raw, f"{values.place}.{part} pair {number}")
            grid, output = (
                _grid(pair, key, arc_tasks.MAX_SIZE, _colour) for key in ("input", "output")
            )
            found.append(Pair(_known(grid, f"{pair.place}.input"), output))
        return tuple(found)

    task = Task(values.text("id"), pairs("train"), pairs("test"))
    if not task.test:
        raise DocumentError(f"{values.place}.test is empty, expected at least one test input")
    return task


def _known(grid: Grid | None, place: str) -> Grid:
    if grid is None:
        raise DocumentError(f"{place} is null, expected a grid")
    return grid


def _digit(cell: object) -> int | None:
    return cell if type(cell) is int and 0 <= cell <= sudoku.MAX_SIDE else None


def _colour(cell: object) -> int | None:
    return cell if type(cell) is int and 0 <= cell <= 9 else None


def _sign(cell: object) -> int | None:
    return maze.SYMBOLS.index(cell) if isinstance(cell, str) and cell in set(maze.SYMBOLS) else None


def _grid(values: Values, key: str, most: int, code_of: Any) -> Grid | None:
    """The rows of cells under `key`, each of which `code_of` gives a symbol code; None for null."""
    raw, place = values.any(key), f"{values.place}.{key}"
    if raw is None:
        return None
    if not isinstance(raw, list) or not 1 <= len(raw) <= most:
        raise DocumentError(f"{place} is not a list of 1 to {most} rows")
    width = len(raw[0]) if isinstance(raw[0], list) else 0
    codes = []
    for number, row in enumerate(raw, start=1):
        if not isinstance(row, list) or len(row) != width or not 1 <= width <= most:
            raise DocumentError(f"{place}, row {number} is not a list as long as the others")
        found = [code_of(cell) for cell in row]
        if None in found:
            column = found.index(None) + 1
            raise DocumentError(
                f"{place}, row {number}, column {column} is no cell of such a puzzle"
            )
        codes.append(found)
    return np.array(codes, np.int8)
