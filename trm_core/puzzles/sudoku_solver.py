"""Sudoku as satisfiability: finding solutions, and digging puzzles out of full grids.

Variable `cell * side + digit` (from 1) says that `digit` stands in `cell`, counted row by row.
Everything is deterministic: the same call gives the same grids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from trm_core.puzzles.base import Grid

Ints = npt.NDArray[np.int32]

DIG_PROPAGATIONS = 10_000_000
"""How many literals the solver may set in one `dig`: some seconds of work, the same anywhere."""


FIND_PROPAGATIONS = 3_000_000
"""How many literals the solver may set in one `all_solutions`: about a second, the same anywhere;
usual puzzles of 9×9 take some thousand."""

COUNT_PROPAGATIONS = 20_000
"""How many literals `count_solutions` sets before it asks again whether to go on: few ms."""

CLAUSES_AT_ONCE = 10_000
"""So few that other threads never wait long for Python."""


@lru_cache(maxsize=16)
def units(side: int, box_rows: int) -> Ints:
    """(3 * side, side) cell numbers of the rows, then the columns, then the boxes."""
    cells = np.arange(side * side, dtype=np.int32).reshape(side, side)
    box_cols = side // box_rows
    boxes = cells.reshape(box_cols, box_rows, box_rows, box_cols).swapaxes(1, 2)
    return np.vstack([cells, cells.T, boxes.reshape(side, side)])


def solutions(grid: Grid, box_rows: int, limit: int) -> list[Grid]:
    """Up to `limit` different full grids that keep the digits of `grid` and break no rule."""
    from pysat.solvers import Glucose3

    side = grid.shape[0]
    found: list[Grid] = []
    with Glucose3(bootstrap_with=_clauses(grid, box_rows)) as solver:
        while len(found) < limit and solver.solve():
            found.append(_grid_of(_taken(solver), side))
    return found


def all_solutions(grid: Grid, box_rows: int, most: int) -> tuple[list[Grid], bool]:
    """Solutions as `solutions` finds them, and whether these are all.

    They are not where there are more than `most`, or where finding them takes too long.
    """
    from pysat.solvers import Glucose3

    side = grid.shape[0]
    found: list[Grid] = []
    left = FIND_PROPAGATIONS
    with Glucose3(bootstrap_with=_clauses(grid, box_rows)) as solver:
        while len(found) <= most and left > 0:
            solver.prop_budget(left)
            solved = solver.solve_limited()
            if solved is False:
                return found, True
            if solved:
                found.append(_grid_of(_taken(solver), side))
            left = FIND_PROPAGATIONS - solver.accum_stats()["propagations"]
    return found, False


def count_solutions(
    grid: Grid, box_rows: int, limit: int, cancelled: Callable[[], bool]
) -> int | None:
    """Number of full grids that keep the digits of `grid`, up to `limit`; None if cancelled.

    `cancelled` is asked every few milliseconds, and other threads run meanwhile.
    """
    from pysat.solvers import Glucose3

    count = 0
    with Glucose3() as solver:
        for number, clause in enumerate(_clauses(grid, box_rows)):
            if number % CLAUSES_AT_ONCE == 0 and cancelled():
                return None
            solver.add_clause(clause)
        while count < limit:
            solver.prop_budget(COUNT_PROPAGATIONS)
            found = solver.solve_limited()
            if cancelled():
                return None
            if found is False:
                break
            if found:
                count += 1
                _taken(solver)
    return count


def full_grid(side: int, box_rows: int, rng: np.random.Generator) -> Grid:
    """A solved grid: random boxes on the diagonal, and a completion of them."""
    box_cols = side // box_rows
    while True:
        grid = np.zeros((side, side), dtype=np.int8)
        for box in range(min(box_rows, box_cols)):
            top, left = box * box_rows, box * box_cols
            digits = rng.permutation(side).reshape(box_rows, box_cols) + 1
            grid[top : top + box_rows, left : left + box_cols] = digits
        if completed := solutions(grid, box_rows, limit=1):  # fails for 4×4 only, 2 in 3 times
            return completed[0]


def dig(side: int, box_rows: int, givens: int, seed: int) -> tuple[Grid | None, Grid, int]:
    """Empty the cells of random full grids, one by one, while the solution stays unique.

    Returns the puzzle (None if no attempt got down to `givens`), its solution and the fewest
    givens that any attempt reached.
    """
    from pysat.solvers import Glucose3

    cells = side * side
    fewest = cells
    work = attempt = 0
    puzzle = None
    with Glucose3(bootstrap_with=_clauses(np.zeros((side, side), np.int8), box_rows)) as solver:
        while puzzle is None and work < DIG_PROPAGATIONS:
            rng = np.random.default_rng([seed, attempt])
            solution = full_grid(side, box_rows, rng)
            kept = _emptied(solver, solution, rng, givens)
            work = solver.accum_stats()["propagations"]
            if len(kept) == givens:
                puzzle = _grid_of(kept, side)
            fewest = min(fewest, len(kept))
            attempt += 1
    return puzzle, solution, fewest


def dig_all(side: int, box_rows: int, rng: np.random.Generator) -> tuple[Grid, Grid]:
    """A random puzzle of which no given can be left out, but for those that there was no time to
    try, and its solution."""
    from pysat.solvers import Glucose3

    solution = full_grid(side, box_rows, rng)
    with Glucose3(bootstrap_with=_clauses(np.zeros((side, side), np.int8), box_rows)) as solver:
        return _grid_of(_emptied(solver, solution, rng, 0), side), solution


def _emptied(solver: Any, solution: Grid, rng: np.random.Generator, givens: int) -> list[int]:
    """The literals of the cells that are left of `solution` when one after the other, in random
    order, was emptied unless it is needed, until so many are left or there is no time."""
    side, cells = len(solution), solution.size
    kept = dict(enumerate((np.arange(cells) * side + solution.ravel()).tolist()))
    work = solver.accum_stats()["propagations"]
    for cell in rng.permutation(cells).tolist():
        if len(kept) == givens or work >= DIG_PROPAGATIONS:
            break
        literal = kept.pop(cell)
        solver.prop_budget(DIG_PROPAGATIONS - work)
        # Unique while no grid with the other givens has another digit in this cell.
        if solver.solve_limited(assumptions=[*kept.values(), -literal]) is not False:
            kept[cell] = literal
        work = solver.accum_stats()["propagations"]
    return list(kept.values())


def _taken(solver: Any) -> list[int]:
    """The true literals of the solution that the solver has found, which it does not find again."""
    true = [literal for literal in solver.get_model() if literal > 0]
    solver.add_clause([-literal for literal in true])
    return true


def _grid_of(literals: list[int], side: int) -> Grid:
    cells, digits = np.divmod(np.array(literals, dtype=np.int64) - 1, side)
    grid = np.zeros(side * side, dtype=np.int8)
    grid[cells] = digits + 1
    return grid.reshape(side, side)


@lru_cache(maxsize=4)
def _rules(side: int, box_rows: int) -> tuple[Ints, Ints]:
    """Two tables of variables: (N, side) of which one is true, (M, 2) of which one is false."""
    variables = np.arange(1, side**3 + 1, dtype=np.int32).reshape(side * side, side)
    in_units = variables[units(side, box_rows)].swapaxes(1, 2).reshape(-1, side)
    either = np.stack(np.triu_indices(side, 1), axis=1)  # two of `side`
    neighbours = np.unique(units(side, box_rows)[:, either].reshape(-1, 2), axis=0)
    digits_of_cells = variables[:, either].reshape(-1, 2)
    digits_of_neighbours = variables[neighbours].swapaxes(1, 2).reshape(-1, 2)
    pairs = np.concatenate([digits_of_cells, digits_of_neighbours]).astype(np.int64)
    # Sorting one number for each pair lets other threads run, and is faster.
    numbers = pairs[:, 0] * (side**3 + 1) + pairs[:, 1]
    numbers.sort()
    in_order = np.stack(np.divmod(numbers, side**3 + 1), axis=1).astype(np.int32)
    return np.vstack([variables, in_units]), in_order


def _clauses(grid: Grid, box_rows: int) -> Iterator[list[int]]:
    """The rules as clauses over the digits that the givens of `grid` leave possible.

    Leaving the others out makes the formula of a usual puzzle about eight times smaller.
    """
    side = grid.shape[0]
    one_of, pairs = _rules(side, box_rows)
    possible = _possible(grid, box_rows)
    for start in range(0, len(pairs), CLAUSES_AT_ONCE):
        some = pairs[start : start + CLAUSES_AT_ONCE]
        yield from (-some[possible[some].all(axis=1)]).tolist()
    kept = possible[one_of]
    literals: list[int] = one_of[kept].tolist()
    start = 0
    for end in kept.sum(axis=1).cumsum().tolist():
        yield literals[start:end]
        start = end


def _possible(grid: Grid, box_rows: int) -> npt.NDArray[np.bool_]:
    """(1 + side**3,) by variable: given, or in an empty cell with no equal given in its units."""
    side = grid.shape[0]
    given = grid.reshape(-1, 1) == np.arange(1, side + 1)
    possible = np.repeat(grid.reshape(-1, 1) == 0, side, axis=1)
    in_unit = units(side, box_rows)
    seen = given[in_unit].any(axis=1)
    for kind in range(3):  # rows, columns, boxes: each holds every cell once
        rows = slice(kind * side, (kind + 1) * side)
        possible[in_unit[rows]] &= ~seen[rows, np.newaxis]
    return np.concatenate([[False], (possible | given).ravel()])
