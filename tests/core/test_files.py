"""One function reads every kind of puzzle file, or says in a sentence what is wrong with it."""

import gzip
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.files import IMAGE_SUFFIXES, TEXT_SUFFIXES, load_puzzles
from trm_core.resources import RESOURCES

LINE = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79"
ANSWER = "534678912672195348198342567859761423426853791713924856961537284287419635345286179"
MAZE = "#####\n#SooG\n# # #\n#   #\n#####"
CELLS = MAZE.replace("\n", "")
TASK = json.dumps(
    {
        "train": [{"input": [[1, 2]], "output": [[2, 1]]}],
        "test": [{"input": [[3, 4]], "output": [[4, 3]]}],
    }
)
HEADER = "source,question,answer,rating\n"
SUDOKU_CSV = f"{HEADER}easy,{LINE},{ANSWER},1\n"
MAZE_CSV = f"{HEADER}small 123,{CELLS.replace('o', ' ')},{CELLS},2\n"
GRID = "\n".join(LINE[at : at + 9] for at in range(0, 81, 9))
FRAMED = "\n".join(f"| {' '.join(row)} |" for row in GRID.split("\n"))

TEXTS = {
    "lines.sdm": ("sudoku", f"{LINE}\n{ANSWER}\n"),
    "one.txt": ("sudoku", LINE),
    "grid.sdk": ("sudoku", f"#AGood Old Sudoku\n#C{'#' * 70}\n[Puzzle]\n{GRID}\n"),
    "framed.txt": ("sudoku", FRAMED),
    "commented.sdm": ("sudoku", f"# {'So Good, ' * 20}\n{LINE}\n"),
    "sudokus.csv": ("sudoku", SUDOKU_CSV),
    "headless.csv": ("sudoku", SUDOKU_CSV.removeprefix(HEADER)),
    "questions.csv": ("sudoku", f"question,rating\n{LINE},3\n"),
    "maze.txt": ("maze", MAZE),
    "windows.txt": ("maze", MAZE.replace("\n", "\r\n")),
    "two mazes.txt": ("maze", f"{MAZE}\n---\n{MAZE}\n"),
    "open maze.txt": ("maze", "S   \n    \n   G"),
    "mazes.csv": ("maze", MAZE_CSV),
    "old mac.csv": ("maze", MAZE_CSV.replace("\n", "\r")),
    "mazes without header.csv": ("maze", MAZE_CSV.removeprefix(HEADER)),
    "blank line first.csv": ("maze", f"\n{MAZE_CSV.removeprefix(HEADER)}"),
    "task.json": ("arc", TASK),
    "tasks.json": ("arc", json.dumps({"00d62c1b": json.loads(TASK)})),
    "a task.txt": ("arc", f"\n {TASK}"),
}


def refusal(file):
    """The sentence with which `file` is refused; it names the file."""
    with pytest.raises(PuzzleError) as refused:
        load_puzzles(file)
    sentence = str(refused.value)
    assert file.name in sentence
    assert "\n" not in sentence
    return sentence.removeprefix(f"{file}: ")


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "byte order mark"])
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_file_is_told_by_what_it_holds(tmp_path, name, mark, packed):
    kind, text = TEXTS[name]
    file = tmp_path / (f"{name}.gz" if packed else name)
    content = (mark + text).encode()
    file.write_bytes(gzip.compress(content) if packed else content)
    puzzles = load_puzzles(file)
    assert {puzzle.kind for puzzle in puzzles} == {kind}
    assert len(puzzles) == (2 if name in ("lines.sdm", "two mazes.txt") else 1)


def test_kaggle_challenges_have_their_outputs_from_the_solutions_beside_them(tmp_path):
    train = [{"input": [[1]], "output": [[2]]}]
    file = tmp_path / "some_challenges.json"
    file.write_text(json.dumps({"00000001": {"train": train, "test": [{"input": [[3]]}]}}))
    assert load_puzzles(file)[0].solution is None
    (tmp_path / "some_solutions.json").write_text(json.dumps({"00000001": [[[4]]]}))
    assert load_puzzles(file)[0].solution.tolist() == [[4]]
    (tmp_path / "some_solutions.json").write_text(json.dumps({}))
    with pytest.raises(PuzzleError, match=r"some_solutions\.json: found an empty object"):
        load_puzzles(file)


def test_all_formats_of_one_puzzle_read_the_same(tmp_path):
    def read(name):
        file = tmp_path / name
        file.write_text(TEXTS[name][1])
        return load_puzzles(str(file))[0]

    sudokus = [
        "lines.sdm",
        "grid.sdk",
        "framed.txt",
        "commented.sdm",
        "sudokus.csv",
        "headless.csv",
    ]
    assert len({read(name) for name in sudokus}) == 1
    assert (
        len({read(name) for name in ("maze.txt", "windows.txt", "mazes.csv", "old mac.csv")}) == 1
    )
    assert len({read(name) for name in ("task.json", "tasks.json", "a task.txt")}) == 1
    assert read("sudokus.csv").source == "easy"
    assert np.array_equal(read("sudokus.csv").solution, read("sudokus.csv").solve())


@pytest.mark.parametrize("suffix", [".png", ".PNG", ".bmp", ".gif"])
def test_an_image_is_a_maze(tmp_path, suffix):
    colours = {
        "#": (0, 0, 0),
        " ": (255,) * 3,
        "S": (0, 128, 0),
        "G": (255, 0, 0),
        "o": (0, 0, 255),
    }
    pixels = np.array([[colours[sign] for sign in row] for row in MAZE.split("\n")], np.uint8)
    file = tmp_path / f"maze{suffix}"
    Image.fromarray(pixels).resize((20, 20), Image.Resampling.NEAREST).save(file)
    (maze,) = load_puzzles(file)
    assert maze.format(maze.solution) == MAZE


def test_the_bundled_puzzles_are_read(sudokus):
    assert len(sudokus) == 9
    file = RESOURCES / "puzzles" / "sudoku-9x9.sdm"
    assert (sudokus[0].name, sudokus[0].source) == ("sudoku-9x9.sdm, line 3", str(file))
    assert all(not puzzle.problems() for puzzle in sudokus)


def test_what_is_no_file_is_refused(tmp_path):
    assert refusal(tmp_path / "absent.sdm") == "No such file or directory"
    assert refusal(tmp_path) == "found no .json file, expected one for each ARC task"
    assert "absent.png" in refusal(tmp_path / "absent.png")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.txt", b"", "found no puzzle, expected 81 cells in one line "),
        ("blank.csv", b"\n \n\n", "found no puzzle, expected 81 cells in one line "),
        ("comments.sdm", b"# nothing here\n", "found no puzzle, expected 81 cells in one line "),
        ("empty.json", b"", "line 1, column 1: found no JSON (Expecting value), "),
        ("list.json", b"[1]", "found a list of length 1, expected an object with "),
        ("binary.sdm", b"12\xff\x00", "byte 3 is not text, expected a puzzle file in UTF-8"),
        ("wide.txt", LINE.encode("utf-16"), "found text in UTF-16, expected UTF-8"),
        ("empty.gz", b"", "found no puzzle, "),
        ("plain.csv.gz", LINE.encode(), "not a gzip file, or a truncated one"),
        (
            "cut.gz",
            gzip.compress(LINE.encode(), mtime=0)[:-9],
            "not a gzip file, or a truncated one",
        ),
        (
            "broken.gz",
            gzip.compress(LINE.encode(), mtime=0)[:12] + b"\xff" * 40,
            "not a gzip file, or a ",
        ),
        ("photo.png", b"no image", "expected an image that Pillow reads, but "),
    ],
)
def test_what_is_no_puzzle_file_is_refused(tmp_path, name, content, sentence):
    file = tmp_path / name
    file.write_bytes(content)
    assert refusal(file).startswith(sentence)


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("row.txt", MAZE.replace("#SooG", "#S?oG"), ", line 2, column 3: found '?', "),
        ("first row.txt", f"x{MAZE[1:]}", ", line 1, column 1: found 'x', expected # (wall)"),
        ("maze.csv", MAZE_CSV.replace("# # #", "# ? #"), ", line 2, question cell 13: found '?', "),
        ("line.sdm", f"{LINE}\n{LINE[:-1]}x\n", ", line 2, column 81: found 'x', "),
        ("row.csv", SUDOKU_CSV.replace("..79,", "..7x,"), ", line 2, question, row 9, column 9: "),
        ("task.json", TASK.replace("3, 4", "3, 12"), ": test pair 1, input, row 1, column 2: "),
    ],
)
def test_a_mistake_in_a_puzzle_is_refused_with_its_place(tmp_path, name, text, place):
    file = tmp_path / name
    file.write_text(text)
    assert refusal(file).startswith(f"{file}{place}" if place[0] == "," else place.lstrip(": "))


def test_a_file_that_unpacks_to_more_than_a_puzzle_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("trm_core.puzzles.files.MAX_BYTES", 2**20)
    file = tmp_path / "bomb.gz"
    file.write_bytes(gzip.compress(bytes(2**20 + 1)))
    assert refusal(file) == "more than 1 MiB, too large for puzzles"


# Whatever a file holds

puzzle_text = st.text("#SGo 123456789ABC._,|-+\"'[]{}:\r\n\t\x00\x85\u2028é", max_size=200)
real_text = st.sampled_from([text for _, text in TEXTS.values()])


@st.composite
def contents(draw):
    """Arbitrary bytes, text of the signs that puzzles use, or a real file with a part replaced."""
    content = draw(st.binary(max_size=200) | (puzzle_text | real_text).map(str.encode))
    if draw(st.booleans()):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(content))] * 2)))
        content = content[:start] + draw(puzzle_text).encode() + content[end:]
    return gzip.compress(content, mtime=0) if draw(st.booleans()) else content


@pytest.mark.parametrize("suffix", ["", ".csv.gz", *TEXT_SUFFIXES, *IMAGE_SUFFIXES])
def test_any_bytes_under_any_name_are_puzzles_or_refused(tmp_path, suffix):
    file = tmp_path / f"any{suffix}"

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(contents())
    def check(content):
        file.write_bytes(content)
        try:
            puzzles = load_puzzles(file)
        except PuzzleError as error:
            assert file.name in str(error)  # noqa: PT017
        else:
            assert puzzles

    check()
