"""Sudokus are as hard as the techniques that they take; well-known ones are graded as known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trm_core.puzzles import sudoku_grade
from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.sudoku import Sudoku, generate
from trm_core.puzzles.sudoku_files import parse
from trm_core.puzzles.sudoku_grade import grade_sudoku

NAKED_SINGLES = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79"
BOX_SINGLES = "1..24...2....4.."
SEVENTEEN = ".......1.4.........2...........5.4.7..8...3....1.9....3..4..2...5.1........8.6..."
NAKED_PAIR = "4.....938.32.941...953..24.37.6.9..4529..16736.47.3.9.957..83....39..4..24..3.7.9"
HIDDEN_PAIR = ".........9.46.7....768.41..3.97.1.8.7.8...3.1.513.87.2..75.261...54.32.8........."
X_WING = "1.....569492.561.8.561.924...964.8.1.64.1....218.356.4.4.5...169.5.614.2621.....5"
SWORDFISH = "52941.7.3..6..3..2..32......523...76637.5.2..19.62753.3...6942.2..83.6..96.7423.5"
XY_WING = "9..24.....5.69.231.2..5..9..9.7..32...29356.7.7...29...69.2..7351..79.622.7.86..9"
INKALA = "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4.."
EASTER_MONSTER = "1.......2.9.4...5...6...7...5.9.3.......7.......85..4.7.....6...3...9.8...2.....1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NAKED_SINGLES, "easy"),
        (BOX_SINGLES, "easy"),
        (SEVENTEEN, "medium"),
        (NAKED_PAIR, "hard"),
        (HIDDEN_PAIR, "hard"),
        (X_WING, "expert"),
        (SWORDFISH, "expert"),
        (XY_WING, "expert"),
        (INKALA, "extreme"),
        (EASTER_MONSTER, "extreme"),
    ],
)
def test_well_known_sudokus_have_the_grade_of_what_they_take(text, expected):
    assert grade_sudoku(parse(text)[0]) == expected


def test_a_solved_sudoku_is_easy():
    assert grade_sudoku(Sudoku(generate(1).solution)) == "easy"


@settings(max_examples=15)
@given(st.sampled_from([(2, 2, 5), (2, 3, 9), (3, 2, 9), (3, 3, 27)]), st.integers(0, 99))
def test_symmetries_leave_the_grade_as_it_is(size, seed):
    box_rows, box_cols, givens = size
    puzzle = generate(seed, box_rows=box_rows, box_cols=box_cols, givens=givens)
    transform = puzzle.random_transform(np.random.default_rng(seed))
    assert grade_sudoku(puzzle.transformed(transform)) == grade_sudoku(puzzle)


def test_boxes_that_are_higher_than_wide_are_graded_as_the_puzzle_turned_by_a_quarter():
    for seed in range(5):
        puzzle = generate(seed, box_rows=2, box_cols=3, givens=9)
        turned = Sudoku(puzzle.grid.T, box_rows=3)
        assert grade_sudoku(turned) == grade_sudoku(puzzle)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("." * 16, "the puzzle has more than one solution"),
        ("11" + "." * 14, "1 stands twice in row 1"),
        ("123...4" + "." * 9, "the puzzle has no solution"),
    ],
)
def test_without_exactly_one_solution_there_is_no_grade(text, sentence):
    with pytest.raises(PuzzleError, match=f"^{sentence}, expected exactly one solution to grade"):
        grade_sudoku(parse(text)[0])


# The techniques, on boards where nothing but what the test says is known


def board(**known):
    """(81, 9) candidates: r1c2="34" leaves only these digits in row 1, column 2."""
    candidates = np.ones((81, 9), dtype=np.bool_)
    for place, digits in known.items():
        cell = 9 * int(place[1]) + int(place[3]) - 10
        candidates[cell] = [str(digit) in digits for digit in range(1, 10)]
    return candidates


def without(digits, *places):
    """Digits that are none of `digits` in these places; "r1c*" is a row, "r*c1" a column."""
    rest = "".join(set("123456789") - set(digits))
    spread = [place.replace("*", str(number)) for place in places for number in range(1, 10)]
    return dict.fromkeys(spread, rest)


def struck_out(technique, candidates, *arguments):
    """What a technique strikes out, as texts such as "5 r1c9"."""
    after = candidates.copy()
    technique(after, 3, *arguments)
    assert not (after & ~candidates).any()
    return {
        f"{digit + 1} r{cell // 9 + 1}c{cell % 9 + 1}"
        for cell, digit in np.argwhere(candidates & ~after).tolist()
    }


def each(digits, *places):
    return {f"{digit} {place}" for place in places for digit in digits}


ROW_1 = [f"r1c{col}" for col in range(1, 10)]


def test_a_naked_single_takes_its_digit_from_all_that_see_it():
    found = struck_out(sudoku_grade._naked, board(r1c1="5"), 1)
    assert len(found) == 20
    assert found > each("5", "r1c9", "r9c1", "r3c3")


def test_a_naked_pair_takes_its_digits_from_the_rest_of_the_unit():
    found = struck_out(sudoku_grade._naked, board(r1c1="12", r1c9="12"), 2)
    assert found == each("12", *ROW_1[1:8])


def test_a_naked_triple_needs_no_cell_with_all_three():
    found = struck_out(sudoku_grade._naked, board(r1c1="12", r1c5="23", r1c9="13"), 3)
    assert found == each("123", *ROW_1[1:4], *ROW_1[5:8])


def test_a_hidden_pair_takes_all_else_from_its_cells():
    known = without("12", *ROW_1[1:8])
    found = struck_out(sudoku_grade._hidden, board(**known), 2, slice(3))
    assert found == each("3456789", "r1c1", "r1c9")


def test_a_hidden_single_of_a_row_is_not_found_in_boxes():
    candidates = board(**without("1", *ROW_1[1:]))
    assert struck_out(sudoku_grade._hidden, candidates, 1, slice(2, 3)) == set()
    assert struck_out(sudoku_grade._hidden, candidates, 1, slice(2)) == each("23456789", "r1c1")


def test_pointing_and_claiming_clear_the_line_and_the_box():
    rest_of_box = without("4", "r2c1", "r2c2", "r2c3", "r3c1", "r3c2", "r3c3")
    assert struck_out(sudoku_grade._locked, board(**rest_of_box)) == each("4", *ROW_1[3:])
    rest_of_line = without("4", *ROW_1[3:])
    assert struck_out(sudoku_grade._locked, board(**rest_of_line)) == each(
        "4", "r2c1", "r2c2", "r2c3", "r3c1", "r3c2", "r3c3"
    )


def test_an_x_wing_of_rows_clears_its_columns():
    elsewhere = [f"r{row}c{col}" for row in (1, 5) for col in range(1, 10) if col not in (2, 8)]
    found = struck_out(sudoku_grade._fish, board(**without("7", *elsewhere)), 2)
    assert found == each("7", *(f"r{row}c{col}" for row in (2, 3, 4, 6, 7, 8, 9) for col in (2, 8)))


def test_an_xy_wing_clears_what_sees_both_of_its_wings():
    found = struck_out(sudoku_grade._xy_wing, board(r1c1="12", r1c5="13", r5c1="23"))
    assert found == each("3", "r5c5")
