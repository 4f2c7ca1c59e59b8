"""Read puzzles, data sets and the library, damaged in all ways (see `fuzzing`)."""

from io import BytesIO

import numpy as np
from fuzzing import Reader, main
from PIL import Image

from trm_core.data.build import ArcBuild, MazeBuild, SudokuBuild, build
from trm_core.data.dataset import read_dataset
from trm_core.data.layout import SPLITS
from trm_core.data.summary import summarise
from trm_core.puzzles import arc_tasks, maze_files, sudoku
from trm_core.puzzles.files import load_puzzles, parse_puzzles
from trm_core.puzzles.library import read_library, write_library
from trm_core.puzzles.library_contents import make_maze, make_sudoku
from trm_core.puzzles.maze_generators import generate_with_loops

SUDOKUS = [sudoku.generate(seed, box_rows=2, box_cols=2, givens=6) for seed in range(3)]
NINE = sudoku.generate(1, givens=30)
MAZE = generate_with_loops(1, 9, 11, 2)
TASK = arc_tasks.generate(1, rows=8, cols=8)
COLOURS = np.array([[0, 0, 0], [255, 255, 255], [0, 200, 0], [255, 0, 0], [0, 0, 255]], np.uint8)


def of(name, *contents):
    """Samples of a single file with that name."""
    return lambda folder: [{name: content.encode()} for content in contents]


def csv_row(puzzle):
    return ",".join(("somewhere", puzzle.format(), puzzle.format(puzzle.solution), "3"))


def maze_row(maze):
    question, answer = (maze.format(grid).replace("\n", "") for grid in (maze.grid, maze.solution))
    return f"somewhere,{question},{answer},3"


def images(folder):
    grid = np.where(MAZE.solution == 4, 4, MAZE.grid)
    found = []
    for kind, scale in (("PNG", 1), ("PNG", 3), ("BMP", 2), ("GIF", 2)):
        stream = BytesIO()
        pixels = COLOURS[grid].repeat(scale, 0).repeat(scale, 1)
        Image.fromarray(pixels).save(stream, kind)
        found.append({"maze.png": stream.getvalue()})
    return found


def read_puzzles(folder):
    (file,) = folder.iterdir()
    puzzles = load_puzzles(file)
    for puzzle in list(puzzles)[:20]:
        assert parse_puzzles(puzzle.format())
        puzzle.problems()
        str(puzzle.shape)
    return puzzles[0].kind


SQUARE = generate_with_loops(1, 9, 9, 1)
SUDOKU_TEXTS = (
    NINE.format(),
    "\n".join(puzzle.format() for puzzle in SUDOKUS),
    "53. | .7. | ...\n6.. | 195 | ...\n.98 | ... | .6.\n------+-------+------\n"
    "8.. | .6. | ..3\n4.. | 8.3 | ..1\n7.. | .2. | ..6\n------+-------+------\n"
    ".6. | ... | 28.\n... | 419 | ..5\n... | .8. | .79\n",
)
SUDOKU_TABLES = (
    "source,question,answer,rating\n" + "\n".join(map(csv_row, SUDOKUS)),
    csv_row(NINE),
)
MAZE_TEXTS = (MAZE.format(), MAZE.format(MAZE.solution), f"{MAZE.format()}\n---\n{SQUARE.format()}")
MAZE_TABLES = (f"source,question,answer,rating\n{maze_row(SQUARE)}\n", maze_row(SQUARE))
TASKS = (TASK.format(), f'{{"one": {TASK.format()}, "two": {TASK.format()}}}')


def general(folder):
    texts = {"a.txt": (*SUDOKU_TEXTS, *MAZE_TEXTS, *TASKS), "a.csv": (*SUDOKU_TABLES, *MAZE_TABLES)}
    return [{name: text.encode()} for name, each in texts.items() for text in each]


def libraries(folder):
    entries = [make_sudoku(0, 4, "easy", 8, 1), make_maze(0, 9, 0, 1)]
    write_library(entries, folder / "library.json")
    return [{"library.json": (folder / "library.json").read_bytes()}]


def read_entries(folder):
    for entry in read_library(folder / "library.json"):
        str(entry)
    return "read"


def data_sets(folder):
    specs = (
        SudokuBuild(generate=6, held_out=3, box_rows=2, box_cols=2, givens_from=5, givens_to=8),
        MazeBuild(generate=3, held_out=2, style="loops", rows=9, cols=11, loops=2),
        ArcBuild(generate=3, canvas=10, augmentations=2),
    )
    found = []
    for number, spec in enumerate(specs):
        target = folder / str(number)
        build(spec, target, lambda done, total: None, processes=1)
        files = sorted(path for path in target.rglob("*") if path.is_file())
        found.append({str(path.relative_to(target)): path.read_bytes() for path in files})
    return found


def read_sets(folder):
    for split in SPLITS:
        data = read_dataset(folder, split)
        data.puzzles(range(min(4, len(data))))
        data.originals()
        summarise(data)
    return "read"


READERS = (
    Reader("sudoku-text", of("a.sdm", *SUDOKU_TEXTS), read_puzzles),
    Reader("sudoku-csv", of("a.csv", *SUDOKU_TABLES), read_puzzles),
    Reader("maze-text", of("a.txt", *MAZE_TEXTS), read_puzzles),
    Reader("maze-csv", of("a.csv", *MAZE_TABLES), read_puzzles),
    Reader("maze-image", images, lambda folder: maze_files.read_image(folder / "maze.png").kind),
    Reader("arc-json", of("task.json", *TASKS), read_puzzles),
    Reader("puzzle-file", general, read_puzzles),
    Reader("data-set", data_sets, read_sets),
    Reader("library", libraries, read_entries),
)

if __name__ == "__main__":
    main(READERS, __doc__)
