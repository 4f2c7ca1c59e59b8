"""Reading a data set: puzzles come back as they were, damage is told in a sentence."""

import json
import shutil

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trm_core.data.build import ArcBuild, MazeBuild, SudokuBuild
from trm_core.data.dataset import DatasetError, read_dataset
from trm_core.puzzles.arc import Arc
from trm_core.puzzles.base import PuzzleShape
from trm_core.puzzles.files import load_puzzles
from trm_core.puzzles.maze_generators import generate_perfect
from trm_core.puzzles.sudoku import generate


def same(puzzle, other):
    """Whether two puzzles are equal, and their solutions."""
    return np.array_equal(puzzle.grid, other.grid) and np.array_equal(
        puzzle.solution, other.solution
    )


@pytest.fixture
def damaged(small, tmp_path):
    """A copy of a small data set, to be damaged."""
    return shutil.copytree(small, tmp_path / "damaged")


def refusal(directory, split="train"):
    with pytest.raises(DatasetError) as caught:
        read_dataset(directory, split)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence.replace(str(directory), "SET")


# What was built is read


def test_sudokus_come_back_with_solution_source_and_a_name(write, tmp_path):
    puzzles = [generate(seed, givens=30) for seed in range(5)]
    rows = [f"from {n % 2},{p.format()},{p.format(p.solution)},\n" for n, p in enumerate(puzzles)]
    file = tmp_path / "puzzles.csv"
    file.write_text("".join(rows[:4]))
    (tmp_path / "test.csv").write_text(rows[4])
    directory = write(SudokuBuild(files=(str(file),), test_files=(str(tmp_path / "test.csv"),)))
    dataset = read_dataset(directory, "train")
    found = dataset.puzzles()
    assert all(map(same, found, puzzles))
    assert [puzzle.source for puzzle in found] == ["from 0", "from 1"] * 2
    assert [puzzle.source for puzzle in read_dataset(directory, "test").puzzles()] == ["from 0"]
    assert found[1].name == "set, train example 2"
    assert all(map(same, dataset.puzzles([2, 0]), [puzzles[2], puzzles[0]]))
    assert dataset.shape == PuzzleShape("sudoku", 9, 9, 3)


def test_boxes_of_an_unusual_shape_come_back(write):
    directory = write(
        SudokuBuild(generate=2, held_out=1, box_rows=3, box_cols=2, givens_from=20, givens_to=20)
    )
    (first, _) = read_dataset(directory, "train").puzzles()
    assert (first.box_rows, first.box_cols) == (3, 2)
    assert first.solution is not None


def test_mazes_come_back_with_a_shortest_path(write, tmp_path):
    mazes = [generate_perfect(seed, 7, 9) for seed in range(3)]
    file = tmp_path / "mazes.txt"
    file.write_text("\n\n".join(maze.format() for maze in mazes))
    directory = write(MazeBuild(files=(str(file),), held_out=1))
    found = [p for split in ("train", "test") for p in read_dataset(directory, split).puzzles()]
    assert set(found) == set(mazes)
    assert all(maze.is_solved_by(maze.solution) for maze in found)
    assert {maze.source for maze in found} == {"mazes.txt"}


def test_arc_examples_come_back_from_any_offset_as_pairs_of_their_variant(write):
    from trm_core.puzzles.arc_variants import parse_variant

    directory = write(ArcBuild(generate=4, canvas=14, augmentations=3))
    tasks = {p.task.id: p.task for p in load_puzzles(directory / "test_puzzles.json")}
    for split in ("train", "test"):
        dataset = read_dataset(directory, split)
        for puzzle, identifier in zip(dataset.puzzles(), dataset.example_identifiers, strict=True):
            name = dataset.identifiers[identifier]
            task_id, transform = parse_variant(name)
            pairs = getattr(tasks[task_id].map(transform), split)
            assert puzzle.task.test[0] in pairs
            assert (puzzle.task.id, puzzle.name, puzzle.source) == (task_id, name, "generated")


def test_an_unknown_test_output_comes_back_as_unknown(write, tmp_path):
    file = tmp_path / "task.json"
    file.write_text('{"train": [{"input": [[1]], "output": [[2]]}], "test": [{"input": [[3]]}]}')
    (puzzle,) = read_dataset(write(ArcBuild(files=(str(file),), canvas=5)), "test").puzzles()
    assert isinstance(puzzle, Arc)
    assert puzzle.solution is None
    assert puzzle.grid.tolist() == [[3]]


def test_large_arrays_stay_on_disk(small):
    dataset = read_dataset(small, "train")
    assert isinstance(dataset.inputs, np.memmap)
    assert isinstance(dataset.labels, np.memmap)


# What other programs built is read


def test_variants_are_told_from_their_tasks_by_the_names_of_hrm_too(write):
    """And a model that knows them by the names of one is asked about puzzles of the other."""
    directory = write(ArcBuild(generate=3, canvas=10, augmentations=2))
    before = {split: read_dataset(directory, split) for split in ("train", "test")}
    file = directory / "identifiers.json"
    file.write_text(file.read_text().replace("|||", "_"))
    for split, dataset in before.items():
        renamed = read_dataset(directory, split)
        assert "_t" in renamed.identifiers[2]
        assert renamed.originals() == dataset.originals() != list(range(len(dataset)))
        tasks = [[puzzle.task.id for puzzle in each.puzzles()] for each in (renamed, dataset)]
        assert tasks[0] == tasks[1]


def test_a_data_set_without_our_files_is_told_from_its_sizes(write):
    for spec, shape in (
        (SudokuBuild(generate=2, held_out=1), PuzzleShape("sudoku", 9, 9, 3)),
        (
            MazeBuild(generate=2, held_out=1, style="perfect", rows=12, cols=12),
            PuzzleShape("maze", 12, 12),
        ),
        (ArcBuild(generate=2, canvas=30), PuzzleShape("arc", 30, 30)),
    ):
        directory = write(spec, shape.kind)
        before = read_dataset(directory, "test")
        for file in ("puzzle.json", "sources.json", "train/all__sources.npy"):
            (directory / file).unlink()
        after = read_dataset(directory, "test")
        assert after.shape == before.shape == shape
        assert after.sources == (shape.kind,)
        assert all(map(same, after.puzzles(), before.puzzles()))
        assert after.puzzles()[0].source == shape.kind


def test_fields_and_types_of_other_builders_are_read(small, damaged):
    """HRM's builder wrote no total_puzzles, some forks write more, and Sudoku has 64-bit tokens."""
    file = damaged / "train" / "dataset.json"
    described = json.loads(file.read_text())
    del described["total_puzzles"]
    file.write_text(json.dumps(described | {"num_aug_identifiers": 1}))
    for field in ("inputs", "labels", "group_indices"):
        array = damaged / "train" / f"all__{field}.npy"
        np.save(array, np.load(array).astype(">i8"))
    after, before = read_dataset(damaged, "train"), read_dataset(small, "train")
    assert after.metadata.total_puzzles is None
    assert all(map(same, after.puzzles(), before.puzzles()))


def test_several_sets_are_joined_with_their_offsets_shifted(small, damaged):
    train = damaged / "train"
    for file in train.glob("all__*.npy"):
        shutil.copy(file, train / file.name.replace("all", "more"))
    described = json.loads((train / "dataset.json").read_text())
    described |= {"sets": ["all", "more"], "total_groups": 2 * described["total_groups"]}
    (train / "dataset.json").write_text(json.dumps(described))
    one, both = read_dataset(small, "train"), read_dataset(damaged, "train")
    examples, puzzles = len(one), len(one.puzzle_identifiers)
    assert len(both) == 2 * examples
    assert both.puzzle_indices.tolist() == [
        *one.puzzle_indices,
        *(one.puzzle_indices[1:] + examples),
    ]
    assert both.group_indices.tolist() == [*one.group_indices, *(one.group_indices[1:] + puzzles)]
    assert same(both.puzzles([examples])[0], one.puzzles([0])[0])
    assert both.example_identifiers.tolist() == 2 * one.example_identifiers.tolist()


@pytest.mark.parametrize("small_spec", ["sudoku", "maze"], indirect=True)
def test_labels_that_do_not_count_are_the_puzzle_s_own_or_unknown(damaged):
    file = damaged / "train" / "all__labels.npy"
    before = read_dataset(damaged, "train").puzzles([0, 1])
    labels = np.load(file)
    open_cells = before[0].open_cells.ravel()
    labels[0, ~open_cells] = 0
    labels[1, before[1].open_cells.ravel().argmax()] = 0
    np.save(file, labels)
    given, partly = read_dataset(damaged, "train").puzzles([0, 1])
    assert same(given, before[0])
    assert partly.solution is None


# What is damaged is refused


def rewritten(directory, field, change):
    file = directory / "train" / f"all__{field}.npy"
    np.save(file, change(np.load(file)))


def changed(index, value):
    def change(array):
        array = array.astype(np.int64)
        array[index] = value
        return array

    return change


@pytest.mark.parametrize(
    ("field", "change", "sentence"),
    [
        ("inputs", lambda a: a[:0], "found 0×"),
        ("inputs", lambda a: a[:, 1:], "found "),
        ("inputs", lambda a: a.astype(np.float32), "found 2 dimensions of float32, expected 2 of"),
        ("inputs", lambda a: a.astype("m8[s]"), "found 2 dimensions of timedelta64[s], expected 2"),
        ("inputs", changed((1, 2), 99), "found the token 99, expected 0 to "),
        ("labels", lambda a: a[1:], "found "),
        ("labels", changed((0, 0), -1), "found the token -1, expected 0 to "),
        ("labels", np.ravel, "found 1 dimensions of uint8, expected 2 of whole numbers"),
        ("puzzle_identifiers", lambda a: a[1:], "found "),
        ("puzzle_identifiers", changed(0, 99), "found the identifier 99, expected 0 to "),
        ("puzzle_indices", changed(0, 1), "found offsets 1 to "),
        ("puzzle_indices", changed(-1, 7), "found offsets 0 to 7, expected 0 to "),
        ("puzzle_indices", changed(2, 0), "offset 3 is not above the one before it"),
        ("group_indices", lambda a: a[:0], "found offsets none, expected 0 to "),
        ("group_indices", changed(1, 0), "offset 2 is not above the one before it"),
        ("sources", lambda a: a + 1, "found the source 1, expected 0 to 0"),
        ("sources", lambda a: a[1:], "found "),
    ],
)
def test_an_array_that_does_not_fit_is_refused(damaged, field, change, sentence):
    rewritten(damaged, field, change)
    assert refusal(damaged).startswith(f"SET/train/all__{field}.npy: {sentence}")


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("train/dataset.json", "{", ", line 1, column 2: not JSON ("),
        ("train/dataset.json", "[]", ": expected an object"),
        ("train/dataset.json", "{}", ": pad_id is missing"),
        ("identifiers.json", '["<blank>", 1]', ": expected a list of names"),
        ("identifiers.json", "[]", ": found 0 names, expected "),
        ("sources.json", "{}", ": expected a list of names"),
        ("puzzle.json", "[]", ": expected an object"),
        (
            "puzzle.json",
            '{"kind": "sudoku", "rows": 9, "cols": 9}',
            ": the puzzle is 9×9 with ",
        ),
        ("puzzle.json", '{"kind": "maze", "rows": 2, "cols": 3}', ": Maze 2×3 has 6 cells with 6 "),
    ],
)
def test_a_json_file_that_says_something_else_is_refused(damaged, name, text, sentence):
    (damaged / name).write_text(text)
    assert refusal(damaged).startswith(f"SET/{name}{sentence}")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("vocab_size", -1, "vocab_size is -1, expected a whole number from 0 up"),
        ("seq_len", True, "seq_len is true, expected a whole number from 0 up"),
        ("pad_id", 2**40, "pad_id is 1099511627776, expected a whole number of at most 2,1"),
        ("mean_puzzle_examples", float("nan"), "mean_puzzle_examples is nan, expected a finite"),
        ("sets", [], "sets is [], expected a list of names of sets"),
        ("sets", ["../train/all"], "sets is ['../train/all'], expected a list of names of sets"),
        ("total_groups", 99, "total_groups is 99, the sets have "),
    ],
)
def test_metadata_that_cannot_be_is_refused(damaged, field, value, sentence):
    file = damaged / "train" / "dataset.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {field: value}))
    assert refusal(damaged).startswith(f"SET/train/dataset.json: {sentence}")


def test_what_is_not_there_is_named(damaged):
    assert refusal(damaged, "valid") == "SET/valid/dataset.json: No such file or directory"
    (damaged / "train" / "all__labels.npy").unlink()
    assert refusal(damaged) == "SET/train/all__labels.npy: No such file or directory"


def test_sizes_of_no_known_puzzle_are_refused(damaged):
    (damaged / "puzzle.json").unlink()
    file = damaged / "train" / "dataset.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"vocab_size": 250}))
    assert "tokens are no square Sudoku, maze or ARC canvas" in refusal(damaged)


def test_an_example_that_is_no_puzzle_is_refused_with_its_number(damaged):
    rewritten(damaged, "inputs", changed((1, slice(0, None, 3)), 0))
    dataset = read_dataset(damaged, "train")
    with pytest.raises(DatasetError, match=r"train, example 2: found "):
        dataset.puzzles()


def test_any_damage_to_any_file_is_read_or_refused(small, tmp_path):
    directory = shutil.copytree(small, tmp_path / "fuzzed")
    files = sorted(path for path in directory.rglob("*") if path.is_file())

    @settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
    @given(
        st.sampled_from(files),
        st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4),
        st.none() | st.integers(0, 400),
    )
    def check(file, changes, end):
        whole = file.read_bytes()
        content = bytearray(whole)
        for place, value in changes:
            content[place % len(content)] = value
        file.write_bytes(content[:end])
        try:
            for split in ("train", "test"):
                read_dataset(directory, split).puzzles()
        except DatasetError as error:
            assert "\n" not in str(error)  # noqa: PT017
        finally:
            file.write_bytes(whole)

    check()
