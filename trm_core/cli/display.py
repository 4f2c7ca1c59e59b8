"""What subcommands show in a terminal: puzzles in colour, progress."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from trm_core.puzzles.arc import COLOURS
from trm_core.puzzles.base import Grid, Puzzle

_MAZE_STYLES = {"#": "on grey35", "S": "bold green", "G": "bold red", "o": "bold blue"}


def plain_console() -> Console:
    """Stdout, for words that mean nothing but themselves."""
    return Console(highlight=False, markup=False, emoji=False)


def progress_bar(*, transient: bool = False) -> Progress:
    """On stderr, and only where that is a terminal. transient: whether it goes away at its end."""
    console = Console(stderr=True)
    return Progress(console=console, disable=not sys.stderr.isatty(), transient=transient)


def mebibytes(count: int) -> str:
    return f"{count / 2**20:.1f} MiB"


def coloured(puzzle: Puzzle, answer: Grid | None = None) -> Text:
    """The puzzle, or an answer to it: givens bold, the model's cells blue, conflicts red."""
    grid = puzzle.grid if answer is None else answer
    broken = {cell for conflict in puzzle.conflicts(grid) for cell in conflict.cells}
    box_rows = puzzle.shape.box_rows or 1
    text = Text()
    for row, values in enumerate(puzzle.json_rows(grid)):
        for col, value in enumerate(values):
            style = _style(puzzle, row, col, value)
            if (row, col) in broken:
                style = "bold white on red"
            if puzzle.kind == "sudoku":
                text.append(f"{value or '·'} ", style)
                if (col + 1) % (puzzle.cols // box_rows) == 0:
                    text.append(" ")
            elif puzzle.kind == "maze":
                text.append(f"{value}{value if value in '#o' else ' '}", style)
            else:
                text.append(f"{max(value, 0)} ", style)
        text.append("\n")
        if puzzle.kind == "sudoku" and (row + 1) % box_rows == 0 and row + 1 < puzzle.rows:
            text.append("\n")
    return text


def _style(puzzle: Puzzle, row: int, col: int, value: object) -> str:
    if puzzle.kind == "arc":
        colour = COLOURS[value] if isinstance(value, int) and value >= 0 else "grey50"
        return f"{colour} on {colour}"  # the digit shows where there are no colours
    if puzzle.kind == "maze":
        return _MAZE_STYLES.get(str(value), "")
    return "bold" if puzzle.grid[row, col] else "bright_blue"
