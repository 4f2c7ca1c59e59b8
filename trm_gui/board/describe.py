"""A board in words, for tooltips and screen readers."""

from __future__ import annotations

from trm_core.puzzles import NO_SYMBOL
from trm_core.puzzles.arc import COLOUR_NAMES
from trm_core.puzzles.maze import PATH
from trm_gui.board.content import BoardContent
from trm_gui.board.geometry import Cell
from trm_gui.board.sudoku_painter import symbol

MAZE_WORDS = ("wall", "floor", "start", "goal", "path")


def describe_board(content: BoardContent) -> str:
    """One line: kind, size, how much is filled, and how many rules are broken."""
    size = f"{content.rows}×{content.cols}"
    if content.puzzle.kind == "sudoku":
        filled = int((content.grid > 0).sum())
        words = f"Sudoku {size}, {filled} of {content.grid.size} cells filled"
    elif content.puzzle.kind == "maze":
        words = f"Maze {size}, {_count(int((content.grid == PATH).sum()), 'path cell')}"
    else:
        colours = len(set(content.grid[content.grid >= 0].tolist()))
        words = f"ARC grid {size}, {_count(colours, 'colour')}"
    if content.conflicts:
        words += f", {_count(len(content.conflicts), 'broken rule')}"
    return words


def describe_cell(content: BoardContent, cell: Cell) -> str:
    """Lines: the place, what stands there and whether it was given, then what is marked on it."""
    row, col = cell
    given = ", given" if content.puzzle.kind == "sudoku" and content.given[cell] else ""
    lines = [f"Row {row + 1}, column {col + 1}", _value(content, cell) + given]
    if content.puzzle.kind == "maze" and content.altered[cell]:
        posed = MAZE_WORDS[int(content.puzzle.grid[cell])]
        lines.append(f"The puzzle has {posed} here")
    if content.change_strength[cell] > 0:
        lines.append(_age(content, cell))
    if content.wrong is not None and content.wrong[cell]:
        several = content.puzzle.solution_count not in (None, 1)
        lines.append(f"Differs from the {'nearest ' if several else ''}solution")
    lines += [conflict.rule for conflict in content.conflicts if cell in conflict.cells]
    return "\n".join(lines)


def _value(content: BoardContent, cell: Cell) -> str:
    code = int(content.grid[cell])
    if code == NO_SYMBOL:
        return "No symbol"
    if content.puzzle.kind == "sudoku":
        return symbol(code) or "Empty"
    if content.puzzle.kind == "maze":
        return MAZE_WORDS[code].capitalize()
    return f"{COLOUR_NAMES[code].capitalize()} ({code})"


def _age(content: BoardContent, cell: Cell) -> str:
    age = 0 if content.changed_age is None else int(content.changed_age[cell])
    return "Just changed" if age == 0 else f"Changed {_count(age, 'frame')} ago"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
