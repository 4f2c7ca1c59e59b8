"""Judging answers: which of several is kept, and what is said about it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trm_core.evaluation.outcomes import Attempt, cell_accuracy, judge, ranked
from trm_core.puzzles.arc import Arc, Pair, Task
from trm_core.puzzles.maze_files import parse
from trm_core.puzzles.sudoku import Sudoku, generate

SUDOKU = generate(3, box_rows=2, box_cols=2, givens=6)


def attempt(answer, halt_probability=0.5, halting_step=1, steps=1):
    return Attempt(np.array(answer, np.int8), halt_probability, halting_step, steps)


def with_changes(number):
    """The solution of SUDOKU with the first `number` open cells holding a wrong digit."""
    answer = SUDOKU.solution.copy()
    for row, col in np.argwhere(SUDOKU.open_cells)[:number]:
        answer[row, col] = answer[row, col] % 4 + 1
    return answer


attempts = st.lists(
    st.builds(attempt, st.integers(0, 3).map(with_changes), st.floats(0, 1)), min_size=1, max_size=9
)


@given(attempts)
def test_the_answer_with_the_highest_halting_probability_is_kept(made):
    outcome = judge(SUDOKU, made)
    assert outcome.halt_probability == max(each.halt_probability for each in made)
    assert any(
        outcome.answer is each.answer and outcome.halt_probability == each.halt_probability
        for each in made
    )
    assert outcome.exact == SUDOKU.is_solved_by(outcome.answer)


@given(attempts, st.booleans())
def test_any_attempt_right_is_at_least_each_other_way_to_choose(made, by_votes):
    outcome = judge(SUDOKU, made, by_votes=by_votes)
    assert outcome.exact_by_any == any(SUDOKU.is_solved_by(each.answer) for each in made)
    assert outcome.exact_by_any >= outcome.exact_in_two >= outcome.exact_by_majority
    assert outcome.exact_by_any >= outcome.exact
    assert not by_votes or outcome.exact == outcome.exact_by_majority


@given(attempts)
def test_every_attempt_votes_once_and_more_votes_rank_first(made):
    votes = ranked(made)
    assert sorted(id(each) for v in votes for each in v) == sorted(map(id, made))
    assert len({voters[0].answer.tobytes() for voters in votes}) == len(votes)
    keys = [(len(v), np.mean([each.halt_probability for each in v])) for v in votes]
    assert keys == sorted(keys, reverse=True)


def test_equal_votes_are_ranked_by_mean_halting_probability():
    low, high = with_changes(1), with_changes(2)
    made = [attempt(low, 0.9), attempt(high, 0.6), attempt(low, 0.1), attempt(high, 0.6)]
    assert [len(voters) for voters in ranked(made)] == [2, 2]
    assert np.array_equal(ranked(made)[0][0].answer, high)


def test_grids_of_other_sizes_are_other_answers():
    assert len(ranked([attempt([[1, 2]]), attempt([[1], [2]])])) == 2


def test_steps_are_counted_over_all_attempts_and_halting_is_that_of_the_kept_one():
    outcome = judge(
        SUDOKU, [attempt(SUDOKU.solution, 0.2, 16, 16), attempt(SUDOKU.grid, 0.8, 3, 5)]
    )
    assert (outcome.supervision_steps, outcome.halting_step) == (21, 3)
    assert (outcome.exact, outcome.exact_by_any) == (False, True)


@pytest.mark.parametrize("wrong", [0, 1, 4])
def test_cell_accuracy_is_over_the_open_cells(wrong):
    assert cell_accuracy(SUDOKU, with_changes(wrong)) == 1 - wrong / SUDOKU.open_cells.sum()
    assert judge(SUDOKU, [attempt(with_changes(wrong))]).valid == (wrong == 0)


def test_cell_accuracy_is_not_known_where_no_solution_is():
    (cut_off,) = parse("S#G\n # ")
    assert cell_accuracy(cut_off, cut_off.grid) is None
    assert cell_accuracy(Sudoku(np.zeros((9, 9))), np.ones((9, 9), np.int8)) is None


def test_an_arc_answer_of_another_size_lacks_cells_or_has_some_that_do_not_count():
    arc = Arc.of(Task("t", (), (Pair([[1]], [[1, 2], [3, 4]]),)), source="arc")
    assert cell_accuracy(arc, np.array([[1, 2]])) == 0.5
    assert cell_accuracy(arc, np.array([[1, 2, 9], [3, 4, 9]])) == 1
    assert cell_accuracy(arc, np.zeros((0, 0))) == 0
    outcome = judge(arc, [attempt([[1, 2, 9], [3, 4, 9]])])
    assert (outcome.exact, outcome.valid, outcome.task) == (False, True, "t")
    assert judge(arc, [attempt(np.zeros((0, 0)))]).valid is False


def test_another_shortest_path_than_the_known_one_has_all_cells_right():
    maze = parse("S  \n # \n  G")[0]
    over = np.array([[2, 4, 4], [1, 0, 4], [1, 1, 3]], np.int8)
    under = np.array([[2, 1, 1], [4, 0, 1], [4, 4, 3]], np.int8)
    maze = type(maze)(maze.grid, over)
    outcome = judge(maze, [attempt(under)])
    assert (outcome.exact, outcome.valid, outcome.cell_accuracy) == (True, True, 1.0)
    almost = np.where(np.arange(9).reshape(3, 3) == 3, 1, under).astype(np.int8)
    assert judge(maze, [attempt(almost)]).cell_accuracy == 5 / 6


def test_a_puzzle_handed_back_is_no_valid_answer():
    maze = parse("S  \n # \n  G")[0]
    assert judge(maze, [attempt(maze.grid)]).valid is False
    assert judge(SUDOKU, [attempt(SUDOKU.grid)]).valid is False
