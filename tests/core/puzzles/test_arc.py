"""ARC puzzles: tokens, rules, transforms."""

from dataclasses import replace

import numpy as np
import pytest
from arc_tasks_to_try import CANVASES, INPUT, OUTPUT, grids, task_json, tasks
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trm_core.puzzles.arc import Arc, ArcTransform, Pair, Task
from trm_core.puzzles.arc_tasks import parse
from trm_core.puzzles.base import NO_SYMBOL, PuzzleError, PuzzleShape
from trm_core.puzzles.dihedral import DIHEDRAL

transforms = st.builds(
    ArcTransform,
    st.sampled_from(DIHEDRAL),
    st.permutations(range(1, 10)).map(lambda new: (0, *new)),
)


@pytest.fixture
def puzzle():
    return parse(task_json(), "tasks/00576224.json", "00576224")[0]


# Tokens


@given(data=st.data(), canvas=st.sampled_from(CANVASES))
def test_an_encoded_grid_of_any_size_decodes_to_itself(data, canvas):
    grid = data.draw(grids(canvas.rows))
    puzzle = Arc.of(Task("t", (), (Pair(grid),)))
    tokens = puzzle.encode(grid, canvas)
    assert tokens.shape == (canvas.cells,)
    assert tokens.dtype == np.int32
    np.testing.assert_array_equal(puzzle.decode(tokens, canvas), grid)


@given(grid=grids(), top=st.integers(0, 30), left=st.integers(0, 30))
def test_the_end_of_a_grid_is_marked_below_and_right_of_it_at_any_offset(grid, top, left):
    canvas = CANVASES[0]
    rows, cols = grid.shape
    puzzle = Arc.of(Task("t", (), (Pair(grid),)))
    if top + rows > 30 or left + cols > 30:
        with pytest.raises(PuzzleError, match=f"needs {top + rows}×{left + cols} cells"):
            puzzle.encode(grid, canvas, offset=(top, left))
        return
    expected = np.zeros((30, 30), dtype=np.int32)
    for row in range(rows):
        for col in range(cols):
            expected[top + row, left + col] = grid[row, col] + 2
            if top + rows < 30:
                expected[top + rows, left + col] = 1
            if left + cols < 30:
                expected[top + row, left + cols] = 1
    tokens = puzzle.encode(grid, canvas, offset=(top, left))
    np.testing.assert_array_equal(tokens.reshape(30, 30), expected)


def test_a_small_grid_has_these_tokens(puzzle):
    tokens = puzzle.encode(np.array([[0, 9]], dtype=np.int8), PuzzleShape("arc", 3, 4))
    assert tokens.reshape(3, 4).tolist() == [[2, 11, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0]]


def test_a_cell_without_symbol_is_padding(puzzle):
    tokens = puzzle.encode(np.array([[NO_SYMBOL, 3]], dtype=np.int8), PuzzleShape("arc", 1, 2))
    assert tokens.tolist() == [0, 5]


def test_a_grid_larger_than_the_canvas_is_refused_in_one_sentence(puzzle):
    with pytest.raises(PuzzleError) as error:
        puzzle.encode(puzzle.grid, PuzzleShape("arc", 2, 2))
    assert str(error.value) == ("00576224: found a grid that needs 3×2 cells, expected at most 2×2")


@given(
    canvas=st.tuples(st.integers(1, 8), st.integers(1, 8)).flatmap(
        # Mostly colours, so that large rectangles occur.
        lambda size: arrays(np.int32, size, elements=st.integers(-1, 13) | st.integers(2, 11))
    )
)
def test_any_canvas_decodes_to_its_largest_rectangle_of_colours(canvas):
    rows, cols = canvas.shape
    best = canvas[:0, :0]
    for height in range(1, rows + 1):
        for width in range(1, cols + 1):
            part = canvas[:height, :width]
            if ((part >= 2) & (part <= 11)).all() and part.size > best.size:
                best = part
    puzzle = Arc.of(Task("t", (), (Pair(np.zeros((1, 1))),)))
    grid = puzzle.decode(canvas.reshape(-1), PuzzleShape("arc", rows, cols))
    assert grid.dtype == np.int8
    np.testing.assert_array_equal(grid, best - 2)


def test_a_canvas_without_a_first_colour_decodes_to_an_empty_grid(puzzle):
    answer = puzzle.decode(np.zeros(900, dtype=np.int32), CANVASES[0])
    assert answer.shape == (0, 0)
    assert puzzle.json_rows(answer) == []
    assert puzzle.is_solved_by(answer) is False
    np.testing.assert_array_equal(puzzle.encode(answer, CANVASES[0]), 0)
    assert parse(puzzle.format(answer))[0].solution is None


# The puzzle


def test_a_puzzle_is_one_test_input_of_its_task(puzzle):
    assert puzzle.name == puzzle.task.id == "00576224"
    assert puzzle.source == "tasks/00576224.json"
    assert puzzle.json_rows(puzzle.grid) == INPUT
    assert puzzle.json_rows(puzzle.solve()) == OUTPUT
    assert puzzle.open_cells.shape == (1, 2)
    assert puzzle.open_cells.all()
    assert puzzle.problems() == puzzle.conflicts(puzzle.grid) == []
    assert not any(grid.flags.writeable for grid in (puzzle.grid, puzzle.task.train[0].output))


def test_a_second_test_input_is_named_so():
    test = [{"input": INPUT}, {"input": OUTPUT}]
    assert [p.name for p in parse(task_json(test=test), "abc.json", "abc")] == [
        "abc",
        "abc, test 2",
    ]


def test_a_puzzle_needs_a_canvas_for_its_input_and_its_known_output(puzzle):
    assert puzzle.shape == PuzzleShape("arc", 3, 2)
    wide = replace(puzzle, solution=np.zeros((2, 5)))
    assert wide.shape == PuzzleShape("arc", 3, 5)
    assert wide.fits(PuzzleShape("arc", 3, 5))
    assert not wide.fits(PuzzleShape("arc", 2, 5))
    assert not wide.fits(PuzzleShape("arc", 3, 4))
    assert not wide.fits(PuzzleShape("maze", 30, 30))


def test_whether_an_answer_is_right_is_unknown_without_the_output(puzzle):
    assert puzzle.is_solved_by(np.array(OUTPUT)) is True
    assert puzzle.is_solved_by(np.array([[7, 9]])) is False
    assert puzzle.is_solved_by(np.array([[7, 8], [7, 8]])) is False
    unknown = replace(puzzle, solution=None)
    assert unknown.is_solved_by(np.array(OUTPUT)) is None
    assert unknown.solve() is None
    assert unknown.open_cells.shape == unknown.grid.shape


def test_the_task_follows_a_changed_grid(puzzle):
    changed = replace(puzzle, grid=np.zeros((4, 4)), solution=None)
    assert changed.task.test == (Pair(np.zeros((4, 4))),)
    assert changed.task.train == puzzle.task.train
    assert changed != puzzle


def test_puzzles_are_equal_when_test_input_and_train_pairs_are(puzzle):
    same = parse(task_json(test=[{"input": INPUT}]), "other.json", "other")[0]
    assert puzzle == same
    assert hash(puzzle) == hash(same)
    other_rule = parse(task_json(train=[{"input": INPUT, "output": INPUT}]))[0]
    assert puzzle != other_rule


def test_a_task_that_does_not_show_its_rule_has_problems(puzzle):
    def problems(*train):
        task = replace(puzzle.task, train=train)
        return [problem.rule for problem in replace(puzzle, task=task).problems()]

    known = puzzle.task.train[0]
    assert problems(known, Pair(known.input)) == ["train pair 2 has no output"]
    assert problems() == ["the task has no train pairs to show its rule"]


# Transforms


@given(grid=grids(8), transform=transforms)
def test_a_transform_is_undone_by_its_inverse(grid, transform):
    np.testing.assert_array_equal(transform.inverse()(transform(grid)), grid)
    np.testing.assert_array_equal(transform(transform.inverse()(grid)), grid)


@given(transform=transforms)
def test_a_transform_keeps_the_background_and_cells_without_symbol(transform):
    grid = np.array([[0, NO_SYMBOL]], dtype=np.int8)
    assert sorted(transform(grid).reshape(-1).tolist()) == [NO_SYMBOL, 0]


@given(task=tasks, transform=transforms)
def test_a_transformed_puzzle_has_its_whole_task_transformed_and_solved_stays_solved(
    task, transform
):
    for puzzle in task.puzzles():
        turned = puzzle.transformed(transform)
        assert turned.task == task.map(transform)
        assert turned.name == puzzle.name
        answer = np.zeros((2, 2), dtype=np.int8) if puzzle.solution is None else puzzle.solution
        assert turned.is_solved_by(transform(answer)) == puzzle.is_solved_by(answer)
        back = turned.transformed(transform.inverse())
        assert back == puzzle
        assert back.task == task


def test_random_transforms_reach_all_symmetries_of_the_square_and_all_colours(puzzle):
    rng = np.random.default_rng(0)
    drawn = [puzzle.random_transform(rng) for _ in range(200)]
    assert {transform.dihedral for transform in drawn} == set(DIHEDRAL)
    assert {transform.colours[1] for transform in drawn} == set(range(1, 10))
    assert {transform.colours[0] for transform in drawn} == {0}
