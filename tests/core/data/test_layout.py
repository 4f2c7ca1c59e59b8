"""What is on disk: the files, types and numbers that the official trainers read."""

import json

import numpy as np
import pytest

from trm_core.data.build import ArcBuild, MazeBuild, SudokuBuild
from trm_core.puzzles.arc_tasks import parse
from trm_core.puzzles.arc_variants import parse_variant
from trm_core.puzzles.base import PuzzleShape

FIELDS = {"inputs", "labels", "puzzle_identifiers", "puzzle_indices", "group_indices"}
OFFICIAL_METADATA = {
    *("pad_id", "ignore_label_id", "blank_identifier_id", "vocab_size", "seq_len"),
    *("num_puzzle_identifiers", "total_groups", "mean_puzzle_examples", "total_puzzles", "sets"),
}


def arrays(directory, split):
    return {
        file.stem.removeprefix("all__"): np.load(file)
        for file in (directory / split).glob("all__*.npy")
    }


def metadata(directory, split):
    return json.loads((directory / split / "dataset.json").read_text())


@pytest.mark.parametrize("split", ["train", "test"])
def test_files_types_and_offsets_are_the_official_ones(small, split):
    found, described = arrays(small, split), metadata(small, split)
    assert set(found) == FIELDS | {"sources"}
    assert set(described) == OFFICIAL_METADATA
    assert found["inputs"].dtype == found["labels"].dtype == np.uint8
    assert all(found[field].dtype == np.int32 for field in FIELDS - {"inputs", "labels"})
    assert found["inputs"].shape == found["labels"].shape
    assert found["inputs"].shape[1] == described["seq_len"]
    assert max(found["inputs"].max(), found["labels"].max()) < described["vocab_size"]
    examples, puzzles = len(found["inputs"]), len(found["puzzle_identifiers"])
    for field, end in (("puzzle_indices", examples), ("group_indices", puzzles)):
        assert found[field][0] == 0
        assert found[field][-1] == end
        assert (np.diff(found[field]) > 0).all()
    assert described["total_puzzles"] == puzzles
    assert described["total_groups"] == len(found["group_indices"]) - 1
    assert described["mean_puzzle_examples"] == examples / puzzles
    assert described["sets"] == ["all"]
    assert described["pad_id"] == described["ignore_label_id"] == 0
    assert described["blank_identifier_id"] == 0
    identifiers = json.loads((small / "identifiers.json").read_text())
    assert identifiers[0] == "<blank>"
    assert len(identifiers) == described["num_puzzle_identifiers"]


def test_a_sudoku_is_digits_plus_1_and_its_augmentations_are_its_group(write):
    files = SudokuBuild(generate=4, held_out=1, augmentations=3, givens_from=30, givens_to=32)
    directory = write(files)
    train, described = arrays(directory, "train"), metadata(directory, "train")
    assert (described["seq_len"], described["vocab_size"]) == (81, 11)
    assert described["num_puzzle_identifiers"] == 1
    assert train["group_indices"].tolist() == [0, 4, 8, 12, 16]
    assert train["puzzle_indices"].tolist() == list(range(17))
    assert not train["puzzle_identifiers"].any()
    assert train["inputs"].min() == 1
    assert set(train["labels"].ravel()) == set(range(2, 11))
    givens = train["inputs"] > 1
    assert (train["inputs"] == train["labels"])[givens].all()
    assert set(givens.sum(axis=1)) <= {30, 31, 32}
    assert len(arrays(directory, "test")["inputs"]) == 1


@pytest.mark.parametrize(("rows", "count"), [(10, 8), (8, 4)])
def test_a_maze_has_its_8_or_4_symmetries_in_train_and_a_path_in_its_labels(write, rows, count):
    spec = MazeBuild(generate=2, held_out=1, rows=rows, cols=10, style="perfect", symmetries=True)
    directory = write(spec)
    train = arrays(directory, "train")
    assert (metadata(directory, "train")["vocab_size"]) == 6
    assert train["group_indices"].tolist() == [0, count, 2 * count]
    assert len({row.tobytes() for row in train["inputs"][:count]}) == count
    assert set(train["inputs"].ravel()) == {1, 2, 3, 4}
    path = train["labels"] == 5
    assert path.any(axis=1).all()
    assert (train["inputs"][path] == 2).all()
    assert (train["inputs"] == train["labels"])[~path].all()


def test_arc_splits_pairs_and_gives_every_variant_an_identifier_and_every_task_a_group(write):
    directory = write(ArcBuild(generate=3, canvas=12, augmentations=4))
    names = json.loads((directory / "identifiers.json").read_text())
    assert len(set(names)) == 1 + 3 * 5
    for split, pairs in (("train", 3), ("test", 1)):
        found = arrays(directory, split)
        assert found["group_indices"].tolist() == [0, 5, 10, 15]
        assert found["puzzle_indices"].tolist() == list(range(0, 15 * pairs + 1, pairs))
        assert found["puzzle_identifiers"].tolist() == list(range(1, 16))
    for group in range(3):
        first, *others = names[1 + group * 5 : 6 + group * 5]
        assert {parse_variant(name)[0] for name in others} == {first}


def test_arc_leaves_one_train_pair_of_every_puzzle_and_all_test_pairs_in_the_corner(write):
    directory = write(ArcBuild(generate=4, canvas=20, augmentations=10))
    train, test = (arrays(directory, split) for split in ("train", "test"))
    corner = (train["inputs"][:, 0] >= 2).reshape(-1, 3).sum(axis=1)
    assert (corner >= 1).all()
    assert np.mean(corner == 1) > 0.9
    assert (test["inputs"][:, 0] >= 2).all()
    canvas = (train["inputs"].reshape(-1, 20, 20), train["labels"].reshape(-1, 20, 20))
    tops, lefts = (
        [(grids >= 2).any(axis=axis).argmax(axis=1) for grids in canvas] for axis in (2, 1)
    )
    assert (tops[0] == tops[1]).all()
    assert (lefts[0] == lefts[1]).all()


def test_arc_without_materialised_variants_has_their_identifiers_only(write):
    directory = write(ArcBuild(generate=3, canvas=12, augmentations=4, materialise=False))
    assert len(json.loads((directory / "identifiers.json").read_text())) == 16
    train = arrays(directory, "train")
    assert train["puzzle_identifiers"].tolist() == [1, 6, 11]
    assert (train["inputs"][:, 0] >= 2).all()


def test_test_puzzles_json_has_the_tasks_as_the_official_evaluator_reads_them(write, tmp_path):
    task = {
        "train": [{"input": [[1, 2]], "output": [[2, 1]]}],
        "test": [{"input": [[3, 4]]}],
    }
    (tmp_path / "0a1b.json").write_text(json.dumps(task))
    directory = write(ArcBuild(files=[str(tmp_path / "0a1b.json")], canvas=3))
    text = (directory / "test_puzzles.json").read_text()
    task["test"][0]["output"] = [[0]]
    assert json.loads(text) == {"0a1b": task}
    assert parse(text)[0].task.id == "0a1b"
    test = arrays(directory, "test")
    assert test["inputs"].tolist() == [[5, 6, 1, 1, 1, 0, 0, 0, 0]]
    assert not test["labels"].any()


def test_what_the_official_layout_lacks_is_in_files_of_its_own(small):
    puzzle = json.loads((small / "puzzle.json").read_text())
    shapes = {
        "sudoku": PuzzleShape("sudoku", 4, 4, 2),
        "maze": PuzzleShape("maze", 9, 11),
        "arc": PuzzleShape("arc", 10, 10),
    }
    assert PuzzleShape(**puzzle) == shapes[small.name]
    source = "loops 9×11" if small.name == "maze" else "generated"
    assert json.loads((small / "sources.json").read_text(encoding="utf-8")) == [source]
    assert not arrays(small, "train")["sources"].any()
