"""Where the `trm` command cannot write what it is to make, it says so before any work."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from trm_core.errors import UserError
from trm_core.files import check_directory, check_file, check_place

TOLD = """
import contextlib, io, json, sys
sys.modules["torch"] = sys.modules["PySide6"] = None  # so that importing them fails
from trm_core.cli import app
from trm_core.errors import UserError
for arguments in json.load(sys.stdin):
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            app(arguments, standalone_mode=False)
        print("done")
    except UserError as error:
        print(error)
    except BaseException as error:
        print(repr(error))
"""
RECORDINGS = Path(__file__).parents[1] / "recordings" / "version-1"


def told(*commands):
    """What each command says, where neither PyTorch nor Qt is."""
    given = json.dumps([[*map(str, command)] for command in commands])
    run = subprocess.run(
        [sys.executable, "-c", TOLD], input=given, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


def test_what_cannot_be_written_is_told_before_torch_is_imported(tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("a file")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    run, preset, inside, gone = tmp_path / "run", "sudoku-4x4", taken / "out", tmp_path / "gone"
    recording = RECORDINGS / "maze.trmrec"
    in_a_file = f"{inside} cannot be written: {taken} is not a folder"
    commands = {
        ("train", preset, "--out", inside): in_a_file,
        ("import", "step_1", "--out", inside): in_a_file,
        ("data", "build", "sudoku", inside, "--generate", "9", "--held-out", "9"): in_a_file,
        ("publish", run, inside): in_a_file,
        ("pack", run, inside): in_a_file,
        ("unpack", tmp_path / "parcel", inside): in_a_file,
        ("render", recording, inside, "--to", "frames"): in_a_file,
        ("render", RECORDINGS, inside, "--to", "csv"): in_a_file,
        ("render", recording, gone / "a.png"): (
            f"{gone / 'a.png'} cannot be written: there is no folder {gone}"
        ),
        ("solve", "sudoku-4x4-easy-01", "--record", gone / "a.trmrec"): (
            f"{gone / 'a.trmrec'} cannot be written: there is no folder {gone}"
        ),
        ("library", "make", "--file", gone / "all.json"): (
            f"{gone / 'all.json'} cannot be written: there is no folder {gone}"
        ),
        ("train", preset, "--out", tmp_path / "full"): (
            f"{tmp_path / 'full'} is there already, expected a new or empty directory"
        ),
        ("import", "step_1", "--out", tmp_path / "full"): (
            f"{tmp_path / 'full'} exists already; choose a directory that does not"
        ),
    }
    assert dict(zip(commands, told(*commands), strict=True)) == commands


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_without_the_right_to_write_is_named(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    for check in (check_file, check_directory, check_place):
        with pytest.raises(UserError) as refused:
            check(closed / "new")
        assert str(refused.value) == f"{closed / 'new'} cannot be written: Permission denied"


def test_checking_leaves_nothing_behind(tmp_path):
    for check in (check_file, check_directory, check_place):
        check(tmp_path / "new")
    check_directory(tmp_path / "some" / "new")
    check_directory(tmp_path, may_be_empty=True)
    assert not [*tmp_path.iterdir()]


def test_a_file_may_be_replaced_but_not_a_folder(tmp_path):
    (tmp_path / "old").write_text("old")
    check_file(tmp_path / "old")
    assert (tmp_path / "old").read_text() == "old"
    with pytest.raises(UserError) as refused:
        check_file(tmp_path)
    assert str(refused.value) == f"{tmp_path} cannot be written: it is a folder"
