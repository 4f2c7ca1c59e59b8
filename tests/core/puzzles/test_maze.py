from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from trm_core.puzzles.base import NO_SYMBOL, Conflict, Grid, PuzzleError, PuzzleShape
from trm_core.puzzles.dihedral import DIHEDRAL, Dihedral
from trm_core.puzzles.maze import FLOOR, GOAL, PATH, START, WALL, Maze, layers
from trm_core.puzzles.maze_files import MAX_IMAGE_SIDE, parse, read_csv, read_image
from trm_core.puzzles.maze_generators import generate_hard, generate_perfect, generate_with_loops

RING = """\
#######
#S   ##
# # # #
#     #
#    G#
#######"""


def ring(*marked: tuple[int, int]) -> tuple[Maze, Grid]:
    """The maze RING with an answer that marks these cells."""
    maze = parse(RING)[0]
    answer = maze.grid.copy()
    for cell in marked:
        answer[cell] = PATH
    return maze, answer


OVER_THE_TOP = ((1, 2), (1, 3), (2, 3), (3, 3), (3, 4), (3, 5))
DOWN_THE_LEFT = ((2, 1), (3, 1), (4, 1), (4, 2), (4, 3), (4, 4))


@st.composite
def mazes(draw: Callable) -> Maze:
    """Mazes of any size and shape, solvable or not."""
    sides = st.integers(2, 9)
    shape = (draw(sides), draw(sides))
    grid = draw(hnp.arrays(np.int8, shape, elements=st.sampled_from([FLOOR, FLOOR, WALL])))
    cells = st.integers(0, grid.size - 1)
    start, goal = draw(st.lists(cells, min_size=2, max_size=2, unique=True))
    grid.flat[start], grid.flat[goal] = START, GOAL
    maze = Maze(grid)
    return Maze(grid, maze.solve())


@st.composite
def mazes_with_answers(draw: Callable) -> tuple[Maze, Grid]:
    """A maze and an answer that is right, nearly right, or nonsense."""
    maze = draw(mazes())
    if maze.solution is not None and draw(st.booleans()):
        answer = maze.solution.copy()
        answer.flat[draw(st.integers(0, answer.size - 1))] = draw(st.integers(NO_SYMBOL, PATH))
    else:
        answer = draw(hnp.arrays(np.int8, maze.grid.shape, elements=st.integers(NO_SYMBOL, PATH)))
    return maze, answer


def same(one: Maze, other: Maze) -> bool:
    solutions = (one.solution, other.solution)
    return one == other and (
        solutions[0] is solutions[1] is None or np.array_equal(solutions[0], solutions[1])
    )


# Answers


@pytest.mark.parametrize("path", [OVER_THE_TOP, DOWN_THE_LEFT])
def test_any_shortest_path_counts_as_solved(path: tuple) -> None:
    maze, answer = ring(*path)
    assert maze.is_solved_by(answer) is True
    assert maze.conflicts(answer) == []


def test_a_longer_path_does_not_count_as_solved() -> None:
    maze = parse("#####\n#S G#\n# # #\n#   #\n#####")[0]
    answer = maze.grid.copy()
    for cell in ((2, 1), (3, 1), (3, 2), (3, 3), (2, 3)):
        answer[cell] = PATH
    assert maze.is_solved_by(answer) is False
    assert [conflict.rule for conflict in maze.conflicts(answer)] == [
        "the marked path takes 6 steps, a shortest one 2"
    ]


@pytest.mark.parametrize("stray", [(2, 1), (1, 4), (4, 4), (3, 1)])
def test_a_shortest_path_with_one_stray_mark_does_not_count_as_solved(stray: tuple) -> None:
    maze, answer = ring(*OVER_THE_TOP, stray)
    assert maze.is_solved_by(answer) is False
    assert maze.conflicts(answer) != []


def test_a_shortest_path_with_a_gap_does_not_count_as_solved() -> None:
    maze, answer = ring(*OVER_THE_TOP[:-1])
    assert maze.is_solved_by(answer) is False


def test_a_path_through_a_wall_does_not_count_as_solved() -> None:
    maze = parse("###\nS#G\n   ")[0]
    assert maze.is_solved_by(np.array([[0, 0, 0], [2, 4, 3], [1, 1, 1]], np.int8)) is False


def test_start_and_goal_side_by_side_are_solved_without_a_mark() -> None:
    maze = parse("SG\n  ")[0]
    assert maze.shortest_length == 1
    assert maze.is_solved_by(maze.grid) is True


def test_a_maze_without_path_is_solved_by_nothing() -> None:
    maze = parse("S#G\n###")[0]
    assert maze.solve() is None
    assert maze.shortest_path() is None
    assert maze.shortest_length is None
    assert maze.is_solved_by(maze.grid) is False


@given(mazes_with_answers())
@settings(max_examples=150)
def test_solved_means_a_shortest_path_of_the_marked_cells_and_nothing_else_changed(
    case: tuple[Maze, Grid],
) -> None:
    maze, answer = case
    paths = []
    if maze.shortest_length is not None:
        paths = nx.all_shortest_paths(maze.graph(), maze.start, maze.goal)
    answers = []
    for path in paths:
        expected = maze.grid.copy()
        for cell in path[1:-1]:
            expected[cell] = PATH
        answers.append(expected.tobytes())
        if len(answers) > 2000:
            return
    assert maze.is_solved_by(answer) == (answer.tobytes() in answers)


@given(mazes_with_answers())
@settings(max_examples=100)
def test_an_answer_that_marks_something_is_solved_exactly_if_it_has_no_conflicts(
    case: tuple[Maze, Grid],
) -> None:
    maze, answer = case
    if (answer == PATH).any() and not (answer == NO_SYMBOL).any() and not maze.problems():
        assert maze.is_solved_by(answer) == (maze.conflicts(answer) == [])


@given(mazes_with_answers())
@settings(max_examples=50)
def test_solved_stays_solved_under_every_transform(case: tuple[Maze, Grid]) -> None:
    maze, answer = case
    for symmetry in DIHEDRAL:
        other = maze.transformed(symmetry)
        assert other.is_solved_by(symmetry(answer)) == maze.is_solved_by(answer)
        assert other.solution is None or other.is_solved_by(other.solution)


# Problems and conflicts


@given(mazes())
@settings(max_examples=50)
def test_a_maze_has_a_problem_exactly_if_it_has_no_path(maze: Maze) -> None:
    assert (maze.problems() == []) == nx.has_path(maze.graph(), maze.start, maze.goal)


def test_problems_name_missing_and_doubled_ends_and_unreachable_goals() -> None:
    assert parse("S#G\n###")[0].problems()[0].cells == ((0, 0), (0, 2))
    doubled = Maze(np.array([[START, FLOOR], [FLOOR, START]]))
    assert [(problem.rule, problem.cells) for problem in doubled.problems()] == [
        ("found 2 starts, expected exactly one S", ((0, 0), (1, 1))),
        ("found no goal, expected exactly one G", ()),
    ]
    assert doubled.start is None
    assert doubled.solve() is None


def test_an_answer_that_marks_nothing_breaks_no_rule() -> None:
    maze, answer = ring()
    assert maze.conflicts(answer) == []
    assert maze.conflicts(np.full_like(answer, NO_SYMBOL)) == []


@pytest.mark.parametrize(
    ("changes", "rule", "cells"),
    [
        ({(0, 1): FLOOR}, "a wall was changed at row 1, column 2", ((0, 1),)),
        (
            {(0, 1): PATH, (5, 6): GOAL},
            "a wall was changed at row 1, column 2 and 1 more",
            ((0, 1), (5, 6)),
        ),
        ({(1, 1): FLOOR}, "the start was changed at row 2, column 2", ((1, 1),)),
        ({(4, 5): PATH}, "the goal was changed at row 5, column 6", ((4, 5),)),
        (
            {(3, 1): WALL},
            "floor became something other than path at row 4, column 2",
            ((3, 1),),
        ),
        (
            {(1, 3): FLOOR},
            "the marked path has a loose end at row 2, column 3 and 1 more",
            ((1, 2), (2, 3)),
        ),
        ({(2, 1): PATH}, "the marked path has a loose end at row 3, column 2", ((2, 1),)),
        ({(1, 4): PATH}, "the marked path branches at row 2, column 4", ((1, 3),)),
        (
            {(4, 1): PATH, (3, 1): PATH},
            "marked cells are not connected to S or G at row 4, column 2 and 1 more",
            ((3, 1), (4, 1)),
        ),
    ],
)
def test_each_broken_rule_is_named_with_its_cells(changes: dict, rule: str, cells: tuple) -> None:
    maze, answer = ring(*OVER_THE_TOP)
    for cell, code in changes.items():
        answer[cell] = code
    assert Conflict(rule, cells) in maze.conflicts(answer)


def test_open_cells_are_the_floor() -> None:
    maze, _ = ring()
    assert np.array_equal(maze.open_cells, maze.grid == FLOOR)


@pytest.mark.parametrize("shape", [(1, 5), (5, 41), (0, 0)])
def test_sizes_outside_2_to_40_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(PuzzleError, match=f"found a maze of {shape[0]}×{shape[1]} cells"):
        Maze(np.zeros(shape))


@pytest.mark.parametrize("grid", [[[0, 4], [2, 3]], [[-1, 1], [2, 3]]])
def test_a_puzzle_holds_walls_floor_start_and_goal_only(grid: list) -> None:
    with pytest.raises(PuzzleError, match="other codes"):
        Maze(np.array(grid))


# Tokens and transforms


def test_tokens_are_one_more_than_the_codes() -> None:
    maze, answer = ring((1, 2))
    shape = PuzzleShape("maze", 6, 7)
    tokens = maze.encode(answer, shape)
    assert tokens.dtype == np.int32
    assert tokens[7:14].tolist() == [1, 3, 5, 2, 2, 1, 1]
    assert shape.vocab_size == 6


@given(mazes_with_answers())
@settings(max_examples=30)
def test_decoding_gives_back_what_was_encoded(case: tuple[Maze, Grid]) -> None:
    maze, answer = case
    decoded = maze.decode(maze.encode(answer, maze.shape), maze.shape)
    assert decoded.dtype == np.int8
    assert np.array_equal(decoded, answer)


def test_padding_and_unknown_tokens_stand_for_no_symbol() -> None:
    maze = parse("SG\n  ")[0]
    decoded = maze.decode(np.array([3, 0, 6, 200], np.int32), maze.shape)
    assert decoded.tolist() == [[START, NO_SYMBOL], [NO_SYMBOL, NO_SYMBOL]]


@pytest.mark.parametrize("shape", [PuzzleShape("maze", 7, 6), PuzzleShape("arc", 6, 7)])
def test_a_grid_that_does_not_fit_the_shape_is_refused(shape: PuzzleShape) -> None:
    maze, answer = ring()
    with pytest.raises(PuzzleError, match=r"found a maze of 6×7 cells, expected one that fits"):
        maze.encode(answer, shape)


@given(hnp.arrays(np.int8, st.tuples(st.integers(1, 5), st.integers(1, 5))))
@settings(max_examples=30)
def test_the_inverse_undoes_each_symmetry(grid: Grid) -> None:
    for symmetry in DIHEDRAL:
        assert np.array_equal(symmetry.inverse()(symmetry(grid)), grid)


def test_the_symmetries_are_eight_and_mirror_before_they_turn_counter_clockwise() -> None:
    grid = np.array([[0, 1], [2, 3]], np.int8)
    assert len({symmetry(grid).tobytes() for symmetry in DIHEDRAL}) == 8
    assert Dihedral(1)(grid).tolist() == [[1, 3], [0, 2]]
    assert Dihedral(1, mirrored=True)(grid).tolist() == [[0, 2], [1, 3]]


@pytest.mark.parametrize(("cols", "count"), [(5, 8), (7, 4)])
def test_random_transforms_are_all_those_that_keep_the_shape(cols: int, count: int) -> None:
    maze = generate_perfect(0, 5, cols)
    rng = np.random.default_rng(0)
    drawn = {maze.random_transform(rng) for _ in range(200)}
    assert len(drawn) == count
    assert all(maze.transformed(symmetry).shape == maze.shape for symmetry in drawn)


# Text


@given(mazes())
@settings(max_examples=50)
def test_parse_reads_back_what_format_wrote(maze: Maze) -> None:
    assert parse(maze.format()) == [maze]
    if maze.solution is not None:
        (back,) = parse(maze.format(maze.solution))
        assert same(back, maze) or maze.shortest_length == 1


def test_cells_without_a_symbol_are_written_as_question_marks() -> None:
    maze = parse("SG\n  ")[0]
    grid = np.array([[START, NO_SYMBOL], [PATH, FLOOR]], np.int8)
    assert maze.json_rows(grid) == [["S", "?"], ["o", " "]]
    assert maze.format(grid) == "S?\no "


def test_empty_lines_and_dashes_separate_mazes_and_lines_of_spaces_do_not() -> None:
    one, two, three = parse("\nS  \r\n   \r\n  G\r\n\r\nSG\n##\n---\n##\nGS\n\n", "three.txt")
    assert (one.rows, one.cols) == (3, 3)
    assert [maze.name for maze in (one, two, three)] == ["Maze 1", "Maze 2", "Maze 3"]
    assert {maze.source for maze in (one, two, three)} == {"three.txt"}


def test_marked_cells_become_the_solution_and_floor_in_the_puzzle() -> None:
    (maze,) = parse("SoG\n   ")
    assert maze.grid.tolist() == [[2, 1, 3], [1, 1, 1]]
    assert maze.solution is not None
    assert maze.solution.tolist() == [[2, 4, 3], [1, 1, 1]]
    assert not maze.solution.flags.writeable


MEANINGS = "expected # (wall), a space (floor), S (start), G (goal) or o (path)"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "m.txt, line 1: found no maze, expected rows of " + MEANINGS[9:]),
        ("S G\n # \n  .", f"m.txt, line 3, column 3: found '.', {MEANINGS}"),
        ("S\0G\n # ", f"m.txt, line 1, column 2: found '\\x00', {MEANINGS}"),
        ("\n###\n# G", "m.txt, line 2, column 1: found no start, expected exactly one S"),
        ("###\n# S", "m.txt, line 1, column 1: found no goal, expected exactly one G"),
        ("S#\nGG", "m.txt, line 2, column 2: found 2 goals, expected exactly one G"),
        (
            "####\n#SG\n####",
            "m.txt, line 2, column 4: found a row of 3 cells, expected 4 as in most rows of this "
            "maze (spaces at the end count as floor)",
        ),
        (
            "SG\n" + " " * 41,
            "m.txt, line 2, column 3: found a row of 41 cells, expected 2 as in most rows of this "
            "maze (spaces at the end count as floor)",
        ),
        (
            "#" * 41 + "\n" + "#" * 41,
            "m.txt, line 1, column 1: found a maze of 2×41 cells, expected 2 to 40 rows and "
            "columns",
        ),
        (
            "SoG\noo ",
            "m.txt, line 1, column 1: the marked path from S is not a shortest path to G, which "
            "takes 2 steps",
        ),
        (
            "So#\n##G",
            "m.txt, line 1, column 1: the marked path from S is not a shortest path to G, no path "
            "leads from S to G",
        ),
    ],
)
def test_a_text_that_is_no_maze_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(PuzzleError) as caught:
        parse(text, "m.txt")
    assert str(caught.value) == sentence


@given(st.one_of(st.text(), st.text("# SGo\n-", max_size=60)))
@settings(max_examples=200)
def test_any_text_gives_mazes_or_a_puzzle_error(text: str) -> None:
    with suppress(PuzzleError):
        assert parse(text)


# CSV

HEADER = "source,question,answer,rating\n"


@pytest.mark.parametrize("header", [HEADER, ""])
@pytest.mark.parametrize("rating", [",2", ""])
def test_csv_rows_are_read_with_and_without_header_and_rating(header: str, rating: str) -> None:
    maze = generate_perfect(1, 9, 9)
    cells = [maze.format(grid).replace("\n", "") for grid in (maze.grid, maze.solution)]
    lines = [header, f"x,{cells[0]},{cells[1]}{rating}\n", "\n", f"x,{cells[0]},{cells[1]}\n"]
    one, two = read_csv(filter(None, lines), "m.csv")
    assert same(one, maze)
    assert same(two, maze)
    assert (one.name, two.name, one.source) == ("Maze 1", "Maze 2", "m.csv")


def test_csv_rows_are_read_only_as_they_are_asked_for() -> None:
    def lines() -> Iterator[str]:
        yield "x,SG  ,SG  ,1\n"
        raise AssertionError("read too far")

    assert next(read_csv(lines())).shape == PuzzleShape("maze", 2, 2)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "m.csv, line 1: found no row, expected source,question,answer,rating"),
        (
            HEADER + "x,S  G\n",
            "m.csv, line 2: found 2 columns, expected source,question,answer,rating",
        ),
        (
            "x,S  GG,S  GG,1",
            "m.csv, line 1: found a question of 5 cells, expected the cells of a square such as "
            "30×30 = 900",
        ),
        ("x,S,G,1", "m.csv, line 1: found a maze of 1×1 cells, expected 2 to 40 rows and columns"),
        (
            "x,S  G,So,1",
            "m.csv, line 1: found an answer of 2 cells, expected 4 as in the question",
        ),
        (
            "x,S  G,So#G,1",
            "m.csv, line 1, answer cell 3: found '#', expected ' ' as in the question",
        ),
        (
            "x,So G,So G,1",
            "m.csv, line 1, question cell 2: found 'o', expected # (wall), a space (floor), "
            "S (start) or G (goal)",
        ),
        ("x,S  S,So S,1", "m.csv, line 1, question cell 4: found 2 starts, expected exactly one S"),
        (
            "x,S  G,S  G,1",
            "m.csv, line 1, question cell 1: the marked path from S is not a shortest path to G, "
            "which takes 2 steps",
        ),
        ('x,"' + "#" * 200_000 + '",,', "m.csv, line 1: expected a row of CSV, but field"),
    ],
)
def test_a_csv_row_that_is_no_maze_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(PuzzleError) as caught:
        list(read_csv(text.splitlines(keepends=True), "m.csv"))
    assert str(caught.value).startswith(sentence)


def test_a_csv_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    file.write_bytes(b"\xff\xfe\x00")
    with (
        file.open(encoding="utf-8") as lines,
        pytest.raises(PuzzleError, match=r"m\.csv: expected text, but"),
    ):
        list(read_csv(lines, "m.csv"))


@given(st.lists(st.one_of(st.text(), st.text('# SGo,"', max_size=20)), max_size=4))
@settings(max_examples=100)
def test_any_csv_gives_mazes_or_a_puzzle_error(lines: list[str]) -> None:
    with suppress(PuzzleError):
        assert list(read_csv(lines))


# Images

COLOURS = {
    WALL: (0, 0, 0),
    FLOOR: (255, 255, 255),
    START: (0, 255, 0),
    GOAL: (255, 0, 0),
    PATH: (0, 0, 255),
}


def painted(grid: Grid, size: int = 1) -> np.ndarray:
    """(height, width, 3) the picture of a maze, `size` pixels per cell."""
    pixels = np.array([[COLOURS[code] for code in row] for row in grid.tolist()], np.uint8)
    return pixels.repeat(size, axis=0).repeat(size, axis=1)


@pytest.fixture
def image(tmp_path: Path) -> Callable[[np.ndarray], Path]:
    def save(pixels: np.ndarray) -> Path:
        file = tmp_path / "m.png"
        Image.fromarray(pixels).save(file)
        return file

    return save


@pytest.mark.parametrize("size", [1, 2, 7])
@pytest.mark.parametrize("maze", [generate_perfect(3, 8, 11), parse("SG\n##")[0]])
def test_an_image_gives_back_the_maze_it_was_painted_from(
    image: Callable, maze: Maze, size: int
) -> None:
    file = image(painted(maze.grid, size))
    back = read_image(file)
    assert back == maze
    assert (back.name, back.source, back.solution) == ("m", str(file), None)
    if maze.solution is not None:
        assert same(read_image(image(painted(maze.solution, size))), maze)


def test_colours_count_as_the_nearest_one(image: Callable) -> None:
    pixels = painted(parse("SG\n# ")[0].grid)
    noise = np.random.default_rng(0).integers(-40, 41, pixels.shape)
    assert read_image(image((pixels + noise).clip(0, 255).astype(np.uint8))).grid.tolist() == [
        [START, GOAL],
        [WALL, FLOOR],
    ]
    pixels[0, 0] = (0, 128, 0)
    assert read_image(image(pixels)).start == (0, 0)


def changed(pixels: np.ndarray, row: int, col: int, colour: tuple[int, int, int]) -> np.ndarray:
    pixels[row, col] = colour
    return pixels


@pytest.mark.parametrize(
    ("pixels", "sentence"),
    [
        (
            changed(painted(parse("SG\n  ")[0].grid), 1, 0, (128, 128, 128)),
            "m.png, pixel x=0, y=1: found the colour (128, 128, 128), expected black (wall), "
            "white (floor), green (start), red (goal) or blue (path)",
        ),
        (
            changed(painted(parse("SG\n  ")[0].grid, 3), 4, 2, COLOURS[WALL]),
            "m.png, pixel x=2, y=4: found two colours in one cell, expected cells of 3×3 pixels "
            "as the start has",
        ),
        (
            painted(parse("SG\n  ")[0].grid, 3)[:5],
            "m.png: found 6×5 pixels, expected a multiple of 3 both ways, as the start at pixel "
            "x=0, y=0 is 3 pixels wide",
        ),
        (
            painted(np.full((2, 3), FLOOR)),
            "m.png: found no green pixel, expected exactly one start",
        ),
        (
            painted(np.array([[START, GOAL], [WALL, GOAL]]), 4),
            "m.png, pixel x=4, y=4: found 2 goals, expected exactly one G",
        ),
        (
            painted(np.array([[START] + [FLOOR] * 40] * 1 + [[GOAL] + [FLOOR] * 40])),
            "m.png, pixel x=0, y=0: found a maze of 2×41 cells, expected 2 to 40 rows and columns",
        ),
        (
            np.zeros((1, MAX_IMAGE_SIDE + 1, 3), np.uint8),
            "m.png: found 2561×1 pixels, expected at most 2560×2560",
        ),
    ],
)
def test_an_image_that_is_no_maze_is_refused_in_one_sentence(
    image: Callable,
    pixels: np.ndarray,
    sentence: str,
) -> None:
    file = image(pixels)
    with pytest.raises(PuzzleError) as caught:
        read_image(file)
    assert str(caught.value) == f"{file.parent}/{sentence}"


@pytest.mark.parametrize("content", [b"", b"\0\1\2", b"\x89PNG\r\n\x1a\n" + bytes(40), None])
def test_a_file_that_is_no_image_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "m.png"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(PuzzleError, match=r"m\.png: expected an image that Pillow reads, but "):
        read_image(file)


def test_a_truncated_image_is_refused(image: Callable) -> None:
    file = image(painted(generate_perfect(3, 9, 9).grid, 20))
    file.write_bytes(file.read_bytes()[:-60])
    with pytest.raises(PuzzleError, match=r"m\.png: expected an image that Pillow reads, but "):
        read_image(file)


# Generators


@pytest.mark.parametrize(
    "generate",
    [
        lambda seed: generate_perfect(seed, 9, 12),
        lambda seed: generate_with_loops(seed, 11, 11),
        lambda seed: generate_hard(seed, 12, 10, min_length=20),
    ],
)
def test_generators_give_the_same_maze_for_the_same_seed_only(generate: Callable) -> None:
    assert same(generate(5), generate(5))
    assert generate(5) != generate(6)


@given(st.integers(0, 99), st.integers(4, 16), st.integers(2, 16))
@settings(max_examples=30)
def test_a_perfect_maze_is_one_tree_with_its_ends_as_far_apart_as_can_be(
    seed: int, rows: int, cols: int
) -> None:
    maze = generate_perfect(seed, rows, cols)
    graph = maze.graph()
    assert (maze.rows, maze.cols) == (rows, cols)
    assert maze.problems() == []
    assert nx.is_tree(graph)
    assert maze.shortest_length == nx.diameter(graph)
    assert maze.solution is not None
    assert maze.is_solved_by(maze.solution)


@given(st.integers(0, 99), st.integers(4, 16), st.integers(2, 16), st.integers(0, 12))
@settings(max_examples=30)
def test_a_maze_with_loops_has_that_many_or_all_that_find_place(
    seed: int, rows: int, cols: int, loops: int
) -> None:
    maze = generate_with_loops(seed, rows, cols, loops)
    graph = maze.graph()
    place = (rows // 2 - 1) * (cols // 2 - 1)
    assert nx.is_connected(graph)
    assert len(nx.cycle_basis(graph)) == min(loops, place)
    assert maze.solution is not None
    assert maze.is_solved_by(maze.solution)


@pytest.mark.parametrize("seed", range(5))
def test_a_hard_maze_is_30_by_30_and_its_shortest_path_longer_than_110(seed: int) -> None:
    maze = generate_hard(seed)
    assert (maze.rows, maze.cols) == (30, 30)
    assert maze.shortest_length is not None
    assert maze.shortest_length > 110
    assert maze.solution is not None
    assert maze.is_solved_by(maze.solution)


def test_a_bound_that_no_maze_reaches_is_refused() -> None:
    with pytest.raises(PuzzleError, match=r"found no 5×5 maze in 2000 draws .* more than 25 steps"):
        generate_hard(0, 5, 5, min_length=25)


def test_generators_refuse_sizes_without_place() -> None:
    with pytest.raises(PuzzleError, match="found 3×3 cells for a maze of corridors"):
        generate_perfect(0, 3, 3)
    for generate in (generate_perfect, generate_with_loops, generate_hard):
        with pytest.raises(PuzzleError, match="found a maze of 41×5 cells"):
            generate(0, 41, 5)


def test_layers_are_the_cells_by_their_distance() -> None:
    maze = generate_with_loops(2, 11, 13)
    graph = maze.graph()
    distances = nx.single_source_shortest_path_length(graph, maze.start)
    for distance, layer in enumerate(layers(set(graph), [maze.start])):
        assert layer == {cell for cell in graph if distances[cell] == distance}
