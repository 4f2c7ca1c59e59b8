"""ARC tasks: tokens, transforms, files, the public data sets, made-up tasks."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trm_core.puzzles.arc import Arc, ArcTransform, Pair, Task
from trm_core.puzzles.arc_tasks import (
    RULES,
    generate,
    join_solutions,
    load_dataset,
    load_task,
    parse,
)
from trm_core.puzzles.base import NO_SYMBOL, PuzzleError, PuzzleShape
from trm_core.puzzles.dihedral import DIHEDRAL

CANVASES = [PuzzleShape("arc", 30, 30), PuzzleShape("arc", 12, 12)]


def grids(most=30):
    size = st.integers(1, most)
    colours = st.integers(0, 9)
    return st.tuples(size, size).flatmap(lambda shape: arrays(np.int8, shape, elements=colours))


pairs = st.builds(Pair, grids(6), grids(6))
tasks = st.builds(
    Task,
    id=st.just("00576224"),
    train=st.lists(pairs, min_size=1, max_size=3).map(tuple),
    test=st.lists(pairs | st.builds(Pair, grids(6)), min_size=1, max_size=3).map(tuple),
)
transforms = st.builds(
    ArcTransform,
    st.sampled_from(DIHEDRAL),
    st.permutations(range(1, 10)).map(lambda new: (0, *new)),
)

INPUT = [[1, 2], [3, 4], [5, 6]]
OUTPUT = [[7, 8]]


def task_json(**changes):
    """A task file with one pair of each part, the parts in `changes` replaced."""
    pair = {"input": INPUT, "output": OUTPUT}
    return json.dumps({"train": [pair, pair], "test": [pair], **changes})


@pytest.fixture
def puzzle():
    return parse(task_json(), "tasks/00576224.json")[0]


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
    assert [p.name for p in parse(task_json(test=test), "abc.json")] == ["abc", "abc, test 2"]


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
    same = parse(task_json(test=[{"input": INPUT}]), "other.json")[0]
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


# Files


@given(task=tasks)
def test_a_formatted_task_parses_to_itself(task):
    puzzles = parse(task.puzzles()[0].format(), "00576224.json")
    assert puzzles == task.puzzles()
    assert puzzles[0].task == task


@given(task=tasks, answer=grids(6))
def test_a_formatted_answer_parses_to_the_task_with_that_output(task, answer):
    for puzzle in task.puzzles():
        read = parse(puzzle.format(answer), "00576224.json")[puzzle.test_index]
        assert read.task == replace(puzzle, solution=answer).task


def test_a_task_is_written_as_in_the_official_files(puzzle):
    assert puzzle.format() == task_json()


def test_a_combined_file_gives_the_tests_of_all_its_tasks():
    one = {"train": [{"input": INPUT, "output": OUTPUT}], "test": [{"input": INPUT}]}
    two = {**one, "test": [{"input": INPUT}, {"input": OUTPUT, "output": None}]}
    puzzles = parse(json.dumps({"aa": one, "bb": two}), "challenges.json")
    assert [puzzle.name for puzzle in puzzles] == ["aa", "bb", "bb, test 2"]
    assert all(puzzle.solution is None for puzzle in puzzles)


CHALLENGES = json.dumps(
    {
        "aa": {
            "train": [{"input": INPUT, "output": OUTPUT}],
            "test": [{"input": INPUT}, {"input": OUTPUT}],
        }
    }
)


def test_kaggle_solutions_join_their_challenges():
    solutions = json.dumps({"aa": [OUTPUT, INPUT], "bb": [OUTPUT]})
    first, second = join_solutions(CHALLENGES, solutions, "challenges.json", "solutions.json")
    assert first.json_rows(first.solution) == OUTPUT
    assert second.json_rows(second.solution) == INPUT
    assert first.task == second.task
    assert first.source == "challenges.json"


@pytest.mark.parametrize(
    ("solutions", "sentence"),
    [
        ({"bb": []}, 'found an object with "bb", expected an object with "aa"'),
        (
            {"aa": [OUTPUT]},
            'task "aa": found a list of length 1, expected 2 grids, one for each test input',
        ),
        (
            {"aa": [OUTPUT, [[10]]]},
            'task "aa", test output 2, row 1, column 1: found 10, expected a colour from 0 to 9',
        ),
    ],
)
def test_solutions_that_do_not_match_are_refused_in_one_sentence(solutions, sentence):
    with pytest.raises(PuzzleError) as error:
        join_solutions(CHALLENGES, json.dumps(solutions), "challenges.json", "solutions.json")
    assert str(error.value) == f"solutions.json: {sentence}"


def broken(grid):
    """A task file whose second train pair has `grid` as its input."""
    good = {"input": INPUT, "output": OUTPUT}
    return task_json(train=[good, {**good, "input": grid}])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            broken([[1], [2], [12]]),
            "train pair 2, input, row 3, column 1: found 12, expected a colour from 0 to 9",
        ),
        (
            broken([[1, True]]),
            "train pair 2, input, row 1, column 2: found true, expected a colour from 0 to 9",
        ),
        (
            broken([[1.0]]),
            "train pair 2, input, row 1, column 1: found 1.0, expected a colour from 0 to 9",
        ),
        (
            broken([[-1]]),
            "train pair 2, input, row 1, column 1: found -1, expected a colour from 0 to 9",
        ),
        (
            broken([["\ud800"]]),
            'train pair 2, input, row 1, column 1: found "\\ud800", expected a colour from 0 to 9',
        ),
        (
            broken([[10**4000]]),
            f"train pair 2, input, row 1, column 1: found 1{'0' * 35} ..., "
            "expected a colour from 0 to 9",
        ),
        (
            broken([[1, 2], [3]]),
            "train pair 2, input, row 2: found a list of length 1, expected length 2 as in row 1",
        ),
        (broken([]), "train pair 2, input: found a list of length 0, expected length 1 to 30"),
        (
            broken([[]]),
            "train pair 2, input, row 1: found a list of length 0, expected length 1 to 30",
        ),
        (
            broken([[1]] * 31),
            "train pair 2, input: found a list of length 31, expected length 1 to 30",
        ),
        (
            broken([[1] * 31]),
            "train pair 2, input, row 1: found a list of length 31, expected length 1 to 30",
        ),
        (broken("12"), 'train pair 2, input: found "12", expected a list'),
        (broken([1]), "train pair 2, input, row 1: found 1, expected a list"),
        (
            task_json(train=[{"input": INPUT}]),
            'train pair 1: found an object with "input", expected an object with "output"',
        ),
        (task_json(test=[3]), 'test pair 1: found 3, expected an object with "input"'),
        (task_json(test=None), "test: found null, expected a list"),
        (task_json(test=[]), "test: found an empty list, expected at least one test input"),
        ('{"train": []}', 'found an object with "train", expected an object with "test"'),
        ('{"aa": [[[1]]]}', 'task "aa": found a list of length 1, expected an object with "train"'),
        ("{}", 'found an empty object, expected an object with "train"'),
        ("[]", 'found a list of length 0, expected an object with "train"'),
        ("NaN", 'found NaN, expected an object with "train"'),
        (
            '{"train": [\n  1 2]}',
            "line 2, column 5: found no JSON (Expecting ',' delimiter), "
            "expected a file of ARC tasks",
        ),
        (
            "",
            "line 1, column 1: found no JSON (Expecting value), expected a file of ARC tasks",
        ),
        ("[" * 100_000, "found lists nested too deeply, expected a file of ARC tasks"),
        ("9" * 5000, "found a number of thousands of digits, expected colours from 0 to 9"),
    ],
    ids=lambda value: value[:30],
)
def test_a_broken_file_is_refused_in_one_sentence(text, sentence):
    with pytest.raises(PuzzleError) as error:
        parse(text, "abc.json")
    assert str(error.value) == f"abc.json: {sentence}"


def test_an_error_in_text_without_a_source_still_says_what_it_is_about():
    with pytest.raises(PuzzleError, match=r"^ARC task: found 3, expected"):
        parse("3")


def read_or_refuse(text):
    try:
        assert parse(text)
    except PuzzleError as error:
        sentence = str(error)
    else:
        sentence = ""
    assert sentence.encode().count(b"\n") == 0


@given(text=st.text())
def test_any_text_is_read_or_refused(text):
    read_or_refuse(text)


rows = st.lists(st.lists(st.integers(-1, 10), max_size=3), max_size=3)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | rows,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["train", "test", "input", "output", "aa"]), inner)
        | st.fixed_dictionaries({"train": st.lists(inner), "test": st.lists(inner)})
        | st.fixed_dictionaries({"input": inner}, optional={"output": inner})
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(value=values)
def test_any_json_value_is_read_or_refused(value):
    read_or_refuse(json.dumps(value))


@settings(max_examples=200)
@given(data=st.data(), value=values)
def test_a_task_with_any_one_part_replaced_is_read_or_refused(data, value):
    part = task = json.loads(task_json())
    while True:
        key = data.draw(st.sampled_from(list(part) if isinstance(part, dict) else range(len(part))))
        if not isinstance(part[key], dict | list) or data.draw(st.booleans()):
            break
        part = part[key]
    part[key] = value
    read_or_refuse(json.dumps(task))


# The public data sets


@pytest.mark.parametrize(("name", "count"), [("arc-agi-1", 800), ("arc-agi-2", 1120)])
def test_a_public_data_set_is_complete_and_every_puzzle_valid(name, count):
    tasks = load_dataset(name)
    assert len({task.id for task in tasks}) == len(tasks) == count
    for task in tasks:
        for puzzle in task.puzzles():
            assert puzzle.problems() == []
            assert puzzle.fits(CANVASES[0])
            assert puzzle.is_solved_by(puzzle.solution)


def test_tasks_are_found_by_id_in_the_first_data_set_that_has_them():
    tiling = load_task("00576224")
    assert tiling.puzzles()[0].json_rows(tiling.test[0].input) == [[3, 2], [7, 8]]
    assert tiling.test[0].output.shape == (6, 6)
    fractal = load_task("007bbfb7")
    assert [len(fractal.train), len(fractal.test)] == [5, 1]
    assert load_task("007bbfb7", "arc-agi-2").id == "007bbfb7"


def test_an_unknown_task_is_refused_with_close_ids():
    with pytest.raises(PuzzleError, match=r"found '0057622', expected an id such as .*00576224"):
        load_task("0057622")
    with pytest.raises(PuzzleError, match="found '§', expected an id such as 007bbfb7"):
        load_task("§")


def test_an_unknown_data_set_is_refused_with_the_known_names():
    with pytest.raises(PuzzleError, match="found 'arc-agi-3', expected arc-agi-1 or arc-agi-2"):
        load_task("007bbfb7", "arc-agi-3")


# Made-up tasks


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32),
    family=st.sampled_from([None, *RULES]),
    rows=st.integers(6, 30),
    cols=st.integers(6, 30),
)
def test_a_made_up_task_is_valid_shows_change_and_fits_its_size(seed, family, rows, cols):
    puzzle = generate(seed, family=family, rows=rows, cols=cols)
    assert puzzle.problems() == []
    assert len(puzzle.task.train) == 3
    for pair in (*puzzle.task.train, *puzzle.task.test):
        assert pair.output is not None
        assert not np.array_equal(pair.input, pair.output)
        for grid in (pair.input, pair.output):
            assert np.all(np.array(grid.shape) <= (rows, cols))
    again = generate(seed, family=family, rows=rows, cols=cols)
    assert again.task == puzzle.task
    assert puzzle.name.startswith("generated-")
    assert puzzle.name.endswith(f"-{seed}")


@pytest.mark.parametrize(
    ("family", "before", "after"),
    [
        ("recolour", ["12", "01"], ["42", "04"]),
        ("mirror", ["12", "03"], ["21", "30"]),
        ("gravity", ["12", "30", "00"], ["00", "10", "32"]),
        ("fill", ["0111", "1010", "0111", "0000"], ["0111", "1410", "0111", "0000"]),
        ("crop", ["0000", "0120", "0300"], ["12", "30"]),
        ("tile", ["12"], ["1212", "1212"]),
    ],
)
def test_each_rule_does_what_it_says(family, before, after):
    grid = np.array([list(row) for row in before], dtype=np.int8)
    result = RULES[family](grid)
    assert ["".join(map(str, row)) for row in result.tolist()] == after


def test_impossible_made_up_tasks_are_refused():
    with pytest.raises(PuzzleError, match="found 5×10, expected 6×6 to 30×30"):
        generate(0, rows=5)
    with pytest.raises(PuzzleError, match="found 'sort', expected recolour, mirror"):
        generate(0, family="sort")
