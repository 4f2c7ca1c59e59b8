import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trm_core.puzzles.base import NO_SYMBOL, PuzzleError, PuzzleShape
from trm_core.puzzles.sudoku import Sudoku, generate, usual_box_rows
from trm_core.puzzles.sudoku_files import parse, read_csv

DATA = Path(__file__).parents[2] / "sudoku"

LINE = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79"
ANSWER = "534678912672195348198342567859761423426853791713924856961537284287419635345286179"
PUZZLE = parse(LINE)[0]
SOLVED = parse(ANSWER)[0].grid
SIX = generate(3, box_rows=2, box_cols=3, givens=14)
TALL = generate(3, box_rows=3, box_cols=2, givens=14)
KINDS = [generate(3, box_rows=2, box_cols=2, givens=6), SIX, TALL, generate(3)]

SHAPES = st.sampled_from([(4, 2), (6, 2), (6, 3), (9, 3), (12, 3), (16, 4), (25, 5)])
SEEDS = st.integers(0, 2**32)


@st.composite
def grids(draw):
    """Any grid, right or wrong, as a puzzle."""
    side, box_rows = draw(SHAPES)
    rng = np.random.default_rng(draw(SEEDS))
    filled = rng.random((side, side)) < draw(st.floats(0, 1))
    return Sudoku(rng.integers(1, side + 1, (side, side)) * filled, box_rows=box_rows)


def rules(conflicts):
    return [conflict.rule for conflict in conflicts]


def changed(grid, *cells):
    grid = grid.copy()
    for row, col, digit in cells:
        grid[row, col] = digit
    return grid


# Reading and writing


@settings(max_examples=60)
@given(grids())
def test_parse_reads_back_what_format_writes(puzzle):
    assert parse(puzzle.format()) == [puzzle]


@settings(max_examples=60)
@given(grids())
def test_parse_reads_back_what_pretty_writes(puzzle):
    assert parse(puzzle.pretty()) == [puzzle]


def test_format_writes_an_answer_with_cells_of_no_symbol_as_empty():
    assert PUZZLE.format(changed(SOLVED, (0, 0, NO_SYMBOL))) == "." + ANSWER[1:]
    assert PUZZLE.json_rows(changed(SOLVED, (0, 0, NO_SYMBOL)))[0] == [0, 3, 4, 6, 7, 8, 9, 1, 2]


def test_dots_zeros_and_underscores_are_empty_cells():
    assert parse(LINE.replace(".", "0")) == parse(LINE.replace(".", "_")) == [PUZZLE]


def test_an_sdm_file_holds_one_puzzle_per_line():
    puzzles = parse(f"# a comment\n{LINE}  # easy\r\n\n{ANSWER}\n", "two.sdm")
    assert [puzzle.format() for puzzle in puzzles] == [LINE, ANSWER]
    assert [puzzle.name for puzzle in puzzles] == ["two.sdm, line 2", "two.sdm, line 4"]


def test_an_sdk_file_holds_metadata_and_the_puzzle_before_its_state():
    rows = "\n".join(LINE[at : at + 9] for at in range(0, 81, 9))
    state = "\n".join(ANSWER[at : at + 9] for at in range(0, 81, 9))
    text = f"#ASomebody\n#DHard, they say\n[Puzzle]\n{rows}\n[State]\n{state}\n"
    (puzzle,) = parse(text, "one.sdk")
    assert puzzle == PUZZLE
    assert puzzle.name == "one.sdk"


def test_frames_around_grids_are_skipped():
    rows = [LINE[at : at + 9] for at in range(0, 81, 9)]
    framed = [f"|{row[:3]}|{row[3:6]}|{row[6:]}|" for row in rows]
    text = ["*-----------*", *framed[:3], "|---+---+---|", *framed[3:6], "|---+---+---|"]
    text += [*framed[6:], "*-----------*"]
    assert parse("\n".join(text)) == [PUZZLE]


def test_sixteen_lines_of_sixteen_cells_are_one_large_grid_where_digits_exceed_four():
    grid = Sudoku(np.eye(16) * 16)
    lines = grid.format()
    rows = [lines[at : at + 16] for at in range(0, 256, 16)]
    assert parse("\n".join(rows)) == [grid]
    small = generate(1, box_rows=2, box_cols=2, givens=6)
    assert parse("\n".join([small.format()] * 16)) == [small] * 16


@pytest.mark.parametrize("header", ["source,question,answer,rating\n", ""])
def test_csv_rows_carry_source_answer_and_rating(header):
    text = f"{header}a list,{LINE},{ANSWER},7.5\nother,{LINE},,\n"
    first, second = parse(text, "set.csv")
    assert first == second == PUZZLE
    assert (first.source, first.rating, second.rating) == ("a list", 7.5, None)
    assert first.name == f"set.csv, line {2 if header else 1}"
    assert first.format(first.solution) == ANSWER
    assert second.solution is None


def test_a_csv_header_may_order_the_columns_otherwise():
    (puzzle,) = read_csv(["answer,question", f"{ANSWER},{LINE}"], "set.csv")
    assert puzzle.format() == LINE


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "f: found no puzzle, expected 81 cells in one line"),
        ("# only a comment", "f: found no puzzle"),
        (f"{LINE}\n{LINE[:11]}q{LINE[12:]}", "f, line 2, column 12: found 'q', expected a digit"),
        (
            LINE.replace("5", "²"),
            "f, line 1, column 1: found '²', expected a digit 1-9, '.' or '0'",
        ),
        (LINE.replace("5", "٣"), "f, line 1, column 1: found '٣'"),
        ("\0" * 81, r"f, line 1, column 1: found '\x00'"),
        ("12 3q ....   ....  ....", "f, line 1, column 5: found 'q', expected a digit 1-4"),
        ("." * 255 + "h", "f, line 1, column 256: found 'h', expected a digit 1-9, a letter A-G, "),
        (LINE[:-1], "f, line 1: found 80 cells, expected 81 cells in one line"),
        ("1", "f, line 1: found 1 cell, expected 81"),
        ("5" * 10**6, "f, line 1: found 1,000,000 cells"),
        (".........\n" * 7, "f, line 1: found 7 lines of 9 cells, expected 9 lines"),
        (".........\n" * 7 + "...", "f, line 8: found 3 cells, expected 9 as in line 1"),
        (f"a,{LINE}", "f, line 1: found 2 columns, expected 4 (source, question, answer, rating)"),
        (f"a,{LINE},,hard", "f, line 1: found the rating 'hard', expected a number or nothing"),
        (f"a,{LINE},,nan", "f, line 1: found the rating 'nan', expected a number or nothing"),
        (f"a,{LINE[1:]},,", "f, line 1, question: found 80 cells, expected 81"),
        (f"a,{LINE[:12]}q{LINE[13:]},,", "f, line 1, question, row 2, column 4: found 'q'"),
        (f"a,{LINE},{ANSWER[:-1]}.,", "f, line 1: the solution is wrong: it is not complete"),
        (f"a,{LINE},{ANSWER[::-1]},", "f, line 1: the solution is wrong: the given 5 at row 1, "),
        (
            f"a,{'.' * 81},{'1' * 81},",
            "f, line 1: the solution is wrong: 1 stands 9 times in row 1",
        ),
        (f"a,{'.' * 16},{ANSWER},", "f, line 1: found a 9×9 grid, expected 4×4"),
        (f"a,{'.' * 10**6},,", "f, line 1: not readable as CSV, "),
    ],
)
def test_text_that_is_no_puzzle_is_an_error_with_its_place(text, sentence):
    with pytest.raises(PuzzleError) as error:
        parse(text, "f")
    assert str(error.value).startswith(sentence)
    assert "\n" not in str(error.value)


FRAGMENTS = [LINE, ANSWER, ".........", "....", "[Puzzle]", "[State]", "source,question", ",", "\n"]


@settings(max_examples=300)
@given(
    st.text()
    | st.text("0123456789.|-+=\n\r #[]abQ,\"'", max_size=200)
    | st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3)).map("".join)
)
def test_any_text_gives_puzzles_or_a_puzzle_error(text):
    try:
        puzzles = parse(text, "f")
    except PuzzleError:
        return
    assert puzzles
    assert all(isinstance(puzzle, Sudoku) for puzzle in puzzles)


# Construction


def test_boxes_are_the_usual_ones_by_default():
    assert [usual_box_rows(side) for side in (4, 5, 6, 8, 9, 12, 16, 25)] == [
        *(2, None, 2, 2, 3, 3, 4, 5)
    ]
    assert SIX.shape == PuzzleShape("sudoku", 6, 6, 2)
    assert TALL.shape == PuzzleShape("sudoku", 6, 6, 3)
    assert Sudoku(SIX.grid) != Sudoku(SIX.grid, box_rows=3)


@pytest.mark.parametrize(
    ("grid", "box_rows", "sentence"),
    [
        (np.zeros((9, 8)), 0, "found a 9×8 grid, expected a square of side 4 to 25"),
        (np.zeros(81), 0, "found a 81 grid, expected a square of side 4 to 25"),
        (np.zeros((26, 26)), 0, "found a 26×26 grid, expected a square of side 4 to 25"),
        (np.zeros((7, 7)), 0, "a 7×7 grid cannot be divided into boxes"),
        (np.zeros((0, 0)), 0, "found a 0×0 grid, expected a square of side 4 to 25"),
        (np.zeros((9, 9)), 2, "a 9×9 grid cannot be divided into boxes 2 high"),
        (np.full((4, 4), 5), 0, "found a digit outside 0 to 4 in the grid"),
        (np.full((4, 4), 256), 0, "found a digit outside 0 to 4 in the grid"),
    ],
)
def test_impossible_grids_are_refused(grid, box_rows, sentence):
    with pytest.raises(PuzzleError, match=f"^{sentence}$"):
        Sudoku(grid, box_rows=box_rows)


# Tokens


def test_tokens_are_digits_plus_one():
    assert PUZZLE.encode(PUZZLE.grid, PUZZLE.shape)[:5].tolist() == [6, 4, 1, 1, 8]
    assert PUZZLE.shape.vocab_size == 11


def test_tokens_without_a_digit_decode_to_no_symbol():
    tokens = np.arange(-1, 15, dtype=np.int32)
    small = KINDS[0]
    assert small.decode(tokens, small.shape).ravel().tolist() == [-1, -1, *range(5), *[-1] * 9]


@settings(max_examples=60)
@given(grids())
def test_decode_undoes_encode(puzzle):
    tokens = puzzle.encode(puzzle.grid, puzzle.shape)
    assert tokens.dtype == np.int32
    assert np.array_equal(puzzle.decode(tokens, puzzle.shape), puzzle.grid)


def test_a_puzzle_of_another_shape_is_refused():
    with pytest.raises(
        PuzzleError, match="found a puzzle of Sudoku 6×6, expected one of Sudoku 9×9"
    ):
        SIX.encode(SIX.grid, PUZZLE.shape)
    with pytest.raises(PuzzleError, match="found a 6×6 grid, expected 9×9"):
        PUZZLE.encode(SIX.grid, PUZZLE.shape)
    with pytest.raises(PuzzleError, match="found 3 tokens, expected 81"):
        PUZZLE.decode(np.zeros(3, np.int32), PUZZLE.shape)
    with pytest.raises(PuzzleError, match="found a 6×6 grid, expected 9×9"):
        PUZZLE.is_solved_by(SIX.solution)


# Rules


def test_a_good_puzzle_has_no_problems_and_its_solution_no_conflicts():
    assert PUZZLE.problems() == []
    assert PUZZLE.conflicts(SOLVED) == PUZZLE.conflicts(PUZZLE.grid) == []
    assert np.array_equal(PUZZLE.open_cells, PUZZLE.grid == 0)


def test_givens_that_stand_twice_are_problems():
    (row, column, box) = Sudoku(
        changed(np.zeros((9, 9)), (0, 0, 5), (0, 1, 5), (8, 0, 5))
    ).problems()
    assert (row.rule, row.cells) == ("5 stands twice in row 1", ((0, 0), (0, 1)))
    assert (column.rule, column.cells) == ("5 stands twice in column 1", ((0, 0), (8, 0)))
    assert (box.rule, box.cells) == ("5 stands twice in box 1", ((0, 0), (0, 1)))


def test_no_solution_is_a_problem():
    puzzle = parse("123.|...4|....|....".replace("|", ""))[0]
    assert rules(puzzle.problems()) == ["the puzzle has no solution"]
    assert puzzle.solve() is None
    assert puzzle.solution_count == 0


def test_several_solutions_are_a_problem_with_the_cells_that_differ():
    (puzzle,) = parse("..34 3412 ..43 4321")
    (problem,) = puzzle.problems()
    assert problem.rule == "the puzzle has more than one solution"
    assert problem.cells == ((0, 0), (0, 1), (2, 0), (2, 1))
    assert Sudoku(np.zeros((4, 4))).solution_count == 288


def test_a_changed_given_is_a_conflict():
    (conflict,) = PUZZLE.conflicts(changed(PUZZLE.grid, (0, 1, 1)))
    assert conflict.rule == "the given 3 at row 1, column 2 was changed to 1"
    assert conflict.cells == ((0, 1),)


def test_empty_cells_and_cells_of_no_symbol_break_no_rule():
    answer = changed(SOLVED, (0, 0, 0), (0, 1, NO_SYMBOL), (0, 2, NO_SYMBOL))
    assert PUZZLE.conflicts(answer) == []
    assert not PUZZLE.is_solved_by(answer)


def test_a_digit_in_a_line_more_than_twice_is_one_conflict():
    answer = changed(np.zeros((9, 9), np.int8), (2, 0, 7), (2, 4, 7), (2, 8, 7))
    assert rules(Sudoku(np.zeros((9, 9))).conflicts(answer)) == ["7 stands 3 times in row 3"]


def test_any_valid_completion_solves_a_puzzle():
    empty = Sudoku(np.zeros((9, 9)), SOLVED)
    other = generate(5).solution
    assert empty.is_solved_by(other)
    assert not PUZZLE.is_solved_by(other)


@pytest.mark.parametrize("puzzle", KINDS, ids=str)
def test_the_solver_finds_the_only_solution(puzzle):
    unsolved = Sudoku(puzzle.grid, box_rows=puzzle.box_rows)
    assert unsolved.solution_count == 1
    assert np.array_equal(unsolved.solve(), puzzle.solution)


@settings(max_examples=60)
@given(grids(), SEEDS)
def test_a_full_answer_solves_exactly_when_it_has_no_conflicts(puzzle, seed):
    rng = np.random.default_rng(seed)
    answer = rng.integers(1, puzzle.side + 1, puzzle.grid.shape).astype(np.int8)
    assert puzzle.is_solved_by(answer) == (not puzzle.conflicts(answer))


# Symmetries


@settings(max_examples=60)
@given(st.sampled_from(KINDS), SEEDS)
def test_solved_stays_solved_under_every_transform(puzzle, seed):
    transform = puzzle.random_transform(np.random.default_rng(seed))
    moved = puzzle.transformed(transform)
    assert moved.is_solved_by(moved.solution)
    assert moved.problems() == []
    assert (moved.grid > 0).sum() == (puzzle.grid > 0).sum()


@settings(max_examples=60)
@given(grids(), SEEDS)
def test_the_inverse_undoes_a_transform(puzzle, seed):
    transform = puzzle.random_transform(np.random.default_rng(seed))
    assert puzzle.transformed(transform).transformed(transform.inverse()) == puzzle
    assert transform.inverse().inverse() == transform


def test_empty_cells_and_cells_of_no_symbol_stay_such_under_a_transform():
    transform = PUZZLE.random_transform(np.random.default_rng(0))
    marked = changed(np.zeros((9, 9), np.int8), (4, 4, NO_SYMBOL))
    assert sorted(transform(marked).ravel().tolist()) == [-1] + [0] * 80


def test_rows_become_columns_only_where_boxes_are_square():
    rng = np.random.default_rng(0)
    assert {PUZZLE.random_transform(rng).transpose for _ in range(40)} == {False, True}
    assert {SIX.random_transform(rng).transpose for _ in range(40)} == {False}


# New puzzles


@pytest.mark.parametrize(
    ("box_rows", "box_cols", "givens"),
    [(2, 2, 5), (2, 3, 10), (3, 2, 10), (3, 3, 30), (3, 3, 24), (3, 3, 81), (4, 4, 120)],
)
def test_generated_puzzles_have_their_givens_and_one_solution(box_rows, box_cols, givens):
    sizes = {"box_rows": box_rows, "box_cols": box_cols, "givens": givens}
    puzzle = generate(11, **sizes)
    assert (puzzle.grid > 0).sum() == givens
    assert puzzle.problems() == []
    assert puzzle.is_solved_by(puzzle.solution)
    assert generate(11, **sizes) == puzzle
    assert generate(12, **sizes) != puzzle


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"givens": 16}, "a 9×9 Sudoku with one solution has 17 to 81 givens, found 16"),
        ({"givens": 82}, "a 9×9 Sudoku with one solution has 17 to 81 givens, found 82"),
        ({"box_rows": 1}, "found boxes of 1×3, expected 2×2 or more, 25 cells at most"),
        ({"box_rows": 9}, "found boxes of 9×3, expected 2×2 or more, 25 cells at most"),
        ({"seed": -1}, "found the seed -1, expected 0 or more"),
        (
            {"givens": 17},
            "found no 9×9 Sudoku with 17 givens and one solution in time, "
            r"the fewest with seed 1 were 2\d",
        ),
    ],
)
def test_puzzles_that_cannot_be_generated_are_an_error(options, sentence):
    with pytest.raises(PuzzleError, match=f"^{sentence}$"):
        generate(**{"seed": 1, **options})


# Data, and a machine without the solver


def test_every_row_of_the_test_set_is_read_and_a_sample_has_one_solution():
    with gzip.open(DATA / "test.csv.gz", "rt") as lines:
        puzzles = list(read_csv(lines, "test.csv.gz"))
    assert len(puzzles) == 3300
    assert all(puzzle.solution is not None for puzzle in puzzles)
    assert [puzzle.name for puzzle in puzzles[::30] if puzzle.problems()] == []


def test_grids_with_several_solutions_are_reported():
    with gzip.open(DATA / "multiple_solutions.txt.gz", "rt") as lines:
        puzzles = parse(lines.read())
    assert len(puzzles) == 200
    for puzzle in puzzles:
        assert rules(puzzle.problems()) == ["the puzzle has more than one solution"]


def test_the_module_imports_without_the_solver():
    code = "import sys; sys.modules['pysat'] = None; import trm_core.puzzles.sudoku_files"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])
