"""Mazes: from the start S to the goal G over floor, by a shortest path.

A maze with more walls around it is the same maze, so a model is shown a smaller one in the top left
corner of a board of walls.

`maze_files` reads mazes and `maze_generators` makes new ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from trm_core.puzzles.base import (
    MOST_COMPARED,
    NO_SYMBOL,
    Conflict,
    Grid,
    Puzzle,
    PuzzleError,
    PuzzleShape,
    Tokens,
    Transform,
)
from trm_core.puzzles.dihedral import DIHEDRAL, Dihedral
from trm_core.puzzles.maze_paths import packed, shortest_paths, unpacked

SYMBOLS = "# SGo"
WALL, FLOOR, START, GOAL, PATH = range(len(SYMBOLS))

MIN_SIDE, MAX_SIDE = 2, 40

Cell = tuple[int, int]
"""(row, column), from 0."""

_PRINTED = SYMBOLS + "?"  # code -1, NO_SYMBOL, is the last one

_CHANGED = {
    WALL: "a wall was changed",
    FLOOR: "floor became something other than path",
    START: "the start was changed",
    GOAL: "the goal was changed",
}


def check_size(rows: int, cols: int, place: str = "") -> None:
    """Raise PuzzleError, beginning with `place`, unless a maze may have this size."""
    if not (MIN_SIDE <= rows <= MAX_SIDE and MIN_SIDE <= cols <= MAX_SIDE):
        raise PuzzleError(
            f"{place}found a maze of {rows}×{cols} cells, "
            f"expected {MIN_SIDE} to {MAX_SIDE} rows and columns"
        )


@dataclass(frozen=True, eq=False)
class Maze(Puzzle):
    """A rectangle of walls and floor with one start and one goal; steps go up, down and sideways.

    A start or goal that is missing or doubled is one of the `problems`; a size outside 2 to 40 or
    a code that is not wall, floor, start or goal raises PuzzleError.
    """

    kind: ClassVar[str] = "maze"
    first_token: ClassVar[int] = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.grid.ndim != 2:
            raise PuzzleError(f"found a maze of {self.grid.ndim} dimensions, expected 2")
        check_size(self.rows, self.cols)
        if self.grid.min() < WALL or self.grid.max() > GOAL:
            raise PuzzleError("found a maze with other codes than wall, floor, start and goal")

    @cached_property
    def start(self) -> Cell | None:
        """Where S is; None if there is none or more than one."""
        return self._only(START)

    @cached_property
    def goal(self) -> Cell | None:
        """Where G is; None if there is none or more than one."""
        return self._only(GOAL)

    def _only(self, code: int) -> Cell | None:
        cells = cells_of(self.grid == code)
        return cells[0] if len(cells) == 1 else None

    def graph(self) -> Any:
        """The networkx graph of all cells but walls, neighbours joined; nodes are (row, column)."""
        import networkx as nx

        graph = nx.grid_2d_graph(self.rows, self.cols)
        graph.remove_nodes_from(cells_of(self.grid == WALL))
        return graph

    def shortest_path(self) -> list[Cell] | None:
        """The cells of a shortest path, S and G included; None if there is no path.

        Which one: see `maze_paths.shortest_paths`.
        """
        if not self._ways:
            return None
        floor, start, goal = (
            packed(self.grid[np.newaxis] == code) for code in (FLOOR, START, GOAL)
        )
        between = shortest_paths(floor | start | goal, start, goal)
        on_path = {self.start, self.goal, *cells_of(unpacked(between, self.cols)[0])}
        return [cell for layer in self._ways for cell, _ in layer if cell in on_path]

    @property
    def shortest_length(self) -> int | None:
        """Steps from S to G along a shortest path; None if there is no path."""
        return len(self._ways) - 1 if self._ways else None

    @cached_property
    def _ways(self) -> list[list[tuple[Cell, list[int]]]]:
        """All shortest paths from S to G: the cells on them that are 0, 1, 2, ... steps from S,
        each with the numbers of those that it is reached from; empty if there is no path."""
        if self.start is None or self.goal is None:
            return []
        reached: list[set[Cell]] = []
        for layer in layers(set(cells_of(self.grid != WALL)), [self.start]):
            reached.append(layer)
            if self.goal in layer:
                break
        else:
            return []
        on_way = [{self.goal}]
        for layer in reached[-2::-1]:
            on_way.append(layer & _beside(on_way[-1]))
        ways: list[list[tuple[Cell, list[int]]]] = []
        numbers: dict[Cell, int] = {}
        for layer in reversed(on_way):
            cells = sorted(layer)
            ways.append([(c, [numbers[n] for n in _beside([c]) if n in numbers]) for c in cells])
            numbers = {cell: number for number, cell in enumerate(cells)}
        return ways

    def fits(self, shape: PuzzleShape) -> bool:
        """Whether the maze is no larger than the board `shape`."""
        return shape.kind == self.kind and self.rows <= shape.rows and self.cols <= shape.cols

    def largest_answer(self, shape: PuzzleShape) -> tuple[int, int]:
        return self.rows, self.cols

    @property
    def open_cells(self) -> npt.NDArray[np.bool_]:
        floor: npt.NDArray[np.bool_] = self.grid == FLOOR
        return floor

    def problems(self) -> list[Conflict]:
        found = []
        for code, name in ((START, "start"), (GOAL, "goal")):
            cells = cells_of(self.grid == code)
            if len(cells) != 1:
                count = f"{len(cells)} {name}s" if cells else f"no {name}"
                rule = f"found {count}, expected exactly one {SYMBOLS[code]}"
                found.append(Conflict(rule, tuple(cells)))
        if self.start and self.goal and self.shortest_length is None:
            found.append(Conflict("no path leads from S to G", (self.start, self.goal)))
        return found

    def conflicts(self, answer: Grid) -> list[Conflict]:
        changed = (answer != self.grid) & (answer != NO_SYMBOL)
        changed &= (answer != PATH) | (self.grid != FLOOR)
        broken = [
            _conflict(rule, cells_of(changed & (self.grid == code)))
            for code, rule in _CHANGED.items()
        ]
        return [conflict for conflict in broken if conflict.cells] + self._path_conflicts(answer)

    def _path_conflicts(self, answer: Grid) -> list[Conflict]:
        """The rules that the cells marked as path break; marks on walls count as marks here."""
        path = answer == PATH
        if not path.any():
            return []
        ends = (self.grid == START) | (self.grid == GOAL)
        marked = path | ends
        cells = set(cells_of(marked))
        cut_off = np.zeros_like(marked)
        for cell in cells.difference(*layers(cells, cells_of(ends))):
            cut_off[cell] = True
        neighbours = _neighbours(marked)
        loose = path & ~cut_off & (neighbours < 2)
        branches = marked & ~cut_off & (neighbours > np.where(ends, 1, 2))
        broken = [
            _conflict("the marked path has a loose end", cells_of(loose)),
            _conflict("the marked path branches", cells_of(branches)),
            _conflict("marked cells are not connected to S or G", cells_of(cut_off)),
        ]
        broken = [conflict for conflict in broken if conflict.cells]
        steps = int(marked.sum()) - 1
        if not broken and self.shortest_length is not None and steps > self.shortest_length:
            rule = f"the marked path takes {steps} steps, a shortest one {self.shortest_length}"
            broken = [Conflict(rule, tuple(cells_of(path)))]
        return broken

    def is_solved_by(self, answer: Grid) -> bool:
        """Whether the marked cells are a shortest path, any of them, and all else is unchanged."""
        path = answer == PATH
        unchanged = np.array_equal(np.where(path, FLOOR, answer), self.grid)
        if not unchanged or self.shortest_length is None:
            return False
        marked = path | (self.grid == START) | (self.grid == GOAL)
        # As S and G have one marked neighbour and all others two, a path leads from S to G; no
        # path is shorter than the shortest, so where the count is right nothing else is marked.
        in_a_row = _neighbours(marked)[marked] == np.where(path, 2, 1)[marked]
        return bool(in_a_row.all()) and int(marked.sum()) == self.shortest_length + 1

    @cached_property
    def solution_count(self) -> int:
        """The number of shortest paths, up to MOST_COMPARED + 1."""
        counts = [1] if self._ways else [0]
        for layer in self._ways[1:]:
            counts = [min(sum(counts[n] for n in before), MOST_COMPARED + 1) for _, before in layer]
        return counts[0]

    def nearest_solution(self, answer: Grid) -> Grid | None:
        """Of all shortest paths, by dynamic programming, however many there are."""
        if not self._ways:
            return None
        # what a path wins where it goes over a cell, against one that does not
        wins = (answer == PATH).astype(int) - (answer == FLOOR)
        best, came_from = [0], []
        for layer in self._ways[1:]:
            chosen = [max(before, key=best.__getitem__) for _, before in layer]
            best = [int(wins[c]) + best[n] for (c, _), n in zip(layer, chosen, strict=True)]
            came_from.append(chosen)
        solution = self.grid.copy()
        number = 0
        for layer, chosen in zip(self._ways[-2:0:-1], came_from[:0:-1], strict=True):
            number = chosen[number]
            solution[layer[number][0]] = PATH
        return solution

    def solve(self) -> Grid | None:
        path = self.shortest_path()
        if path is None:
            return None
        answer = self.grid.copy()
        for cell in path[1:-1]:
            answer[cell] = PATH
        return answer

    def encode(self, grid: Grid, shape: PuzzleShape) -> Tokens:
        """(shape.cells,) tokens: code + 1, walls where the board reaches beyond `grid`."""
        rows, cols = grid.shape
        if shape.kind != self.kind or rows > shape.rows or cols > shape.cols:
            raise PuzzleError(
                f"found a maze of {rows}×{cols} cells, expected one that fits {shape}"
            )
        board = np.full((shape.rows, shape.cols), WALL + 1, np.int32)
        board[:rows, :cols] = grid + 1
        return board.ravel()

    def decode(self, tokens: Tokens, shape: PuzzleShape) -> Grid:
        """A grid of this maze's size, whatever stands on the board around it."""
        codes = tokens.reshape(shape.rows, shape.cols)[: self.rows, : self.cols] - 1
        return np.where(codes < len(SYMBOLS), codes, NO_SYMBOL).astype(np.int8)

    def format(self, grid: Grid | None = None) -> str:
        """One line per row; a cell without a symbol is `?`, which `parse` refuses."""
        return "\n".join(
            "".join(row) for row in self.json_rows(self.grid if grid is None else grid)
        )

    def json_rows(self, grid: Grid) -> list[list[str]]:
        """Rows of one-character strings of `# SGo`, `?` for a cell without a symbol."""
        return [[_PRINTED[code] for code in row] for row in grid.tolist()]

    def random_transform(self, rng: np.random.Generator) -> Dihedral:
        """One of the 8 symmetries of a square, or of the 4 that keep the shape of a rectangle."""
        symmetries = DIHEDRAL if self.rows == self.cols else DIHEDRAL[::2]
        return symmetries[rng.integers(len(symmetries))]

    def transformed(self, transform: Transform) -> Self:
        solution = None if self.solution is None else transform(self.solution)
        return replace(self, grid=transform(self.grid), solution=solution)


def cells_of(mask: npt.NDArray[np.bool_]) -> list[Cell]:
    """The cells where `mask` (rows, cols) holds, row by row."""
    rows, cols = np.nonzero(mask)
    return list(zip(rows.tolist(), cols.tolist(), strict=True))


def _conflict(rule: str, cells: list[Cell]) -> Conflict:
    """A conflict whose sentence names the first of `cells` and counts the others."""
    if not cells:
        return Conflict(rule, ())
    row, col = cells[0]
    others = f" and {len(cells) - 1} more" if len(cells) > 1 else ""
    return Conflict(f"{rule} at row {row + 1}, column {col + 1}{others}", tuple(cells))


def _neighbours(marked: npt.NDArray[np.bool_]) -> npt.NDArray[np.int8]:
    """(rows, cols) how many of the up to four neighbours of each cell are marked."""
    count = np.zeros(marked.shape, np.int8)
    count[1:] += marked[:-1]
    count[:-1] += marked[1:]
    count[:, 1:] += marked[:, :-1]
    count[:, :-1] += marked[:, 1:]
    return count


def layers(cells: set[Cell], starts: Iterable[Cell]) -> Iterator[set[Cell]]:
    """The cells 0, 1, 2, ... steps away from the nearest of `starts`, walking on `cells`."""
    layer, left = set(starts), set(cells)
    while layer:
        yield layer
        left -= layer
        layer = _beside(layer) & left


def _beside(cells: Iterable[Cell]) -> set[Cell]:
    """The cells above, below, left and right of `cells`."""
    near: set[Cell] = set()
    for row, col in cells:
        near |= {(row - 1, col), (row + 1, col), (row, col - 1), (row, col + 1)}
    return near
