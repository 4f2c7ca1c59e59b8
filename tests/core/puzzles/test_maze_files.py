"""Mazes from text, CSV and images."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mazes_to_try import mazes, same
from PIL import Image

from trm_core.puzzles.base import NO_SYMBOL, Grid, PuzzleError, PuzzleShape
from trm_core.puzzles.maze import FLOOR, GOAL, PATH, START, WALL, Maze
from trm_core.puzzles.maze_files import MAX_IMAGE_SIDE, parse, read_csv, read_image
from trm_core.puzzles.maze_generators import generate_perfect

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
