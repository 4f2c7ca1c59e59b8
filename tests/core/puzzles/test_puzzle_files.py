"""Texts of any kind, and what is saved and read again."""

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from trm_core.puzzles.arc import Arc, Pair, Task
from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.files import SAVE_SUFFIXES, load_puzzles, parse_puzzles, save_puzzle
from trm_core.puzzles.maze import FLOOR, GOAL, START, WALL, Maze
from trm_core.puzzles.sudoku import Sudoku

BOXES = [(4, 2), (6, 2), (6, 3), (8, 2), (8, 4), (9, 3), (10, 2), (12, 3), (16, 4), (25, 5)]


@st.composite
def sudokus(draw):
    side, box_rows = draw(st.sampled_from(BOXES))
    cells = st.integers(0, side) if draw(st.booleans()) else st.just(0)
    grid = draw(arrays.arrays(np.int8, (side, side), elements=cells))
    return Sudoku(grid, box_rows=box_rows)


@st.composite
def mazes(draw):
    shape = draw(st.tuples(st.integers(2, 14), st.integers(2, 14)))
    floor = st.sampled_from([FLOOR, WALL]) if draw(st.booleans()) else st.just(FLOOR)
    grid = draw(arrays.arrays(np.int8, shape, elements=floor))
    cells = [(r, c) for r in range(shape[0]) for c in range(shape[1])]
    start, goal = draw(st.lists(st.sampled_from(cells), min_size=2, max_size=2, unique=True))
    grid[start], grid[goal] = START, GOAL
    return Maze(grid)


grids = arrays.arrays(
    np.int8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=30), elements=st.integers(0, 9)
)
pairs = st.builds(Pair, grids, grids)
tests = st.builds(Pair, grids, st.none() | grids)
tasks = st.builds(
    Task,
    st.just("task"),
    st.lists(pairs, max_size=3).map(tuple),
    st.lists(tests, min_size=1, max_size=3).map(tuple),
)


@given(st.one_of(sudokus(), mazes(), tasks.map(Arc.of)))
def test_what_is_saved_or_copied_is_the_same_puzzle_again(tmp_path_factory, puzzle):
    assert parse_puzzles(puzzle.format())[0] == puzzle
    for suffix in SAVE_SUFFIXES[puzzle.kind]:
        file = tmp_path_factory.mktemp("saved") / f"puzzle{suffix}"
        save_puzzle(puzzle, file)
        assert load_puzzles(file)[0] == puzzle


@given(tasks)
def test_every_test_input_of_a_saved_task_is_there_again(tmp_path_factory, task):
    file = tmp_path_factory.mktemp("saved") / "task.json"
    save_puzzle(Arc.of(task, len(task.test) - 1), file)
    assert load_puzzles(file) == task.puzzles()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the text: found no puzzle"),
        ("12345", "line 1: found 5 cells"),
        ("S#\n#", "the text, line 2, column 2: found a row of 1 cell"),
        ('{"train": 3}', "ARC task: train: found 3"),
    ],
)
def test_text_that_is_no_puzzle_is_refused(text, sentence):
    with pytest.raises(PuzzleError, match=f"^{sentence}"):
        parse_puzzles(text)


LINE = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79"
UNDERSTOOD = "expected a Sudoku (81 digits in one line, or 9 in each of 9 lines, with '.' for empty"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"quizzes,solutions\n{LINE},{LINE}", "line 1: found the columns quizzes, solutions, "),
        (f"id,puzzle\n1,{LINE}", "line 1: found the columns id, puzzle, expected one called quest"),
        (
            "\n".join(["5,3,,,7,,,,"] * 9),
            "line 1: found a table of 9 columns with a cell in each, ",
        ),
        (
            LINE.replace(".", "*"),
            "line 1, column 3: found '*', expected a digit 1-9, '.' or '0' for",
        ),
        (LINE[:-1] + "*", "line 1, column 81: found '*', expected a digit 1-9, '.' or '0' for an"),
        (
            LINE[:40].replace(".", "*"),
            "line 1, column 3: found '*', expected a digit, '.' or '0' fo",
        ),
        ("53 7\n6  195", "line 1: found 3 cells, expected 81 cells in one line (9×9; 16 for 4×4"),
        (".........", "line 1: found 1 line of 9 cells, expected 9 lines"),
        (f'<?xml version="1.0"?>\n<opensudoku><game data="{LINE}"/>', "XML ('<opensudoku>'), "),
        (f"<!DOCTYPE html>\n<html><p>{LINE}", "line 1: found HTML ('<html>'), expected a Sudoku"),
        ("<b>hello</b>", f"line 1: found HTML or XML ('<b>'), {UNDERSTOOD}"),
        (f"https://www.sudokuwiki.org/sudoku.htm?bd={LINE}", "found a web address ('https://www."),
        (f":0000:x:{LINE}:::", "line 1: found a line of HoDoKu's library (':0000:x:53..7"),
        ("Grid 01\n003020600\n900305001", f"line 1: found 'Grid 01', {UNDERSTOOD}"),
        ("Dear all, here is a puzzle", f"found 'Dear all, here is a puzzle', {UNDERSTOOD}"),
        ("{\\rtf1\\ansi hello", "line 1: found a document in RTF, "),
        ("[[1,2],[3,4]]", 'found a list of length 2, expected an object with "train" and "test"'),
        (
            '{"ab": [[[3, 2]]]}',
            "found the outputs of ARC tasks alone, expected the file of the task",
        ),
        ("#####\n#S..#\n#..G#\n#####", "line 2, column 3: found '.', expected # (wall), a space"),
    ],
)
def test_a_message_speaks_of_the_format_that_was_given_and_of_what_is_understood(text, found):
    with pytest.raises(PuzzleError) as refused:
        parse_puzzles(text, "mine.txt")
    sentence = str(refused.value)
    assert sentence.startswith("mine.txt")
    assert found in sentence
    assert "letter A-P" not in sentence
    assert "as in line" not in sentence


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        (
            "photo.jpg",
            b"\xff\xd8\xff\xe0\0",
            "found a JPEG picture, expected a maze in PNG, BMP, GIF",
        ),
        (
            "scan.tif",
            b"II*\0\x80\xff",
            "found a TIFF picture, expected a maze in PNG, BMP, GIF or W",
        ),
        ("wide.txt", LINE.encode("utf-16"), "found text in UTF-16, expected UTF-8; most editors"),
        ("sheet.xlsx", b"PK\3\4\x80\xff", "found a zip archive or an office document, expected a"),
        ("maze.txt", b"\x89PNG\r\n", "found a PNG picture, expected a name that ends in .png"),
        ("some.bin", b"12\xff", "byte 3 is not text, expected a puzzle file in UTF-8"),
    ],
)
def test_a_file_that_is_no_text_is_called_what_it_is(tmp_path, name, content, found):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(PuzzleError) as refused:
        load_puzzles(file)
    assert str(refused.value).startswith(f"{file}: {found}")


def test_outputs_alone_name_the_file_of_their_tasks(tmp_path):
    file = tmp_path / "arc-agi_training_solutions.json"
    file.write_text('{"00576224": [[[3, 2], [7, 8]]]}')
    with pytest.raises(PuzzleError, match=r"\(arc-agi_training_challenges\.json\)"):
        load_puzzles(file)


def test_a_comment_with_a_comma_does_not_make_csv_of_a_puzzle():
    assert parse_puzzles(f"{LINE}  # 30 givens, easy")[0].shape.rows == 9


PARTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["\n", ",", "<", "[", "{", '"', "#", "S", "G", " ", "\0", "\x1b", "://", "}"]),
    st.sampled_from([LINE, "question,answer", "train", "[[", "9" * 300, "," * 300, "[Puzzle]"]),
)


@given(st.lists(PARTS, max_size=12).map("".join))
def test_any_text_is_puzzles_or_one_short_sentence_with_the_name_of_its_source(text):
    try:
        assert parse_puzzles(text, "mine.txt")
    except PuzzleError as error:
        sentence = str(error)
        assert sentence.startswith("mine.txt")
        assert len(sentence) < 500
        assert sentence.isprintable()
        assert not re.search(r"(?<!×)\b1 (cells|lines|columns|rows|grids)\b", sentence)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    file = tmp_path / "absent" / "maze.txt"
    with pytest.raises(
        PuzzleError, match=r"maze\.txt cannot be written: No such file or directory$"
    ):
        save_puzzle(Maze([[START, GOAL], [FLOOR, FLOOR]]), file)


def test_a_folder_with_a_file_for_each_task_is_read_in_the_order_of_their_names(tmp_path):
    tasks = [
        Task(name, (Pair(np.ones((1, 2), np.int8), np.ones((2, 1), np.int8)),) * 2, (test,) * count)
        for name, count in (("00d62c1b", 1), ("007bbfb7", 2))
        for test in [Pair(np.zeros((2, 2), np.int8), np.zeros((1, 1), np.int8))]
    ]
    for task in tasks:
        (tmp_path / f"{task.id}.json").write_text(task.format())
    puzzles = load_puzzles(tmp_path)
    assert [puzzle.task for puzzle in puzzles] == [tasks[1], tasks[1], tasks[0]]


def test_a_folder_of_kaggle_s_has_its_outputs_from_the_solutions_in_it(tmp_path):
    pair = {"input": [[1]], "output": [[2]]}
    challenges = {"aa": {"train": [pair], "test": [{"input": [[3]]}]}}
    (tmp_path / "arc_challenges.json").write_text(json.dumps(challenges))
    (tmp_path / "arc_solutions.json").write_text(json.dumps({"aa": [[[4]]]}))
    (puzzle,) = load_puzzles(tmp_path)
    assert puzzle.solution.tolist() == [[4]]


def test_a_folder_without_tasks_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(PuzzleError) as error:
        load_puzzles(tmp_path)
    assert str(error.value) == f"{tmp_path}: found no .json file, expected one for each ARC task"
