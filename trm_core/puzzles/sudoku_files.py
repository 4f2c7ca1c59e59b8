"""Reading Sudokus from text: one per line (.sdm), as grids (.sdk), or Sudoku-Extreme's CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import isfinite, isqrt
from pathlib import PurePath

import numpy as np

from trm_core.errors import counted, quoted, raised_as, shortened
from trm_core.puzzles.base import Grid, PuzzleError
from trm_core.puzzles.sudoku import MAX_SIDE, SIDES, SYMBOLS, Sudoku

CSV_COLUMNS = ("source", "question", "answer", "rating")

_SIZES = (
    "81 cells in one line (9×9; 16 for 4×4, 36 for 6×6, ...) or 9 in each of 9 lines, with '.' or "
    "'0' for empty ones"
)

_DIGITS = np.full(256, -1, dtype=np.int8)
"""The digit that each ASCII character stands for, -1 for none."""
for _digit, _symbol in enumerate(SYMBOLS):
    _DIGITS[[ord(_symbol), ord(_symbol.lower())]] = _digit
_DIGITS[[ord("0"), ord("_")]] = 0

_NAME = re.compile(r"[^\W\d]\w*")
_CELL = re.compile(r"[^\s|]")
_BETWEEN_CELLS = re.compile(r"[\s|]+")
_SEPARATOR = re.compile(r"[+*.:'|]?[-=]{2,}([+*.:'|][-=]{2,})*[+*.:'|]?")
_SECTION = re.compile(r"\[(.*)\]")


@dataclass(frozen=True)
class _Line:
    """A line with cells: its number in the text, the text, and the characters of its cells."""

    number: int
    text: str
    cells: str

    def digits(self, side: int | None, source: str) -> Grid:
        def place(index: int) -> str:
            cell = next(islice(_CELL.finditer(self.text), index, None))
            return f"{_place(source, self.number)}, column {cell.start() + 1}"

        return _digits(self.cells, side, place)


def parse(text: str, source: str = "") -> list[Sudoku]:
    """The Sudokus in `text`, which may mix puzzles of one line and grids of several lines.

    Empty cells are `.`, `0` or `_`, digits above 9 letters. Spaces, `|`, lines of `-` and what
    follows a `#` are skipped, and so are .sdk sections other than [Puzzle]. Bars in a grid tell
    the width of its boxes. Text whose first line has a comma is read with `read_csv`.

    PuzzleError, with `source` and the line, if anything else is found, or no puzzle at all.
    """
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    first = next((line for line in lines if line.partition("#")[0].strip()), "")
    if "," in first.partition("#")[0]:
        puzzles = list(read_csv(lines, source))
    else:
        found = list(_grids(list(_lines_with_cells(lines)), source))
        file = PurePath(source).name
        puzzles = [
            Sudoku(grid, None, _place(file, number) if len(found) > 1 else file, source, box_rows)
            for number, grid, box_rows in found
        ]
    if not puzzles:
        raise PuzzleError(f"{source or 'the text'}: found no puzzle, expected {_SIZES}")
    return puzzles


def read_csv(lines: Iterable[str], source: str) -> Iterator[Sudoku]:
    """The puzzles in the lines of a CSV file with Sudoku-Extreme's columns, one at a time.

    Without a header the columns are source, question, answer, rating; a header may order them
    otherwise and leave out all but the question. PuzzleError at the first row that is no puzzle
    or whose answer does not solve its question.
    """
    reader = csv.reader(lines)
    columns: Sequence[str] = CSV_COLUMNS
    try:
        for row in reader:
            if not "".join(row).strip():
                continue
            names = [name.strip().lower().lstrip("\ufeff") for name in row]
            if "question" in names:
                columns = names
                continue
            place = _place(source, reader.line_num)
            if len(row) != len(columns):
                raise PuzzleError(f"{place}: {_wrong_columns(row, columns)}")
            name = _place(PurePath(source).name, reader.line_num)
            yield _from_row(dict(zip(columns, row, strict=True)), place, name)
    except csv.Error as error:
        raise PuzzleError(
            f"{_place(source, reader.line_num)}: not readable as CSV, {shortened(str(error))}"
        ) from None


def _wrong_columns(row: Sequence[str], columns: Sequence[str]) -> str:
    """What is wrong with a row that has not as many columns as there should be."""
    named = shortened(", ".join(columns))
    expected = f"{len(columns)} ({named})"
    fields = [field.strip() for field in row]
    if columns is CSV_COLUMNS and all(_NAME.fullmatch(field) for field in fields):
        return (
            f"found the columns {shortened(', '.join(fields))}, "
            f"expected one called question, as in {named}"
        )
    if len(row) >= SIDES[0] and all(len(field) <= 2 for field in fields):
        return (
            f"found a table of {len(row)} columns with a cell in each, "
            f"expected all cells of a puzzle in one column of {expected}"
        )
    return f"found {counted(len(row), 'column')}, expected {expected}"


def _from_row(row: dict[str, str], place: str, name: str) -> Sudoku:
    rating = row.get("rating", "").strip()
    try:
        number = float(rating) if rating else None
    except ValueError:
        number = np.nan
    if number is not None and not isfinite(number):
        raise PuzzleError(
            f"{place}: found the rating {quoted(rating)}, expected a number or nothing"
        )
    question = _square(row["question"].strip(), f"{place}, question")
    answer = row.get("answer", "").strip()
    solution = _square(answer, f"{place}, answer") if answer else None
    with raised_as(PuzzleError, place):
        return Sudoku(question, solution, name, row.get("source", ""), rating=number)


def _square(cells: str, place: str) -> Grid:
    side = isqrt(len(cells))
    if side not in SIDES or side * side != len(cells):
        raise PuzzleError(
            f"{place}: found {counted(len(cells), 'cell')}, expected 81 (9×9; 16 for 4×4, ...)"
        )

    def cell_place(index: int) -> str:
        return f"{place}, row {index // side + 1}, column {index % side + 1}"

    return _digits(cells, side, cell_place).reshape(side, side)


def _lines_with_cells(lines: Iterable[str]) -> Iterator[_Line]:
    skipped = False
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0]
        if section := _SECTION.fullmatch(text.strip()):
            skipped = section[1].strip().lower() != "puzzle"
        elif skipped or _SEPARATOR.fullmatch("".join(text.split())):
            continue
        elif cells := _BETWEEN_CELLS.sub("", text):
            yield _Line(number, text, cells)


def _grids(lines: list[_Line], source: str) -> Iterator[tuple[int, Grid, int]]:
    """Line number, grid and height of the boxes (0: the usual) of every puzzle."""
    rows_of_16 = _has_rows_of_16(lines)
    at = 0
    while at < len(lines):
        line = lines[at]
        count = len(line.cells)
        side = isqrt(count)
        if side in SIDES and side * side == count and not (count == 16 and rows_of_16):
            yield line.number, line.digits(side, source).reshape(side, side), 0
            at += 1
        elif count in SIDES:
            yield line.number, _stacked(lines[at : at + count], source), _box_rows(line)
            at += count
        else:
            line.digits(None, source)  # an odd character is the clearer complaint
            raise PuzzleError(
                f"{_place(source, line.number)}: found {counted(count, 'cell')}, expected {_SIZES}"
            )


def _has_rows_of_16(lines: list[_Line]) -> bool:
    """Whether lines of 16 cells are rows of 16×16 grids, not puzzles of 4×4."""
    sixteens = [line for line in lines if len(line.cells) == 16]
    beyond_4 = any("|" in line.text or not set(line.cells) <= set("._01234") for line in sixteens)
    return beyond_4 and len(sixteens) >= 16


def _stacked(lines: list[_Line], source: str) -> Grid:
    side = len(lines[0].cells)
    lines[0].digits(side, source)  # an odd character is the clearer complaint
    for line in lines:
        if len(line.cells) != side:
            raise PuzzleError(
                f"{_place(source, line.number)}: found {counted(len(line.cells), 'cell')}, "
                f"expected {side} as in line {lines[0].number}"
            )
    if len(lines) < side:
        raise PuzzleError(
            f"{_place(source, lines[0].number)}: found {counted(len(lines), 'line')} of {side} "
            f"cells, expected {side} lines"
        )
    return np.stack([line.digits(side, source) for line in lines])


def _box_rows(line: _Line) -> int:
    """Height of the boxes whose width the bars in a row of a grid show; 0 if they do not."""
    side = len(line.cells)
    widths = {len(_CELL.findall(part)) for part in line.text.strip(" |").split("|")}
    width = widths.pop()
    return side // width if not widths and 1 < width < side else 0


def _digits(cells: str, side: int | None, place: Callable[[int], str]) -> Grid:
    """(len(cells),) digits; PuzzleError at `place(index)` of the first character that is none.

    side: None where it is not known, as the number of cells is that of no puzzle.
    """
    digits = _DIGITS[np.frombuffer(cells.encode("ascii", "replace"), dtype=np.uint8)]
    wrong = digits.view(np.uint8) > (side or MAX_SIDE)  # -1 is seen as 255
    if wrong.any():
        index = int(wrong.argmax())
        least = "" if side is None else f" 1-{min(side, 9)}"
        letters = f" a letter A-{SYMBOLS[side]}," if side and side > 9 else ""
        raise PuzzleError(
            f"{place(index)}: found {cells[index]!r}, "
            f"expected a digit{least},{letters} '.' or '0' for an empty cell"
        )
    return digits


def _place(source: str, line: int) -> str:
    return f"{source}, line {line}" if source else f"line {line}"
