"""Mazes from text, from CSV files laid out like Maze-Hard, and from images."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from math import isqrt
from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trm_core.documents import open_file
from trm_core.errors import counted, shortened
from trm_core.puzzles.base import NO_SYMBOL, Grid, PuzzleError
from trm_core.puzzles.maze import (
    FLOOR,
    GOAL,
    MAX_SIDE,
    PATH,
    START,
    SYMBOLS,
    WALL,
    Cell,
    Maze,
    check_size,
)

MAX_IMAGE_SIDE = 64 * MAX_SIDE
"""Pixels: the largest maze with 64 pixels per cell."""

_COLUMNS = ("source", "question", "answer", "rating")
_MEANINGS = ("# (wall)", "a space (floor)", "S (start)", "G (goal)", "o (path)")

_COLOURS = {
    WALL: (0, 0, 0),
    FLOOR: (255, 255, 255),
    START: (0, 200, 0),
    GOAL: (255, 0, 0),
    PATH: (0, 0, 255),
}
_COLOUR_TOLERANCE = 120  # distance in RGB; takes in both greens that go by that name
_COLOUR_MEANINGS = "black (wall), white (floor), green (start), red (goal) or blue (path)"

_Place = Callable[[int, int], str]
"""Where a row and column of a maze, from 0, is found, for people."""


def parse(text: str, source: str = "") -> list[Maze]:
    """The mazes in `text`, one line per row, separated by empty lines or `---`.

    Spaces are floor wherever they are, so a line of spaces is a row, and one whose spaces at the
    end were cut off is too short. Cells marked `o` are the solution, and floor in the puzzle.
    Raises PuzzleError for anything else, for a marked path that is not a shortest one, and where
    there is no maze at all.
    """
    source_name = source or "the text"
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    mazes: list[Maze] = []
    for between, block in groupby(enumerate(lines, 1), key=lambda item: item[1] in ("", "---")):
        if not between:
            numbers, rows = zip(*block, strict=True)
            grid, at = _read_rows(rows, numbers[0], source_name)
            mazes.append(_checked(*_unmarked(grid), f"Maze {len(mazes) + 1}", source, at))
    if not mazes:
        expected = _either(_MEANINGS)
        raise PuzzleError(f"{source_name}, line 1: found no maze, expected rows of {expected}")
    return mazes


def _read_rows(rows: Sequence[str], first: int, source: str) -> tuple[Grid, _Place]:
    """The codes of the lines `rows`, of which the first has the number `first`."""

    def at(row: int, col: int) -> str:
        return f"{source}, line {first + row}, column {col + 1}"

    from statistics import mode

    width = mode(map(len, rows))
    check_size(len(rows), width, f"{at(0, 0)}: ")
    for row, line in enumerate(rows):
        if len(line) != width:
            raise PuzzleError(
                f"{at(row, min(len(line), width))}: found a row of {counted(len(line), 'cell')}, "
                f"expected {width} as in most rows of this maze (spaces at the end count as floor)"
            )
    return _codes(rows, SYMBOLS, at), at


def read_csv(lines: Iterable[str], source: str = "") -> Iterator[Maze]:
    """The mazes of a CSV file like Maze-Hard's, read row by row as they are asked for.

    The columns are `source,question,answer,rating`, with or without this header, `rating` may be
    left out. Question and answer hold the cells of a square maze row by row, 900 for 30×30.
    Raises PuzzleError at the first row that is not so, or whose answer is not a shortest path.
    """
    source_name = source or "the CSV text"
    reader = csv.reader(lines)
    count = 0
    try:
        for fields in reader:
            if not fields or (count == 0 and fields[1:3] == ["question", "answer"]):
                continue
            count += 1
            yield _from_fields(fields, f"{source_name}, line {reader.line_num}", count, source)
    except csv.Error as error:
        place = f"{source_name}, line {reader.line_num}"
        raise PuzzleError(f"{place}: expected a row of CSV, but {shortened(str(error))}") from error
    except UnicodeError as error:
        raise PuzzleError(f"{source_name}: expected text, but {error}") from error
    if not count:
        raise PuzzleError(f"{source_name}, line 1: found no row, expected {','.join(_COLUMNS)}")


def _from_fields(fields: list[str], place: str, number: int, source: str) -> Maze:
    if not 3 <= len(fields) <= len(_COLUMNS):
        columns = ",".join(_COLUMNS)
        raise PuzzleError(f"{place}: found {counted(len(fields), 'column')}, expected {columns}")
    question, answer = fields[1:3]
    side = isqrt(len(question))
    if side**2 != len(question):
        raise PuzzleError(
            f"{place}: found a question of {counted(len(question), 'cell')}, "
            "expected the cells of a square such as 30×30 = 900"
        )
    check_size(side, side, f"{place}: ")
    if len(answer) != len(question):
        raise PuzzleError(
            f"{place}: found an answer of {counted(len(answer), 'cell')}, "
            f"expected {len(question)} as in the question"
        )

    def at_question(row: int, col: int) -> str:
        return f"{place}, question cell {row * side + col + 1}"

    def at_answer(row: int, col: int) -> str:
        return f"{place}, answer cell {row * side + col + 1}"

    def rows(cells: str) -> list[str]:
        return [cells[i : i + side] for i in range(0, len(cells), side)]

    puzzle = _codes(rows(question), SYMBOLS[:PATH], at_question)
    solution = _codes(rows(answer), SYMBOLS, at_answer)
    if different := _first(np.where(solution == PATH, FLOOR, solution) != puzzle):
        found, expected = SYMBOLS[solution[different]], SYMBOLS[puzzle[different]]
        raise PuzzleError(
            f"{at_answer(*different)}: found {found!r}, expected {expected!r} as in the question"
        )
    return _checked(puzzle, solution, f"Maze {number}", source, at_question)


def read_image(path: str | PathLike[str]) -> Maze:
    """The maze in an image: black walls, white floor, a green start, a red goal, a blue path.

    Every cell is one pixel, or a square of as many pixels as the start is wide. Raises PuzzleError
    for an image that is none or too large, and for a colour or a cell that is none of these.
    """
    file = Path(path)
    pixels = _pixels(file)
    codes = _nearest_colours(pixels)
    if unknown := _first(codes == NO_SYMBOL):
        row, col = unknown
        colour = tuple(pixels[row, col].tolist())
        raise PuzzleError(
            f"{file}, pixel x={col}, y={row}: found the colour {colour}, "
            f"expected {_COLOUR_MEANINGS}"
        )
    size = _cell_size(codes, str(file))

    def at(row: int, col: int) -> str:
        return f"{file}, pixel x={col * size}, y={row * size}"

    grid = codes[::size, ::size]
    check_size(len(grid), grid.shape[1], f"{at(0, 0)}: ")
    if uneven := _first(grid.repeat(size, axis=0).repeat(size, axis=1) != codes):
        row, col = uneven
        raise PuzzleError(
            f"{file}, pixel x={col}, y={row}: found two colours in one cell, "
            f"expected cells of {size}×{size} pixels as the start has"
        )
    return _checked(*_unmarked(grid), file.stem, str(file), at)


def _pixels(file: Path) -> npt.NDArray[np.uint8]:
    """(height, width, 3) RGB; the size is checked before any pixel is decoded."""
    from PIL import Image

    try:
        with open_file(file) as stream, Image.open(stream) as image:
            width, height = image.size
            if max(width, height) <= MAX_IMAGE_SIDE:
                return np.asarray(image.convert("RGB"))
    except Exception as error:  # Pillow's readers raise all kinds on broken files
        raise PuzzleError(
            f"{file}: expected an image that Pillow reads, but {shortened(str(error))}"
        ) from error
    raise PuzzleError(
        f"{file}: found {width}×{height} pixels, expected at most {MAX_IMAGE_SIDE}×{MAX_IMAGE_SIDE}"
    )


def _nearest_colours(pixels: npt.NDArray[np.uint8]) -> Grid:
    """(height, width) the code whose colour is nearest, NO_SYMBOL where none is near."""
    codes = np.full(pixels.shape[:2], NO_SYMBOL, np.int8)
    nearest = np.full(pixels.shape[:2], _COLOUR_TOLERANCE**2 + 1, np.int32)
    for code, colour in _COLOURS.items():
        distance = sum((pixels[..., i].astype(np.int32) - colour[i]) ** 2 for i in range(3))
        codes[distance < nearest] = code
        nearest = np.minimum(nearest, distance)
    return codes


def _cell_size(codes: Grid, source: str) -> int:
    """How many pixels wide a cell is, as the start shows; the image must be a multiple of it."""
    start = _first(codes == START)
    if start is None:
        raise PuzzleError(f"{source}: found no green pixel, expected exactly one start")
    row, col = start
    across, down = codes[row, col:] == START, codes[row:, col] == START
    size = min(int(np.append(run, False).argmin()) for run in (across, down))
    height, width = codes.shape
    if height % size or width % size:
        raise PuzzleError(
            f"{source}: found {width}×{height} pixels, expected a multiple of {size} both ways, "
            f"as the start at pixel x={col}, y={row} is {size} pixels wide"
        )
    return size


def _first(mask: npt.NDArray[np.bool_]) -> Cell | None:
    """The first cell or pixel, row by row, where `mask` (rows, cols) holds."""
    if not mask.any():
        return None
    row, col = divmod(int(mask.argmax()), mask.shape[1])
    return row, col


def _either(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _codes(rows: Sequence[str], allowed: str, at: _Place) -> Grid:
    """(rows, cols) codes of equally long strings of `allowed`, a beginning of SYMBOLS.

    Raises PuzzleError at any other sign.
    """
    for row, line in enumerate(rows):
        for col, sign in enumerate(line):
            if sign not in allowed:
                expected = _either(_MEANINGS[: len(allowed)])
                raise PuzzleError(f"{at(row, col)}: found {sign!r}, expected {expected}")
    return np.array([[SYMBOLS.index(sign) for sign in line] for line in rows], np.int8)


def _unmarked(grid: Grid) -> tuple[Grid, Grid | None]:
    """The puzzle under the path marked in `grid`, and `grid` as its solution if any is marked."""
    path = grid == PATH
    return np.where(path, FLOOR, grid), grid if path.any() else None


def _checked(puzzle: Grid, solution: Grid | None, name: str, source: str, at: _Place) -> Maze:
    """The maze, if it has one start and one goal, and if its solution is one.

    A maze without any path is let through; `problems` tells of it.
    """
    maze = Maze(puzzle, solution, name, source)
    if maze.start is None or maze.goal is None:
        problem = maze.problems()[0]
        place = at(*problem.cells[-1]) if problem.cells else at(0, 0)
        raise PuzzleError(f"{place}: {problem.rule}")
    if solution is not None and not maze.is_solved_by(solution):
        steps = maze.shortest_length
        expected = "no path leads from S to G" if steps is None else f"which takes {steps} steps"
        raise PuzzleError(
            f"{at(*maze.start)}: the marked path from S is not a shortest path to G, {expected}"
        )
    return maze
