"""Right and wrong: how an answer fares by the rules of its puzzle. Nothing else says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trm_core.puzzles.base import Conflict, Grid, Puzzle


@dataclass(frozen=True, eq=False)
class Judgement:
    """How one answer fares. A puzzle may have several solutions, as a maze with equally short
    paths has, so cells are compared with the one nearest to the answer.

    solved: whether the answer is right by the puzzle's own rules; None if that is not known.
    solution: the right answer that its cells are compared with: itself if it is right, else the one
        that it differs from in the fewest cells.
    wrong: its cells that differ from that, those beyond it (ARC) included.
    right_cells: (right, all) open cells of the solution; those that it lacks (ARC) are wrong.

    The last three are None where there is no solution, none is known, or the nearest cannot be
    told: then cells are not counted anywhere.
    """

    solved: bool | None
    solution: Grid | None
    wrong: npt.NDArray[np.bool_] | None
    right_cells: tuple[int, int] | None


def judged(puzzle: Puzzle, answer: Grid) -> Judgement:
    """Quick but for a Sudoku without `find_solutions`, whose first wrong answer finds them."""
    solved = puzzle.is_solved_by(answer)
    solution = answer if solved else puzzle.nearest_solution(answer)
    if solution is None:
        return Judgement(solved, None, None, None)
    rows, cols = np.minimum(answer.shape, solution.shape)
    wrong = np.ones(answer.shape, bool)
    wrong[:rows, :cols] = answer[:rows, :cols] != solution[:rows, :cols]
    wrong.setflags(write=False)
    open_cells = puzzle.open_cells
    right = ~wrong[:rows, :cols] & open_cells[:rows, :cols]
    return Judgement(solved, solution, wrong, (int(right.sum()), int(open_cells.sum())))


def verdict(puzzle: Puzzle, solved: bool | None) -> str:
    """An answer's fate in few words, with what the puzzle has to do with it; "" if not known."""
    if solved is None:
        return ""
    if not solved:
        return "no solution exists" if puzzle.solution_count == 0 else "not right"
    several = puzzle.solution_count is not None and puzzle.solution_count > 1
    return f"right{', one of several' if several else ''}{puzzle.part}"


def reason(puzzle: Puzzle, answer: Grid, judgement: Judgement, broken: Sequence[Conflict]) -> str:
    """Why an answer is right or not, in sentences; `broken` are its conflicts."""
    count = puzzle.solution_count
    several = count is not None and count > 1
    if judgement.solved is None:
        return "The right answer is not known."
    if judgement.solved:
        found = "It is one of several solutions." if several else "It is the one solution."
        return f"{found} A task counts as solved when all its tests are." if puzzle.part else found
    if count == 0:
        why = puzzle.problems()[0].rule
        return f"No answer can be right: {why}."
    sentences = []
    if judgement.right_cells is not None:
        right, of = judgement.right_cells
        solution = "the nearest of several solutions" if several else "the solution"
        sentences.append(f"{of - right} of {of} open cells differ from {solution}.")
        if judgement.solution is not None and judgement.solution.shape != answer.shape:
            found, expected = ("×".join(map(str, a.shape)) for a in (answer, judgement.solution))
            sentences.append(f"It is {found}, the solution {expected}.")
    elif several:
        sentences.append("The puzzle has too many solutions to count cells against the nearest.")
    if broken:
        many = f"{len(broken)} rules are broken, first" if broken[1:] else "A rule is broken"
        sentences.append(f"{many}: {broken[0].rule}.")
    return " ".join(sentences)
