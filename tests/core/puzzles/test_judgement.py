"""Right and wrong by the rules: against the nearest of all solutions, or not at all."""

from time import perf_counter

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from judgements_to_try import OVER, TWO_WAYS, UNDER, other_way, trace_of
from mazes_to_try import mazes

from trm_core.evaluation.outcomes import cell_accuracy
from trm_core.export.data import frame_measures
from trm_core.puzzles import sudoku_solver
from trm_core.puzzles.arc import Pair, Task
from trm_core.puzzles.base import MOST_COMPARED, NO_SYMBOL
from trm_core.puzzles.judgement import judged, reason, verdict
from trm_core.puzzles.maze import PATH, Maze
from trm_core.puzzles.maze_edit import blank_maze
from trm_core.puzzles.maze_files import parse
from trm_core.puzzles.sudoku import Sudoku, generate
from trm_core.puzzles.sudoku_solver import solutions
from trm_core.recordings import read_recording, write_recording

ONE_WAY = parse("S G\n###")[0]
CUT_OFF = parse("S#G\n # ")[0]
MANY = Sudoku(np.zeros((9, 9)))
FEW = Sudoku(
    np.where(
        np.arange(16).reshape(4, 4) < 8, generate(1, box_rows=2, box_cols=2, givens=6).solution, 0
    )
)
NONE = Sudoku(np.array([[1, 2, 3, 0], [0, 0, 0, 4], [0] * 4, [0] * 4]))


@pytest.mark.parametrize("known", [None, OVER, UNDER])
@pytest.mark.parametrize("answer", [OVER, UNDER])
def test_every_shortest_path_has_all_its_cells_right_everywhere(known, answer):
    maze = Maze(TWO_WAYS.grid, known)
    trace = trace_of(maze, maze.grid, answer)
    assert trace.right_cells(1) == (6, 6)
    assert not trace.wrong(1).any()
    assert "6 of 6 open cells right" in trace.sentence(1)
    assert trace.first_right() == 1
    assert trace.first_right_cells(1).max() == 1
    assert trace.curves.right_shares().tolist() == [50, 100]
    measures = frame_measures(trace, 1)
    assert (measures["right_cells"], measures["open_cells"], measures["solved"]) == (6, 6, True)
    assert cell_accuracy(maze, answer) == 1


def test_a_recording_judges_as_the_solve_did(tmp_path):
    write_recording(tmp_path / "a.trmrec", other_way())
    assert read_recording(tmp_path / "a.trmrec").trace.right_cells(1) == (6, 6)


@given(mazes(), st.data())
@settings(max_examples=150)
def test_the_nearest_shortest_path_differs_in_the_fewest_cells(maze, data):
    assume(maze.shortest_length is not None)
    answer = data.draw(hnp.arrays(np.int8, maze.grid.shape, elements=st.integers(NO_SYMBOL, PATH)))
    ways = []
    for path in nx.all_shortest_paths(maze.graph(), maze.start, maze.goal):
        ways.append(maze.grid.copy())
        for cell in path[1:-1]:
            ways[-1][cell] = PATH
        assume(len(ways) < 2000)
    nearest = maze.nearest_solution(answer)
    assert maze.is_solved_by(nearest)
    assert (nearest != answer).sum() == min((way != answer).sum() for way in ways)
    assert maze.solution_count == min(len(ways), MOST_COMPARED + 1)
    right, of = judged(maze, answer).right_cells
    assert of - right == ((nearest != answer) & maze.open_cells).sum()


def test_a_path_through_open_floor_is_found_at_once():
    maze = blank_maze(40, 40)
    maze.find_solutions()
    started = perf_counter()
    found = [judged(maze, maze.grid) for _ in range(20)]
    assert perf_counter() - started < 1  # about 2 ms each
    assert (found[0].solution == PATH).sum() == 73
    assert maze.solution_count == MOST_COMPARED + 1


def test_of_a_few_solutions_the_nearest_one_counts():
    found = solutions(FEW.grid, 2, 100)
    assert 1 < len(found) == FEW.solution_count
    for answer in found:
        assert judged(FEW, answer).right_cells == (8, 8)
        broken = answer.copy()
        broken[3, 3] = broken[3, 3] % 4 + 1
        fewest = min((broken != each).sum() for each in found)
        right, of = judged(FEW, broken).right_cells
        assert of - right == fewest == judged(FEW, broken).wrong.sum()
    trace = trace_of(FEW, *found)
    assert all(trace.right_cells(index) == (8, 8) for index in range(len(trace)))
    assert (trace.first_right_cells(-1) == 0).all()


def test_of_too_many_solutions_only_a_right_answer_is_counted():
    full = generate(1).solution
    trace = trace_of(MANY, np.where(full == 9, 1, full), full)
    assert trace.right_cells(0) is trace.wrong(0) is trace.first_right_cells(0) is None
    assert "right" not in trace.sentence(0)
    assert trace.right_cells(1) == (81, 81)
    assert (trace.first_right_cells(1) == 1).all()
    assert np.isnan(trace.curves.right_shares()).tolist() == [True, False]
    assert "too many solutions to count cells" in trace.reason(0)


def test_a_search_that_takes_too_long_leaves_the_known_solution(monkeypatch):
    monkeypatch.setattr(sudoku_solver, "FIND_PROPAGATIONS", 1)
    puzzle = generate(3)
    hard = Sudoku(puzzle.grid, puzzle.solution)
    assert hard.solution_count is None
    assert judged(hard, hard.grid).right_cells == (0, 51)
    assert judged(Sudoku(puzzle.grid), hard.grid).right_cells is None
    assert hard.problems() == []


@pytest.mark.parametrize(
    ("puzzle", "answer", "words", "because"),
    [
        (TWO_WAYS, UNDER, "right, one of several", "It is one of several solutions."),
        (
            TWO_WAYS,
            TWO_WAYS.grid,
            "not right",
            "3 of 6 open cells differ from the nearest of several solutions.",
        ),
        (
            CUT_OFF,
            CUT_OFF.grid,
            "no solution exists",
            "No answer can be right: no path leads from S to G.",
        ),
        (
            NONE,
            NONE.grid,
            "no solution exists",
            "No answer can be right: the puzzle has no solution.",
        ),
        (ONE_WAY, ONE_WAY.solve(), "right", "It is the one solution."),
        (
            generate(3),
            np.ones((9, 9), np.int8),
            "not right",
            "rules are broken, first: the given 2 at row 1, column 7 was changed to 1.",
        ),
        (FEW, solutions(FEW.grid, 2, 2)[1], "right, one of several", "It is one of several"),
    ],
)
def test_a_verdict_says_what_the_puzzle_has_to_do_with_it(puzzle, answer, words, because):
    judgement = judged(puzzle, answer)
    assert verdict(puzzle, judgement.solved) == words
    assert because in reason(puzzle, answer, judgement, puzzle.conflicts(answer))


def test_a_verdict_on_one_test_of_a_task_says_so():
    pair = Pair(np.zeros((1, 2)), np.ones((1, 2)))
    first, second = Task("t", (pair,), (pair, pair)).puzzles()
    assert verdict(first, True) == "right, test 1 of 2"
    assert verdict(second, True) == "right, test 2 of 2"
    assert verdict(Task("t", (pair,), (pair,)).puzzles()[0], True) == "right"
    wide = np.ones((1, 3), np.int8)
    assert reason(first, wide, judged(first, wide), []) == (
        "0 of 2 open cells differ from the solution. It is 1×3, the solution 1×2."
    )
    unknown = Task("t", (pair,), (Pair(np.zeros((1, 2))),)).puzzles()[0]
    assert verdict(unknown, None) == ""
    assert reason(unknown, wide, judged(unknown, wide), []) == "The right answer is not known."
